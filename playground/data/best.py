"""The best loss that a dataset's noise allows: that of a network which knows how the points are drawn (Bayes).

Noise moves a point after its label is drawn, or before it is read: then points of both classes lie in one place, and
no network can tell them apart. Integrated over the distribution of the points by the midpoint rule, with the formulas
of ``playground/data/points.py``; tests hold it against the generators themselves.
"""

from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CELLS = 240  # of the midpoint rule, along an axis


@lru_cache(maxsize=128)
def best_loss(dataset: str, noise: float, loss: str) -> float | None:
    """The expected loss of the best network for ``noise`` in [0, 0.5]; None for a dataset where it is not known.

    ``loss`` is one of ``catalog.LOSSES``, with targets ±1 or a value; ``logistic`` and ``cross_entropy`` are in nats.
    """
    if dataset == "plane":
        return _plane(noise) if loss == "squared_error" else None
    if dataset not in _POSTERIORS:
        return None
    p = np.clip(_POSTERIORS[dataset](noise), 1e-300, 1)
    q = np.clip(1 - p, 1e-300, 1)
    # The best output for targets ±1 is p − q, which leaves the variance 4 p q.
    # For absolute error and hinge it is the sign of the likelier class, which costs 2 where it is the other one.
    cost = -p * np.log(p) - q * np.log(q)
    if loss == "squared_error":
        cost = 2 * p * q
    elif loss in ("absolute_error", "hinge"):
        cost = 2 * np.minimum(p, q)
    return float(cost.mean())


def _gauss(noise: float) -> Floats:
    """Along the line through both centres, 4 √2 apart, the clouds are normal; across it they are equal."""
    variance, centre = 0.5 + 7 * noise, 2 * np.sqrt(2)
    # The other class mirrors this one.
    z = centre + np.sqrt(variance) * np.array([NormalDist().inv_cdf(share) for share in _midpoints(0, 1, 4000)])
    posterior: Floats = 1 / (1 + np.exp(-2 * centre * z / variance))
    return posterior


def _xor(noise: float) -> Floats:
    """Each coordinate keeps its sign with a probability of its own; the other quadrants mirror this one."""
    distance = 0.3 + _midpoints(0, 5)
    keeps = 0.5 + 0.5 * (np.minimum(1, distance / (5 * noise)) if noise else np.ones_like(distance))
    x, y = keeps[:, None], keeps[None, :]
    return x * y + (1 - x) * (1 - y)


def _circle(noise: float) -> Floats:
    """The share of the square of jitters around a point that lies in the disc: over one jitter, with the chord of the
    disc in closed form; an eighth of the plane stands for all of it."""
    radius = np.concatenate([_midpoints(0, 2.5), _midpoints(3.5, 5)])[:, None, None]
    angle = _midpoints(0, np.pi / 4, 12)[None, :, None]
    half = 5 * noise
    x, y = radius * np.sin(angle), radius * np.cos(angle)
    if not noise:
        return (radius < 2.5).astype(float)
    chord = np.sqrt(np.maximum(0, 2.5**2 - (x + _midpoints(-half, half)) ** 2))
    covered = np.minimum(y + half, chord) - np.maximum(y - half, -chord)
    share: Floats = (np.maximum(0, covered) / (2 * half)).mean(axis=2)
    return share


_POSTERIORS: dict[str, Callable[[float], Floats]] = {"gauss": _gauss, "xor": _xor, "circle": _circle}


def _plane(noise: float) -> float:
    """Half the variance that the jitter of x + y leaves in what is kept within ±1."""
    one = _midpoints(0, 1)
    triangular = (np.sort((one[:, None] + one[None, :]).ravel()) - 1)[
        ::CELLS
    ]  # the sum of two, in equally likely parts
    values = np.clip((12 * triangular[:, None] + 12 * noise * triangular[None, :]) / 10, -1, 1)
    return float(0.5 * values.var(axis=1).mean())


def _midpoints(low: float, high: float, cells: int = CELLS) -> Floats:
    """The middles of so many equal parts."""
    return low + (high - low) * (np.arange(cells) + 0.5) / cells
