"""The network as ONNX, run by ONNX Runtime, gives the answers of the page."""

from typing import Any

import onnx
import onnxruntime
import pytest
import torch

from playground.export import exported
from playground.labs.sequence.config import SequenceConfig
from playground.run import Edit, Run
from playground.runs import runfile
from playground.runs.replay import advanced

CASES: list[dict[str, Any]] = [
    {"cell": "lstm"},
    {"task": "french", "cell": "gru", "attention": True},
    {"task": "sine", "cell": "rnn", "length": 9},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_it_gives_the_pages_answers_for_any_number_of_sequences(settings: dict[str, Any]) -> None:
    run = Run(config=SequenceConfig(hidden=4, **settings), edits=(Edit(step=2, target="zeroed", value="1"),))
    made = exported(run, 3, "onnx", quiet=True)
    session = onnxruntime.InferenceSession(made)
    experiment = advanced(run, 3).experiment
    for count in (1, 7):
        some = experiment.test[torch.arange(count)]
        given = {"inputs": some.inputs.numpy()}
        if some.sources is not None:
            given |= {"sources": some.sources.numpy(), "lengths": some.lengths.numpy()}
        (found,) = session.run(["outputs"], given)
        outputs = experiment.network(some.inputs, some.sources, some.lengths).detach()
        expected = outputs if experiment.config.what.is_series else outputs.softmax(-1)
        torch.testing.assert_close(torch.tensor(found), expected, atol=1e-5, rtol=0)
    metadata = {entry.key: entry.value for entry in onnx.load_from_string(made).metadata_props}
    assert runfile.read(metadata["run"])[:2] == (run, 3)
    assert tuple(metadata["says"].split("\t")) == (experiment.config.what.says or ("",))
