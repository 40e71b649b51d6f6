"""A person's own points as a text that a link can hold.

The text has eight digits in base 64 for each point, the most significant first: three for x, three for y, two for the
label. x and y run from -8 to 8. A label is a class index, or for regression a value from -1 to 1. A table of more
columns has three digits for each of them; their number and a dot stand before the digits, as in ``4.``.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.kinds import ConfigError, shown

Floats = NDArray[np.float64]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
REACH = 8.0  # of both coordinates
LEAST_POINTS, MOST_POINTS, MOST_CLASSES = 4, 5000, 6
MOST_COLUMNS, MOST_NUMBERS = 100, 150_000  # of a table; its numbers are rows times columns


def own(n: int, noise: float, rng: np.random.Generator, text: str, classes: int) -> tuple[Floats, Floats]:
    """The points of ``text``, and their labels; noise blurs each point by up to 2 · noise in each coordinate."""
    points, labels = own_rows(text, classes)
    return points + rng.uniform(-2, 2, (n, 2)) * noise, labels


def own_rows(text: str, classes: int) -> tuple[Any, Any]:
    """Rows (N, K) from -8 to 8, and their labels (N,): base-64 digits, three a column and two a label. K stands
    before them, with a dot, unless it is 2."""
    before, _, digits = text.rpartition(".")
    columns = int(before or 2)
    values = np.array([DIGITS.index(sign) for sign in digits], dtype=float).reshape(-1, 3 * columns + 2)
    places = values[:, :-2].reshape(-1, columns, 3) @ np.array([64.0**2, 64.0, 1.0])
    labels = values[:, -2:] @ np.array([64.0, 1.0])
    return places * 16 / (64**3 - 1) - 8, labels if classes else labels * 2 / 4095 - 1


def own_columns(text: str) -> int:
    """Returns the number of columns of a text: 2 for points in the plane."""
    return int(text.rpartition(".")[0] or 2)


def own_size(text: str) -> int:
    """Returns the number of points of a text."""
    return len(text.rpartition(".")[2]) // _width(text)


def _width(text: str) -> int:
    """Returns the number of digits of a point."""
    return 3 * own_columns(text) + 2


def highest_label(text: str) -> int:
    """Returns the greatest class index of a text, -1 for no point."""
    digits, width = text.rpartition(".")[2], _width(text)
    return max(
        (
            DIGITS.index(digits[at - 2]) * 64 + DIGITS.index(digits[at - 1])
            for at in range(width, len(digits) + 1, width)
        ),
        default=-1,
    )


def encoded(points: Floats, labels: Floats, classes: int) -> str:
    """Returns the text of points (N, K) and labels (N,). Coordinates are rounded to 0.00006, and kept within ±8;
    values of a regression (``classes`` 0) to 0.0005, and kept within ±1."""
    scaled = np.rint((np.clip(points, -REACH, REACH) + REACH) * (64**3 - 1) / (2 * REACH)).astype(int)
    numbers = (np.asarray(labels) if classes else np.rint((np.clip(labels, -1, 1) + 1) * 4095 / 2)).astype(int)
    columns = scaled.shape[1]
    return ("" if columns == 2 else f"{columns}.") + "".join(
        "".join(_digits(value, 3) for value in row) + _digits(label, 2)
        for row, label in zip(scaled.tolist(), numbers.tolist(), strict=True)
    )


def _digits(number: int, count: int) -> str:
    return "".join(DIGITS[number >> 6 * place & 63] for place in reversed(range(count)))


@dataclass(frozen=True)
class OwnPoints:
    """The kind of a setting that holds a person's own points; an empty text means none."""

    def parse(self, text: str) -> str:
        return self.check(text)

    def format(self, value: str) -> str:
        return value

    def check(self, value: Any) -> str:
        found = _OWN.fullmatch(value) if isinstance(value, str) else None
        if found is None or len(found["digits"]) % _width(value):
            raise ConfigError(f"{shown(value)} is not a list of points, of 8 digits each, or a table of such")
        if value and not LEAST_POINTS <= own_size(value) <= MOST_POINTS:
            raise ConfigError(f"{own_size(value)} points are not from {LEAST_POINTS} to {MOST_POINTS:,} points")
        columns = own_columns(value)
        if columns > MOST_COLUMNS or columns * own_size(value) > MOST_NUMBERS:
            raise ConfigError(
                f"{own_size(value):,} rows of {columns} columns are too many; use at most {MOST_COLUMNS} columns and "
                f"{MOST_NUMBERS:,} numbers"
            )
        return found.string


_OWN = re.compile(r"(([3-9]|[1-9][0-9]{1,2})\.)?(?P<digits>[0-9A-Za-z_-]*)", re.ASCII)
_X = np.array([-3, -2.4, -1.6, -3.4, -2.2, -4.1, -2.9, -1.2, -0.8, -3.9, -2.5, -1.3])
_Y = np.array([2, 3.1, 2, 0.9, 1.1, 2.4, 3.9, 3.2, 1.6, 3.2, 2.4, 0.6])
_CLOUD = np.stack([_X, _Y], axis=1)
_SIDES = np.concatenate([_CLOUD, -_CLOUD])


def starter(classes: int) -> str:
    """Returns the points that a person starts from: of two of ``classes``, or with values of both signs."""
    return encoded(_SIDES, np.repeat([0.0 if classes else -1.0, 1.0], len(_CLOUD)), classes)
