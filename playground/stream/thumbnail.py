"""A small picture of what a run has learned, for lists."""

import io
from typing import Any

import numpy as np
from PIL import Image

SIDE_PX = 64


def png(thumbnail: np.ndarray[Any, np.dtype[np.uint8]], side_px: int = SIDE_PX) -> bytes:
    """The ``thumbnail`` panel of a snapshot, colours (height, width, 3), as a square PNG of ``side_px`` pixels."""
    small = Image.fromarray(thumbnail).resize((side_px, side_px), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()
