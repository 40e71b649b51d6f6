"""What the generator is to imitate: points of the plane, or digits of 8 × 8 pixels. Free of torch.

To add a set, write a function ``(n, rng) -> points`` and give it a line in ``SETS``. Two Gaussians, three blobs, line
and ring are those of GAN Lab (poloclub/ganlab), whose unit square is stretched to [-1, 1]².
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.data.digits import WHITE, digits

Floats = NDArray[np.float64]
DOMAIN = (-1.5, 1.5)  # what the plane shows, in both directions
PAPERS = {256: 32, 64: 16}  # squares of a drawing, in either direction, by its hexadecimal digits: four to a digit
MOST_DIGITS = max(PAPERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """Gaussians of equal weight: ``centres`` (K, 2) and standard deviations ``stds`` (K, 2) along the axes."""

    centres: Floats
    stds: Floats

    def sample(self, n: int, rng: np.random.Generator) -> Floats:
        """Returns points (n, 2)."""
        which = rng.integers(len(self.centres), size=n)
        return self.centres[which] + self.stds[which] * rng.normal(size=(n, 2))

    def density(self, points: Floats, blur: float = 0.0) -> Floats:
        """Returns the density (N,) at points (N, 2), of the mixture after Gaussian noise of std ``blur``."""
        variances = self.stds**2 + blur**2  # (K, 2)
        distance = ((points[:, None] - self.centres) ** 2 / variances).sum(2)  # (N, K)
        heights = np.exp(-distance / 2) / (2 * np.pi * np.sqrt(variances.prod(1)))
        found: Floats = heights.mean(1)
        return found


def _mixture(centres: Floats, std: float) -> Mixture:
    return Mixture(centres=np.asarray(centres, float), stds=np.full((len(centres), 2), std))


def _unit(points: Floats) -> Floats:
    """GAN Lab's unit square stretched to [-1, 1]²."""
    return 2 * points - 1


_TURNS = 2 * np.pi * np.arange(8) / 8
EIGHT = _mixture(np.stack([np.cos(_TURNS), np.sin(_TURNS)], 1), 0.05)
GRID = _mixture(np.stack(np.meshgrid(*[np.linspace(-1, 1, 5)] * 2), -1).reshape(-1, 2), 0.04)
TWO = Mixture(centres=_unit(np.array([[0.3, 0.7], [0.7, 0.4]])), stds=2 * np.array([[0.1, 0.1], [0.05, 0.2]]))
DISJOINT = _mixture(_unit(np.array([[0.35, 0.75], [0.75, 0.6], [0.45, 0.35]])), 0.05)


def line(n: int, rng: np.random.Generator) -> Floats:
    """A line with noise of std 0.02."""
    u = rng.uniform(size=n)
    return _unit(np.stack([0.8 - 0.75 * u, 0.6 + 0.3 * u], 1) + 0.01 * rng.normal(size=(n, 2)))


def ring(n: int, rng: np.random.Generator) -> Floats:
    """An ellipse with noise of std 0.05."""
    turn = rng.uniform(0, 2 * np.pi, n)
    on = np.array([0.5, 0.45]) + np.array([0.3, 0.25]) * np.stack([np.cos(turn), np.sin(turn)], 1)
    return _unit(on + 0.025 * rng.normal(size=(n, 2)))


def moons(n: int, rng: np.random.Generator) -> Floats:
    """Two interleaved half circles."""
    turn, lower = rng.uniform(0, np.pi, n), rng.integers(2, size=n)
    x = np.where(lower, 1 - np.cos(turn), np.cos(turn)) - 0.5
    y = np.where(lower, 0.5 - np.sin(turn), np.sin(turn)) - 0.25
    return 0.8 * np.stack([x, y], 1) + 0.04 * rng.normal(size=(n, 2))


def spiral(n: int, rng: np.random.Generator) -> Floats:
    """One spiral of two turns."""
    along = np.sqrt(rng.uniform(0.02, 1, n))
    turn = 4 * np.pi * along
    found: Floats = 1.1 * along[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    return found + 0.03 * rng.normal(size=(n, 2))


LETTERS = "000000000000000031924a52425a425a5bd64a564a5232520000000000000000"


def bitmap(text: str) -> NDArray[np.bool_]:
    """Returns the drawing (32, 32) or (16, 16) behind its hexadecimal digits, row by row from the top."""
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8))
    return bits.reshape(PAPERS[len(text)], -1).astype(bool)


def is_bitmap(text: str) -> bool:
    """Whether ``bitmap`` can read it, and anything is drawn."""
    return len(text) in PAPERS and set(text) <= set("0123456789abcdef") and set(text) != {"0"}


def drawn(text: str, n: int, rng: np.random.Generator) -> Floats:
    """Points (n, 2), evenly from the dark squares of a drawing that fills [-1.25, 1.25]²."""
    paper = bitmap(text)
    rows, columns = np.nonzero(paper)
    which = rng.integers(len(rows), size=n)
    x, y = columns[which] + rng.uniform(size=n), rows[which] + rng.uniform(size=n)
    return 2.5 * np.stack([x / len(paper) - 0.5, 0.5 - y / len(paper)], 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A data set: how it is drawn, and its closed form where it is a mixture."""

    label: str
    sample: Callable[[int, np.random.Generator], Floats] | None = None
    mixture: Mixture | None = None
    formula: str = ""


SETS = {
    "eight_gaussians": Set(label="Eight Gaussians", mixture=EIGHT, formula="σ 0.05 on a circle of radius 1"),
    "grid": Set(label="25 Gaussians", mixture=GRID, formula="σ 0.04 on a grid of 5 × 5"),
    "two_gaussians": Set(label="Two Gaussians", mixture=TWO, formula="GAN Lab's"),
    "disjoint": Set(label="Three blobs", mixture=DISJOINT, formula="GAN Lab's disjoint set"),
    "line": Set(label="Line", sample=line, formula="GAN Lab's"),
    "ring": Set(label="Ring", sample=ring, formula="GAN Lab's"),
    "moons": Set(label="Two moons", sample=moons),
    "spiral": Set(label="Spiral", sample=spiral),
    "letters": Set(label="Letters", formula="GAN"),
    "drawn": Set(label="Your own", formula="what you draw on the paper"),
    "digits": Set(label="Digits 8 × 8", formula="scikit-learn's 1,797 digits, pixels from −1 to 1"),
}


def examples(dataset: str, drawing: str, n: int, rng: np.random.Generator) -> Floats:
    """Returns ``n`` examples (n, D) of a set: points, or digits as vectors of 64 pixels in [-1, 1]."""
    entry = SETS[dataset]
    if dataset == "digits":
        images = digits()[0].reshape(-1, 64)
        found: Floats = 2.0 * images[rng.permutation(len(images))[:n]] / WHITE - 1
        return found
    if entry.mixture is not None:
        return entry.mixture.sample(n, rng)
    if entry.sample is not None:
        return entry.sample(n, rng)
    return drawn(LETTERS if dataset == "letters" else drawing, n, rng)
