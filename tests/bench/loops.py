"""A lab's loop beside a plain PyTorch loop of the same model, and beside itself while it is looked at."""

import math
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from playground.experiment import Experiment
from playground.run import View
from playground.stream.pace import Pace
from tests.bench.row import Row

REPETITIONS = 5


def beside(
    what: str,
    plain: Callable[[int], None],
    peer: str,
    make: Callable[[int], Experiment],
    updates: int,
    view: View = View(),  # noqa: B008
    bare: Callable[[Any, int], object] | None = None,
) -> Iterator[Row]:
    """Time the loops turn by turn, in processor time, ``updates`` each. Yields two rows: unseen, then seen.

    ``plain`` makes so many updates with ``peer``'s means; ``make`` an experiment from a seed. ``view`` is what is
    looked at between two slices. ``bare`` has an experiment train without what it measures on the way, where that
    takes a share of its own: the plain loop is compared with it.
    """
    trains, alone, seen = make(1), make(1), make(2)

    pace, speed = Pace(), 0.0

    def look() -> None:
        first = seen.step
        while seen.step - first < updates:
            # A slice as a page asks for, in processor time: by the clock, others on this machine would shorten it.
            budget_s, started = pace.budget_s(is_awaited=False), time.process_time()
            seen.advance(steps=math.ceil(budget_s * speed))  # an update that is begun is ended
            seen.observe("run", view)
            pace.took(time.process_time() - started, budget_s)

    def rate(loop: Callable[[], object], experiment: Experiment | None = None) -> float:
        before, started = experiment.step if experiment else 0, time.process_time()
        loop()
        made = experiment.step - before if experiment else updates
        return made / (time.process_time() - started)

    loops: list[tuple[Callable[[], object], Experiment | None]] = [
        (lambda: plain(updates), None),
        (lambda: alone.advance(steps=updates), None),
        (look, seen),
    ]
    if bare is not None:
        loops.append((lambda: bare(trains, updates), None))
    alone.advance(steps=updates)
    speed = rate(*loops[1])
    rates = [[rate(*loop) for loop in loops] for _ in range(REPETITIONS)]
    first, second, third, *without = map(statistics.median, zip(*rates, strict=True))
    yield Row(what, without[0] if without else second, "1/s", first, peer, at_least=0.9)
    yield Row(f"{what}, seen", third, "1/s", second, "the same unseen", at_least=0.7)
