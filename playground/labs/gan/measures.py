"""How well fakes imitate: modes found, share on a mode, sliced Wasserstein distance. In NumPy, with no network."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from playground.data.digits import CLASSES, WHITE, digits
from playground.labs.gan.data import SETS, Mixture, examples

Floats = NDArray[np.float64]
DIRECTIONS = 64
WITHIN = 3.0  # standard deviations: 98.9% of a two-dimensional Gaussian
FAIR = 0.2  # of its even share, that a mode gets to be found
RUNS = 64  # whose examples are kept: those of a comparison
USUAL = 0.95  # of real digits stand as near to another one as what counts as on a mode


def sliced_wasserstein(first: Floats, second: Floats) -> float:
    """Returns the mean over fixed directions of the Wasserstein-1 distance of the projections of two equally many
    points (N, D) (Bonneel et al. 2015)."""
    return float(np.abs(projected(first) - projected(second)).mean())


def projected(points: Floats) -> Floats:
    """Returns the projections (N, DIRECTIONS) of points (N, D) on fixed directions, each of them sorted."""
    found: Floats = np.sort(points @ _directions(points.shape[1]), 0)
    return found


@lru_cache
def _directions(features: int) -> Floats:
    """Returns unit vectors (features, DIRECTIONS)."""
    if features == 2:
        turn = np.pi * np.arange(DIRECTIONS) / DIRECTIONS
        return np.stack([np.cos(turn), np.sin(turn)])
    found: Floats = np.random.default_rng(0).normal(size=(features, DIRECTIONS))
    found /= np.linalg.norm(found, axis=0)
    return found


def on_modes(points: Floats, mixture: Mixture) -> tuple[int, float]:
    """Returns how many modes are found, and the share of points (N, 2) within 3 standard deviations of a centre."""
    distance = np.sqrt((((points[:, None] - mixture.centres) / mixture.stds) ** 2).sum(2))  # (N, K)
    nearest, is_on = distance.argmin(1), distance.min(1) < WITHIN
    return _found(nearest[is_on], len(points), len(mixture.centres)), float(is_on.mean())


def digit_classes(images: Floats) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Returns the class (N,) of the real digit nearest to each image (N, 64), and whether that is as near as real
    digits are to each other: an independent judge that was not trained with the players."""
    real, labels, reach = _judge()
    squares = images @ (-2 * real.T)  # without the square of the image, which does not say which is nearest
    squares += (real**2).sum(1)
    nearest = squares.argmin(1)
    distance = np.take_along_axis(squares, nearest[:, None], 1)[:, 0] + (images**2).sum(1)
    return labels[nearest], distance < reach


@lru_cache
def _judge() -> tuple[Floats, NDArray[np.int64], float]:
    images, labels = digits()
    real = 2 * images.reshape(len(images), -1).astype(float) / WHITE - 1
    squares = (real**2).sum(1)[:, None] - 2 * real @ real.T + (real**2).sum(1)
    np.fill_diagonal(squares, np.inf)
    return real, labels, float(np.quantile(squares.min(1), USUAL))


def modes(dataset: str, fakes: Floats) -> dict[str, float]:
    """Returns ``modes`` and ``share_on_mode``; nothing for a set that has none."""
    mixture = SETS[dataset].mixture
    if dataset == "digits":
        classes, is_on = digit_classes(fakes)
        return {"modes": _found(classes[is_on], len(fakes), CLASSES), "share_on_mode": float(is_on.mean())}
    if mixture is None:
        return {}
    found, share = on_modes(fakes, mixture)
    return {"modes": found, "share_on_mode": share}


def _found(nearest: NDArray[np.int64], total: int, count: int) -> int:
    """Returns how many of ``count`` modes have at least ``FAIR`` of their even share of ``total``."""
    return int((np.bincount(nearest, minlength=count) >= FAIR * total / count).sum())


@lru_cache(maxsize=RUNS)
def fresh(dataset: str, drawing: str, n: int, seed: int) -> Floats:
    """Returns ``n`` examples (n, D) that no run trains on (but for digits, of which there are no others); shared."""
    found = examples(dataset, drawing, n, np.random.default_rng([seed, 1]))
    found.flags.writeable = False
    return found


@lru_cache(maxsize=RUNS)
def distance_to(dataset: str, drawing: str, n: int, seed: int) -> Callable[[Floats], float]:
    """Returns what measures the sliced Wasserstein distance of points (n, D) to ``fresh`` examples; these, which stay
    the same, are projected once."""
    wanted = projected(fresh(dataset, drawing, n, seed))
    return lambda points: float(np.abs(projected(points) - wanted).mean())


@lru_cache(maxsize=RUNS)
def floor(dataset: str, drawing: str, n: int, seed: int) -> float:
    """Returns the sliced Wasserstein distance of two fresh samples: what a perfect generator would reach."""
    return sliced_wasserstein(
        fresh(dataset, drawing, n, seed), examples(dataset, drawing, n, np.random.default_rng([seed, 2]))
    )
