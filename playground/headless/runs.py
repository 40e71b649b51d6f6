"""Training without a page: the same runs as in the app, to the bit, from Python or the command line."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from playground.configs.mlp import MLPConfig
from playground.run import Run

if TYPE_CHECKING:
    from playground.engine.timeline import Timeline

Progress = Callable[[int, int], None]  # so much is done, of so much
REPORT_S = 0.1  # between two reports of progress
BAR_AFTER_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a run has come to. Losses are means over all training or test points; accuracies are shares, None for
    regression. ``notice`` says why training stopped by itself, or why the last bits may differ from the run's own."""

    epoch: float
    step: int
    train_loss: float | None
    test_loss: float | None
    train_accuracy: float | None
    test_accuracy: float | None
    steps_per_s: float | None
    parameters_sha256: str
    notice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The result as a JSON object."""
        return asdict(self)


def train(config: MLPConfig, *, epochs: float, quiet: bool = False) -> Result:
    """Train a network from its initial weights for ``epochs`` passes over the training data.

    What takes over a second shows a progress bar, unless ``quiet``. Raises ConfigError where the machine lacks the
    device.
    """
    return replay(Run(lab="mlp", config=config), round(epochs * config.steps_per_epoch), quiet=quiet)


def replay(run: Run, step: int, *, quiet: bool = False) -> Result:
    """Rebuild ``run``, with its edits, at ``step``: on a CPU the same weights to the bit.

    What takes over a second shows a progress bar, unless ``quiet``.
    """
    import torch  # noqa: F401  before the clock starts

    started = time.perf_counter()
    with apart():
        timeline = advanced(run, step, None if quiet else progress_bar(" updates"))
        experiment = timeline.experiment
        metrics = experiment.metrics()
    return Result(
        epoch=experiment.epoch,
        step=experiment.step,
        train_loss=metrics["train_loss"],
        test_loss=metrics["test_loss"],
        train_accuracy=metrics.get("train_accuracy"),
        test_accuracy=metrics.get("test_accuracy"),
        steps_per_s=experiment.step / (time.perf_counter() - started) if experiment.step else None,
        parameters_sha256=experiment.parameters_sha256(),
        notice=experiment.notice or timeline.warning,
    )


def advanced(run: Run, step: int, progress: Progress | None = None) -> "Timeline":
    """``run`` computed from its start to ``step``, or to where its training stops by itself; see ``moments``."""
    (timeline,) = moments(run, [step], progress)
    return timeline


def moments(run: Run, steps: Sequence[int], progress: Progress | None = None) -> "Iterator[Timeline]":
    """``run`` computed from its start, at each of the rising ``steps``: one timeline, which goes on between them.

    Where training stops by itself, the moment at which it does is the last. Edits after the last step are left out.
    To the bit the same as elsewhere only when it is computed ``apart``.
    """
    from playground.engine.timeline import Timeline  # torch comes with the first training

    past = tuple(edit for edit in run.edits if edit.step <= steps[-1])
    timeline = Timeline(Run(lab=run.lab, config=run.config, edits=past), step=0)
    timeline.experiment.prepare()
    last = -1
    for step in steps:
        while timeline.step < step and timeline.experiment.notice is None:
            before = timeline.step, timeline.experiment.edits
            timeline.advance(until=step, budget_s=REPORT_S)
            if before == (timeline.step, timeline.experiment.edits):
                time.sleep(REPORT_S)  # a compiled loop of this run is being made again
            if progress is not None:
                progress(timeline.step, steps[-1])
        timeline.seek(timeline.step)  # of several edits at one step, all
        if timeline.step > last:
            yield timeline
        if timeline.experiment.notice is not None:
            return
        last = timeline.step


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
