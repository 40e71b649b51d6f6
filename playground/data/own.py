"""A person's own points as a text that a link can hold.

The text has eight digits in base 64 for each point, the most significant first: three for x, three for y, two for the
label. x and y run from -8 to 8. A label is a class index, or for regression a value from -1 to 1.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.kinds import ConfigError, shown

Floats = NDArray[np.float64]
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
WIDTH = 8  # digits of a point
REACH = 8.0  # of both coordinates
LEAST_POINTS, MOST_POINTS, MOST_CLASSES = 4, 5000, 6


def own(n: int, noise: float, rng: np.random.Generator, text: str, classes: int) -> tuple[Floats, Floats]:
    """The points of ``text``, and their labels; noise blurs each point by up to 2 · noise in each coordinate."""
    points, labels = _decoded(text)
    return points + rng.uniform(-2, 2, (n, 2)) * noise, labels if classes else labels * 2 / 4095 - 1


def _decoded(text: str) -> tuple[Any, Any]:
    """Points (N, 2) from -8 to 8 and their labels' numbers (N,): base-64 digits, three, three and two a point."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
    values = np.array([digits.index(sign) for sign in text], dtype=float).reshape(-1, 8)
    places = values[:, :6].reshape(-1, 2, 3) @ np.array([64.0**2, 64.0, 1.0])
    return places * 16 / (64**3 - 1) - 8, values[:, 6:] @ np.array([64.0, 1.0])


def own_size(text: str) -> int:
    """Returns the number of points of a text."""
    return len(text) // WIDTH


def highest_label(text: str) -> int:
    """Returns the greatest class index of a text, -1 for no point."""
    return max(
        (DIGITS.index(text[at]) * 64 + DIGITS.index(text[at + 1]) for at in range(6, len(text), WIDTH)), default=-1
    )


def encoded(points: Floats, labels: Floats, classes: int) -> str:
    """Returns the text of points (N, 2) and labels (N,). Coordinates are rounded to 0.00006, and kept within ±8;
    values of a regression (``classes`` 0) to 0.0005, and kept within ±1."""
    scaled = np.rint((np.clip(points, -REACH, REACH) + REACH) * (64**3 - 1) / (2 * REACH)).astype(int)
    numbers = (np.asarray(labels) if classes else np.rint((np.clip(labels, -1, 1) + 1) * 4095 / 2)).astype(int)
    return "".join(
        _digits(x, 3) + _digits(y, 3) + _digits(label, 2)
        for (x, y), label in zip(scaled.tolist(), numbers.tolist(), strict=True)
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
        if not isinstance(value, str) or len(value) % WIDTH or not re.fullmatch("[0-9A-Za-z_-]*", value, re.ASCII):
            raise ConfigError(f"{shown(value)} is not a list of points, of {WIDTH} digits each")
        if value and not LEAST_POINTS <= own_size(value) <= MOST_POINTS:
            raise ConfigError(f"{own_size(value)} points are not from {LEAST_POINTS} to {MOST_POINTS:,} points")
        return value


_X = np.array([-3, -2.4, -1.6, -3.4, -2.2, -4.1, -2.9, -1.2, -0.8, -3.9, -2.5, -1.3])
_Y = np.array([2, 3.1, 2, 0.9, 1.1, 2.4, 3.9, 3.2, 1.6, 3.2, 2.4, 0.6])
_CLOUD = np.stack([_X, _Y], axis=1)
_SIDES = np.concatenate([_CLOUD, -_CLOUD])


def starter(classes: int) -> str:
    """Returns the points that a person starts from: of two of ``classes``, or with values of both signs."""
    return encoded(_SIDES, np.repeat([0.0 if classes else -1.0, 1.0], len(_CLOUD)), classes)
