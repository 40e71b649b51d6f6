"""A small picture of what a run has learned, for lists."""

import io
from typing import Any

import numpy as np
from PIL import Image

SIDE_PX = 64
NEUTRAL = np.array([232, 234, 235])
# As in stage/colors.js: orange and blue are classes 0 and 1, and the signs.
CLASSES = np.array([[245, 147, 34], [8, 119, 189], [181, 72, 154], [15, 157, 122], [216, 194, 31], [107, 91, 149]])


def thumbnail(plane: np.ndarray[Any, Any]) -> bytes:
    """The stage's plane as a PNG: uint8 (1, side, side), a value with 128 for 0, or (C, side, side) of shares."""
    if len(plane) == 1:
        value = (plane[0].astype(float)[..., None] - 127.5) / 127.5
        pixels = NEUTRAL + np.abs(value) * (np.where(value < 0, CLASSES[0], CLASSES[1]) - NEUTRAL)
    else:
        shares = plane.astype(float) / np.maximum(plane.sum(axis=0, dtype=float), 1)
        pixels = np.einsum("cyx,cr->yxr", shares, CLASSES[np.arange(len(plane)) % len(CLASSES)])
    small = Image.fromarray(pixels.round().astype(np.uint8)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()
