"""What does not change in a run: its words, its gates, its counts, and what a guess without a network would reach."""

import math
from typing import Any

import torch

from playground.labs.sequence.config import GATES, PANELS, SequenceConfig
from playground.labs.sequence.data import Batch
from playground.labs.sequence.tasks import Task


def scene(config: SequenceConfig, train: Batch, test: Batch) -> dict[str, Any]:
    """Returns it as JSON."""
    task = config.what
    return {
        "task": config.task,
        "label": task.label,
        "shape": task.shape,
        "reads": task.reads,
        "says": task.says,
        "series": task.is_series,
        "kind": config.cell,
        "gates": [*GATES[config.cell]],
        "hidden": config.units,
        "parameters": config.count(config.cell, config.units),
        "tests": len(test),
        "half": test.inputs.shape[1] // 2 if task.continues else 0,
        "fresh": task.length is not None and task.make is not None and not config.is_unaligned,
        "trained": config.length,
        "mixed": config.mixed,
        "span": task.span or ("words that are read" if task.glue else "letters that are read"),
        "panels": {name: PANELS[name].label for name in panels_of(config)},
        "baselines": baselines(task, train, test),
    }


def panels_of(config: SequenceConfig) -> list[str]:
    """Returns what can be seen of such a run."""
    task = config.what
    found = ["cell", "units", "states"]
    found += ["free"] if task.generates or task.continues else []
    found += ["lengths"] if not task.continues and task.shape not in ("one_to_one", "one_to_many") else []
    return found + (["attention"] if config.attention else [])


def baselines(task: Task, train: Batch, test: Batch) -> list[dict[str, Any]]:
    """Returns the reference values for a run's curves."""
    if task.is_series:
        known = ~test.targets.isnan()
        mean = (test.targets[known] - train.targets[~train.targets.isnan()].mean()).square().mean()
        again = (test.targets[known] - test.inputs[..., 0][known]).square().mean()
        return [
            {"label": "mean", "value": float(mean), "axes": "loss", "help": "always the mean"},
            {"label": "same again", "value": float(again), "axes": "loss", "help": "the last value again"},
        ]
    size = len(task.says)
    known = train.targets >= 0
    targets, read = train.targets[known], train.inputs[known].argmax(-1)
    shares = targets.bincount(minlength=size).float() / len(targets)
    commonest = (test.targets[test.targets >= 0] == shares.argmax()).float().mean()
    pairs = torch.zeros(train.inputs.shape[-1], size).index_put((read, targets), torch.tensor(1.0), accumulate=True)
    before = pairs.sum(1, keepdim=True)
    bigram = float(-(pairs * (pairs / before.clamp_min(1)).clamp_min(1e-12).log()).sum() / len(targets))
    unigram = float(-(shares * shares.clamp_min(1e-12).log()).sum())
    lines = [
        ("guessing", math.log(size), f"ln {size}, all {size} answers alike"),
        ("unigram", unigram, "how common each answer is, whatever is read"),
        ("bigram", bigram, "how common each answer is after the token that is read with it, whatever came before"),
    ]
    apart = [line for place, line in enumerate(lines) if not place or line[1] < lines[place - 1][1] - 0.01]
    return [
        *({"label": label, "value": value, "axes": "loss", "help": help} for label, value, help in apart),
        {"label": "commonest", "value": float(commonest), "axes": "accuracy", "help": "always the commonest answer"},
    ]
