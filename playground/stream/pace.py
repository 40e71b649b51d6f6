"""How fast a run trains while it is watched: a dial of its own, apart from how often it is drawn."""

import time

from playground.kinds import Number

SPEED = Number(0.1, 100_000)  # updates per second
CYCLE_S = 0.0155  # one frame's training, reading and way to the page: below 1/60 s by what a busy machine wants
MIN_SLICE_S, MAX_SLICE_S = 0.002, 0.0145
AWAITED_SLICE_S = 0.001


class Pace:
    """How fast to train: so many updates a second, or (None) as many as fit between two frames."""

    def __init__(self) -> None:
        self.updates_per_s: float | None = None
        self._overhead_s = 0.003  # what a frame costs beside training
        self.restart()

    def restart(self) -> None:
        self._owed, self._clock = 1.0, time.monotonic()
        self._marks: list[tuple[float, int]] = []

    def delay(self) -> float:
        """Seconds until at least one update is due."""
        if self.updates_per_s is None:
            return 0.0
        self._accrue()
        return max(0.0, (1.0 - self._owed) / self.updates_per_s)

    def slice(self, is_awaited: bool) -> tuple[int | None, float | None]:
        """The next slice: (steps, None) or (None, budget in seconds). Short where a person waits to see a change."""
        if self.updates_per_s is None:
            return None, self.budget_s(is_awaited)
        self._accrue()
        steps = int(self._owed)
        self._owed -= steps
        return steps, None

    def budget_s(self, is_awaited: bool) -> float:
        """Seconds of training that fit between two frames."""
        return AWAITED_SLICE_S if is_awaited else min(MAX_SLICE_S, max(MIN_SLICE_S, CYCLE_S - self._overhead_s))

    def took(self, seconds: float, budget_s: float | None) -> None:
        """Learn from a slice how much of a cycle is not training."""
        if budget_s is not None:
            self._overhead_s += 0.1 * (max(seconds - budget_s, 0.0) - self._overhead_s)

    def measured(self, step: int) -> float | None:
        """Updates per second over about the last second; None until that can be said."""
        now = time.monotonic()
        recent = [mark for mark in self._marks if now - mark[0] < 1.0]
        self._marks = [*recent, (now, step)]
        first, first_step = self._marks[0]
        return (step - first_step) / (now - first) if now - first > 0.2 else None

    def _accrue(self) -> None:
        """Updates fall due with time, but a page that was away does not get them all at once."""
        now = time.monotonic()
        assert self.updates_per_s is not None
        self._owed += (now - self._clock) * self.updates_per_s
        self._owed = min(self._owed, max(1.0, 0.1 * self.updates_per_s))
        self._clock = now


class Rate:
    """At most ``per_s`` a second on average, of which ``burst`` may come at once."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._gap_s, self._burst = 1 / per_s, burst
        self._due = time.monotonic()

    def wait_s(self) -> float:
        """Seconds until one more is in time."""
        return max(0.0, self._due - (self._burst - 1) * self._gap_s - time.monotonic())

    def count(self) -> None:
        """One more has come."""
        self._due = max(self._due, time.monotonic()) + self._gap_s
