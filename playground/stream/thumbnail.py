"""The small picture of a run in lists."""

import io
from typing import Any

import numpy as np
from PIL import Image

SIDE_PX = 64


def png(thumbnail: np.ndarray[Any, np.dtype[np.uint8]], side_px: int = SIDE_PX) -> bytes:
    """Returns the ``thumbnail`` panel of a snapshot, RGB (height, width, 3), as a square PNG, ``side_px`` wide."""
    small = Image.fromarray(thumbnail).resize((side_px, side_px), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()
