"""Training without a page: the same runs as in the app, to the bit, from Python or the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.kinds import ConfigError
from playground.lab import LABS
from playground.run import Run, RunConfig
from playground.runs import runfile
from playground.runs.replay import TIERS, apart, continued, progress_bar
from playground.runs.timeline import Timeline

AUTO_FROM = 20_000  # updates from which looking for a compiled loop is worth the time
_COMPILED = "From update {:,} on computed in a compiled loop, whose last bits differ from the traced loop's."


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Where a run of ``lab`` has come to.

    ``metrics`` are the lab's, by name: None where one is not finite; one that the run does not have, such as the
    accuracy of a regression, is not there. Losses are means over all training or test points, accuracies are shares.
    ``steps_per_s`` is of the time spent on training, not on the start. ``run`` has the edits that were made on the
    way. ``details`` are what the lab tells beside its metrics, as JSON. ``notice`` says why training stopped by
    itself, or why the last bits may differ from another computation's.
    """

    lab: str
    run: Run
    epoch: float
    step: int
    metrics: Mapping[str, float | None]
    steps_per_s: float | None
    parameters_sha256: str
    details: Mapping[str, Any] = field(default_factory=dict)
    notice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Returns the result as a flat JSON object, in which every metric of the lab has its key."""
        return {
            "epoch": self.epoch,
            "step": self.step,
            **{metric.name: self.metrics.get(metric.name) for metric in LABS[self.lab].metrics},
            **self.details,
            "steps_per_s": self.steps_per_s,
            "parameters_sha256": self.parameters_sha256,
            "notice": self.notice,
        }


def train(
    config: RunConfig,
    *,
    epochs: float | None = None,
    steps: int | None = None,
    tier: str = "auto",
    quiet: bool = False,
) -> Result:
    """Train a network from its initial weights, for ``epochs`` passes over the training data or ``steps`` updates.

    ``tier`` says how updates are computed. ``traced`` gives the same bits each time. ``compiled`` first makes machine
    code, for about 20 s the first time. ``auto`` takes machine code where a run is long enough to gain by it
    (AUTO_FROM updates) and it is on disk, or is made while the run goes on. To take it is an edit of the run.

    What takes over a second shows a progress bar, unless ``quiet``. Raises ConfigError where the machine lacks the
    device, or cannot make machine code that was asked for.
    """
    if tier not in TIERS:
        raise ConfigError(f"tier: {tier!r} is not one of {', '.join(TIERS)}")
    if (epochs is None) == (steps is None):
        raise ConfigError("train takes either epochs or steps")
    updates = round(epochs * config.steps_per_epoch) if epochs is not None else steps
    return _computed(Run(config=config), runfile.STEP.check(updates), tier, quiet)


def replay(run: Run, step: int, *, quiet: bool = False) -> Result:
    """Rebuild ``run``, with its edits, at ``step``: on a CPU the same weights to the bit.

    What takes over a second shows a progress bar, unless ``quiet``.
    """
    return _computed(run, step, "traced", quiet)


def _computed(run: Run, step: int, tier: str, quiet: bool) -> Result:
    """Compute ``run`` from its start to ``step``; its own edits say how, and beside them ``tier``."""
    past = tuple(edit for edit in run.edits if edit.step <= step)
    with apart():
        timeline = Timeline(Run(config=run.config, edits=past))
        experiment = timeline.experiment
        if tier == "compiled":
            timeline.apply("tier", tier)
        progress = None if quiet else progress_bar(" updates")
        list(continued(timeline, [step], progress, takes_faster=tier == "auto" and step >= AUTO_FROM))
        experiment.close()
        metrics = dict(experiment.metrics())
    taken = timeline.run.edits[len(past) :]
    return Result(
        lab=run.lab,
        run=timeline.run,
        epoch=experiment.epoch,
        step=experiment.step,
        metrics=metrics,
        steps_per_s=experiment.step / timeline.trained_s if experiment.step else None,
        parameters_sha256=experiment.parameters_sha256(),
        details=experiment.details(),
        notice=experiment.notice or timeline.warning or (_COMPILED.format(taken[0].step) if taken else None),
    )
