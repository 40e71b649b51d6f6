"""Compute a run again from its value, bit for bit."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from playground.run import Run, View
from playground.runs.timeline import Timeline

Progress = Callable[[int, int], None]  # (done, total)
REPORT_S = 0.1  # between two reports of progress
BAR_AFTER_S = 1.0
TIERS = ("auto", "traced", "compiled")  # how updates are computed; auto: the fastest that is ready


def advanced(run: Run, step: int, progress: Progress | None = None) -> Timeline:
    """Returns ``run`` computed from its start to ``step``, or to where training stops early; see ``moments``."""
    (timeline,) = moments(run, [step], progress)
    return timeline


def moments(run: Run, steps: Sequence[int], progress: Progress | None = None) -> Iterator[Timeline]:
    """Compute ``run`` from its start. Yields the same timeline at each of the increasing ``steps``.

    Where training stops early, that moment is the last. Edits after the last step are left out.
    Results are bit-exact only inside ``apart``.
    """
    past = tuple(edit for edit in run.edits if edit.step <= steps[-1])
    yield from continued(Timeline(Run(config=run.config, edits=past)), steps, progress)


def continued(
    timeline: Timeline, steps: Sequence[int], progress: Progress | None = None, takes_faster: bool = False
) -> Iterator[Timeline]:
    """Yields ``timeline`` at each of the increasing ``steps``, like ``moments``. With ``takes_faster`` it switches to
    a faster loop as soon as one is ready, which adds an edit to its run."""
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
        timeline.seek(timeline.step)  # apply every edit of this step
        if timeline.step > last:
            yield timeline
        if timeline.experiment.notice is not None:
            return
        last = timeline.step


def _take_faster(timeline: Timeline) -> None:
    """Switch to the faster loop, if one is ready."""
    if faster := timeline.observe("", View(panels=frozenset())).info.get("ready"):
        timeline.apply("tier", faster)


@contextlib.contextmanager
def apart() -> Iterator[None]:
    """Compute in one thread, which bit-exact results need; then restore the thread counts and the global RNG."""
    import torch
    from threadpoolctl import threadpool_limits

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]), threadpool_limits(1, user_api="blas"):
            yield
    finally:
        torch.set_num_threads(threads)


def progress_bar(unit: str) -> Progress:
    """Returns a progress bar on the terminal that appears after ``BAR_AFTER_S``."""
    from tqdm import tqdm

    bar = tqdm(unit=unit, file=sys.stderr, delay=BAR_AFTER_S)

    def show(done: int, total: int) -> None:
        bar.total = total
        bar.update(done - bar.n)
        if done >= total:
            bar.close()

    return show
