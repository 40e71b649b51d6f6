"""Quantiles and the bootstrap, against closed forms and the truth of a simulated experiment."""

import numpy as np
import pytest

from playground.statistics import FEWEST_PAIRS, median_difference, quantiles, spreads


def test_quantiles_of_known_numbers() -> None:
    found = quantiles([*range(11), float("nan")])
    assert found is not None
    assert (found.q10, found.q25, found.median, found.q75, found.q90) == (1, 2.5, 5, 7.5, 9)
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


def test_infinite_values_rank_last_and_take_the_levels_that_fall_among_them() -> None:
    inf = float("inf")
    found = quantiles([*range(9), inf, inf])
    assert found is not None
    assert (found.q10, found.q25, found.median, found.q75, found.q90) == (1, 2.5, 5, 7.5, None)
    half = quantiles([1.0, 2.0, inf, inf])
    assert half is not None
    assert (half.q25, half.median) == (1.75, None)  # halfway to an infinite value
    worst = quantiles([-inf, 0.5, 0.9])
    assert worst is not None
    assert (worst.q25, worst.median, worst.q75) == (None, 0.5, pytest.approx(0.7))


def test_levels_of_scores_of_which_some_are_infinite() -> None:
    inf = np.inf
    scores = {"loss": np.array([0.1, 0.2, 0.3, inf]), "accuracy": np.array([0.9, 0.8, 0.7, -inf])}
    found = spreads({**scores, "none": np.full(4, np.nan)}, {"accuracy": "high"})
    assert found["none"] is None
    assert found["loss"] == {
        "q10": pytest.approx(0.13), "median": pytest.approx(0.25), "q90": None, "worst": None,
    }  # fmt: skip
    assert found["accuracy"] is not None
    assert (found["accuracy"]["q10"], found["accuracy"]["worst"]) == (None, None)
    assert found["accuracy"]["median"] == pytest.approx(0.75)


def test_runs_that_diverged_count_in_a_difference() -> None:
    inf = float("inf")
    calm = np.linspace(0, 1, 9).tolist()
    assert median_difference([inf] * 9, calm) is None
    assert median_difference([inf] * 5 + calm[:4], calm) is None  # its median has diverged
    some = median_difference([*calm[:6], inf, inf, inf], calm)
    assert some is not None
    assert (some.value, some.high, some.is_clear) == (0, None, False)
    better = median_difference([0.0] * 9, [inf, inf, *[5.0] * 7])
    assert better is not None
    assert (better.value, better.low, better.high, better.is_clear) == (-5, None, -5, True)
    assert not np.isnan([better.value, better.high]).any()
