"""Compare variants of a configuration over many seeds: a distribution each, not an anecdote.

>>> from playground import MLPConfig, compare, vary
>>> base = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
>>> print(compare(vary(base, "activation", "sigmoid,relu"), seeds=32, epochs=200, target_accuracy=0.95).sentence)
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from playground.configs.mlp import SEED, MLPConfig
from playground.configs.variants import MOST_VARIANTS, seeded
from playground.configs.variants import SEEDS as SEEDS
from playground.configs.variants import vary as vary
from playground.data.points import DATASETS
from playground.memory import population_bytes, refuse_what_does_not_fit
from playground.outcomes import Comparison, Outcome, table
from playground.run import ConfigError, Integer, Number, Problem

if TYPE_CHECKING:
    from playground.labs.population import PopulationExperiment

EPOCHS = Number(0, 1_000_000)
TARGET_ACCURACY = Number(0, 1)
TIERS = ("auto", "traced", "compiled")
ENGINES = ("inline", "ray")
PART = 128  # networks
COMPILE_FROM = 5_000_000  # updates in a part, over a minute of them: compiling costs less than it saves


@dataclass(frozen=True, slots=True)
class Part:
    """Up to ``PART`` networks of one variant: what is trained in one go, wherever that is, to the same bits."""

    variant: str
    configs: tuple[MLPConfig, ...]
    epochs: float
    target_accuracy: float | None
    tier: str


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of a part: a row for each network, the updates of all together, and how they were computed."""

    rows: tuple[Outcome, ...]
    updates: int
    tier: str


def compare(
    variants: Mapping[str, MLPConfig],
    *,
    seeds: int,
    epochs: float,
    target_accuracy: float | None = None,
    tier: str = "auto",
    engine: str = "inline",
    limit_bytes: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Train each variant (1 to 4, by name) with ``seeds`` seeds (1 to 256) at once, for ``epochs`` passes.

    Seed s draws both the data and the initial weights, from the variant's own ``seed`` on, so that the variants are
    paired. ``progress`` gets the mean epoch now and then. ``tier``: ``traced`` starts at once, ``compiled`` makes
    machine code first (some 20 s a structure, kept on disk), ``auto`` takes compiled loops that are kept, and makes
    them for long trainings. ``engine``: ``inline`` trains here, one variant after the other; ``ray`` on the cluster
    that $RAY_ADDRESS names, else on all cores of this machine.

    Raises ConfigError where a value is out of range, and with numbers where a part (128 networks at most) would take
    more than ``limit_bytes`` (default: half of the memory that is free).
    """
    configs = _checked(variants, seeds, epochs, target_accuracy, tier)
    parts = [
        Part(variant, tuple(each[start : start + PART]), epochs, target_accuracy, tier)
        for variant, each in configs.items()
        for start in range(0, seeds, PART)
    ]
    refuse_what_does_not_fit(max((part.configs for part in parts), key=population_bytes), limit_bytes)
    started = time.perf_counter()
    found = _runner(engine)(parts, progress or (lambda epoch: None))
    elapsed_s = time.perf_counter() - started
    updates, tiers = sum(each.updates for each in found), {each.tier for each in found}
    return table(
        [row for each in found for row in each.rows],
        epochs=epochs,
        target_accuracy=target_accuracy,
        network_steps_per_s=updates / elapsed_s if updates else None,
        tier="compiled" if tiers == {"compiled"} else "traced",
    )


def _runner(engine: str) -> Callable[[list["Part"], Callable[[float], None]], list["Trained"]]:
    """How an engine trains parts: it takes them and a report of epochs, and gives what came of each, in order."""
    if engine not in ENGINES:
        raise ConfigError(f"engine: {engine!r} is not one of {', '.join(ENGINES)}")
    if engine == "ray":
        from playground.engine.ray import run_parts

        return run_parts
    return _one_after_another


def _one_after_another(parts: list["Part"], progress: Callable[[float], None]) -> list["Trained"]:
    found: list[Trained] = []

    def report(epoch: float) -> None:
        progress((len(found) * parts[0].epochs + epoch) / len(parts))

    for part in parts:
        found.append(train_part(part, report))
    return found


def _checked(
    variants: Mapping[str, MLPConfig], seeds: int, epochs: float, target_accuracy: float | None, tier: str
) -> dict[str, list[MLPConfig]]:
    """The configurations of every variant's networks, one a seed. Raises ConfigError."""
    if not 1 <= len(variants) <= MOST_VARIANTS:
        raise ConfigError(f"variants: {len(variants)} is not from 1 to {MOST_VARIANTS}")
    _check("seeds", SEEDS, seeds)
    _check("epochs", EPOCHS, epochs)
    tasks = {DATASETS[config.dataset].is_regression for config in variants.values()}
    if len(tasks) > 1:
        raise ConfigError("variants: a regression and a classification have no score in common")
    if target_accuracy is not None:
        _check("target_accuracy", TARGET_ACCURACY, target_accuracy)
        if tasks == {True}:
            raise ConfigError("target_accuracy: a regression has no accuracy; leave it out")
    if tier not in TIERS:
        raise ConfigError(f"tier: {tier!r} is not one of {', '.join(TIERS)}")
    for config in variants.values():
        _check("seed", SEED, config.seed + seeds - 1)
    return {name: seeded(config, seeds) for name, config in variants.items()}


def _check(name: str, kind: Integer | Number, value: float) -> None:
    try:
        kind.check(value)
    except ConfigError as error:
        raise ConfigError(str(Problem(name, str(error)))) from None


def train_part(part: Part, progress: Callable[[float], None] | None = None) -> Trained:
    """Train the networks of ``part``, looking after every epoch; ``progress`` gets the epoch."""
    from playground.engine.worker import use_one_thread
    from playground.labs.population import PopulationExperiment  # torch comes with the first training

    use_one_thread()
    experiment = PopulationExperiment(part.configs)
    work = part.epochs * sum(config.steps_per_epoch for config in part.configs)
    if part.tier != "traced":
        experiment.upgrade(wait=part.tier == "compiled" or work > COMPILE_FROM)
    first: list[int | None] = [None] * len(part.configs)
    updates, epoch = 0, 0.0
    while epoch < part.epochs:
        epoch = min(epoch + 1, part.epochs)
        updates += experiment.advance_to(epoch)
        if part.target_accuracy is not None and epoch == int(epoch):
            met = (experiment.scores()["test_accuracy"] >= part.target_accuracy) & ~experiment.diverged()
            first = [found or (int(epoch) if now else None) for found, now in zip(first, met, strict=True)]
        if progress is not None:
            progress(epoch)
    return Trained(_outcomes(experiment, part, first), updates, experiment.tier)


def _outcomes(experiment: "PopulationExperiment", part: Part, first: list[int | None]) -> tuple[Outcome, ...]:
    """A row for every network; ``first`` are the epochs at which they met the target."""
    scores, epochs, diverged = experiment.scores(), experiment.epochs(), experiment.diverged()
    rows = []
    for index, config in enumerate(part.configs):
        values: dict[str, Any] = {name: float(column[index]) for name, column in scores.items()}
        if DATASETS[config.dataset].is_regression:
            values |= {"train_accuracy": None, "test_accuracy": None}
        rows.append(
            Outcome(
                variant=part.variant,
                seed=config.seed,
                epoch=float(epochs[index]),
                epoch_to_target=first[index],
                diverged=bool(diverged[index]),
                **values,
            )
        )
    return tuple(rows)
