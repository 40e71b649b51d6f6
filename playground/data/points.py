"""Points in the plane: the datasets of the playground, and the features a network may see of them.

To add a dataset, write a function ``(n, noise, rng) -> (points, labels)`` and give it a line in ``DATASETS``:
menus, URLs, the command line and the tests follow by themselves.

The first four sets and the two regression sets are those of TensorFlow Playground, formula for formula
(tensorflow/playground, dataset.ts).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from playground.data import formula, tables
from playground.data.own import own, own_size, starter

Floats = NDArray[np.float64]
Draw = Callable[[int, float, np.random.Generator], tuple[Floats, Floats]]
DOMAIN = (-6.0, 6.0)  # what the plane shows, in both directions
CURVE_HEIGHT = 5.0  # where it shows the value 1 of a curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """A dataset that can be drawn again from any seed.

    ``generate(n, noise, rng)`` gives points (N, 2) in [-6, 6]² (noise may push some out of it) and labels (N,):
    the class index 0 … ``classes`` - 1, or for regression (``classes`` = 0) a value in [-1, 1].
    ``noise`` is in [0, 0.5]. It is a function of this package, or a ``partial`` of one: a script copies it.
    ``size`` is the usual number of points. A table's is the number of its rows, of which fewer can be drawn
    (``is_table``); its ``class_names`` and its ``columns``, one for each coordinate, have names. Of a curve
    (``is_curve``) the second coordinate is 0; pictures show a point's value there, as CURVE_HEIGHT times it.
    Where all columns of a table are seen, ``all_of`` is its name, or the text of a person's own, and ``all_columns``
    are their names: ``generate`` then gives rows (N, columns), and the plane is that of ``tables.axes``.
    """

    label: str
    generate: Draw
    classes: int
    size: int = 500
    is_table: bool = False
    class_names: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    is_curve: bool = False
    all_of: str = ""
    all_columns: tuple[str, ...] = ()

    @property
    def is_regression(self) -> bool:
        return self.classes == 0

    def train_size(self, train_share: float) -> int:
        """Returns how many of the points are trained on, for ``train_share`` in [0.1, 0.9]: all but one at most."""
        return min(max(round(self.size * train_share), 1), self.size - 1)


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


def pinwheel(n: int, noise: float, rng: np.random.Generator, classes: int) -> tuple[Floats, Floats]:
    """A curved blade for each class; noise blurs each point by up to 2 · noise in each coordinate."""
    labels = np.arange(n) % classes
    radius = rng.uniform(0.4, 5, n)
    angle = 2 * np.pi * labels / classes + 0.45 * radius + rng.normal(0, 0.16, n)
    return _polar(radius, angle) + rng.uniform(-2, 2, (n, 2)) * noise, labels.astype(float)


def moons(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Two half circles that reach into each other; noise blurs each point by up to 4 · noise in each coordinate."""
    labels = np.arange(n) % 2
    angle = rng.uniform(0, np.pi, n)
    side = np.where(labels == 1, 1, -1)
    arc = np.stack([side * (3 * np.cos(angle) - 1.5), side * (3 * np.sin(angle) - 0.75)], axis=1)
    return arc + rng.uniform(-4, 4, (n, 2)) * noise, labels.astype(float)


def checkerboard(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Four by four squares of two classes; noise moves a point before its label is read."""
    points = rng.uniform(-6, 6, (n, 2))
    square = np.floor((points + rng.uniform(-5, 5, (n, 2)) * noise) / 3)
    return points, square.sum(axis=1) % 2


def blobs(n: int, noise: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Five classes: Gaussian clouds whose centres are drawn too; the variance grows from 0.2 to 3.7."""
    labels = np.arange(n) % 5
    centres = _polar(rng.uniform(3, 4.4, 5), 2 * np.pi * (np.arange(5) + rng.uniform(-0.25, 0.25, 5)) / 5)
    return rng.normal(centres[labels], np.sqrt(0.2 + 7 * noise), (n, 2)), labels.astype(float)


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


def curve(n: int, noise: float, rng: np.random.Generator, text: str) -> tuple[Floats, Floats]:
    """Regression in one dimension: the formula ``text`` of x; noise blurs each value by up to itself, within ±1."""
    x = rng.uniform(-6, 6, n)
    values = formula.evaluated(text, x, 0 * x)
    return np.stack([x, 0 * x], axis=1), np.clip(values + rng.uniform(-1, 1, n) * noise, -1, 1)


def _polar(radius: Floats, angle: Floats) -> Floats:
    return np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)


