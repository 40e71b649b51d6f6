"""Statistics of a sample of runs: quantiles, and a bootstrap interval of a difference. Needs NumPy only."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 4000
FEWEST_PAIRS = 6  # with fewer, resampled medians take too few values for an interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Quantiles of a sample, by linear interpolation (NumPy's default): median, quartiles, 10% and 90%.

    None for one that is not finite, because it falls among the infinite values of diverged runs.
    """

    q10: float | None
    q25: float | None
    median: float | None
    q75: float | None
    q90: float | None


def quantiles(values: ArrayLike) -> Quantiles | None:
    """Returns the quantiles of ``values``, including infinite ones, without NaN; None for an empty sample."""
    sample = np.asarray(values, dtype=float)
    sample = sample[~np.isnan(sample)]
    if not len(sample):
        return None
    q10, q25, median, q75, q90 = map(known, _interpolated(sample, [0.1, 0.25, 0.5, 0.75, 0.9]))
    return Quantiles(q10=q10, q25=q25, median=median, q75=q75, q90=q90)


def _interpolated(sample: NDArray[np.float64], levels: Sequence[float]) -> list[float]:
    """Returns NumPy's quantiles of a sample without NaN; infinite where a neighbour with a weight is infinite."""
    if np.isfinite(sample).all():
        found: list[float] = np.quantile(sample, levels).tolist()
        return found
    ordered, places = np.sort(sample), np.asarray(levels) * (len(sample) - 1)
    low, high = ordered[np.floor(places).astype(int)], ordered[np.ceil(places).astype(int)]
    share = places - np.floor(places)
    inner = ~(np.isinf(low) | np.isinf(high))
    between = np.where(inner, low, 0) * (1 - share) + np.where(inner, high, 0) * share
    outer = np.where(np.isinf(low), low, high)
    result: list[float] = np.where(inner, between, outer).tolist()
    return result


def known(value: float) -> float | None:
    """Returns a number, or None where it is not finite, for JSON."""
    return value if math.isfinite(value) else None


LEVELS = ("q10", "median", "q90", "worst")
Levels = dict[str, float | None] | None


def spreads(scores: Mapping[str, NDArray[np.float64]], better: Mapping[str, str]) -> dict[str, Levels]:
    """Returns the ``LEVELS`` of each of some scores (S,) of S networks; None where no network has the score.

    A level is None where it falls among infinite scores, those of diverged networks. ``better`` is ``high`` for a
    score whose high values are good, else ``low``. It is fast, since it runs for every frame.
    """
    table = np.stack(list(scores.values()), axis=1)  # (S, scores)
    if np.isfinite(table).all():
        columns = np.quantile(table, [0.1, 0.5, 0.9], axis=0).T.tolist()
    else:
        found = [quantiles(column) for column in table.T]
        columns = [each and [each.q10, each.median, each.q90] for each in found]
    result: dict[str, Levels] = {}
    for (name, values), levels in zip(scores.items(), columns, strict=True):
        if levels is not None:
            worst = (np.nanmin if better.get(name) == "high" else np.nanmax)(values)
            levels = [*levels, known(float(worst))]
        result[name] = levels and dict(zip(LEVELS, levels, strict=True))
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """median(first) - median(second), with its confidence interval [low, high] of ``level``; None for an unbounded
    end."""

    value: float
    low: float | None
    high: float | None
    level: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return (self.low is not None and self.low > 0) or (self.high is not None and self.high < 0)


def median_difference(first: Sequence[float], second: Sequence[float], level: float = 0.95) -> Difference | None:
    """Returns the difference of two paired samples' medians with a percentile bootstrap interval (Efron 1979).

    Pairs are resampled as pairs, because they share a seed. Infinite values count and may make an end of the interval
    unbounded; a resample in which both medians are infinite counts at both ends. A pair with a NaN is left out.
    Returns None with fewer than ``FEWEST_PAIRS`` pairs, or where a median is infinite. The interval is deterministic.
    """
    pairs = np.column_stack([np.asarray(first, dtype=float), np.asarray(second, dtype=float)])
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) < FEWEST_PAIRS or not np.isfinite(np.median(pairs, axis=0)).all():
        return None
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(pairs), size=(RESAMPLES, len(pairs)))
    # A contiguous column makes the indexing several times as fast.
    ones, others = (np.median(np.ascontiguousarray(column)[drawn], axis=1) for column in pairs.T)
    with np.errstate(invalid="ignore"):
        found = ones - others
    (low,) = _interpolated(np.where(np.isnan(found), -np.inf, found), [(1 - level) / 2])
    (high,) = _interpolated(np.where(np.isnan(found), np.inf, found), [(1 + level) / 2])
    value = float(np.median(pairs[:, 0]) - np.median(pairs[:, 1]))
    return Difference(value=value, low=known(low), high=known(high), level=level)
