"""Real tables from scikit-learn: which there are, and two of their columns as points in the plane.

The names stand here, so that a page can offer them without loading scikit-learn, which takes a second or two.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pair = tuple[int, int]
Points = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of ``rows`` examples: the names of its ``classes`` and of its numeric ``columns``."""

    label: str
    rows: int
    classes: tuple[str, ...]
    columns: tuple[str, ...]


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
}
MOST_COLUMNS = max(len(table.columns) for table in TABLES.values())


def table(n: int, noise: float, rng: np.random.Generator, name: str, columns: Pair) -> Points:
    """Two of the columns, counted from 1, each stretched to [-5, 5]; n of the rows. Noise blurs each point by up to
    2 · noise in each coordinate."""
    rows, labels = _rows(name)
    points = rows[:, [column - 1 for column in columns]]
    low, high = points.min(axis=0), points.max(axis=0)
    chosen = rng.permutation(len(points))[:n]
    points = 10 * (points[chosen] - low) / (high - low) - 5
    return points + rng.uniform(-2, 2, (n, 2)) * noise, labels[chosen].astype(float)


def _rows(name: str) -> Any:
    """The numbers (N, columns) and the classes (N,)."""
    from sklearn import datasets

    return getattr(datasets, f"load_{name}")(return_X_y=True)
