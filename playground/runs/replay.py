"""A run computed again from its value, to the bit."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from playground.run import Run, View
from playground.runs.timeline import Timeline

Progress = Callable[[int, int], None]  # so much is done, of so much
REPORT_S = 0.1  # between two reports of progress
BAR_AFTER_S = 1.0
TIERS = ("auto", "traced", "compiled")  # how updates are computed; auto takes what is fastest once it is there


def advanced(run: Run, step: int, progress: Progress | None = None) -> Timeline:
    """``run`` computed from its start to ``step``, or to where its training stops by itself; see ``moments``."""
    (timeline,) = moments(run, [step], progress)
    return timeline


def moments(run: Run, steps: Sequence[int], progress: Progress | None = None) -> Iterator[Timeline]:
    """``run`` computed from its start, at each of the rising ``steps``: one timeline, which goes on between them.

    Where training stops by itself, the moment at which it does is the last. Edits after the last step are left out.
    To the bit the same as elsewhere only when it is computed ``apart``.
    """
    past = tuple(edit for edit in run.edits if edit.step <= steps[-1])
    yield from continued(Timeline(Run(config=run.config, edits=past)), steps, progress)


def continued(
    timeline: Timeline, steps: Sequence[int], progress: Progress | None = None, takes_faster: bool = False
) -> Iterator[Timeline]:
    """``timeline`` at each of the rising ``steps``, as ``moments``. With ``takes_faster`` it takes a faster loop as
    soon as there is one, which is an edit of its run."""
    timeline.experiment.prepare()
    last = -1
    for step in steps:
        while timeline.step < step and timeline.experiment.notice is None:
            before = timeline.step, timeline.experiment.edits
            timeline.advance(until=step, budget_s=REPORT_S)
            if before == (timeline.step, timeline.experiment.edits):
                time.sleep(REPORT_S)  # a compiled loop of this run is being made again
            if takes_faster and timeline.step < step:
                _take_faster(timeline)
            if progress is not None:
                progress(timeline.step, steps[-1])
        timeline.seek(timeline.step)  # of several edits at one step, all
        if timeline.step > last:
            yield timeline
        if timeline.experiment.notice is not None:
            return
        last = timeline.step


def _take_faster(timeline: Timeline) -> None:
    """Go on with the faster loop that the run has found beside its training, if it has."""
    if faster := timeline.observe("", View(panels=frozenset())).info.get("ready"):
        timeline.apply("tier", faster)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Compute a run apart from what else this process does with torch: in one thread, which is part of "to the bit",
    and without a trace in the number of threads or in the global random state."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            yield
    finally:
        torch.set_num_threads(threads)


def progress_bar(unit: str) -> Progress:
    """A bar on the terminal for what takes over a second."""
    from tqdm import tqdm

    bar = tqdm(unit=unit, file=sys.stderr, delay=BAR_AFTER_S)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
