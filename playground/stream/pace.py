"""The speed of training on a page, independent of the frame rate; and when there is nothing left to see."""

import math
import time
from collections.abc import Mapping

from playground.format import count
from playground.kinds import Number
from playground.lab import Metric

SPEED = Number(0.1, 100_000)  # updates per second
GENTLE = "gentle"  # a speed that grows with the step, since learning slows down as it goes
GENTLE_START, GENTLE_GROWTH = 100.0, 0.35  # updates a second at first; later this part of the updates made so far
FRAMES_PER_S = 60  # at most; PLAYGROUND_MAX_FRAMES_PER_S can allow fewer
RESERVE = 0.04  # of the time between two frames, for a busy machine
LONGEST_CYCLE_S = 0.025  # at most so long for the sake of SHARE
SHARE = 0.8  # of a cycle to be training; sending the frame then leaves about three quarters of the time
MIN_SLICE_S, MAX_SLICE_S = 0.002, 0.018  # a worker interrupts what takes 0.02 s; rare frames are worth several turns
AWAITED_SLICE_S, AWAITED_FOR_S = 0.001, 0.25  # after a change another one follows soon, as the pen or a slider moves
AWAITED_EVERY_S = 0.04  # then training is as rare: most changes find no update under way, and nothing to be painted


class Pace:
    """The speed of training: ``updates_per_s``, ``GENTLE``, or with None as many updates as fit between two frames.

    Also a fixed speed never takes more than what fits. A frame is due ``frames_per_s`` times a second, at most sixty;
    less often, down to forty times, where that is what leaves SHARE of the time to training.
    """

    def __init__(self, frames_per_s: float = FRAMES_PER_S) -> None:
        self._frame_s = 1 / min(frames_per_s, FRAMES_PER_S)
        self.speed: float | str | None = None
        self.step = 0
        self._overhead_s = 0.003  # time of a frame without training
        self._awaited_at = self._trained_at = -math.inf
        self._has_rested = False
        self.restart(0)

    def choose(self, wanted: object) -> None:
        """Take a speed from the browser. Raises ConfigError for one that is none."""
        self.speed = wanted if wanted is None or wanted == GENTLE else SPEED.check(wanted)

    def restart(self, step: int) -> None:
        """Begin to train at ``step``, in the next slice."""
        self._begins = True
        self._owed, self._clock, self.step = 1.0, time.monotonic(), step
        self._marks: list[tuple[float, int]] = []

    @property
    def updates_per_s(self) -> float | None:
        """The wanted speed at this step; None for the fastest."""
        if self.speed == GENTLE:
            return max(GENTLE_START, GENTLE_GROWTH * self.step)
        return self.speed  # type: ignore[return-value]

    def delay(self) -> float:
        """Returns the seconds until an update is due."""
        wanted, now = self.updates_per_s, time.monotonic()
        rest_s = max(0.0, self._trained_at + AWAITED_EVERY_S - now) if self._is_awaited(now) else 0.0
        if wanted is None:
            return rest_s
        self._accrue(wanted)
        return max(rest_s, (1.0 - self._owed) / wanted)

    def slice(self, is_awaited: bool) -> tuple[int | None, float]:
        """Returns the next slice: the updates that are due, None for any number, and a budget in seconds, short if a
        change ``is_awaited``: then also without updates, of which a single one may take long, in every second slice
        at most. The first slice is what Play asks for."""
        is_awaited, self._begins = is_awaited and not self._begins, False
        budget_s, wanted = self.budget_s(is_awaited), self.updates_per_s
        self._has_rested = is_awaited and not self._has_rested
        if self._has_rested:
            return 0, budget_s
        self._trained_at = time.monotonic()
        if wanted is None:
            return None, budget_s
        self._accrue(wanted)
        steps = int(self._owed)
        self._owed -= steps
        return steps, budget_s

    def budget_s(self, is_awaited: bool) -> float:
        """Returns the seconds of training that fit between two frames; few where a change is awaited, or was just
        now, so that the next one does not wait long."""
        now = time.monotonic()
        self._awaited_at = now if is_awaited else self._awaited_at
        if self._is_awaited(now):
            return AWAITED_SLICE_S
        frame_s = (1 - RESERVE) * self._frame_s
        cycle_s = max(frame_s, min(self._overhead_s / (1 - SHARE), LONGEST_CYCLE_S))
        longest_s = max(MAX_SLICE_S, frame_s)
        return min(max(MIN_SLICE_S, cycle_s - self._overhead_s), longest_s)

    def _is_awaited(self, now: float) -> bool:
        """Whether there was a change just now, so that another one may follow."""
        return now - self._awaited_at < AWAITED_FOR_S

    def took(self, seconds: float, budget_s: float) -> None:
        """Update the estimate of the overhead from the time of a slice that used its budget. What takes longer than a
        cycle waited for others, and says no more than that."""
        if budget_s > AWAITED_SLICE_S:
            overhead_s = min(max(seconds - budget_s, 0.0), LONGEST_CYCLE_S)
            self._overhead_s += 0.1 * (overhead_s - self._overhead_s)

    def measured(self, step: int) -> float | None:
        """Returns the updates per second over about the last second, or since the last frame where that is longer
        ago; None before 0.2 s."""
        now, self.step = time.monotonic(), step
        recent = [mark for mark in self._marks if now - mark[0] < 1.0] or self._marks[-1:]
        self._marks = [*recent, (now, step)]
        first, first_step = self._marks[0]
        return (step - first_step) / (now - first) if now - first > 0.2 else None

    def _accrue(self, updates_per_s: float) -> None:
        """Add the updates that are due since the last call, at most those of a frame or of 0.1 s (or one)."""
        now = time.monotonic()
        self._owed += (now - self._clock) * updates_per_s
        self._owed = min(self._owed, max(1.0, max(0.1, self._frame_s) * updates_per_s))
        self._clock = now


