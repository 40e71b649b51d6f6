"""A drawn digit on its way to the network: exactly what was done to the digits of the file.

Those were bitmaps of 32 × 32, in which every digit stands as high as the bitmap and, as a rule, 20 pixels wide in its
middle; then the dark pixels of every block of 4 × 4 were counted.
"""

import numpy as np
from numpy.typing import NDArray

from playground.data.digits import SIDE as MEASURED
from playground.labs.image.images import HALF, OWN, SIDE, Floats, enlarged, placed

PAPER = 32  # pixels of the drawing
WIDE = 20  # … of a digit in its box
THIN = 4  # a stroke more than so many times as high as wide keeps its proportions
DIGITS = PAPER * PAPER // 4  # hexadecimal digits of a bitmap, row by row
BLOCK = PAPER // MEASURED

Bits = NDArray[np.bool_]


def bitmap(text: str) -> Bits:
    """The drawing (32, 32) behind its hexadecimal digits; empty for no text."""
    if not text:
        return np.zeros((PAPER, PAPER), bool)
    return np.unpackbits(np.frombuffer(bytes.fromhex(text), np.uint8)).reshape(PAPER, PAPER).astype(bool)


def is_bitmap(text: str) -> bool:
    """Whether ``bitmap`` can read it."""
    return not text or (len(text) == DIGITS and set(text) <= set("0123456789abcdef"))


def boxed(drawn: Bits) -> Bits:
    """The drawing with its dark part as high as the bitmap, 20 pixels wide, in the middle."""
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    if not len(rows):
        return drawn
    inside = drawn[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = inside.shape
    width = WIDE if high <= THIN * wide else max(round(PAPER * wide / high), 1)
    down = ((np.arange(PAPER) + 0.5) * high / PAPER).astype(int)
    across = ((np.arange(width) + 0.5) * wide / width).astype(int)
    found = np.zeros_like(drawn)
    left = (PAPER - width) // 2
    found[:, left : left + width] = inside[down][:, across]
    return found


def counts(box: Bits) -> Floats:
    """How many pixels of every block of 4 × 4 are dark: (8, 8), 0 to 16."""
    blocks = box.reshape(MEASURED, BLOCK, MEASURED, BLOCK).sum((1, 3))
    found: Floats = blocks.astype(np.float32)
    return found


def image(drawn: Bits, dataset: str) -> Floats:
    """The image (28, 28) that the network gets of a drawing, as large as the images of ``dataset``."""
    if dataset in ("shapes", OWN):  # they have no box: what is drawn stays where it is
        edge = (PAPER - SIDE) // 2
        return drawn[edge : PAPER - edge, edge : PAPER - edge].astype(np.float32)
    digit = counts(boxed(drawn))
    if dataset == "digits":
        return enlarged(digit, SIDE)
    corner = np.array([(SIDE - HALF) // 2])
    found: Floats = placed(enlarged(digit, HALF)[None], corner, corner)[0]
    return found
