"""How far a run is from the same one with a weight moved by 1e-7."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from playground import Edit, MLPConfig, Run, replay, sensitivity
from playground.__main__ import main
from playground.runs.runfile import write
from playground.runs.sensitivity import SHIFT

CALM = MLPConfig(dataset="spiral", hidden_sizes=(8, 8), learning_rate=0.01)
WILD = replace(CALM, activation="relu", learning_rate=0.3, features=("x", "y", "sin_x", "sin_y"))
WEIGHT = "layers.0.weight[0,0]"


def test_both_runs_are_those_of_a_replay() -> None:
    edits = (Edit(step=0, target=WEIGHT, value=0.25), Edit(step=20, target="learning_rate", value=0.1))
    run = Run(config=WILD, edits=edits)
    found = sensitivity(run, 60)
    moved = replace(run, edits=(edits[0], Edit(step=0, target=WEIGHT, value=0.25 + found.shift), edits[1]))
    assert found.weight == WEIGHT
    assert found.shift == pytest.approx(SHIFT, rel=0.2)  # as near as float32 comes
    losses = [replay(each, 60).metrics["test_loss"] for each in (run, moved)]
    assert [found.score, found.moved_score] == losses
    assert [step for step, _ in found.apart] == [0, 1, 3, 10, 30, 60]
    assert found.apart[0][1] == found.shift
    assert found == sensitivity(run, 60)


def test_a_calm_run_stays_and_a_wild_one_goes_elsewhere() -> None:
    calm, wild = sensitivity(Run(config=CALM), 1500), sensitivity(Run(config=WILD), 1500)
    assert not calm.is_sensitive
    assert max(difference for _, difference in calm.apart) < 1e-5
    assert "still be" in str(calm)
    assert wild.is_sensitive
    assert wild.apart[-1][1] > 0.1
    assert "instead of" in str(wild)


def test_weights_far_apart_tell_too_where_the_loss_is_the_same() -> None:
    found = sensitivity(Run(config=CALM), 1)
    assert not found.is_sensitive
    far = replace(found, apart=(*found.apart, (2, 50.0)))
    assert far.is_sensitive
    assert "still be" in str(far)
    assert "up to 50 apart: this run is sensitive" in str(far)


def test_a_large_weight_moves_by_what_float32_can() -> None:
    found = sensitivity(Run(config=CALM, edits=(Edit(step=0, target=WEIGHT, value=100.0),)), 1)
    assert found.shift == 2.0**-17  # between 100 and the next number


def test_a_run_that_stops_by_itself_is_looked_at_where_both_have_been() -> None:
    run = Run(config=MLPConfig(dataset="plane", learning_rate=10))
    assert sensitivity(run, 500).step <= replay(run, 500).step < 500


def test_a_compiled_run_is_held_against_the_script_s() -> None:
    run = Run(config=CALM, edits=(Edit(step=10, target="tier", value="compiled"),))
    found = sensitivity(run, 30)
    assert found.script_score == replay(Run(config=CALM), 30).metrics["test_loss"]
    assert "the plain script comes to" in str(found)
    assert "cannot be made here" in str(found)  # the tests compile nothing
    assert sensitivity(run, 10).script_score is None


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    file = tmp_path / "run.json"
    file.write_text(write(Run(config=CALM), 30))
    assert main(["replay", str(file), "--sensitivity", *options]) == 0
    printed, expected = capsys.readouterr().out, sensitivity(Run(config=CALM), 30)
    if options:
        told: dict[str, Any] = json.loads(printed)
        assert told["sentence"] == str(expected)
        assert (told["metric"], told["score"]) == ("test_loss", expected.score)
        assert told["apart"] == [list(each) for each in expected.apart]
    else:
        assert printed.splitlines()[-1] == str(expected)
