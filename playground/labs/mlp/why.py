"""Why a run does not learn, and what helps: every change was trained from the same seeds before it is offered."""

import json
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.evidence import Case, evidence
from playground.labs.mlp.layers import Layers
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.replay import Progress, advanced
from playground.runs.timeline import Timeline

LEAST_TRIED, MOST_TRIED = 300, 3000  # updates
HELPS = 0.6  # a change helps where the test loss is this share of the run's own or less
MOST_OFFERED = 3
LOW_RATE, HIGH_RATE = 0.05, 0.1

Change = tuple[tuple[str, Any], ...]  # settings and their values


def why(run: Run, step: int, progress: Progress | None = None) -> dict[str, Any]:
    """Returns what the layers of ``run`` at ``step`` show, and the changes that help, as JSON.

    ``layers`` has each layer's gradient norm, and the share of its units that are dead or saturated, None where its
    activation knows neither. ``evidence`` are parts of a sentence on the likely cause, less what the trials refute.
    Each of ``offered`` has ``settings``, as text, and the test loss after ``tried`` updates from the same seeds;
    ``loss`` is the run's own by then, without what was changed on the way. ``refused`` did not help.
    """
    timeline = advanced(run, step, progress)
    config = run.config
    assert isinstance(config, MLPConfig)
    found = _seen(timeline)
    is_begun = timeline.step > 0
    cause = evidence(_case(timeline, found)) if is_begun and not config.data.is_regression else None
    first: list[Change] = [((cause.setting, cause.value),)] if cause and cause.setting else []
    changes = list(dict.fromkeys([*first, *_changes(config)]))
    tried = max(LEAST_TRIED, min(timeline.step, MOST_TRIED))
    own, *losses = _losses(config, changes, tried)
    results = [_told(config, change, loss) for change, loss in zip(changes, losses, strict=True)]
    helping = [each for each in results if each["loss"] is not None and each["loss"] <= HELPS * (own or math.inf)]
    expected = results[: len(first)]
    words = cause.words if cause else () if is_begun else ("nothing is learned yet",)
    if not all(each in helping for each in expected):
        words = tuple(each.split(": ")[0] for each in words)  # what is seen, without what would follow from it
    helping.sort(key=lambda each: (each not in expected, each["loss"]))
    return {
        "step": timeline.step,
        "layers": _layers(config, found),
        "evidence": words,
        "tried": tried,
        "loss": own,
        "offered": helping[:MOST_OFFERED],
        "refused": [each for each in results if each not in helping],
    }


def as_json(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns ``why`` as JSON."""
    return json.dumps(why(run, step, progress), indent=1)


def _seen(timeline: Timeline) -> Layers:
    """Measures the layers of the run at this moment."""
    alone = PopulationExperiment([_present(timeline)])
    parameters = torch.from_numpy(timeline.experiment.parameters().copy())
    alone.groups[0].population.parameters[0] = parameters
    ((_, found),) = alone.layers()
    return found


def _present(timeline: Timeline) -> MLPConfig:
    """Returns the configuration with what was changed on the way."""
    config = timeline.run.config_after(len(timeline.run.edits))
    assert isinstance(config, MLPConfig)
    return config


def _case(timeline: Timeline, found: Layers) -> Case:
    experiment, config = timeline.experiment, _present(timeline)
    metrics = {name: math.inf if value is None else value for name, value in experiment.metrics().items()}
    curves = dict(zip(experiment.history.columns, experiment.history.array().T, strict=True))
    best = int(np.nanargmin(np.where(np.isfinite(curves["test_loss"]), curves["test_loss"], np.inf)))
    ((_, start),) = PopulationExperiment([config]).layers()
    return Case(
        config=config,
        step=timeline.step,
        train_loss=metrics["train_loss"],
        test_loss=metrics["test_loss"],
        best_loss=float(curves["test_loss"][best]),
        best_epoch=int(curves["epoch"][best]),
        has_diverged=not math.isfinite(metrics["train_loss"]),
        gradient_norms=found.gradient_norms[0],
        dead_or_saturated=found.dead_or_saturated[0],
        dead_or_saturated_at_start=start.dead_or_saturated[0],
    )


def _changes(config: MLPConfig) -> Iterator[Change]:
    """Yields changes that help many networks, of one setting and then of several together."""
    rate, sines = config.learning_rate, tuple(dict.fromkeys((*config.features, "sin_x", "sin_y")))
    if rate > LOW_RATE:
        yield (("learning_rate", float(f"{rate / 10:.2g}")),)
    if rate <= HIGH_RATE:
        yield (("learning_rate", float(f"{rate * 10 or 0.03:.2g}")),)
    for sizes in ((8,), (8, 8)):
        if sum(sizes) > sum(config.hidden_sizes):
            yield (("hidden_sizes", sizes),)
    for activation in ("tanh", "relu"):
        if config.activation != activation:
            yield (("activation", activation),)
    if sines != config.features:
        yield (("features", sines),)
    for name in ("weight_decay", "l1_strength"):
        if getattr(config, name):
            yield ((name, 0.0),)
    if config.optimizer == "sgd":
        yield (("optimizer", "momentum"),)
    together = {"features": sines, "hidden_sizes": (8, 8), "learning_rate": 0.1, "activation": "tanh"}
    yield tuple((name, value) for name, value in together.items() if getattr(config, name) != value)


def _losses(config: MLPConfig, changes: list[Change], updates: int) -> list[float | None]:
    """Returns the test losses of ``config``, and of it with each of the ``changes``, after so many updates from the
    same seeds; None where one has diverged."""
    trial = PopulationExperiment([config, *(replace(config, **dict(change)) for change in changes)])
    trial.advance(updates)
    losses = np.where(trial.diverged(), np.nan, trial.scores()["test_loss"])
    return [float(loss) if math.isfinite(loss) else None for loss in losses]


def _told(config: MLPConfig, change: Change, loss: float | None) -> dict[str, Any]:
    known = config.settings()
    settings = {name: known[name].kind.format(value) for name, value in change}
    return {"settings": settings, "words": ", ".join(config.phrase(*each) for each in change), "loss": loss}


def _layers(config: MLPConfig, found: Layers) -> list[dict[str, Any]]:
    hidden = len(config.hidden_sizes)
    state = "dead" if config.activation == "relu" else "saturated"
    shares = (found.dead if state == "dead" else found.saturated)[0]
    return [
        {
            "name": f"Hidden layer {index + 1}" if index < hidden else "Output layer",
            "gradient": float(norm) if math.isfinite(norm) else None,
            state: float(shares[index]) if index < hidden and math.isfinite(shares[index]) else None,
        }
        for index, norm in enumerate(found.gradient_norms[0])
    ]
