"""The speed of training on a page, independent of the frame rate."""

import time

from playground.kinds import Number

SPEED = Number(0.1, 100_000)  # updates per second
CYCLE_S = 0.0155  # training, observing and sending one frame: 1/60 s less a reserve for a busy machine
MIN_SLICE_S, MAX_SLICE_S = 0.002, 0.0145
AWAITED_SLICE_S = 0.001


class Pace:
    """The speed of training: ``updates_per_s``, or with None as many updates as fit between two frames."""

    def __init__(self) -> None:
        self.updates_per_s: float | None = None
        self._overhead_s = 0.003  # time of a frame without training
        self.restart()

    def restart(self) -> None:
        self._owed, self._clock = 1.0, time.monotonic()
        self._marks: list[tuple[float, int]] = []

    def delay(self) -> float:
        """Returns the seconds until an update is due."""
        if self.updates_per_s is None:
            return 0.0
        self._accrue()
        return max(0.0, (1.0 - self._owed) / self.updates_per_s)

    def slice(self, is_awaited: bool) -> tuple[int | None, float | None]:
        """Returns the next slice: (steps, None) or (None, budget in seconds), short if a change ``is_awaited``."""
        if self.updates_per_s is None:
            return None, self.budget_s(is_awaited)
        self._accrue()
        steps = int(self._owed)
        self._owed -= steps
        return steps, None

    def budget_s(self, is_awaited: bool) -> float:
        """Returns the seconds of training that fit between two frames."""
        return AWAITED_SLICE_S if is_awaited else min(MAX_SLICE_S, max(MIN_SLICE_S, CYCLE_S - self._overhead_s))

    def took(self, seconds: float, budget_s: float | None) -> None:
        """Update the estimate of the overhead from a slice's time."""
        if budget_s is not None:
            self._overhead_s += 0.1 * (max(seconds - budget_s, 0.0) - self._overhead_s)

    def measured(self, step: int) -> float | None:
        """Returns the updates per second over about the last second; None before 0.2 s."""
        now = time.monotonic()
        recent = [mark for mark in self._marks if now - mark[0] < 1.0]
        self._marks = [*recent, (now, step)]
        first, first_step = self._marks[0]
        return (step - first_step) / (now - first) if now - first > 0.2 else None

    def _accrue(self) -> None:
        """Add the updates that are due since the last call, at most those of 0.1 s (or one)."""
        now = time.monotonic()
        assert self.updates_per_s is not None
        self._owed += (now - self._clock) * self.updates_per_s
        self._owed = min(self._owed, max(1.0, 0.1 * self.updates_per_s))
        self._clock = now


class Rate:
    """Limits events to ``per_s`` a second on average, with bursts of at most ``burst``."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._gap_s, self._burst = 1 / per_s, burst
        self._due = time.monotonic()

    def wait_s(self) -> float:
        """Returns the seconds until one more event is allowed."""
        return max(0.0, self._due - (self._burst - 1) * self._gap_s - time.monotonic())

    def count(self) -> None:
        """Count an event."""
        self._due = max(self._due, time.monotonic()) + self._gap_s
