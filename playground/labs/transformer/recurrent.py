"""The Transformer beside the recurrent encoder–decoders of the sequence lab, which learn the same task."""

import json
from dataclasses import replace
from typing import Any, cast

from playground.kinds import ConfigError
from playground.lab import LABS, experiment_of
from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.tasks import TASKS
from playground.plain import PlainExperiment
from playground.run import Run, RunConfig
from playground.runs.replay import Progress

SEEDS = 3
HIDDEN = range(8, 65, 4)  # units of an LSTM, of which those are taken that give about as many weights
STOPS = (0, 25, 50, 75, 100, 150, 200, 250, 300, 400)  # updates after which it is measured
SAME = {  # the sequence lab's name of a task
    ("numbers", "french"): "french",
    ("numbers", "chinese"): "chinese",
    ("dates", "french"): "french_dates",
    ("dates", "chinese"): "chinese_dates",
}


def recurrent(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns how each of the ``learners`` gets on, as JSON: for each of the ``updates`` a list with one value for
    each seed, the ``seconds`` that training took until then and the ``exact_match`` on unseen pairs.

    They take turns in one process, so that whatever slows the machine slows all. Raises ConfigError for a task that
    the sequence lab has not.
    """
    configs = learners(cast(TransformerConfig, run.config))
    found: dict[str, Any] = {
        name: {
            "parameters": config.demands()["parameters"],
            "seconds": [[] for _ in STOPS],
            "exact_match": [[] for _ in STOPS],
        }
        for name, config in configs.items()
    }
    for seed in range(SEEDS):
        made = {name: cast(PlainExperiment, experiment_of(_seeded(each, seed))) for name, each in configs.items()}
        spent = dict.fromkeys(made, 0.0)
        for stop, until in enumerate(STOPS):
            for name, experiment in made.items():
                if until > experiment.step and experiment.notice is None:
                    experiment.advance(steps=until - experiment.step)
                    spent[name] += experiment.took_s
                found[name]["seconds"][stop].append(round(spent[name], 4))
                found[name]["exact_match"][stop].append(experiment.metrics().get("exact_match") or 0.0)
            if progress is not None:
                progress(seed * len(STOPS) + stop + 1, SEEDS * len(STOPS))
    about = {"task": run.config.title(), "batch_size": cast(TransformerConfig, run.config).batch_size, "seeds": SEEDS}
    return json.dumps({**about, "updates": STOPS, "learners": found}, separators=(",", ":"))


def learners(config: TransformerConfig) -> dict[str, RunConfig]:
    """Returns the Transformer and two LSTMs, with and without attention, of about as many weights; all with the same
    optimizer, learning rate and batch size, from pairs of which some are held out at random."""
    task = SAME.get((config.task, config.target))
    if task is None:
        known = " and ".join(TASKS[name].label for name in dict.fromkeys(name for name, _ in SAME))
        raise ConfigError(f"the sequence lab has no task like {TASKS[config.task].label}; use {known}")
    same = {name: getattr(config, name) for name in ("optimizer", "learning_rate", "batch_size", "data_seed")}
    wanted = config.demands()["parameters"]
    made: dict[str, RunConfig] = {"Transformer": replace(config, held_out="random", silent="")}
    make: Any = LABS["sequence"].config_class
    for name, has_attention in (("LSTM with attention", True), ("LSTM", False)):
        sizes = [make(task=task, cell="lstm", attention=has_attention, hidden=hidden, **same) for hidden in HIDDEN]
        made[name] = min(sizes, key=lambda each: abs(each.demands()["parameters"] - wanted))
    return made


def _seeded(config: Any, seed: int) -> RunConfig:
    found: RunConfig = replace(config, seed=seed)
    return found
