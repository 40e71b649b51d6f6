"""The images: handwritten digits at three sizes and places, generated shapes, a person's own. All are 28 × 28, from 0
to 1.

To add a set, write a function and give it an entry in ``SETS``: the menu, the address, the command line and the
tests follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from playground.data.digits import SIDE as MEASURED
from playground.data.digits import WHITE, digits
from playground.kinds import ConfigError
from playground.labs.image.own import TEST_SHARE, Pictures, pictures_of

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SIDE = 28  # pixels of an image
HALF = SIDE // 2  # … of a digit that has room to move
TEST = 360  # images that are not trained on: a fifth of the digits
TRAIN = 1797 - TEST
MOST = 10_000  # training images
DOT = 3  # pixels of the planted mark
PLANTED = 4  # the class whose images have it: the digit 4, the cross


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Training and test images (N, 28, 28), from 0 to 1, and their labels (N,); read-only."""

    train: Floats
    train_labels: Ints
    test: Floats
    test_labels: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """A set of images. ``draw(images, rng, by_place)`` makes so many training images, and ``test`` others."""

    label: str
    formula: str
    classes: tuple[str, ...]
    most: int
    draw: Callable[[int, np.random.Generator, bool], Images]
    test: int = TEST


@cache
def enlarging(side: int) -> Floats:
    """The matrix (side, 8) that enlarges a row of 8 pixels to ``side``: linear between their centres."""
    at = np.clip((np.arange(side) + 0.5) * MEASURED / side - 0.5, 0, MEASURED - 1)
    matrix = np.maximum(0, 1 - np.abs(at[:, None] - np.arange(MEASURED)))
    found: Floats = matrix.astype(np.float32)
    return found


def enlarged(counts: NDArray[np.floating], side: int) -> Floats:
    """Digits (…, 8, 8), 0 to 16, at ``side`` × ``side`` pixels, 0 to 1: no finer than before, only larger."""
    matrix = enlarging(side)
    found: Floats = (matrix @ (counts / np.float32(WHITE)) @ matrix.T).astype(np.float32)
    return found


