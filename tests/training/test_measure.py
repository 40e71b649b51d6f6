"""Measuring within a share of the time: how often never changes what is trained, and every number has its step."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.lab import LABS
from playground.pages.charts import curves_figure
from playground.run import Run, View
from playground.runs.replay import advanced
from playground.runs.timeline import Timeline
from playground.training import measure
from playground.training.history import History
from playground.training.measure import Meter
from playground.training.slices import Slicer
from tests.walk import WalkConfig, WalkExperiment, walk


class Clock:
    """A clock on which only measuring takes time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, took_s: float) -> None:
        self.now, self.took_s, self.calls = 0.0, took_s, 0
        monkeypatch.setattr(measure.time, "perf_counter", lambda: self.now)

    def measure(self) -> dict[str, float | None]:
        self.calls += 1
        self.now += self.took_s
        return {"loss": float(self.calls)}


def test_whoever_waits_does_not_wait_for_measuring(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, 0.03)
    meter = Meter(clock.measure)
    for step in range(1, 50):
        assert meter.look(step, 1.0, budget_s=0.001) == {}
    assert clock.calls == 0
    assert meter.look(50, 0.012, budget_s=0.012) == {"loss": 1.0}


@pytest.mark.parametrize(("took_s", "share"), [(0.05, 0.2), (0.001, 0.2), (0.3, 0.5), (2.0, 0.01)])
def test_measuring_takes_its_share_of_the_time(monkeypatch: pytest.MonkeyPatch, took_s: float, share: float) -> None:
    clock = Clock(monkeypatch, took_s)
    meter, slices = Meter(clock.measure, share), 40_000
    for step in range(slices):
        meter.look(step, 0.012)
    spent = clock.calls * took_s
    assert spent <= share * (spent + slices * 0.012) + 2 * took_s
    if took_s > 0.012:  # as often as that allows
        assert spent >= 0.8 * share * (spent + slices * 0.012)
    else:
        assert clock.calls == slices


def test_a_number_has_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch, 1.0)
    meter = Meter(clock.measure, share=0.5)
    assert meter.look(0, 0.1) == {"loss": 1}
    assert meter.look(5, 0.1) == {}
    assert (meter.step, meter.newest, meter.at(0), meter.at(5)) == (0, {"loss": 1}, {"loss": 1}, {})
    assert meter.now(5) == meter.now(5) == meter.at(5) == {"loss": 2}
    meter.forget()
    assert meter.at(5) == {}
    assert meter.now(5) == {"loss": 3}


@given(st.lists(st.integers(1, 40), min_size=1, max_size=30), st.integers(1, 25))
def test_measured_every_so_often_a_run_has_one_curve(slices: list[int], every: int) -> None:
    step, at = 0, []
    meter = Meter(lambda: {"loss": 1.0}, every=every)
    for most in slices:
        step += min(most, meter.to_next(step) or most)
        if meter.look(step, 1e-9):
            at.append(step)
    assert at == [each for each in range(1, step + 1) if each % every == 0]


# A lab that measures now and then


class SlowWalk(WalkExperiment):
    """A walk whose distances are measured by a meter; the way covered is known after every update."""

    share: float = 1e-9
    every: int | None = None

    def __init__(self, config: WalkConfig) -> None:
        self.meter = Meter(self.look, self.share, self.every)
        self.slicer = Slicer(rate=100)
        super().__init__(config)
        self.metrics()
        self.record()

    def look(self) -> Mapping[str, float | None]:
        return WalkExperiment.metrics(self)

    def metrics(self) -> Mapping[str, float | None]:
        return self.meter.now(self.step)

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        return self.meter.step, self.meter.newest

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        done = self.slicer.run(self.run, steps, budget_s)
        self.meter.look(self.step, self.slicer.took_s)
        self.record()
        return done

    def run(self, count: int) -> int:
        count = min(count, self.meter.to_next(self.step) or count)
        for _ in range(count):
            self.place = self.place * (1 - self.config.rate)
        self.step += count
        return count

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self.meter.forget()


@pytest.fixture
def slow_walk(monkeypatch: pytest.MonkeyPatch) -> Any:
    with walk():
        monkeypatch.setattr("tests.walk.WalkExperiment", SlowWalk)
        yield


SLICES = [1, 7, 3, 20, 9, 60]


@pytest.mark.usefixtures("slow_walk")
@pytest.mark.parametrize(("share", "every"), [(1e-9, None), (0.999, None), (0.5, 1), (0.5, 13), (0.5, 1000)])
def test_how_often_is_measured_never_changes_training(
    monkeypatch: pytest.MonkeyPatch, share: float, every: int | None
) -> None:
    monkeypatch.setattr(SlowWalk, "share", share)
    monkeypatch.setattr(SlowWalk, "every", every)
    run, plain = Run(config=WalkConfig()), WalkExperiment(WalkConfig())
    timeline = Timeline(run)
    for steps in SLICES:
        timeline.advance(steps=steps)
        plain.advance(steps=steps)
        seen = timeline.observe("r", View())
        assert seen.measured_at <= seen.step == plain.step
        if seen.measured_at == seen.step:
            assert seen.metrics == WalkExperiment.metrics(plain)
    assert timeline.experiment.parameters_sha256() == plain.parameters_sha256()
    timeline.seek(50)
    assert timeline.observe("r", View()).measured_at == 50  # whoever stays at a moment sees its numbers
    timeline.seek(100)
    assert timeline.experiment.parameters_sha256() == plain.parameters_sha256()
    assert advanced(run, 100).experiment.metrics() == WalkExperiment.metrics(plain)


@pytest.mark.usefixtures("slow_walk")
def test_between_measurements_a_curve_has_gaps() -> None:
    timeline = Timeline(Run(config=WalkConfig()))
    for steps in SLICES:
        timeline.advance(steps=steps)
    rows = timeline.experiment.history.array()
    assert rows[:, 0].tolist() == [0, *np.cumsum(SLICES)]
    assert np.isnan(rows[1:, 2:]).all()  # beside the start, nothing was measured
    timeline.measure()
    rows = timeline.experiment.history.array()
    assert not np.isnan(rows[[0, -1]]).any()
    curves = dict(zip(timeline.experiment.history.columns, rows.T, strict=True))
    figure = curves_figure(LABS["walk"], curves)
    assert all(line.connectgaps for line in figure.data)


def test_a_long_history_keeps_what_was_measured() -> None:
    history = History(("step", "epoch", "often", "seldom"), capacity=100)
    for step in range(20_001):
        history.add([step, step / 10, step, step if step % 400 == 0 else math.nan])
    rows = history.array()
    assert len(rows) <= 101
    seldom = rows[~np.isnan(rows[:, 3])]
    assert len(seldom) >= 20
    assert np.diff(seldom[:, 0]).max() <= 4 * 400
    assert (seldom[:, 3] == seldom[:, 0]).all()
    assert rows[-1, 0] == 20_000
