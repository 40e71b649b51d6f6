"""Training in slices: how many updates to make between looks at the clock, and where to stop on divergence."""

import time
from collections.abc import Callable


class Slicer:
    """Divides a slice of an experiment's updates into pieces, to end it in time.

    A piece takes about ``share`` of the time left, and none begins within the last ``rest`` of a slice.
    ``rate``, in updates per second, is a guess until measured; ``took_s`` is the time of the last slice.
    """

    def __init__(self, rate: float, share: float = 1 / 2, rest: float = 1 / 16) -> None:
        self.rate, self.took_s = rate, 0.0
        self._share, self._rest = share, rest

    def run(self, train: Callable[[int], int], steps: int | None, budget_s: float | None) -> int:
        """Call ``train`` until ``steps`` updates or about ``budget_s`` seconds are over. Returns the updates made.

        ``train(count)`` makes up to ``count`` updates and returns how many; 0 ends the slice. It is called at least
        once, however short the time, unless ``steps`` is 0.
        """
        done, started = 0, time.perf_counter()
        while count := self._next(steps, budget_s, done, time.perf_counter() - started):
            made = train(count)
            done += made
            if not made:
                break
        self.took_s = max(time.perf_counter() - started, 1e-6)
        if done:
            self.rate = done / self.took_s
        return done

    def _next(self, steps: int | None, budget_s: float | None, done: int, elapsed_s: float) -> int:
        """Returns the updates of the next piece; 0 when the slice is over."""
        count = None if steps is None else max(steps - done, 0)
        if budget_s is not None:
            left_s = budget_s - elapsed_s
            is_time = left_s > budget_s * self._rest or not done
            in_time = max(int(self.rate * left_s * self._share), 1) if is_time else 0
            count = in_time if count is None else min(count, in_time)
        return count or 0


def stop_before(bad: int, lands: Callable[[int], bool]) -> None:
    """Stop after the last update whose results are all finite, by bisection; ``bad`` updates diverged.

    ``lands(count)`` makes ``count`` updates, always from the same start, and returns whether the results are finite.
    The result of its last call stays.
    """
    good = 0
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if lands(middle) else (good, middle)
    lands(good)
