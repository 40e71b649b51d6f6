"""Points in the plane: the datasets of the playground, and the features a network may see of them.

To add a dataset, write a function ``(n, noise, rng) -> (points, labels)`` and give it a line in ``DATASETS``:
menus, URLs, the command line and the tests follow by themselves.

The first four sets and the two regression sets are those of TensorFlow Playground, formula for formula
(tensorflow/playground, dataset.ts).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DOMAIN = (-6.0, 6.0)  # what the plane shows, in both directions


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that can be drawn again from any seed.

    ``generate(n, noise, rng)`` gives points (N, 2) in [-6, 6]² (noise may push some out of it) and labels (N,):
    the class index 0 … ``classes`` - 1, or for regression (``classes`` = 0) a value in [-1, 1].
    ``noise`` is in [0, 0.5].
    """

    label: str
    generate: Callable[[int, float, np.random.Generator], tuple[Floats, Floats]]
    classes: int
    size: int = 500

    @property
    def is_regression(self) -> bool:
        return self.classes == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One input of the network: a function of a point's two coordinates."""

    label: str
    formula: str
    function: Callable[[Floats, Floats], Floats]


def circle(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A disc of class 1 inside a ring of class 0."""
    half = n // 2
    radius = np.concatenate([rng.uniform(0, 2.5, half), rng.uniform(3.5, 5, n - half)])
    points = _polar(radius, rng.uniform(0, 2 * np.pi, n))
    jittered = points + rng.uniform(-5, 5, (n, 2)) * noise
    return points, (np.hypot(*jittered.T) < 2.5).astype(float)


def xor(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Class 1 where both coordinates have the same sign."""
    points = rng.uniform(-5, 5, (n, 2))
    points += np.where(points > 0, 0.3, -0.3)
    jittered = points + rng.uniform(-5, 5, (n, 2)) * noise
    return points, (jittered.prod(axis=1) >= 0).astype(float)


def gauss(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Two Gaussian clouds, class 1 at (2, 2) and class 0 at (-2, -2); the variance grows from 0.5 to 4."""
    labels = (np.arange(n) < n // 2).astype(float)
    centres = np.where(labels == 1, 2.0, -2.0)[:, None]
    return rng.normal(centres, np.sqrt(0.5 + 7 * noise), (n, 2)), labels


def spiral(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Two interleaved spirals."""
    half = n // 2
    i = np.arange(n) % half
    labels = (np.arange(n) < half).astype(float)
    angle = 1.75 * 2 * np.pi * i / half + np.where(labels == 1, 0, np.pi)
    return _polar(5 * i / half, angle) + rng.uniform(-1, 1, (n, 2)) * noise, labels


def rings(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Three classes: a disc and two rings around it; noise moves a point before its label is read."""
    inner = np.array([0.0, 2.2, 4.0])
    labels = np.arange(n) % 3
    points = _polar(inner[labels] + rng.uniform(0, 1.3, n), rng.uniform(0, 2 * np.pi, n))
    distance = np.hypot(*(points + rng.uniform(-5, 5, (n, 2)) * noise).T)
    return points, np.digitize(distance, [1.75, 3.65]).astype(float)


def pinwheel(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Three classes: three curved blades; noise blurs each point by up to 2 · noise in each coordinate."""
    labels = np.arange(n) % 3
    radius = rng.uniform(0.4, 5, n)
    angle = 2 * np.pi * labels / 3 + 0.45 * radius + rng.normal(0, 0.16, n)
    return _polar(radius, angle) + rng.uniform(-2, 2, (n, 2)) * noise, labels.astype(float)


def plane(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Regression: (x + y) / 10, kept within [-1, 1]."""
    points = rng.uniform(-6, 6, (n, 2))
    jittered = points + rng.uniform(-6, 6, (n, 2)) * noise
    return points, np.clip(jittered.sum(axis=1) / 10, -1, 1)


def multi_gauss(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Regression: six cones of height ±1; where they overlap the larger in magnitude wins."""
    centres = np.array([[-4, 2.5], [0, 2.5], [4, 2.5], [-4, -2.5], [0, -2.5], [4, -2.5]])
    signs = np.array([1, -1, 1, -1, 1, -1])
    points = rng.uniform(-6, 6, (n, 2))
    jittered = points + rng.uniform(-6, 6, (n, 2)) * noise
    distance = np.linalg.norm(jittered[:, None] - centres, axis=2)  # (N, 6)
    heights = signs * np.clip(1 - distance / 2, 0, 1)
    return points, heights[np.arange(n), np.abs(heights).argmax(axis=1)]


def _polar(radius: Floats, angle: Floats) -> Floats:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


DATASETS = {
    "circle": Dataset(label="Circle", generate=circle, classes=2),
    "xor": Dataset(label="XOR", generate=xor, classes=2),
    "gauss": Dataset(label="Gaussian", generate=gauss, classes=2),
    "spiral": Dataset(label="Spiral", generate=spiral, classes=2),
    "rings": Dataset(label="Rings", generate=rings, classes=3, size=600),
    "pinwheel": Dataset(label="Pinwheel", generate=pinwheel, classes=3, size=600),
    "plane": Dataset(label="Plane", generate=plane, classes=0, size=1200),
    "multi_gauss": Dataset(label="Multi-Gaussian", generate=multi_gauss, classes=0, size=1200),
}

FEATURES = {
    "x": Feature(label="x₁", formula="x₁", function=lambda x, y: x),
    "y": Feature(label="x₂", formula="x₂", function=lambda x, y: y),
    "x_squared": Feature(label="x₁²", formula="x₁²", function=lambda x, y: x * x),
    "y_squared": Feature(label="x₂²", formula="x₂²", function=lambda x, y: y * y),
    "xy": Feature(label="x₁x₂", formula="x₁ x₂", function=lambda x, y: x * y),
    "sin_x": Feature(label="sin x₁", formula="sin(x₁)", function=lambda x, y: np.sin(x)),
    "sin_y": Feature(label="sin x₂", formula="sin(x₂)", function=lambda x, y: np.sin(y)),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A drawn dataset, shuffled; the first ``train_size`` rows are for training, the rest for testing."""

    points: Floats  # (N, 2)
    labels: Floats  # (N,)
    train_size: int


def train_size(dataset: str, train_share: float) -> int:
    """How many of a dataset's points are trained on, for ``train_share`` in [0.1, 0.9]."""
    return round(DATASETS[dataset].size * train_share)


def draw(dataset: str, noise: float, train_share: float, data_seed: int) -> Split:
    """Draw, shuffle and split a dataset: the same arguments always give the same points."""
    rng = np.random.default_rng(data_seed)
    entry = DATASETS[dataset]
    points, labels = entry.generate(entry.size, noise, rng)
    order = rng.permutation(entry.size)
    return Split(points=points[order], labels=labels[order], train_size=train_size(dataset, train_share))


def feature_values(names: tuple[str, ...], points: Floats) -> NDArray[np.float32]:
    """The named features of points (N, 2), as (N, D) float32 in the order of ``names``."""
    x, y = points.T
    return np.stack([FEATURES[name].function(x, y) for name in names], axis=1).astype(np.float32)


def target_values(dataset: str, outputs: int, labels: Floats) -> NDArray[np.float32]:
    """What the network's outputs should be, (N, outputs), for ``labels`` (N,): ±1 or the value for one output, else
    one-hot."""
    if outputs > 1:
        result: NDArray[np.float32] = np.eye(outputs, dtype=np.float32)[labels.astype(int)]
        return result
    values = labels if DATASETS[dataset].is_regression else 2 * labels - 1
    return values[:, None].astype(np.float32)


def grid(density: int) -> Floats:
    """``density``² points over the domain as (density², 2), row by row from the top left, edges included."""
    axis = np.linspace(*DOMAIN, density)
    x, y = np.meshgrid(axis, axis[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)
