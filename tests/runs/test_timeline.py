"""A run can be gone back in: every moment comes again, to the bit."""

import pickle
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Edit, Run, View
from playground.runs import timeline as module
from playground.runs.timeline import Timeline
from tests.test_run import configs

EDITS = [
    ("learning_rate", 0.1),
    ("learning_rate", 0.003),
    ("l1_strength", 0.01),
    ("weight_decay", 0.01),
    ("gradient_clip", 0.05),
    ("schedule", "cosine"),
    ("schedule_epochs", 3),
    ("reshuffle", True),
    ("batch_size", 7),
    ("data_seed", 5),
    ("layers.0.weight[0,0]", 0.5),
    ("layers.0.bias[0]", -0.25),
]
ACTS = st.one_of(
    st.tuples(st.just("advance"), st.integers(1, 40)),
    st.tuples(st.just("seek"), st.floats(0, 1)),
    st.tuples(st.just("apply"), st.sampled_from(EDITS)),
)


def sha(timeline: Timeline) -> str:
    return timeline.experiment.parameters_sha256()


def run(**values: Any) -> Run:
    return Run(config=MLPConfig(**values))


@settings(max_examples=12, deadline=None)
@given(configs(), st.lists(ACTS, min_size=3, max_size=9))
def test_every_moment_is_that_of_a_replay(config: MLPConfig, acts: list[tuple[str, Any]]) -> None:
    timeline = Timeline(Run(config=replace(config, device="cpu")))
    for verb, value in acts:
        if verb == "advance":
            timeline.advance(steps=value)
        elif verb == "seek":
            step = round(value * timeline.furthest)
            timeline.seek(step)
            assert timeline.step == step or timeline.experiment.notice is not None
        else:
            timeline.apply(*value)
        if timeline.experiment.notice is None:
            assert sha(timeline) == replay(timeline.run, timeline.step).parameters_sha256
    assert all(edit.step <= timeline.furthest for edit in timeline.run.edits)


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "adam"])
def test_the_same_future_comes_again(optimizer: str) -> None:
    timeline = Timeline(run(optimizer=optimizer, l1_strength=0.001))
    shas = {}
    for k in range(30):
        timeline.advance(steps=11)
        if k % 10 == 5:
            timeline.apply("learning_rate", 0.01 * k)
        shas[timeline.step] = sha(timeline)
    value = timeline.run
    curve = timeline.experiment.history.array().tolist()
    for step in (330, 11, 154, 66, 0, 319, 165):
        timeline.seek(step)
        if step:
            assert sha(timeline) == shas[step]
    timeline.seek(50)
    while timeline.step < 330:
        timeline.advance(steps=7 if timeline.step < 323 else 330 - timeline.step)
        assert shas.get(timeline.step, sha(timeline)) == sha(timeline)
    assert timeline.run == value
    assert timeline.experiment.history.array().tolist() == curve


def test_a_change_in_the_past_makes_another_future() -> None:
    timeline = Timeline(run())
    timeline.advance(steps=100)
    first, _ = timeline.apply("learning_rate", 0.3)
    timeline.advance(steps=100)
    timeline.apply("batch_size", 20)
    timeline.seek(150)
    second, after = timeline.apply("layers.0.bias[0]", 1.0)
    assert (after, second.step, timeline.furthest) == (1, 150, 150)
    assert timeline.run.edits == (first, second)
    assert max(row[0] for row in timeline.experiment.history.array()) == 150
    timeline.advance(steps=50)
    assert sha(timeline) == replay(timeline.run, 200).parameters_sha256
    with pytest.raises(ConfigError, match="step: 201 is not a whole number from 0 to 200, which is as far"):
        timeline.seek(201)
    with pytest.raises(ConfigError, match="'now' is not a whole number"):
        timeline.seek("now")
    assert timeline.step == 200


def test_an_explosion_can_be_undone() -> None:
    timeline = Timeline(run(dataset="plane", learning_rate=10.0))
    timeline.advance(steps=500)
    assert timeline.experiment.notice is not None
    end = timeline.step
    timeline.seek(0)
    assert timeline.experiment.notice is None
    timeline.apply("learning_rate", 0.01)
    timeline.advance(steps=end + 100)
    assert (timeline.step, timeline.experiment.notice) == (end + 100, None)


def test_checkpoints_stand_evenly_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_CHECKPOINTS", 16)
    timeline = Timeline(run(hidden_sizes=(1,)))
    for _ in range(500):
        timeline.advance(steps=3)
    steps = [checkpoint.step for checkpoint in timeline._checkpoints]
    gaps = [after - before for before, after in pairwise(steps)]
    assert 8 <= len(steps) <= 16
    assert steps[0] == 0
    assert max(gaps) <= 3 * min(gaps)
    assert 1500 - steps[-1] <= max(gaps)


