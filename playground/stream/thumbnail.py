"""The small picture of a run in lists."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image

from playground.export.palette import on_dark

SIDE_PX = 64
KEPT = 64  # pictures on the screen at a time, about


def png(thumbnail: np.ndarray[Any, np.dtype[np.uint8]], side_px: int = SIDE_PX) -> bytes:
    """Returns the ``thumbnail`` panel of a snapshot, RGB (height, width, 3), as a square PNG, ``side_px`` wide."""
    small = Image.fromarray(thumbnail).resize((side_px, side_px), Image.Resampling.BILINEAR)
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return buffer.getvalue()


@lru_cache(maxsize=KEPT)
def in_scheme(picture: bytes, scheme: str | None) -> bytes:
    """Returns a PNG in the colours of the light theme as one in those of ``scheme``: dark, or any other for light."""
    if scheme != "dark":
        return picture
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as light:
        Image.fromarray(on_dark(np.asarray(light.convert("RGB")))).save(buffer, "PNG")
    return buffer.getvalue()
