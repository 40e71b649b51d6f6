"""Cutting training into slices, and finding the last update that ends well."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.training import slices
from playground.training.slices import Slicer, stop_before


class Clock:
    """A clock that stands still unless something is trained, at so many updates a second."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, rate: float) -> None:
        self.now, self.rate = 100.0, rate
        self.pieces: list[int] = []
        monkeypatch.setattr(slices.time, "perf_counter", lambda: self.now)

    def train(self, count: int) -> int:
        self.pieces.append(count)
        self.now += count / self.rate
        return count


def test_a_slice_ends_in_time_once_the_rate_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slicer = Clock(monkeypatch, rate=50_000), Slicer(rate=1000)
    slicer.run(clock.train, None, 0.012)
    assert slicer.rate == pytest.approx(50_000)
    for budget_s in (0.012, 0.002, 0.1):
        before = clock.now
        assert slicer.run(clock.train, None, budget_s) > 0
        assert 0.8 * budget_s < clock.now - before <= budget_s
        assert slicer.took_s == pytest.approx(clock.now - before)


def test_a_slice_makes_one_update_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slicer = Clock(monkeypatch, rate=5), Slicer(rate=5)
    assert slicer.run(clock.train, None, 0.001) == 1
    assert slicer.run(clock.train, 10, 0.001) == 1


@given(st.integers(0, 500), st.one_of(st.none(), st.floats(1e-4, 1.0)), st.integers(1, 60))
def test_steps_are_never_exceeded(steps: int, budget_s: float | None, most: int) -> None:
    made: list[int] = []

    def train(count: int) -> int:  # as a race, which stops for each point of its paths
        made.append(min(count, most))
        return made[-1]

    done = Slicer(rate=100).run(train, steps, budget_s)
    assert done == sum(made) <= steps
    assert done == steps or budget_s is not None
    assert not made or min(made) > 0


def test_training_that_stops_by_itself_ends_the_slice() -> None:
    left = iter([3, 2, 0])
    assert Slicer(rate=1).run(lambda count: next(left), 100, None) == 5


@given(st.integers(0, 300), st.integers(1, 100))
def test_the_last_good_update_is_found_from_any_bad_one(last: int, beyond: int) -> None:
    tried: list[int] = []

    def lands(count: int) -> bool:
        tried.append(count)
        return count <= last

    stop_before(last + beyond, lands)
    assert tried[-1] == last
    assert all(0 < one < last + beyond for one, _ in pairwise(tried))