def _table(name: str, columns: tuple[int, int], all_columns: bool = False) -> Dataset:
    known = tables.TABLES[name]
    generate = partial(tables.whole, name=name) if all_columns else partial(tables.table, name=name, columns=columns)
    return _of_table(known, generate, len(known.classes), columns, name if all_columns else "")


def _of_table(known: tables.Table, generate: Draw, classes: int, columns: tuple[int, int], all_of: str) -> Dataset:
    return Dataset(
        label=known.label,
        generate=generate,
        classes=classes,
        size=known.rows,
        is_table=True,
        class_names=known.classes,
        columns=tuple(map(known.name_of, tables.COMPONENTS if all_of else columns)),
        all_of=all_of,
        all_columns=known.columns if all_of else (),
    )


def _curve(text: str) -> Dataset:
    return Dataset(label="Curve", generate=partial(curve, text=text), classes=0, size=200, is_curve=True)


def own_dataset(
    text: str, classes: int, names: str = "", columns: tuple[int, int] = (1, 2), all_columns: bool = False
) -> Dataset:
    """Returns a person's own points, written as ``text`` (see ``data/own.py``), as a dataset; ``classes`` is 0 for
    regression. ``names`` are those of the columns and of the classes, with ``|`` between them. Of a table with more
    than two columns the two ``columns`` are seen, or all."""
    if known := tables.own_table(text, classes, names):
        two = partial(tables.own_two, text=text, classes=classes, columns=columns)
        generate: Draw = partial(tables.own_whole, text=text, classes=classes) if all_columns else two
        return _of_table(known, generate, classes, columns, text if all_columns else "")
    across, up, *class_names = names.split("|") if names.count("|") else ("", "")
    is_named = classes > 0 and len(class_names) == classes
    return Dataset(
        label="Your own",
        generate=partial(own, text=text, classes=classes),
        classes=classes,
        size=own_size(text),
        class_names=tuple(class_names) if is_named else (),
        columns=(across, up) if across and up else (),
    )


DATASETS = {
    "circle": Dataset(label="Circle", generate=circle, classes=2),
    "xor": Dataset(label="XOR", generate=xor, classes=2),
    "gauss": Dataset(label="Gaussian", generate=gauss, classes=2),
    "spiral": Dataset(label="Spiral", generate=spiral, classes=2),
    "rings": Dataset(label="Rings", generate=rings, classes=3, size=600),
    "pinwheel": Dataset(label="Pinwheel", generate=partial(pinwheel, classes=3), classes=3, size=600),
    "plane": Dataset(label="Plane", generate=plane, classes=0, size=1200),
    "multi_gauss": Dataset(label="Multi-Gaussian", generate=multi_gauss, classes=0, size=1200),
    "moons": Dataset(label="Moons", generate=moons, classes=2),
    "checkerboard": Dataset(label="Checkers", generate=checkerboard, classes=2, size=1000),
    "blobs": Dataset(label="Blobs", generate=blobs, classes=5, size=600),
    "pinwheel_4": Dataset(label="Pinwheel 4", generate=partial(pinwheel, classes=4), classes=4, size=800),
    "pinwheel_5": Dataset(label="Pinwheel 5", generate=partial(pinwheel, classes=5), classes=5, size=1000),
    "curve": _curve(formula.USUAL_CURVE),
    **{name: _table(name, table.usual) for name, table in tables.TABLES.items()},
    "own": own_dataset(starter(2), 2),
}
USUAL_DATASETS = tuple(DATASETS)[:8]  # TensorFlow Playground's, and two of more classes

