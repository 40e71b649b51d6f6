"""Training without a page: the same runs as in the app, to the bit, from Python or the command line."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from playground.run import Run, RunConfig
from playground.runs.replay import advanced, apart, progress_bar


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


def train(config: RunConfig, *, epochs: float, quiet: bool = False) -> Result:
    """Train a network from its initial weights for ``epochs`` passes over the training data.

    What takes over a second shows a progress bar, unless ``quiet``. Raises ConfigError where the machine lacks the
    device.
    """
    return replay(Run(config=config), round(epochs * config.steps_per_epoch), quiet=quiet)


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
