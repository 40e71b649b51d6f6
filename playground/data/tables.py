"""Tables: which there are in scikit-learn, and two of their columns as points in the plane, or all of them; and the
same of a person's own.

The names stand here, so that a page can offer them without reading the files.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data.own import own_columns, own_rows, own_size
from playground.data.shipped import shipped

Pair = tuple[int, int]
Points = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of ``rows`` examples: the names of its ``classes``, none for a regression, and of its ``columns``.

    ``usual`` are those that are shown first.
    """

    label: str
    rows: int
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    usual: tuple[int, int] = (1, 2)

    @property
    def numbers(self) -> range:
        """The numbers of its columns, from 1."""
        return range(1, len(self.columns) + 1)

    def name_of(self, column: int) -> str:
        """Returns the name of a column, counted from 1, or of a component."""
        return self.columns[column - 1] if column > 0 else f"principal component {-column}"


_OF_A_CELL = (
    *("radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity"),
    *("concave points", "symmetry", "fractal dimension"),
)

TABLES = {
    "breast_cancer": Table(
        label="Tumours",
        rows=569,
        classes=("malignant", "benign"),
        columns=(
            *(f"mean {name}" for name in _OF_A_CELL),
            *(f"{name} error" for name in _OF_A_CELL),
            *(f"worst {name}" for name in _OF_A_CELL),
        ),
    ),
    "iris": Table(
        label="Iris",
        rows=150,
        classes=("setosa", "versicolor", "virginica"),
        columns=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    ),
    "wine": Table(
        label="Wine",
        rows=178,
        classes=("class_0", "class_1", "class_2"),
        columns=(
            *("alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids"),
            *("nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue"),
            *("od280/od315_of_diluted_wines", "proline"),
        ),
    ),
    "diabetes": Table(
        label="Diabetes",
        rows=442,
        classes=(),
        columns=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
        usual=(3, 9),
    ),
}
FILES = {"breast_cancer": "breast_cancer.csv", "iris": "iris.csv", "wine": "wine_data.csv"}
COMPONENTS = (-1, -2)  # in place of columns: the first and the second principal component of all of them


def own_table(text: str, classes: int = 0, names: str = "") -> Table | None:
    """Returns a person's own points, written as ``text``, as a table; None where they have two columns, as painted
    ones have. ``names`` are those of the columns and of the classes, with ``|`` between them."""
    count, found = own_columns(text), tuple(names.split("|"))
    if count == 2:
        return None
    is_named = len(found) >= count and all(found)
    return Table(
        label="Your own",
        rows=own_size(text),
        classes=found[count:] if len(found) == count + classes else (),
        columns=found[:count] if is_named else tuple(f"column {number}" for number in range(1, count + 1)),
    )


def table(n: int, noise: float, rng: np.random.Generator, name: str, columns: Pair) -> Points:
    """Two of the columns, counted from 1, each stretched to [-5, 5]; n of the rows. Column -1 is the first principal
    component of all columns, -2 the second. The values of a regression are stretched to [-1, 1]. Noise blurs each
    point by up to 2 · noise in each coordinate."""
    rows, labels = _rows(name)
    return _two(rows, labels, n, noise, rng, columns)


def whole(n: int, noise: float, rng: np.random.Generator, name: str) -> Points:
    """All columns of n of the rows, each scaled to mean 0 and variance 1 over the whole table. The values of a
    regression are stretched to [-1, 1]. Noise blurs each number by up to 2 · noise."""
    rows, labels = _rows(name)
    return _all(rows, labels, n, noise, rng)


def own_two(n: int, noise: float, rng: np.random.Generator, text: str, classes: int, columns: Pair) -> Points:
    """``table`` of a person's own, written as ``text``; ``classes`` is 0 for a regression."""
    rows, labels = own_rows(text, classes)
    return _two(rows, labels, n, noise, rng, columns)


def own_whole(n: int, noise: float, rng: np.random.Generator, text: str, classes: int) -> Points:
    """``whole`` of a person's own, written as ``text``; ``classes`` is 0 for a regression."""
    rows, labels = own_rows(text, classes)
    return _all(rows, labels, n, noise, rng)


