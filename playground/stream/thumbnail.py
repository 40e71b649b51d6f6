"""A small picture of what a run has learned, for lists."""

import io
from typing import Any

import numpy as np
from PIL import Image

from playground.export.palette import plane_colors

SIDE_PX = 64


def thumbnail(plane: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """The stage's plane, (1, side, side) for one value or (C, side, side) for the shares of C classes, as a PNG."""
    small = Image.fromarray(plane_colors(plane)).resize((SIDE_PX, SIDE_PX), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()
