"""What a sample of runs says, and what it does not: quantiles, a bootstrap interval of a difference. NumPy only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

RESAMPLES = 4000
FEWEST_PAIRS = 6  # with fewer the resampled medians are so few that an interval would be make-believe


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantiles:
    """Where a sample lies, by linear interpolation (NumPy's default): median, quartiles, 10 % and 90 % quantile."""

    q10: float
    q25: float
    median: float
    q75: float
    q90: float

    @property
    def iqr(self) -> float:
        """The interquartile range."""
        return self.q75 - self.q25


def quantiles(values: ArrayLike) -> Quantiles | None:
    """The quantiles of the finite ``values``; None where there is none."""
    sample = np.asarray(values, dtype=float)
    sample = sample[np.isfinite(sample)]
    if not len(sample):
        return None
    q10, q25, median, q75, q90 = np.quantile(sample, [0.1, 0.25, 0.5, 0.75, 0.9]).tolist()
    return Quantiles(q10=q10, q25=q25, median=median, q75=q75, q90=q90)


LEVELS = ("q10", "median", "q90", "worst")
Levels = dict[str, float] | None


def spreads(scores: Mapping[str, NDArray[np.float64]]) -> dict[str, Levels]:
    """How each of some scores (S,) is spread over S networks, by ``LEVELS``; None where none is finite.

    The worst is the largest, or of what is called an accuracy the smallest. Quick: it is part of every frame.
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
            finite = values[np.isfinite(values)]
            levels = [*levels, float(finite.min() if "accuracy" in name else finite.max())]
        result[name] = levels and dict(zip(LEVELS, levels, strict=True))
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """median(first) - median(second), and the interval [low, high] that holds it with ``level`` confidence."""

    value: float
    low: float
    high: float
    level: float

    @property
    def is_clear(self) -> bool:
        """Whether the interval excludes 0."""
        return self.low > 0 or self.high < 0


def median_difference(first: Sequence[float], second: Sequence[float], level: float = 0.95) -> Difference | None:
    """The difference of two paired samples' medians with a percentile bootstrap interval (Efron 1979).

    Pairs are resampled as pairs, because they share a seed. A pair with a value that is not finite is left out.
    None with fewer than ``FEWEST_PAIRS`` pairs. The same samples always give the same interval.
    """
    pairs = np.column_stack([np.asarray(first, dtype=float), np.asarray(second, dtype=float)])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < FEWEST_PAIRS:
        return None
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(pairs), size=(RESAMPLES, len(pairs)))
    # One column at a time lies in one piece, which is several times as fast.
    ones, others = (np.median(np.ascontiguousarray(column)[drawn], axis=1) for column in pairs.T)
    low, high = np.quantile(ones - others, [(1 - level) / 2, (1 + level) / 2]).tolist()
    value = float(np.median(pairs[:, 0]) - np.median(pairs[:, 1]))
    return Difference(value=value, low=low, high=high, level=level)
