"""The script of a run, run: it prints the page's numbers."""

import contextlib
import io
import math
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from playground.__main__ import main
from playground.catalog import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS
from playground.data.points import DATASETS, FEATURES
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.building import FEATURE_CODE
from playground.labs.mlp.export.notebook import notebook
from playground.labs.mlp.export.script import script
from playground.run import Edit, Run
from playground.runs.runfile import write
from playground.runs.timeline import Timeline
from tests.runs.test_timeline import EDITS
from tests.test_run import configs

STEPS = 60


def ran(text: str) -> tuple[dict[str, Any], dict[str, float]]:
    """The names that the script leaves behind, and what it prints, by name."""
    out, names = io.StringIO(), {"__name__": "__main__"}
    with contextlib.redirect_stdout(out):
        exec(compile(text, "run.py", "exec"), names)
    found = re.findall(r"(\w+ \w+) ([-+\d.naife]+)", out.getvalue())
    return names, {name.replace(" ", "_"): float(value) for name, value in found}


def agrees(run: Run, step: int) -> None:
    """The script's weights are the run's to the bit, and what it prints is what the page shows."""
    (names, found), expected = ran(script(run, step)), replay(run, step)
    assert sha256(names["w"].numpy().tobytes()).hexdigest() == expected.parameters_sha256
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        value, printed = expected.metrics.get(name), found.get(name)
        if value is None:  # the run does not have it, or it is not finite
            assert printed is None or not math.isfinite(printed)
        else:
            assert printed == pytest.approx(value, abs=1e-6, rel=1e-6)


def usual(**values: Any) -> Run:
    config, _ = MLPConfig.from_text({name: str(value) for name, value in values.items()})
    return Run(config=config)


@pytest.mark.parametrize("dataset", [*DATASETS])
def test_every_dataset(dataset: str) -> None:
    agrees(usual(dataset=dataset, noise=0.1, train_share=0.7), STEPS)


def test_the_scale_of_the_initial_weights() -> None:
    run = usual(initial_scale=2.5)
    assert "layer.weight *= 2.5" in script(run, STEPS)
    assert "layer.weight *=" not in script(usual(), STEPS)
    agrees(run, STEPS)


@pytest.mark.parametrize("activation", [*ACTIVATIONS])
def test_every_activation(activation: str) -> None:
    agrees(usual(activation=activation, hidden_sizes="5,3", loss="cross_entropy"), STEPS)


@pytest.mark.parametrize("initializer", [*INITIALIZERS])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
def test_every_optimizer_from_every_start_with_both_penalties(optimizer: str, initializer: str) -> None:
    agrees(usual(optimizer=optimizer, initializer=initializer, l1_strength=0.01, weight_decay=0.01), STEPS)


@pytest.mark.parametrize("loss", [*LOSSES])
def test_every_loss_with_a_gradient_that_is_clipped_on_the_way(loss: str) -> None:
    timeline = Timeline(usual(loss=loss, gradient_clip=0.1, learning_rate=0.3))
    for clip in (0.0, 0.02):
        timeline.advance(steps=20)
        timeline.apply("gradient_clip", clip)
    timeline.advance(steps=20)
    agrees(timeline.run, timeline.step)


def test_every_feature() -> None:
    assert set(FEATURE_CODE) == set(FEATURES)
    agrees(usual(features=",".join(FEATURES), hidden_sizes=""), STEPS)


SENSITIVE = [  # where any other last bit gave other digits on the page after 5,000 updates
    {"activation": "tanh", "learning_rate": 10},
    {"activation": "tanh", "learning_rate": 0.1, "optimizer": "momentum"},
    {"activation": "relu", "learning_rate": 0.03, "optimizer": "adam"},
]


@pytest.mark.parametrize("values", SENSITIVE, ids=lambda values: "-".join(map(str, values.values())))
def test_every_bit_of_a_long_and_sensitive_run(values: dict[str, Any]) -> None:
    agrees(usual(dataset="spiral", features="x,y,sin_x,sin_y", hidden_sizes="8,8", **values), 5000)


