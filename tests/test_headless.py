"""How updates are computed without a page: traced, compiled, or what is faster once it is there."""

from dataclasses import replace
from typing import Any

import pytest

from playground import MLPConfig, replay, train
from playground.headless import runs
from playground.kinds import ConfigError
from playground.run import Edit, View
from playground.runs import runfile

CONFIG = MLPConfig(dataset="xor")


def test_a_run_is_as_long_as_asked_for() -> None:
    assert train(CONFIG, steps=7).step == 7
    assert train(CONFIG, epochs=2).step == train(CONFIG, steps=50).step == 50
    for wrong in ({}, {"epochs": 1, "steps": 25}, {"steps": -1}, {"steps": 10**13}, {"steps": 3, "tier": "warp"}):
        with pytest.raises(ConfigError):
            train(CONFIG, **wrong)


def test_a_long_run_that_cannot_be_compiled_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "AUTO_FROM", 30)
    frozen = replace(CONFIG, frozen=((1, 1),))
    assert "frozen or set to 0" in str(train(frozen, steps=30, quiet=True).notice)
    assert train(frozen, steps=29, quiet=True).notice is None


def test_a_short_run_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise AssertionError("it looked for a faster loop")

    monkeypatch.setattr("playground.runs.replay._take_faster", fails)
    short = train(CONFIG, steps=50)
    assert short.run.edits == ()
    assert short.parameters_sha256 == train(CONFIG, steps=50, tier="traced").parameters_sha256


def test_a_faster_loop_is_taken_as_an_edit_and_replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an experiment that finds its faster loop at step 40 and computes as before."""
    from playground.labs.mlp.experiment import MLPExperiment

    watched, made = MLPExperiment.observe, MLPExperiment.apply
    taken: list[int] = []

    def observe(self: MLPExperiment, run_id: str, view: View) -> Any:
        snapshot = watched(self, run_id, view)
        if self.step >= 40 and not taken:
            snapshot.info["ready"] = "compiled"
        return snapshot

    def apply(self: MLPExperiment, target: str, value: Any) -> Edit:
        if target != "tier":
            return made(self, target, value)
        taken.append(self.step)
        self.edits += 1
        return Edit(step=self.step, target=target, value=value)

    monkeypatch.setattr(MLPExperiment, "observe", observe)
    monkeypatch.setattr(MLPExperiment, "apply", apply)
    monkeypatch.setattr(MLPExperiment, "has_faster", lambda self: True)
    monkeypatch.setattr(runs, "AUTO_FROM", 100)
    monkeypatch.setattr("playground.runs.replay.REPORT_S", 0.001)
    found = train(CONFIG, steps=2000, quiet=True)
    assert found.run.edits == (Edit(step=taken[0], target="tier", value="compiled"),)
    assert found.notice is not None
    assert f"From update {taken[0]:,} on" in found.notice
    run, step, _ = runfile.read(runfile.write(found.run, found.step))
    assert replay(run, step, quiet=True).parameters_sha256 == found.parameters_sha256
    assert taken == [taken[0]] * 2


@pytest.mark.compiler
def test_machine_code_is_taken_from_the_start_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_COMPILE", "on")
    config = replace(CONFIG, optimizer="momentum")  # whose loop other tests compile too
    found = train(config, steps=60, tier="compiled", quiet=True)
    assert found.run.edits == (Edit(step=0, target="tier", value="compiled"),)
    assert replay(found.run, 60, quiet=True).parameters_sha256 == found.parameters_sha256
    assert found.metrics["test_loss"] == pytest.approx(train(config, steps=60).metrics["test_loss"], abs=1e-4)
