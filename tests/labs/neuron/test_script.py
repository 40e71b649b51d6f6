"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import io
from hashlib import sha256
from typing import Any

import pytest
import torch
from PIL import Image
from safetensors.torch import load

from playground.catalog import ACTIVATIONS
from playground.export import exported
from playground.headless.runs import replay
from playground.labs.neuron.config import NeuronConfig
from playground.labs.neuron.script import script
from playground.run import Run
from playground.runs.timeline import Timeline

STEPS = 300


def agrees(run: Run, step: int) -> None:
    out, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(out):
        exec(compile(script(run, step), "run.py", "exec"), names)
    expected = replay(run, step, quiet=True)
    vector = torch.cat([parameter.detach().reshape(-1) for parameter in names["model"].parameters()])
    assert sha256(vector.numpy().tobytes()).hexdigest() == expected.parameters_sha256
    printed = dict(line.split() for line in out.getvalue().splitlines())
    for name, value in expected.metrics.items():
        assert float(printed[name]) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy"])
def test_a_network_with_every_activation_and_loss(activation: str, loss: str) -> None:
    agrees(Run(config=NeuronConfig(data="majority", hidden=3, activation=activation, loss=loss, seed=5)), STEPS)


@pytest.mark.parametrize("data", ["and", "or", "xor", "gauss", "majority", "parity"])
@pytest.mark.parametrize("rule", ["gradient", "perceptron"])
def test_a_single_neuron_by_both_rules(data: str, rule: str) -> None:
    agrees(Run(config=NeuronConfig(data=data, rule=rule, batch_size=3, learning_rate=0.7)), STEPS)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize(
    "settings",
    [
        {"data": "line"},
        {"data": "clouds", "hidden": 2, "loss": "cross_entropy"},
        {"data": "tumours", "loss": "cross_entropy", "batch_size": 32},
    ],
    ids=lambda each: each["data"],
)
def test_other_outputs_by_every_optimizer(settings: dict[str, Any], optimizer: str) -> None:
    agrees(Run(config=NeuronConfig(optimizer=optimizer, learning_rate=0.05, **settings)), STEPS)


def test_what_was_changed_on_the_way() -> None:
    timeline = Timeline(Run(config=NeuronConfig(data="xor", hidden=4)))
    timeline.apply("learning_rate", 0.5)
    for target, value in (
        ("layers.1.weight[0,3]", -2.5),
        ("batch_size", 3),
        ("inputs[2,0]", -1.5),
        ("targets[2]", 0),
    ):
        timeline.advance(steps=11)
        timeline.apply(target, value)
    timeline.apply("learning_rate", 2)
    timeline.advance(steps=40)
    agrees(timeline.run, timeline.step)


def test_the_weights_fit_the_script_s_model() -> None:
    for config in (NeuronConfig(data="clouds", loss="cross_entropy"), NeuronConfig(data="xor", hidden=3)):
        run, names = Run(config=config), dict[str, Any]()
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(script(run, 20), "run.py", "exec"), names)
        trained = {name: value.clone() for name, value in names["model"].state_dict().items()}
        kept = load(exported(run, 20, "safetensors", quiet=True))
        names["model"].load_state_dict(kept)
        assert all(torch.equal(trained[name], value) for name, value in kept.items())


@pytest.mark.parametrize("data", ["xor", "clouds", "line", "parity"])
def test_a_picture_has_what_the_page_shows(data: str) -> None:
    config, _ = NeuronConfig.from_text({"data": data, "hidden": "2"})
    picture = exported(Run(config=config), 5, "png", quiet=True)
    assert Image.open(io.BytesIO(picture)).size[0] > 800
