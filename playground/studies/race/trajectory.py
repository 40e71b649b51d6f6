"""The trajectories of networks through the space of parameters, in bounded memory."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_POINTS, FEWEST_POINTS = 128, 16
MEMORY_BYTES = 2**20  # of all points of all networks, unless FEWEST_POINTS take more

Floats = NDArray[np.float32]


class Trajectory:
    """Parameters and losses of R networks of P parameters at every ``spacing``-th step, from step 0 on.

    ``points`` (R, n, P) and ``losses`` (R, n) are views, n at most ``capacity``. When full, every second point is
    dropped and the spacing doubles, so they depend only on the step, not on how training was sliced.
    """

    def __init__(self, networks: int, parameters: int) -> None:
        affordable = MEMORY_BYTES // (4 * networks * (parameters + 1))
        self.capacity = max(FEWEST_POINTS, min(MOST_POINTS, affordable)) // 2 * 2
        self.spacing, self.count = 1, 0
        self._points = np.empty((networks, self.capacity, parameters), np.float32)
        self._losses = np.empty((networks, self.capacity), np.float32)

    @property
    def points(self) -> Floats:
        return self._points[:, : self.count]

    @property
    def losses(self) -> Floats:
        return self._losses[:, : self.count]

    @property
    def steps(self) -> NDArray[np.int64]:
        """The step of every point, (n,)."""
        return np.arange(self.count, dtype=np.int64) * self.spacing

    def to_next(self, step: int) -> int:
        """Returns the number of updates from ``step`` to the next point."""
        return self.spacing - step % self.spacing

    def add(self, step: int, points: Floats, losses: Floats) -> None:
        """Add the point of ``step``: ``points`` (R, P), ``losses`` (R,). Ignored unless it is due at this step."""
        if step != self.count * self.spacing:
            return
        if self.count == self.capacity:
            half = self.capacity // 2
            self._points[:, :half], self._losses[:, :half] = self._points[:, ::2], self._losses[:, ::2]
            self.count, self.spacing = half, 2 * self.spacing
        self._points[:, self.count], self._losses[:, self.count] = points, losses
        self.count += 1

    @property
    def nbytes(self) -> int:
        return self._points.nbytes + self._losses.nbytes

    def state(self) -> dict[str, Any]:
        """Returns copies of everything."""
        return {"spacing": self.spacing, "points": self.points.copy(), "losses": self.losses.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()``."""
        self.spacing, self.count = state["spacing"], state["points"].shape[1]
        self.points[:], self.losses[:] = state["points"], state["losses"]
