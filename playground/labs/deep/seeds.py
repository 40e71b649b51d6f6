"""The ladders and the losses of a run over several seeds, each network at the best of three learning rates.

One run proves little: another draw of the weights, or another rate, could turn it round. So the same settings are
trained with five seeds at three rates, and each network is shown at the rate at which its own median loss is lowest.
"""

import json
import math
from dataclasses import replace
from statistics import median
from typing import Any, cast

from playground.labs.deep.config import DeepConfig
from playground.labs.deep.experiment import DeepExperiment
from playground.run import Run, View
from playground.runs.replay import Progress, advanced

SEEDS = 5
FACTORS = (1 / 3, 1.0, 3.0)  # of the learning rate
PARTS = ("gradients", "signals")
MOST_RATE = 10.0
DIGITS = 5


def seeds(run: Run, step: int, progress: Progress | None = None) -> str:
    """The networks of ``run`` at ``step`` with SEEDS seeds, from its own on, as JSON.

    Of each network: ``rate``, its best; ``losses``, for each of ``rates`` the training loss of each seed; and at its
    best rate, for each seed, ``train_loss``, ``train_accuracy``, and ``gradients`` and ``signals``, a number for each
    layer. A loss is null where training stopped early.
    """
    config = cast(DeepConfig, run.config)
    numbers = [config.seed + index for index in range(SEEDS)]
    rates = [float(f"{config.learning_rate * factor:.{DIGITS}g}") for factor in FACTORS]
    rates = [rate for rate in rates if rate <= MOST_RATE]
    total = max(step, 1) * len(rates) * SEEDS
    found: dict[float, list[dict[str, Any]]] = {rate: [] for rate in rates}
    for index, (rate, number) in enumerate((rate, number) for rate in rates for number in numbers):

        def tell(done: int, _: int, index: int = index) -> None:
            if progress is not None:
                progress(index * max(step, 1) + done, total)

        timeline = advanced(_varied(run, number, rate), step, tell)
        found[rate].append(_of_run(cast(DeepExperiment, timeline.experiment), timeline.step == step))
    networks = {name: best_of(name, found) for name in config.networks}
    about = {"step": step, "seeds": numbers, "rates": rates}
    return json.dumps({**about, "networks": networks}, separators=(",", ":"))


def _varied(run: Run, seed: int, rate: float) -> Run:
    """``run`` with another seed, and all its learning rates multiplied so that it begins with ``rate``."""
    config = cast(DeepConfig, run.config)
    factor = rate / config.learning_rate if config.learning_rate else 1.0
    edits = tuple(
        replace(edit, value=min(edit.value * factor, MOST_RATE)) if edit.target == "learning_rate" else edit
        for edit in run.edits
    )
    return Run(config=replace(config, seed=seed % 2**31, learning_rate=rate), edits=edits)


def _of_run(experiment: DeepExperiment, is_whole: bool) -> dict[str, Any]:
    """What is known of each network of one run."""
    metrics, arrays = experiment.metrics(), experiment.observe("", View()).arrays
    told = {}
    for name in experiment.config.networks:
        first = "" if name == experiment.config.main else f"{name}_"
        told[name] = {
            "train_loss": metrics[f"{first}train_loss"] if is_whole else None,
            "train_accuracy": metrics[f"{first}train_accuracy"] if is_whole else None,
            **{part: [_number(value) for value in arrays[f"{name}_{part}"].tolist()] for part in PARTS},
        }
    return told


def best_of(name: str, found: dict[float, list[dict[str, Any]]]) -> dict[str, Any]:
    """A network's runs at the rate with the lowest median loss; a run that stopped early counts as infinite."""
    losses = {rate: [run[name]["train_loss"] for run in runs] for rate, runs in found.items()}
    best = min(losses, key=lambda rate: median(math.inf if loss is None else loss for loss in losses[rate]))
    runs = [run[name] for run in found[best]]
    told = {part: [run[part] for run in runs] for part in runs[0]}
    return {"rate": best, "losses": [*losses.values()], **told}


def _number(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if math.isfinite(value) else None
