"""Training without a page: the same runs as in the app, to the bit, from Python or the command line."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.lab import LABS
from playground.run import Run, RunConfig
from playground.runs.replay import advanced, apart, progress_bar


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a run of ``lab`` has come to.

    ``metrics`` are the lab's, by name: None where one is not finite; one that the run does not have, such as the
    accuracy of a regression, is not there. Losses are means over all training or test points, accuracies are shares.
    ``notice`` says why training stopped by itself, or why the last bits may differ from the run's own.
    """

    lab: str
    epoch: float
    step: int
    metrics: Mapping[str, float | None]
    steps_per_s: float | None
    parameters_sha256: str
    notice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the result as a flat JSON object, in which every metric of the lab has its key."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            **{metric.name: self.metrics.get(metric.name) for metric in LABS[self.lab].metrics},
            "steps_per_s": self.steps_per_s,
            "parameters_sha256": self.parameters_sha256,
            "notice": self.notice,
        }


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
        metrics = dict(experiment.metrics())
    return Result(
        lab=run.lab,
        epoch=experiment.epoch,
        step=experiment.step,
        metrics=metrics,
        steps_per_s=experiment.step / (time.perf_counter() - started) if experiment.step else None,
        parameters_sha256=experiment.parameters_sha256(),
        notice=experiment.notice or timeline.warning,
    )
