"""The network as ONNX, run by ONNX Runtime, gives the probabilities of the page."""

import onnx
import onnxruntime
import torch

from playground.export import exported
from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.words import batch_of
from playground.run import Edit, Run
from playground.runs import runfile
from playground.runs.replay import advanced


def test_it_gives_the_pages_probabilities_for_any_number_of_sentences() -> None:
    config = TransformerConfig(width=16, heads=2, batch_size=8, norm="post", positions="sinusoidal")
    run = Run(config=config, edits=(Edit(step=3, target="silent", value="cross.0.1"),))
    made = exported(run, 6, "onnx", quiet=True)
    session = onnxruntime.InferenceSession(made)
    network = advanced(run, 6).experiment.network
    batch = batch_of(config.corpus.test[:7], config.corpus)
    for count in (1, 7):
        some = batch[:count]
        given = {"source": some.source.numpy(), "target": some.inputs.numpy()}
        (found,) = session.run(["probabilities"], given)
        expected = network(some.source, some.inputs).softmax(-1)
        torch.testing.assert_close(torch.tensor(found), expected, atol=1e-5, rtol=0)
    metadata = {entry.key: entry.value for entry in onnx.load_from_string(made).metadata_props}
    assert runfile.read(metadata["run"])[:2] == (run, 6)
    assert tuple(metadata["target_words"].split(" ")) == config.corpus.target_words
