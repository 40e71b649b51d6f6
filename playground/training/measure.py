"""Measuring a run within a share of its time. Measuring never changes the training."""

import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

V = TypeVar("V")

SHARE = 1 / 12  # of the time: the labs' dearest metrics, of 60 ms, are then new every 0.7 s
HURRIED_S = 0.002  # a slice so short is for somebody who waits for what is seen


class Meter(Generic[V]):
    """Calls ``measure`` at intervals; ``newest`` holds the last metrics, measured at ``step``.

    Measuring takes at most about ``share`` of the time, between 0 and 1. With ``every`` it is done every so many
    updates instead, at any cost: then a run has the same curve each time.
    """

    def __init__(
        self, measure: Callable[[], Mapping[str, V]], share: float = SHARE, every: int | None = None
    ) -> None:
        self.step, self.newest = -1, dict[str, V]()
        self._measure, self._share, self._every = measure, share, every
        self._took_s = self._trained_s = 0.0

    def to_next(self, step: int) -> int | None:
        """Returns the updates from ``step`` to the next measurement, the longest allowed slice; None without
        ``every``."""
        return None if self._every is None else self._every - step % self._every

    def look(self, step: int, trained_s: float, budget_s: float | None = None) -> Mapping[str, V]:
        """Measure if it is time to, after a slice of ``trained_s`` seconds that ended at ``step``. One that had a
        ``budget_s`` of less than HURRIED_S leaves it to a later one.

        Returns the metrics at ``step``; empty where they were not measured."""
        self._trained_s += trained_s
        if self._every is not None:
            is_due = step % self._every == 0
        else:
            is_hurried = budget_s is not None and budget_s < HURRIED_S
            is_due = not is_hurried and self._took_s * (1 - self._share) <= self._trained_s * self._share
        return self.now(step) if is_due else self.at(step)

    def now(self, step: int) -> Mapping[str, V]:
        """Returns the metrics at ``step``, the run's current one; measures them unless ``newest`` has them."""
        if step != self.step:
            started = time.perf_counter()
            self.newest = dict(self._measure())
            self._took_s, self._trained_s, self.step = time.perf_counter() - started, 0.0, step
        return self.newest

    def at(self, step: int) -> Mapping[str, V]:
        """Returns the metrics at ``step``; empty where they were not measured there."""
        return self.newest if step == self.step else {}

    def forget(self) -> None:
        """Invalidate ``newest``: the run was edited or restored."""
        self.step = -1
