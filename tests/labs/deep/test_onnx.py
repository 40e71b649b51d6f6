"""The networks as ONNX, run by ONNX Runtime, give the probabilities of the page."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from playground.export import exported
from playground.labs.deep.config import DeepConfig
from playground.labs.deep.data import examples
from playground.run import Edit, Run
from playground.runs import runfile
from playground.runs.replay import advanced


@pytest.mark.parametrize(
    "settings",
    [
        {"activation": "tanh", "normalization": "batch", "prefix": 3},
        {"dataset": "spiral", "skip": "off", "normalization": "layer", "activation": "relu"},
    ],
    ids=lambda each: "-".join(map(str, each.values())),
)
def test_it_gives_the_pages_probabilities_for_any_number_of_examples(settings: dict[str, Any]) -> None:
    config = DeepConfig(depth=6, width=8, **settings)
    edits = (Edit(step=3, target="zeroed", value=(3,)), Edit(step=4, target="cut", value=(2,)))
    run = Run(config=config, edits=edits)
    made = exported(run, 6, "onnx", quiet=True)
    session = onnxruntime.InferenceSession(made)
    networks: Any = advanced(run, 6).experiment.network.eval()
    names = ["probabilities" if name == config.main else f"{name}_probabilities" for name in config.networks]
    assert [each.name for each in session.get_outputs()] == names
    for count in (1, 7):
        inputs = examples(config.dataset)[0][:count]
        found = session.run(names, {"inputs": inputs.numpy()})
        for name, shares in zip(config.networks, found, strict=True):
            expected = networks[name](inputs).softmax(1).detach()
            np.testing.assert_allclose(shares, expected, atol=1e-5)
            assert shares.shape == (count, config.data.classes)
    (entry,) = onnx.load_from_string(made).metadata_props
    assert entry.key == "run"
    assert runfile.read(entry.value)[:2] == (run, 6)