def _two(rows: Any, labels: Any, n: int, noise: float, rng: np.random.Generator, columns: Pair) -> Points:
    points = np.stack([_column(rows, column) for column in columns], axis=1)
    low, high = _ends(points)
    chosen = rng.permutation(len(points))[:n]
    points = 10 * (points[chosen] - low) / (high - low) - 5
    return points + rng.uniform(-2, 2, (n, 2)) * noise, labels[chosen]


def _all(rows: Any, labels: Any, n: int, noise: float, rng: np.random.Generator) -> Points:
    scaled = _scaled(rows)
    chosen = rng.permutation(len(rows))[:n]
    blur = rng.spawn(1)[0].uniform(-2, 2, (n, rows.shape[1]))
    rng.uniform(size=(n, 2))  # as two columns take: the same rows then train, and the same test
    return scaled[chosen] + blur * noise, labels[chosen]


def _scaled(rows: Any) -> Any:
    """The columns, each with mean 0 and variance 1; one that is the same in every row is 0."""
    deviation = rows.std(axis=0)
    return (rows - rows.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1)


def _ends(values: Any) -> Any:
    """The least and the greatest of each column of values (N, 2), 1 below and above where both are the same."""
    low, high = values.min(axis=0), values.max(axis=0)
    is_flat = high - low < 1e-9
    return np.where(is_flat, low - 1, low), np.where(is_flat, high + 1, high)


def axes(rows: Any) -> tuple[Any, Any, Any, float]:
    """The plane through the mean of a table's rows (N, K), along the first two principal components of all its
    columns, each scaled: the components (2, K), what of each is at -5 and at 5 in the plane, each (2,), and the share
    of the variance that both have."""
    scaled = _scaled(rows)
    components = np.linalg.svd(scaled, full_matrices=False)[2][:2]
    components = components * np.sign([[each[np.abs(each).argmax()]] for each in components])
    along = scaled @ components.T
    return components, *_ends(along), float(along.var(axis=0).sum() / rows.shape[1])


@lru_cache(maxsize=16)
def _axes_of(source: str) -> tuple[Any, Any, Any, float]:
    """``axes`` of a table by its ``source``: its name, or the text of a person's own."""
    return axes(_rows(source)[0] if source in TABLES else own_rows(source, 0)[0])


def onto_plane(source: str, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns where rows of scaled columns (N, K) are in the plane, (N, 2): their orthogonal projections."""
    components, low, high, _ = _axes_of(source)
    found: NDArray[np.float64] = 10 * (rows @ components.T - low) / (high - low) - 5
    return found


def lifted(source: str, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns the scaled columns (N, K) at points (N, 2) of the plane."""
    components, low, high, _ = _axes_of(source)
    found: NDArray[np.float64] = ((points + 5) / 10 * (high - low) + low) @ components
    return found


def plane_share(source: str) -> float:
    """Returns the share of the variance of all scaled columns that lies in the plane."""
    return _axes_of(source)[3]


def _column(rows: Any, column: int) -> Any:
    """A column (N,), or a principal component of all of them, each scaled to mean 0 and variance 1."""
    if column > 0:
        return rows[:, column - 1]
    scaled = _scaled(rows)
    direction = np.linalg.svd(scaled, full_matrices=False)[2][-column - 1]
    return scaled @ (direction * np.sign(direction[np.abs(direction).argmax()]))


@lru_cache(maxsize=len(TABLES))
def _rows(name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The numbers (N, columns), and the classes as numbers, or the values of a regression from -1 to 1, (N,);
    read-only."""
    if name == "diabetes":
        raw = np.loadtxt(shipped("data/diabetes_data_raw.csv.gz"))
        rows = _scaled(raw) / len(raw) ** 0.5  # as scikit-learn has them, to the bit
        values = np.loadtxt(shipped("data/diabetes_target.csv.gz"))
        labels = 2 * (values - values.min()) / (values.max() - values.min()) - 1
    else:
        *columns, labels = np.loadtxt(shipped(f"data/{FILES[name]}"), delimiter=",", skiprows=1, unpack=True)
        rows = np.stack(columns, axis=1)
    rows.flags.writeable = labels.flags.writeable = False
    return rows, labels
