"""Training without a page: the same runs as in the app, bit for bit, from Python or the command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.kinds import ConfigError
from playground.lab import LABS
from playground.run import Run, RunConfig
from playground.runs import runfile
from playground.runs.replay import TIERS, advanced, apart, continued, progress_bar
from playground.runs.timeline import Timeline
from playground.settings import Settings

AUTO_FROM = 20_000  # updates from which ``auto`` looks for a compiled loop
_COMPILED = "From update {:,} on computed in a compiled loop, whose last bits differ from the traced loop's."


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The result of a run of ``lab``.

    ``metrics`` are the lab's, by name: None where one is not finite; one that does not apply to the run, such as the
    accuracy of a regression, is missing. Losses are means over all training or test points, accuracies are shares.
    ``steps_per_s`` counts training time only. ``run`` includes the edits made during training. ``details`` are the
    lab's other results, as JSON. ``notice`` says why training stopped early, or why the last bits may differ from
    another computation's.
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
        """Returns the result as a flat JSON object with a key for every metric of the lab."""
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
    code, which takes about 20 s the first time. ``auto`` switches to machine code in a run of at least AUTO_FROM
    updates, once it is found on disk or compiled during the run. The switch is an edit of the run. Where a run
    can have none, the result's notice says why.

    After a second a progress bar appears, unless ``quiet``. Raises ConfigError where the machine lacks the device, or
    cannot make the machine code for ``compiled``.
    """
    if tier not in TIERS:
        raise ConfigError(f"tier: {tier!r} is not one of {', '.join(TIERS)}")
    if (epochs is None) == (steps is None):
        raise ConfigError("train takes either epochs or steps")
    updates = round(epochs * config.steps_per_epoch) if epochs is not None else steps
    return _computed(Run(config=config), runfile.STEP.check(updates), tier, quiet)


def replay(run: Run, step: int, *, quiet: bool = False) -> Result:
    """Rebuild ``run``, with its edits, at ``step``: on a CPU the same weights, bit for bit.

    After a second a progress bar appears, unless ``quiet``.
    """
    return _computed(run, step, "traced", quiet)


def generate(run: Run, step: int, look: Settings, *, count: int | None = None, quiet: bool = False) -> str:
    """Returns what the network of ``run`` writes at ``step``: ``count`` characters, by default as many as its page
    shows. ``look`` is of the lab's own class: for a GPT its prompt, temperature, ``top_k``, ``top_p`` and ``draw``,
    the seed of its random numbers. Raises ConfigError for a lab that writes no text."""
    with apart():
        experiment = advanced(run, step, None if quiet else progress_bar(" updates")).experiment
        return experiment.write(look, count)


def _computed(run: Run, step: int, tier: str, quiet: bool) -> Result:
    """Compute ``run`` from its start to ``step``, with its own edits and ``tier``."""
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
    slow = experiment.why_not_faster() if tier == "auto" and step >= AUTO_FROM else ""
    return Result(
        lab=run.lab,
        run=timeline.run,
        epoch=experiment.epoch,
        step=experiment.step,
        metrics=metrics,
        steps_per_s=experiment.step / timeline.trained_s if experiment.step else None,
        parameters_sha256=experiment.parameters_sha256(),
        details=experiment.details(),
        notice=experiment.notice or timeline.warning or (_COMPILED.format(taken[0].step) if taken else slow or None),
    )
