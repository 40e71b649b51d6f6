"""Measuring a run within a share of its time. What is measured never changes the training."""

import time
from collections.abc import Callable, Mapping

Metrics = Mapping[str, float | None]


class Meter:
    """Calls ``measure`` now and then, and knows at which ``step`` it made the ``newest`` metrics.

    Measuring takes about ``share`` of the time at most, between 0 and 1. With ``every`` it is done whenever so many
    updates are over instead, whatever it takes: then a run has the same curve each time.
    """

    def __init__(self, measure: Callable[[], Metrics], share: float = 1 / 5, every: int | None = None) -> None:
        self.step, self.newest = -1, dict[str, float | None]()
        self._measure, self._share, self._every = measure, share, every
        self._took_s = self._trained_s = 0.0

    def to_next(self, step: int) -> int | None:
        """The updates from ``step`` to the next measurement, which a slice must not go beyond; None without
        ``every``."""
        return None if self._every is None else self._every - step % self._every

    def look(self, step: int, trained_s: float) -> Metrics:
        """After a slice of ``trained_s`` seconds that ended at ``step``: measure, if it is time to.

        Returns what is known of this step: nothing, where it was not measured."""
        self._trained_s += trained_s
        if self._every is not None:
            is_due = step % self._every == 0
        else:
            is_due = self._took_s * (1 - self._share) <= self._trained_s * self._share
        return self.now(step) if is_due else self.at(step)

    def now(self, step: int) -> Metrics:
        """The metrics at ``step``, where the run is: measured, unless they are known."""
        if step != self.step:
            started = time.perf_counter()
            self.newest = dict(self._measure())
            self._took_s, self._trained_s, self.step = time.perf_counter() - started, 0.0, step
        return self.newest

    def at(self, step: int) -> Metrics:
        """The metrics at ``step``; empty where they were not measured there."""
        return self.newest if step == self.step else {}

    def forget(self) -> None:
        """The run was changed or went to another step: what is known is not of it."""
        self.step = -1
