"""Handwritten digits, as scikit-learn ships them: 1,797 images of 8 × 8 pixels, each 0 to 16.

A pixel counts the dark points in a 4 × 4 block of a 32 × 32 bitmap, to which the writer's digit was scaled. They are
the test part, by 13 writers, of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, UCI, 1998). The
file keeps the writers together but does not name them.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from playground.data.shipped import shipped

SIDE = 8  # pixels
CLASSES = 10
WHITE = 16  # the largest pixel value


@cache
def digits() -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Returns images (1797, 8, 8), 0 to 16, and their labels (1797,), 0 to 9, in the order of the file; read-only."""
    table = np.loadtxt(shipped("data/digits.csv.gz"), delimiter=",", dtype=np.float32)
    images, labels = table[:, :-1].reshape(-1, SIDE, SIDE), table[:, -1].astype(np.int64)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
