"""A run can be gone back in: every moment comes again, to the bit."""

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, View
from playground.runs import timeline as module
from playground.runs.timeline import Timeline
from playground.settings import ConfigError
from tests.test_run import configs

EDITS = [
    ("learning_rate", 0.1),
    ("learning_rate", 0.003),
    ("l1_strength", 0.01),
    ("weight_decay", 0.01),
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


@settings(max_examples=25, deadline=None)
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
    steps = [checkpoint["step"] for checkpoint in timeline._checkpoints]
    gaps = [after - before for before, after in pairwise(steps)]
    assert 8 <= len(steps) <= 16
    assert steps[0] == 0
    assert max(gaps) <= 3 * min(gaps)
    assert 1500 - steps[-1] <= max(gaps)
    wide = Timeline(run(hidden_sizes=(32,) * 8, optimizer="adam"))
    monkeypatch.setattr(module, "MEMORY_BYTES", 600_000)
    for _ in range(40):
        wide.advance(steps=1)
    assert sum(map(module._size_bytes, wide._checkpoints)) <= 600_000
    wide.seek(7)
    assert sha(wide) == replay(wide.run, 7).parameters_sha256


def test_looking_back_changes_nothing() -> None:
    one, other = Timeline(run(optimizer="adam")), Timeline(run(optimizer="adam"))
    for _ in range(20):
        one.advance(steps=9)
        other.advance(steps=9)
        one.seek(one.step // 2)
        one.observe("r", View(panels=frozenset({"stage", "scene", "curves", "weights"})))
        one.seek(one.furthest)
    assert sha(one) == sha(other)
