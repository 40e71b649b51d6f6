"""The data: a few rows of numbers and what is right for each, small enough to be read as a whole.

To add one, give it an entry in ``TABLES``: the menu, the address, the command line and the tests follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np

from playground.data.shipped import shipped


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of inputs (N, D) and their targets (N,), in the order in which they are trained on.

    A target is 0 or 1 where the ``task`` is ``binary``, the number of a class where it is ``classes``, and any number
    where it is ``number``. ``names`` and ``answers`` are what the inputs and the targets 0, 1, … are, where they are
    more than numbers.
    """

    label: str
    formula: str
    rows: tuple[tuple[float, ...], ...]
    targets: tuple[float, ...]
    task: Literal["binary", "number", "classes"] = "binary"
    names: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()

    @property
    def inputs(self) -> int:
        """How many numbers a row has: D."""
        return len(self.rows[0])

    @property
    def size(self) -> int:
        """How many rows there are: N."""
        return len(self.rows)

    @property
    def outputs(self) -> int:
        """How many output neurons it needs: one for each class, where these are more than two."""
        return int(max(self.targets)) + 1 if self.task == "classes" else 1

    @property
    def losses(self) -> tuple[str, ...]:
        """The losses that fit it, the usual one first."""
        fitting = {"binary": ("squared_error", "cross_entropy"), "number": ("squared_error",)}
        return fitting.get(self.task, ("cross_entropy",))


def _bits(label: str, formula: str, inputs: int, rule: Callable[[int], bool]) -> Table:
    """All rows of ``inputs`` bits, counted up; ``rule`` tells the target from how many of them are 1."""
    rows = tuple(product((0.0, 1.0), repeat=inputs))
    return Table(label=label, formula=formula, rows=rows, targets=tuple(float(rule(int(sum(row)))) for row in rows))


# Two clouds around (-1, -1) and (1, 1), by turns: drawn once, with a standard deviation of 0.75, and kept. The line
# x₁ + x₂ = 0 parts them; no point is nearer to it than 0.2 / √2.
_CLOUDS = (
    (-1.6, -2.0), (0.8, 1.3), (-0.1, -0.9), (0.6, 0.4), (-0.4, 0.2), (1.2, 0.1),
    (-1.7, 0.2), (1.2, -0.3), (-1.1, -1.9), (0.5, 0.6), (-1.5, -0.6), (1.0, 0.6),
    (-0.7, -0.4), (-0.2, 0.8), (-1.7, -1.1), (0.0, 1.0), (-1.0, -1.2), (0.2, 0.7),
    (-1.8, -2.0), (1.2, 0.2), (-0.1, -0.5), (-0.5, 1.2), (-1.8, -1.0), (1.0, -0.5),
)  # fmt: skip

# Around (0, 1.2), (-1.1, -0.7) and (1.1, -0.7), by turns: drawn once, with a standard deviation of 0.5, and kept.
_THREE_CLOUDS = (
    (0.1, 0.9), (-1.3, -1.9), (2.0, -0.1), (-0.2, 1.6), (-1.0, -1.0), (1.6, -0.9),
    (-0.2, 0.8), (-0.9, -0.7), (1.4, -1.0), (0.1, 0.8), (-0.7, -0.6), (1.3, -0.5),
    (-0.5, 1.6), (-0.1, -1.5), (0.2, -1.5), (0.4, 1.3), (-0.6, -0.3), (1.2, -0.6),
    (-0.1, 1.6), (-1.7, -0.9), (1.2, 0.2),
)  # fmt: skip

# y = 0.7 x − 0.2 and a chance error: drawn once, with a standard deviation of 0.25, and kept.
_LINE = (
    (-0.9, -0.74), (0.4, 0.29), (-0.4, -0.4), (0.9, 0.1), (0.1, 0.1), (-0.7, -0.58), (0.6, 0.09), (-0.1, -0.12),
)  # fmt: skip


def _tumours() -> Table:
    """Breast tumours (Street, Wolberg and Mangasarian 1993, "Wisconsin Diagnostic Breast Cancer", UCI), as
    scikit-learn ships them: 569, of 30 measurements each, of which two are kept.

    A feature is standardised over all tumours: minus its mean, divided by its standard deviation.
    """
    columns = (*TUMOUR_COLUMNS, -1)
    table = np.loadtxt(shipped("data/breast_cancer.csv"), delimiter=",", skiprows=1, usecols=columns)
    features, is_benign = table[:, :-1], table[:, -1]
    rows = (features - features.mean(0)) / features.std(0)
    return Table(
        label="Breast tumours",
        formula="1 for a malignant tumour; its radius and smoothness, standardised",
        rows=tuple(map(tuple, rows.tolist())),
        targets=tuple((1 - is_benign).tolist()),
        names=("radius", "smoothness"),
        answers=("benign", "malignant"),
    )


TUMOUR_COLUMNS = (
    20,
    24,
)  # scikit-learn's "worst radius" and "worst smoothness": the mean of the three largest values

TABLES = {
    "and": _bits("AND", "1 where both inputs are 1", 2, lambda ones: ones == 2),
    "or": _bits("OR", "1 where an input is 1", 2, lambda ones: ones >= 1),
    "xor": _bits("XOR", "1 where exactly one input is 1", 2, lambda ones: ones == 1),
    "line": Table(
        label="A line of points",
        formula="a number y for each x",
        rows=tuple((x,) for x, _ in _LINE),
        targets=tuple(y for _, y in _LINE),
        task="number",
    ),
    "gauss": Table(
        label="Two clouds", formula="1 for the points around (1, 1)", rows=_CLOUDS, targets=(0.0, 1.0) * 12
    ),
    "clouds": Table(
        label="Three clouds",
        formula="the cloud 0, 1 or 2 of a point",
        rows=_THREE_CLOUDS,
        targets=(0.0, 1.0, 2.0) * 7,
        task="classes",
    ),
    "tumours": _tumours(),
    "majority": _bits("Majority", "1 where two or three of three inputs are 1", 3, lambda ones: ones >= 2),
    "parity": _bits("Parity", "1 where one or three of three inputs are 1", 3, lambda ones: ones % 2 == 1),
}
