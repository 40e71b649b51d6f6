"""Where a weight and a bias have been: a bounded number of points, however long the run is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

MOST = 400  # points


class Path:
    """Points (K, 2) that depend on the run alone, not on how it is sliced: every update's, or every second one's, or
    every fourth one's, …, and where a person moved something."""

    def __init__(self, start: Tensor) -> None:
        self._every = 1
        self._points: list[tuple[float, float]] = []
        self.went(0, start)

    def went(self, step: int, parameters: Tensor, always: bool = False) -> None:
        """After an update or a change the parameters (2,) are these."""
        if not always and step % self._every:
            return
        w, b = parameters.detach().tolist()
        self._points.append((w, b))
        if len(self._points) >= MOST:
            self._points = self._points[::2]
            self._every *= 2

    def array(self) -> NDArray[np.float32]:
        """Returns the points (K, 2), the oldest first."""
        return np.array(self._points, dtype=np.float32).reshape(-1, 2)

    def state(self) -> dict[str, Any]:
        """Returns all that is kept."""
        return {"every": self._every, "points": self.array()}

    def restore(self, state: Any) -> None:
        """Go back to a former ``state``."""
        self._every, self._points = state["every"], [(w, b) for w, b in state["points"].tolist()]
