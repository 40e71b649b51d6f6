"""The colours of exported pictures: those of the page's light theme (stage/colors.js)."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

NEGATIVE, NEUTRAL, POSITIVE = "#f59322", "#e8eaeb", "#0877bd"
CLASSES = (NEGATIVE, POSITIVE, "#a4006f", "#25451e", "#c8c291", "#581ac1")
TEXT, MUTED, FAINT = "#31333f", "#797b84", "#d6d6d9"
TRAIN, TEST = "#8c929d", "#22262b"
SOFTNESS = 0.72  # the plane is paler than the points on it
NEUTRAL_ON_DARK, INK_ON_DARK = "#2d2c2a", "#fafafa"


def rgb(color: str) -> NDArray[np.float64]:
    """``#rrggbb`` as three numbers from 0 to 255."""
    return np.array([int(color[start : start + 2], 16) for start in (1, 3, 5)], dtype=float)


def diverging(levels: Bytes, strength: float = 1.0, low: str = NEGATIVE, high: str = POSITIVE) -> Bytes:
    """Returns the colours (…, 3) of levels from 0, the most negative, to 255, the most positive."""
    scale = np.linspace(-1, 1, 256)[:, None] * strength
    ends = np.where(scale < 0, rgb(low), rgb(high))
    table = rgb(NEUTRAL) + (ends - rgb(NEUTRAL)) * np.abs(scale)
    colors: Bytes = _bytes(table)[levels]
    return colors


def plane_colors(plane: Bytes) -> Bytes:
    """A snapshot's ``plane`` (K, side, side) as colours (side, side, 3): one value, or the mix of K classes."""
    if len(plane) == 1:
        return diverging(plane[0], SOFTNESS)
    colors = [rgb(NEUTRAL) + (rgb(color) - rgb(NEUTRAL)) * SOFTNESS for color in CLASSES[: len(plane)]]
    shares = plane / np.maximum(plane.sum(axis=0, dtype=float), 1)
    return _bytes(np.tensordot(shares, np.array(colors), axes=(0, 0)))


def ramp(levels: NDArray[Any], low: str = POSITIVE, high: str = NEUTRAL) -> Bytes:
    """Values as colours (…, 3): the smallest is ``low``, the largest ``high``; grey where a value is not finite."""
    finite = np.isfinite(levels)
    first, last = (levels[finite].min(), levels[finite].max()) if finite.any() else (0.0, 1.0)
    shares = (np.where(finite, levels, last) - first) / max(last - first, 1e-12)
    colors = rgb(low) + (rgb(high) - rgb(low)) * shares[..., None]
    return _bytes(np.where(finite[..., None], colors, rgb(MUTED)))


def mosaic(tiles: Sequence[Bytes]) -> Bytes:
    """Returns pictures (h, w, 3) of one size in an approximately square grid, row by row; empty places are white."""
    columns = math.ceil(math.sqrt(len(tiles)))
    height, width, _ = tiles[0].shape
    whole = np.full((math.ceil(len(tiles) / columns) * height, columns * width, 3), 255, np.uint8)
    for index, tile in enumerate(tiles):
        row, column = divmod(index, columns)
        whole[row * height : (row + 1) * height, column * width : (column + 1) * width] = tile
    return whole


def on_dark(picture: Bytes) -> Bytes:
    """Returns a picture (…, 3) in the colours of the dark theme: orange and blue stay, what is neutral becomes dark
    and black ink light. The map that does so is affine, so that a mix of colours becomes the mix of theirs."""
    kept = [rgb(NEGATIVE), rgb(POSITIVE)]
    ink = rgb(INK_ON_DARK)
    matrix = np.linalg.solve(np.stack([*kept, rgb(NEUTRAL)]), np.stack([*kept, rgb(NEUTRAL_ON_DARK)]) - ink)
    return _bytes(np.clip(picture @ matrix + ink, 0, 255))


def same_size(pictures: Sequence[Bytes], most: int | None = None) -> Bytes:
    """Returns pictures (height, width, 3) in one array, scaled by nearest neighbour to the largest one's size, or to
    at most ``most`` pixels a side."""
    height, width = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    shrink = min(1.0, (most or max(height, width)) / max(height, width))
    sides = [max(round(side * shrink), 1) for side in (height, width)]
    scaled = []
    for picture in pictures:
        rows, columns = (
            (np.arange(side) + 0.5) * own // side for side, own in zip(sides, picture.shape[:2], strict=True)
        )
        scaled.append(picture[np.ix_(rows.astype(int), columns.astype(int))])
    return np.stack(scaled)


def point_colors(labels: NDArray[Any], scene: Mapping[str, Any]) -> Bytes:
    """The colours (N, 3) of points: of their class, or for a regression of their value from -1 to 1."""
    if scene["task"] == "classification":
        colors: Bytes = _bytes(np.array([rgb(color) for color in CLASSES]))[labels.astype(int)]
        return colors
    return diverging(((np.clip(labels, -1, 1) + 1) * 127.5).round().astype(np.uint8))


def _bytes(values: NDArray[Any]) -> Bytes:
    return np.asarray(values.round(), dtype=np.uint8)
