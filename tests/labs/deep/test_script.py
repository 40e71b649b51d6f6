"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import io
from typing import Any

import pytest
from safetensors.torch import load

from playground.export import exported
from playground.headless.runs import replay
from playground.labs.deep.config import DeepConfig
from playground.labs.deep.script import script
from playground.run import Run
from playground.runs.timeline import Timeline
from playground.training.state import sha256

STEPS = 25


def agrees(run: Run, step: int) -> None:
    out, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(out):
        exec(compile(script(run, step), "run.py", "exec"), names)
    expected = replay(run, step, quiet=True)
    assert sha256(names["networks"]) == expected.parameters_sha256
    printed = dict(line.split() for line in out.getvalue().splitlines())
    assert set(printed) == set(expected.metrics)
    for name, value in expected.metrics.items():
        assert float(printed[name]) == pytest.approx(value, abs=1e-6)
    names["networks"].load_state_dict(load(exported(run, step, "safetensors", quiet=True)))
    assert sha256(names["networks"]) == expected.parameters_sha256


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dataset": "rings", "activation": "leaky_relu", "normalization": "batch", "optimizer": "sgd"},
        {"dataset": "spiral", "activation": "relu", "normalization": "layer", "optimizer": "momentum", "prefix": 3},
        {"skip": "on", "initializer": "uniform", "branch": "sum", "initial_scale": 0.5},
        {"skip": "off", "initializer": "zeros", "depth": 1},
    ],
    ids=lambda each: "-".join(map(str, each.values())),
)
def test_every_kind_of_network_and_data(settings: dict[str, Any]) -> None:
    agrees(Run(config=DeepConfig(**{"depth": 5, "width": 8, "seed": 3, **settings})), STEPS)


def test_what_was_changed_on_the_way() -> None:
    timeline = Timeline(Run(config=DeepConfig(depth=6, width=8, normalization="layer")))
    timeline.apply("initial_scale", 2)
    timeline.apply("zeroed", [2])
    for target, value in (
        ("learning_rate", 0.01),
        ("frozen", [1, 4]),
        ("initial_scale", 0.7),
        ("zeroed", [3]),
        ("residual.layers.1.weight[0,3]", -2.5),
        ("cut", [2, 5]),
        ("frozen", []),
    ):
        timeline.advance(steps=6)
        timeline.apply(target, value)
    timeline.advance(steps=9)
    agrees(timeline.run, timeline.step)