class Plateau:
    """Whether training still changes the ``score``: its best value is compared with that of 1/32 of the updates.

    At a gentle speed that is ten seconds without anything to see. A run that is solved gets a little better for ever:
    what it gains must also be a part of all that it has gained.
    """

    FIRST, OCTAVES = 500, 5  # updates before the first comparison; 2**5 = 32
    LEAST, LEAST_SHARE, LEAST_PART = 0.0005, 0.005, 0.01  # what counts as better: of a loss, of a share, of any value
    LEAST_GAIN = 0.02  # and of the gain in all: two pixels of the chart

    def __init__(self, score: Metric) -> None:
        self._score = score
        self.restart(0)

    def restart(self, step: int) -> None:
        """Begin to watch at ``step``, however it went before."""
        self._next = max(self.FIRST, step)
        self._first = self._best = math.nan
        # (step, seconds, best until then), each at twice the step of the one before
        self._marks: list[tuple[int, float, float]] = []

    def found(self, step: int, metrics: Mapping[str, float | None], least_s: float = 0.0) -> str | None:
        """Take the metrics of a step. Returns what to say once training has changed nothing for ``least_s`` seconds
        and more, else None."""
        value = metrics.get(self._score.name)
        if value is None:
            return None
        sign = 1 if self._score.better == "high" else -1
        if math.isnan(self._best):
            self._first = self._best = value
        self._best = max(self._best, value, key=lambda found: sign * found)
        if step < self._next:
            return None
        now = time.monotonic()
        self._marks = [*self._marks, (step, now, self._best)][-self.OCTAVES - 1 :]
        self._next = 2 * step
        if len(self._marks) <= self.OCTAVES:
            return None
        since, since_s, before = self._marks[0]
        gain = self.LEAST_GAIN * abs(self._best - self._first)
        least = max(
            self.LEAST_SHARE if self._score.unit == "share" else self.LEAST, self.LEAST_PART * abs(before), gain
        )
        if now - since_s < least_s or sign * (self._best - before) >= least:
            return None
        return (
            f"Paused: since step {count(since)} the {self._score.label} has hardly become better "
            f"({self._score.text(before)}, now {self._score.text(self._best)} at best). "
            "Play goes on; another setting may do better."
        )


class Rate:
    """Limits events to ``per_s`` a second on average, with bursts of at most ``burst``."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._gap_s, self._burst = 1 / per_s, burst
        self._due = time.monotonic()

    def wait_s(self, spare: int = 0) -> float:
        """Returns the seconds until one more event is allowed that leaves ``spare`` ones of the burst to others."""
        return max(0.0, self._due - (self._burst - 1 - spare) * self._gap_s - time.monotonic())

    def count(self) -> None:
        """Count an event."""
        self._due = max(self._due, time.monotonic()) + self._gap_s
