"""The script of a run, run: it prints the page's numbers."""

import contextlib
import io
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from playground.__main__ import main
from playground.catalog import ACTIVATIONS, INITIALIZERS, OPTIMIZERS
from playground.data.points import DATASETS, FEATURES
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.script import FEATURE_CODE, script
from playground.run import Run
from playground.runs.runfile import write
from playground.runs.timeline import Timeline
from tests.runs.test_timeline import EDITS
from tests.test_run import configs

STEPS = 60


def printed(text: str) -> dict[str, float]:
    """What the script prints, by name."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(text, "run.py", "exec"), {"__name__": "__main__"})
    return {name: float(value) for name, value in re.findall(r"(\w+ \w+) ([-\d.naif]+)", out.getvalue())}


def agrees(run: Run, step: int) -> None:
    found, expected = printed(script(run, step)), replay(run, step)
    for name in ("train_loss", "test_loss", "train_accuracy", "test_accuracy"):
        value = getattr(expected, name)
        assert found.get(name.replace("_", " ")) == (
            value if value is None else pytest.approx(value, abs=1e-5, rel=1e-5)
        )


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


def test_every_feature() -> None:
    assert set(FEATURE_CODE) == set(FEATURES)
    agrees(usual(features=",".join(FEATURES), hidden_sizes=""), STEPS)


@settings(max_examples=40, deadline=None, phases=[Phase.generate], derandomize=True)
@given(configs(), st.lists(st.tuples(st.integers(0, 12), st.sampled_from(EDITS)), max_size=5))
def test_any_run_with_its_edits(config: MLPConfig, edits: list[tuple[int, tuple[str, Any]]]) -> None:
    # Deep, fast and exploding networks are chaotic: there a difference in the last bit outgrows any tolerance.
    calm = {"hidden_sizes": config.hidden_sizes[:2], "learning_rate": min(config.learning_rate, 0.02)}
    penalties = {"l1_strength": min(config.l1_strength, 0.1), "weight_decay": min(config.weight_decay, 0.1)}
    timeline = Timeline(Run(config=replace(config, device="cpu", **calm, **penalties)))
    for steps, (target, value) in edits:
        timeline.advance(steps=steps)
        timeline.apply(target, min(value, 0.02) if target == "learning_rate" else value)
    if (timeline.experiment.metrics()["train_loss"] or 9) < 1:
        agrees(timeline.run, timeline.step)


def test_it_runs_by_itself_without_us(tmp_path: Path) -> None:
    run = usual(dataset="spiral", hidden_sizes="8,8")
    (tmp_path / "run.json").write_text(write(run, STEPS))
    file = tmp_path / "run.py"
    assert main(["export", str(tmp_path / "run.json"), "--to", "script", "--output", str(file)]) == 0
    assert "import playground" not in file.read_text()
    command = [sys.executable, "-I", str(file)]  # isolated: nothing of ours is on its path
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=tmp_path)
    assert f"train loss {replay(run, STEPS).train_loss:.4f}" in done.stdout
