"""The measurements of a run, in bounded memory: the data of its curves."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Row = tuple[float, ...]

EVEN = 100  # steps that are kept about evenly, as stage/steps.js draws them; later ones evenly by their logarithm


class History:
    """Rows of measurements over a run, thinned so that it never grows beyond ``capacity`` rows: evenly along the axis
    on which they are drawn, where early steps have more room than late ones.

    ``columns`` names a row's values: ``step``, ``epoch``, then the metrics. The newest row is always kept.
    A row has gaps (NaN) for metrics that are measured less often. Of two rows too close, the fuller one stays.
    """

    def __init__(
        self, columns: Sequence[str], rows: Sequence[Sequence[float]] | NDArray[np.float64] = (), capacity: int = 1000
    ) -> None:
        self.columns = tuple(columns)
        self._rows: list[Row] = []
        self._capacity = capacity
        for row in rows:
            self._rows.append(self._checked(row))

    def row(self, step: int, epoch: float, metrics: Mapping[str, float | None]) -> Row:
        """Returns the row of a moment: NaN where ``metrics`` has no number for a column."""
        values = {"step": step, "epoch": epoch, **metrics}
        return tuple(math.nan if (value := values.get(name)) is None else float(value) for name in self.columns)

    def add(self, row: Sequence[float]) -> None:
        """Append a row. A row for the last step replaces it; one for an earlier step is ignored.

        Raises ValueError for a row of another length than ``columns``.
        """
        row = self._checked(row)
        if self._rows and self._rows[-1][0] > row[0]:
            return
        if self._rows and self._rows[-1][0] == row[0]:
            self._rows.pop()
        if len(self._rows) > 1 and _place(self._rows[-1]) - _place(self._rows[-2]) < _place(row) / self._capacity:
            self._rows[-2:] = [_fuller(self._rows[-2:])]
        self._rows.append(row)
        if len(self._rows) > self._capacity:
            width = 2 * _place(row) / (self._capacity - 1)
            parts = groupby(self._rows[:-1], key=lambda row: int(_place(row) / width))
            self._rows = [*(_fuller(list(part)) for _, part in parts), row]

    def cut(self, step: int) -> None:
        """Delete the rows after ``step``."""
        while self._rows and self._rows[-1][0] > step:
            self._rows.pop()

    def array(self) -> NDArray[np.float64]:
        """Returns the rows so far, (H, columns)."""
        return np.array(self._rows, dtype=np.float64).reshape(-1, len(self.columns))

    def _checked(self, row: Sequence[float]) -> Row:
        if len(row) != len(self.columns):
            raise ValueError(f"a row of {len(row)} numbers does not fit the columns {', '.join(self.columns)}")
        return tuple(row)


def _place(row: Row) -> float:
    """Returns how far along the axis a row is."""
    return math.log1p(row[0] / EVEN)


def _fuller(rows: Sequence[Row]) -> Row:
    """Returns the row with the fewest gaps, the first of several."""
    return min(rows, key=lambda row: sum(map(math.isnan, row)))
