"""The network as ONNX, run by ONNX Runtime, gives the probabilities of the page."""

import onnx
import onnxruntime
import torch

from playground.export import exported
from playground.labs.gpt.config import GPTConfig
from playground.run import Edit, Run
from playground.runs import runfile
from playground.runs.replay import advanced


def test_it_gives_the_pages_probabilities_for_any_number_of_texts() -> None:
    config = GPTConfig(layers=2, width=8, heads=2, context=20, batch_size=4)
    run = Run(config=config, edits=(Edit(step=3, target="off", value="1.2"),))
    made = exported(run, 6, "onnx", quiet=True)
    session = onnxruntime.InferenceSession(made)
    network = advanced(run, 6).experiment.network
    metadata = {entry.key: entry.value for entry in onnx.load_from_string(made).metadata_props}
    lines = config.text.test[:7]
    tokens = torch.tensor(
        [[metadata["vocabulary"].index(each) for each in f"\n{line}"[:20].ljust(20)] for line in lines]
    )
    for count in (1, 7):
        (found,) = session.run(["probabilities"], {"tokens": tokens[:count].numpy()})
        torch.testing.assert_close(torch.tensor(found), network(tokens[:count]).softmax(-1), atol=1e-5, rtol=0)
    assert runfile.read(metadata["run"])[:2] == (run, 6)
