"""Training without a page: the same runs as in the app, to the bit, from Python or the command line."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from playground.configs.mlp import MLPConfig
from playground.run import Run

if TYPE_CHECKING:
    from playground.labs import Experiment

_REPORT_S = 0.1  # between two reports of progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a run has come to. Losses are means over all training or test points; accuracies are shares, None for
    regression. ``notice`` says why training stopped by itself, where it did."""

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


def train(config: MLPConfig, *, epochs: float, progress: Callable[[Result], None] | None = None) -> Result:
    """Train a network from its initial weights for ``epochs`` passes over the training data.

    ``progress`` is called about ten times a second. Raises ConfigError where the machine lacks the device.
    """
    steps = round(epochs * config.steps_per_epoch)
    return _advanced(Run(lab="mlp", config=config), steps, progress)


def replay(run: Run, step: int, *, progress: Callable[[Result], None] | None = None) -> Result:
    """Rebuild ``run``, with its edits, at ``step``: on a CPU the same weights to the bit."""
    return _advanced(run, step, progress)


def _advanced(run: Run, step: int, progress: Callable[[Result], None] | None) -> Result:
    from playground.engine.timeline import Timeline  # torch comes with the first training
    from playground.engine.worker import use_one_thread

    use_one_thread()
    past = tuple(edit for edit in run.edits if edit.step <= step)
    experiment = Timeline(Run(lab=run.lab, config=run.config, edits=past)).experiment
    experiment.prepare()
    started, first = time.perf_counter(), experiment.step
    while experiment.step < step and experiment.notice is None:
        experiment.advance(steps=step - experiment.step, budget_s=_REPORT_S)
        if progress is not None:
            progress(_result(experiment, first, started))
    return _result(experiment, first, started)


def _result(experiment: "Experiment", first: int, started: float) -> Result:
    metrics, trained = experiment.metrics(), experiment.step - first
    return Result(
        epoch=experiment.epoch,
        step=experiment.step,
        train_loss=metrics["train_loss"],
        test_loss=metrics["test_loss"],
        train_accuracy=metrics.get("train_accuracy"),
        test_accuracy=metrics.get("test_accuracy"),
        steps_per_s=trained / (time.perf_counter() - started) if trained else None,
        parameters_sha256=experiment.parameters_sha256(),
        notice=experiment.notice,
    )
