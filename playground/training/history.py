"""The measurements of a run, in bounded memory: what its curves are drawn from."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class History:
    """Rows of measurements over a run, thinned evenly so that it never grows beyond ``capacity`` rows.

    The first column is the step; the newest row is always kept.
    """

    def __init__(self, rows: Sequence[Sequence[float]] = (), capacity: int = 1000) -> None:
        self._rows = [tuple(row) for row in rows]
        self._capacity = capacity

    def add(self, row: Sequence[float]) -> None:
        """Append a row; one for the same step replaces the last, one for an earlier step is known already."""
        if self._rows and self._rows[-1][0] > row[0]:
            return
        if self._rows and self._rows[-1][0] == row[0]:
            self._rows.pop()
        gap = row[0] / self._capacity
        if len(self._rows) > 1 and self._rows[-1][0] - self._rows[-2][0] < gap:
            self._rows.pop()
        self._rows.append(tuple(row))
        if len(self._rows) > self._capacity:
            self._rows = self._rows[:-1:2] + self._rows[-1:]

    def cut(self, step: int) -> None:
        """Forget what came after ``step``."""
        while self._rows and self._rows[-1][0] > step:
            self._rows.pop()

    def array(self) -> NDArray[np.float64]:
        """The rows so far, (H, columns)."""
        return np.array(self._rows, dtype=np.float64)