@pytest.mark.parametrize("batch_size", [1, 3, 14, 39])
@pytest.mark.parametrize("activation", ["tanh", "silu"])
def test_batches_that_begin_anywhere_in_memory(batch_size: int, activation: str) -> None:
    features, sizes = "x,y,x_squared", "19,25"  # of which nothing is a multiple of what a processor reads at once
    agrees(usual(features=features, hidden_sizes=sizes, batch_size=batch_size, activation=activation), 200)


@settings(max_examples=20, deadline=None, phases=[Phase.generate], derandomize=True)
@given(configs(), st.lists(st.tuples(st.integers(0, 12), st.sampled_from(EDITS)), max_size=5))
def test_any_run_with_its_edits(config: MLPConfig, edits: list[tuple[int, tuple[str, Any]]]) -> None:
    timeline = Timeline(Run(config=replace(config, device="cpu")))
    for steps, (target, value) in edits:
        timeline.advance(steps=steps)
        timeline.apply(target, value)
    timeline.advance(steps=40)
    agrees(timeline.run, timeline.step)


@pytest.mark.parametrize("penalty", [0.0, 0.01])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_frozen_and_zeroed_neurons(optimizer: str, penalty: float) -> None:
    values = {"optimizer": optimizer, "l1_strength": str(penalty), "weight_decay": str(penalty)}
    timeline = Timeline(usual(hidden_sizes="5,4", frozen="1,2", zeroed="2,1;1,3", **values))
    timeline.apply("layers.1.weight[0,0]", 0.5)
    timeline.apply("zeroed", [(1, 1)])
    for target, value in [
        ("zeroed", [(2, 4)]),
        ("frozen", [(2, 3), (1, 1, 2), (3, 1, 0)]),
        ("frozen", []),
        ("zeroed", []),
    ]:
        timeline.advance(steps=20)
        timeline.apply(target, value)
    timeline.advance(steps=20)
    agrees(timeline.run, timeline.step)


class _Counted:
    """An edit that counts how often it is looked at."""

    looks, target, value = 0, "learning_rate", 0.01

    def __init__(self, step: int) -> None:
        self._step = step

    @property
    def step(self) -> int:
        _Counted.looks += 1
        return self._step


def test_every_edit_is_looked_at_a_few_times_however_many_there_are() -> None:
    edits: Any = tuple(map(_Counted, range(1, 2001)))
    text = script(replace(usual(), edits=edits), 2000)
    assert _Counted.looks < 10 * len(edits)
    assert text.count("learning_rate = ") == len(edits) + 1


def test_a_run_that_went_on_compiled_says_that_last_bits_differ_and_what_the_page_shows() -> None:
    run = replace(usual(), edits=(Edit(step=30, target="tier", value="compiled"),))
    for make in (script, notebook):
        assert "to the bit" in make(usual(), STEPS) + make(run, 30)
        alone, told = make(run, STEPS), make(run, STEPS, {"train_loss": 0.1234567, "test_loss": None})
        for text in (alone, told):
            assert "From update 30 on" in text.replace("\n", " ")
            assert "to the bit" not in text
        assert "train loss 0.123457, test loss not finite" in told.replace("\n", " ")
        assert "numbers are" not in alone
    assert ran(script(run, STEPS))[1] == ran(script(usual(), STEPS))[1]


def test_it_runs_by_itself_without_us(tmp_path: Path) -> None:
    run = usual(dataset="spiral", hidden_sizes="8,8")
    (tmp_path / "run.json").write_text(write(run, STEPS))
    file = tmp_path / "run.py"
    assert main(["export", str(tmp_path / "run.json"), "--to", "script", "--output", str(file)]) == 0
    assert "import playground" not in file.read_text()
    command = [sys.executable, "-I", str(file)]  # isolated: nothing of ours is on its path
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert f"train loss {replay(run, STEPS).metrics['train_loss']:.4f}" in done.stdout
