"""Quantiles and the bootstrap, against closed forms and the truth of a simulated experiment."""

import numpy as np
import pytest

from playground.statistics import FEWEST_PAIRS, median_difference, quantiles


def test_quantiles_of_known_numbers() -> None:
    found = quantiles([*range(11), float("nan"), float("inf")])
    assert found is not None
    assert (found.q10, found.q25, found.median, found.q75, found.q90, found.iqr) == (1, 2.5, 5, 7.5, 9, 5)
    assert quantiles([]) is quantiles([float("nan")]) is None


def test_the_interval_holds_the_true_difference_about_as_often_as_it_says() -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(100):
        common = rng.normal(size=40)
        first, second = common + rng.normal(0.5, 0.3, 40), common + rng.normal(0, 0.3, 40)
        found = median_difference(first.tolist(), second.tolist(), level=0.9)
        assert found is not None
        assert found.low <= found.high
        held += found.low <= 0.5 <= found.high
    assert 80 <= held <= 100


def test_a_clear_difference_and_none() -> None:
    values = np.linspace(0, 1, 20)
    clear = median_difference((values + 5).tolist(), values.tolist())
    same = median_difference(values.tolist(), values[::-1].tolist())
    assert clear is not None
    assert same is not None
    assert clear.value == pytest.approx(5)
    assert clear.low == pytest.approx(clear.high) == pytest.approx(5)  # pairs keep together
    assert clear.is_clear
    assert not same.is_clear
    assert median_difference(values.tolist(), values[::-1].tolist()) == same


def test_few_pairs_carry_no_interval() -> None:
    few = [0.0] * (FEWEST_PAIRS - 1)
    assert median_difference(few, few) is None
    assert median_difference([*few, float("nan")], [*few, 1.0]) is None
    assert median_difference([*few, 1.0], [*few, 1.0]) is not None