FEATURES = {
    "x": Feature(label="x₁", formula="x₁", function=lambda x, y: x),
    "y": Feature(label="x₂", formula="x₂", function=lambda x, y: y),
    "x_squared": Feature(label="x₁²", formula="x₁²", function=lambda x, y: x * x),
    "y_squared": Feature(label="x₂²", formula="x₂²", function=lambda x, y: y * y),
    "xy": Feature(label="x₁x₂", formula="x₁ x₂", function=lambda x, y: x * y),
    "sin_x": Feature(label="sin x₁", formula="sin(x₁)", function=lambda x, y: np.sin(x)),
    "sin_y": Feature(label="sin x₂", formula="sin(x₂)", function=lambda x, y: np.sin(y)),
    "cos_x": Feature(label="cos x₁", formula="cos(x₁)", function=lambda x, y: np.cos(x)),
    "cos_y": Feature(label="cos x₂", formula="cos(x₂)", function=lambda x, y: np.cos(y)),
    "own": Feature(label="own f", formula=formula.USUAL, function=partial(formula.evaluated, formula.USUAL)),
}
USUAL_FEATURES = tuple(FEATURES)[:7]  # TensorFlow Playground's
OF_X = ("x", "x_squared", "sin_x", "cos_x")  # of the first coordinate alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A drawn dataset, shuffled; the first ``train_size`` rows are for training, the rest for testing."""

    points: Floats  # (N, 2), in the plane
    rows: Floats  # (N, K): the points, or all columns of a table
    labels: Floats  # (N,)
    train_size: int


@lru_cache(maxsize=256)
def dataset_of(
    name: str,
    size: int | None,
    columns: tuple[int, int],
    text: str = "",
    classes: int = 2,
    names: str = "",
    formula_of_x: str = formula.USUAL_CURVE,
    all_columns: bool = False,
) -> Dataset:
    """Returns a dataset with what a person chose of it: how many points (None: as many as usual; painted ones
    are all taken), which columns of a table, or that all are seen, of their own points the ``text``, the number of
    ``classes`` and the ``names``, and of a curve the formula.
    """
    if name == "own":
        entry = own_dataset(text or starter(classes), classes, names, columns, all_columns)
        return replace(entry, size=size) if size and entry.is_table else entry
    entry = DATASETS[name]
    if name in tables.TABLES:
        entry = _table(name, columns, all_columns)
    elif entry.is_curve:
        entry = _curve(formula_of_x)
    return replace(entry, size=size) if size else entry


def draw(entry: Dataset, noise: float, train_share: float, data_seed: int) -> Split:
    """Draw, shuffle and split a dataset: the same arguments always give the same points."""
    rng = np.random.default_rng(data_seed)
    rows, labels = entry.generate(entry.size, noise, rng)
    order = rng.permutation(entry.size)
    rows, labels = rows[order], labels[order]
    points = tables.onto_plane(entry.all_of, rows) if entry.all_of else rows
    return Split(points=points, rows=rows, labels=labels, train_size=entry.train_size(train_share))


def feature_values(names: tuple[str, ...], points: Floats, own: str = formula.USUAL) -> NDArray[np.float32]:
    """The named features of points (N, 2), as (N, D) float32 in the order of ``names``; ``own`` is the formula of the
    feature of that name."""
    x, y = points.T
    functions = {name: FEATURES[name].function for name in names}
    functions |= {"own": partial(formula.evaluated, own)} if "own" in names else {}
    with np.errstate(all="ignore"):  # a point far outside may be too much for a formula
        values = np.stack([functions[name](x, y) for name in names], axis=1)
    return np.nan_to_num(values).astype(np.float32)


def target_values(entry: Dataset, outputs: int, labels: Floats) -> NDArray[np.float32]:
    """What the network's outputs should be, (N, outputs), for ``labels`` (N,): ±1 or the value for one output, else
    one-hot."""
    if outputs > 1:
        result: NDArray[np.float32] = np.eye(outputs, dtype=np.float32)[labels.astype(int)]
        return result
    values = labels if entry.is_regression else 2 * labels - 1
    return values[:, None].astype(np.float32)


def grid(density: int) -> Floats:
    """``density``² points over the domain as (density², 2), row by row from the top left, edges included."""
    axis = np.linspace(*DOMAIN, density)
    x, y = np.meshgrid(axis, axis[::-1])
    return np.stack([x.ravel(), y.ravel()], axis=1)