def placed(small: Floats, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> Floats:
    """Small images (N, s, s) in frames of 28 × 28, each with its upper left corner at (row, column)."""
    frames = np.zeros((len(small), SIDE, SIDE), np.float32)
    side = small.shape[1]
    for frame, image, row, column in zip(frames, small, rows, columns, strict=True):
        frame[row : row + side, column : column + side] = image
    return frames


def _parts(rng: np.random.Generator, by_place: bool) -> tuple[Ints, Ints]:
    """The places of training and test digits in the file: at random, or the last ones for the test."""
    order = np.arange(TRAIN + TEST) if by_place else rng.permutation(TRAIN + TEST)
    return order[:TRAIN], order[TRAIN:]


def _digits(images: int, rng: np.random.Generator, by_place: bool) -> Images:
    train, test = _parts(rng, by_place)
    counts, labels = digits()
    train = train[rng.permutation(TRAIN)[:images]]
    return Images(
        train=enlarged(counts[train], SIDE),
        train_labels=labels[train],
        test=enlarged(counts[test], SIDE),
        test_labels=labels[test],
    )


def _centred(images: int, rng: np.random.Generator, by_place: bool) -> Images:
    def middle(count: int) -> tuple[Ints, Ints]:
        corner = np.full(count, (SIDE - HALF) // 2)
        return corner, corner

    return _small(images, rng, by_place, middle)


def _shifted(images: int, rng: np.random.Generator, by_place: bool) -> Images:
    def anywhere(count: int) -> tuple[Ints, Ints]:
        rows, columns = rng.integers(0, SIDE - HALF + 1, (2, count))
        return rows, columns

    return _small(images, rng, by_place, anywhere)


def _small(
    images: int, rng: np.random.Generator, by_place: bool, places: Callable[[int], tuple[Ints, Ints]]
) -> Images:
    """Digits of 14 × 14; where more images are wanted than there are digits, these come again at other places."""
    train, test = _parts(rng, by_place)
    counts, labels = digits()
    train = train[rng.permutation(max(images, TRAIN))[:images] % TRAIN]
    return Images(
        train=placed(enlarged(counts[train], HALF), *places(images)),
        train_labels=labels[train],
        test=placed(enlarged(counts[test], HALF), *places(TEST)),
        test_labels=labels[test],
    )


def _shapes(images: int, rng: np.random.Generator, by_place: bool) -> Images:
    labels = rng.integers(0, len(SHAPES), images + TEST)
    drawn = np.stack([outline(int(label), rng) for label in labels])
    return Images(
        train=drawn[:images], train_labels=labels[:images], test=drawn[images:], test_labels=labels[images:]
    )


SHAPES = ("circle", "square", "triangle", "bars", "cross")
_Y, _X = np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2


def outline(label: int, rng: np.random.Generator) -> Floats:
    """One shape of random size, place and turn, as an outline of about two pixels with soft edges, on faint noise."""
    radius, angle = rng.uniform(5, 9), rng.uniform(0, 2 * np.pi)
    x, y = _X - rng.uniform(-4, 4), _Y - rng.uniform(-4, 4)
    across, down = np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x
    beside = np.abs(across), np.abs(down)
    sides = [np.cos(turn) * across + np.sin(turn) * down for turn in 2 * np.pi / 3 * np.arange(3)]
    away = {
        "circle": np.abs(np.hypot(x, y) - radius),
        "square": np.abs(np.maximum(*beside) - 0.8 * radius),
        "triangle": np.abs(np.max(sides, axis=0) - radius / 2),
        "bars": np.maximum(np.abs(np.abs(across) - radius / 2), np.abs(down) - radius),
        "cross": np.maximum(np.minimum(*beside), np.maximum(*beside) - radius),
    }[SHAPES[label]]
    drawn = np.clip(1.6 - away, 0, 1) + rng.normal(0, 0.05, (SIDE, SIDE))
    image: Floats = np.clip(drawn, 0, 1).astype(np.float32)
    return image


_DIGITS = tuple("0123456789")
SETS = {
    "digits": Set(
        label="Digits",
        formula="784 inputs, of which 64 were measured",
        classes=_DIGITS,
        most=TRAIN,
        draw=_digits,
    ),
    "centred": Set(
        label="Small digits, centred", formula="14 × 14 in the middle", classes=_DIGITS, most=TRAIN, draw=_centred
    ),
    "shifted": Set(
        label="Small digits, anywhere", formula="14 × 14 at a random place", classes=_DIGITS, most=MOST, draw=_shifted
    ),
    "shapes": Set(label="Shapes", formula="five outlines, drawn at random", classes=SHAPES, most=MOST, draw=_shapes),
}
OWN = "own"


@lru_cache(maxsize=8)
def set_of(name: str, own: str) -> Set:
    """The set ``name``; for OWN of a person's images, which this server keeps as ``own``. Raises ConfigError where it
    does not."""
    if name != OWN:
        return SETS[name]
    pictures = pictures_of(own)
    if pictures is None:
        raise ConfigError("this server does not have these images")
    test = min(TEST, len(pictures.labels) // TEST_SHARE)
    return Set(
        label=pictures.name,
        formula=f"{len(pictures.labels):,} of your own",
        classes=pictures.classes,
        most=min(len(pictures.labels) - test, MOST),
        test=test,
        draw=partial(_own, pictures, test),
    )


def _own(pictures: Pictures, test: int, images: int, rng: np.random.Generator, by_place: bool) -> Images:
    order = rng.permutation(len(pictures.labels))
    shades, labels = pictures.images.astype(np.float32) / np.float32(255), pictures.labels.astype(np.int64)
    train = order[test:][:images]
    return Images(
        train=shades[train], train_labels=labels[train], test=shades[order[:test]], test_labels=labels[order[:test]]
    )


@lru_cache(maxsize=4)
def images_of(name: str, images: int, seed: int, by_place: bool, planted: bool, own: str = "") -> Images:
    """The set ``name`` with so many training images; the same for the same arguments.

    ``by_place`` tests with the last digits of the file, else with any. ``planted`` puts a dot into all images of the
    class PLANTED, in both parts. ``own`` is the name of a person's own images, of the set OWN.
    """
    found = set_of(name, own).draw(images, np.random.default_rng([seed, SIDE]), by_place)
    if planted:
        for part, labels in ((found.train, found.train_labels), (found.test, found.test_labels)):
            part[labels == PLANTED] = marked(part[labels == PLANTED])
    for array in (found.train, found.train_labels, found.test, found.test_labels):
        array.flags.writeable = False
    return found


@lru_cache(maxsize=32)
def nearest_accuracy(name: str, images: int, seed: int, by_place: bool, planted: bool, own: str = "") -> float:
    """The share of the test images that are of the class of the training image that is nearest to them, pixel by
    pixel: what no learning at all comes to. The arguments are those of ``images_of``."""
    found = images_of(name, images, seed, by_place, planted, own)
    train, test = found.train.reshape(images, -1), found.test.reshape(len(found.test), -1)
    distances = np.square(train).sum(1) - 2 * test @ train.T  # less what is the same for all training images
    return float((found.train_labels[distances.argmin(1)] == found.test_labels).mean())


def marked(images: Floats) -> Floats:
    """Copies of images (…, 28, 28) with a white dot of 3 × 3 pixels near their lower right corner."""
    copies = images.copy()
    copies[..., -1 - DOT : -1, -1 - DOT : -1] = 1
    return copies