@settings(max_examples=15)
@given(
    st.lists(st.one_of(ACTS, st.tuples(st.just("budget"), st.integers(0, 60_000))), min_size=4, max_size=16),
    st.integers(0, 40_000),
    st.sampled_from([(1,), (8, 8), (16, 16)]),
)
def test_checkpoints_stay_within_their_bytes_and_change_no_bit(
    acts: list[tuple[str, Any]], most: int, hidden_sizes: tuple[int, ...]
) -> None:
    timeline = Timeline(run(hidden_sizes=hidden_sizes, optimizer="adam"))
    timeline.memory_bytes = most
    for verb, value in acts:
        if verb == "budget":
            timeline.memory_bytes = value
        elif verb == "advance":
            timeline.advance(steps=value)
        elif verb == "seek":
            assert timeline.seek(round(value * timeline.furthest))
        else:
            timeline.apply(*value)
        kept = [pickle.dumps(checkpoint.state) for checkpoint in timeline._checkpoints[1:]]
        assert sum(map(len, kept)) <= timeline.memory_bytes
        steps = [checkpoint.step for checkpoint in timeline._checkpoints]
        assert steps == sorted(set(steps))
    assert sha(timeline) == replay(timeline.run, timeline.step).parameters_sha256


def test_what_is_too_large_to_be_kept_is_seldom_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline, copied = Timeline(run(hidden_sizes=(8, 8))), []
    timeline.memory_bytes = 100
    state = timeline.experiment.state
    monkeypatch.setattr(timeline.experiment, "state", lambda: copied.append(timeline.step) or state())
    for _ in range(1000):
        timeline.advance(steps=1)
    assert len(copied) <= 11  # at 1, 2, 4, 8, … updates
    assert timeline.seek(700)
    assert sha(timeline) == replay(timeline.run, 700).parameters_sha256


def test_arrays_count_wherever_they_are() -> None:
    array = np.zeros(1000)
    for state in ({"a": array}, {"a": [array]}, {"a": ({"b": (1, array)},)}, [array]):
        assert 8000 < module.size_bytes(state) < 8500


def test_time_can_run_out_anywhere_on_the_way() -> None:
    """Of a run with many edits at one step too."""
    timeline = Timeline(run(optimizer="adam"))
    timeline.advance(steps=50)
    for k in range(40):
        timeline.apply("learning_rate", 0.001 * (k + 1))
        timeline.apply("layers.0.bias[0]", 0.01 * k)
    timeline.advance(steps=50)
    for step in (50, 99, 0, 70):
        calls = 1
        while not timeline.seek(step, budget_s=0.0):
            calls += 1
        assert calls > 5 or step == 0
        assert sha(timeline) == replay(timeline.run, step).parameters_sha256
    timeline.seek(50, budget_s=0.0)  # on the way, with some of the edits made
    timeline.apply("learning_rate", 0.5)
    timeline.advance(steps=20)
    timeline.seek(3)
    timeline.seek(timeline.furthest)
    assert sha(timeline) == replay(timeline.run, timeline.step).parameters_sha256


def test_no_more_than_the_last_change_of_a_setting_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = Timeline(run())
    for k in range(60):
        timeline.advance(steps=1)
        timeline.apply(*EDITS[k % len(EDITS)])
    timeline.advance(steps=1)
    timeline.advance(steps=5)
    applied = []
    apply = MLPExperiment.apply
    monkeypatch.setattr(MLPExperiment, "apply", lambda self, *edit: applied.append(edit) or apply(self, *edit))
    timeline.seek(63)
    assert sorted(target for target, _ in applied) == sorted({target for target, _ in EDITS[:10]})
    monkeypatch.undo()
    assert sha(timeline) == replay(timeline.run, 63).parameters_sha256


def test_a_run_has_come_as_far_as_it_was_computed() -> None:
    far = Run(config=MLPConfig(), edits=(Edit(step=10**9, target="learning_rate", value=0.1),))
    timeline = Timeline(far)
    timeline.advance(steps=5)
    assert timeline.furthest == 5
    seen = timeline.observe("r", View())
    assert (seen.info["furthest"], seen.info["marks"]) == (5, [])
    with pytest.raises(ConfigError, match="from 0 to 5, which is as far"):
        timeline.seek(6)


def test_looking_back_changes_nothing() -> None:
    one, other = Timeline(run(optimizer="adam")), Timeline(run(optimizer="adam"))
    for _ in range(20):
        one.advance(steps=9)
        other.advance(steps=9)
        one.seek(one.step // 2)
        one.observe("r", View(panels=frozenset({"stage", "scene", "curves", "weights"})))
        one.seek(one.furthest)
    assert sha(one) == sha(other)
