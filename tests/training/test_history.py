"""The measurements of a run: few, even along their axis, and each in its column."""

import re
from pathlib import Path

import numpy as np
import pytest

from playground.training.history import EVEN, History

COLUMNS = ("step", "epoch", "reward")


def test_it_stays_small_even_and_ends_now() -> None:
    history = History(COLUMNS, capacity=100)
    for step in range(0, 50_000, 7):
        history.add([step, step / 10, step * 2.0])
    rows = history.array()
    assert 50 <= len(rows) <= 100
    assert rows[0, 0] == 0
    assert rows[-1, 0] == 49_994
    places = np.log1p(rows[:, 0] / EVEN)
    assert np.diff(places).max() < places[-1] / 25
    assert np.diff(places).min() > 0
    assert (rows[:, 0] < EVEN).sum() >= 5


def test_the_page_draws_steps_along_the_same_axis() -> None:
    module = (Path(__file__).parents[2] / "playground/stage/steps.js").read_text("utf-8")
    assert re.findall(r"^const EVEN = (\d+);$", module, flags=re.M) == [str(EVEN)]


def test_a_row_has_each_number_in_its_column() -> None:
    history = History(COLUMNS)
    assert history.row(7, 0.5, {"reward": 3, "other": 1.0}) == (7, 0.5, 3)
    for metrics in ({}, {"reward": None}):
        assert np.isnan(history.row(7, 0.5, metrics)[2])
    history.add(history.row(7, 0.5, {"reward": 3}))
    assert history.array().tolist() == [[7, 0.5, 3]]


def test_rows_come_back_and_none_are_a_table_too() -> None:
    rows = History(COLUMNS, [(0, 0, 1), (5, 1, 2)]).array()
    assert History(COLUMNS, rows).array().tolist() == rows.tolist()
    assert History(COLUMNS).array().shape == (0, 3)


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 2 numbers does not fit the columns step, epoch, reward"):
        History(COLUMNS).add([1, 2])
    with pytest.raises(ValueError, match="a row of 4 numbers"):
        History(COLUMNS, [(1, 2, 3, 4)])
