"""Compare variants of a configuration over many seeds: a distribution each, not an anecdote.

>>> from playground import MLPConfig, compare, vary
>>> base = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
>>> print(compare(vary(base, "activation", "sigmoid,relu"), seeds=32, epochs=200, target_accuracy=0.95).sentence)
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from playground.configs.mlp import SEED, MLPConfig
from playground.data.points import DATASETS
from playground.memory import refuse_what_does_not_fit
from playground.outcomes import Comparison, Outcome, table
from playground.run import Choice, ConfigError, Integer, Names, Number, Problem, Sizes

if TYPE_CHECKING:
    from playground.labs.population import PopulationExperiment

MOST_VARIANTS = 4
SEEDS = Integer(1, 256)
EPOCHS = Number(0, 1_000_000)
TARGET_ACCURACY = Number(0, 1)
OURS = ("seed", "data_seed", "device")  # settings that cannot be the varied one
TIERS = ("auto", "traced", "compiled")
COMPILE_FROM = 20_000_000  # updates of single networks: from here on compiling costs less than it saves


def compare(
    variants: Mapping[str, MLPConfig],
    *,
    seeds: int,
    epochs: float,
    target_accuracy: float | None = None,
    tier: str = "auto",
    limit_bytes: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Comparison:
    """Train each variant (1 to 4, by name) with ``seeds`` seeds (1 to 256), all at once, for ``epochs`` passes.

    Seed s draws both the data and the initial weights, from the variant's own ``seed`` on, so that the variants are
    paired. ``progress`` gets the epoch now and then. ``tier``: ``traced`` starts at once, ``compiled`` makes machine
    code first (some 20 s a structure, kept on disk), ``auto`` takes compiled loops that are kept, and makes them for
    long trainings. Raises ConfigError where a value is out of range, and with numbers where what is asked would take
    more than ``limit_bytes`` (default: half of the memory that is free).
    """
    configs = _checked(variants, seeds, epochs, target_accuracy, tier)
    refuse_what_does_not_fit(configs, limit_bytes)
    from playground.engine.worker import use_one_thread
    from playground.labs.population import PopulationExperiment  # torch comes with the first training

    use_one_thread()
    experiment = PopulationExperiment(configs)
    work = epochs * sum(config.steps_per_epoch for config in configs)
    if tier != "traced":
        experiment.upgrade(wait=tier == "compiled" or work > COMPILE_FROM)
    experiment.prepare()
    started = time.perf_counter()
    first, updates = _trained(experiment, epochs, target_accuracy, progress)
    elapsed_s = time.perf_counter() - started
    names = [name for name in variants for _ in range(seeds)]
    return table(
        outcomes(experiment, names, first),
        epochs=epochs,
        target_accuracy=target_accuracy,
        network_steps_per_s=updates / elapsed_s if updates else None,
        tier=experiment.tier,
    )


def vary(base: MLPConfig, setting: str, values: str) -> dict[str, MLPConfig]:
    """Variants of ``base`` in one setting, from text: ``vary(base, "activation", "sigmoid,relu")``.

    Values are separated by commas; those that hold commas themselves (``hidden_sizes``, ``features``) by slashes:
    ``4,2/8,8``. Raises ConfigError where the setting or a value is not known, or there are not 2 to 4 of them.
    """
    name, known = setting.replace("-", "_"), MLPConfig.settings()
    allowed = [each for each in known if each not in OURS]
    if name not in allowed:
        raise ConfigError(f"vary: {setting!r} is not one of {', '.join(allowed)}")
    parts = values.split("/" if isinstance(known[name].kind, Sizes | Names) else ",")
    if not 2 <= len(parts) <= MOST_VARIANTS:
        raise ConfigError(f"vary: {len(parts)} values of {name}; 2 to {MOST_VARIANTS} can be compared")
    found: dict[str, MLPConfig] = {}
    for part in parts:
        try:
            value = known[name].kind.parse(part)
            config = replace(base, **{name: value})
        except ConfigError as error:
            raise ConfigError(f"vary: {name}: {error}") from None
        found[label(name, value)] = config
    if len(found) < len(parts):
        raise ConfigError(f"vary: a value of {name} stands there twice: {values}")
    return found


def label(name: str, value: Any) -> str:
    """A variant's name as a person reads it: the catalog's where it has one."""
    kind = MLPConfig.settings()[name].kind
    if isinstance(kind, Choice):
        return str(kind.options[value].label)
    return f"{name} {kind.format(value) or 'none'}"


def _checked(
    variants: Mapping[str, MLPConfig], seeds: int, epochs: float, target_accuracy: float | None, tier: str
) -> list[MLPConfig]:
    """The configuration of every network, variant by variant. Raises ConfigError."""
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
    configs = []
    for config in variants.values():
        _check("seed", SEED, config.seed + seeds - 1)
        numbers = range(config.seed, config.seed + seeds)
        configs += [replace(config, seed=number, data_seed=number) for number in numbers]
    return configs


def _check(name: str, kind: Integer | Number, value: float) -> None:
    try:
        kind.check(value)
    except ConfigError as error:
        raise ConfigError(str(Problem(name, str(error)))) from None


def _trained(
    experiment: "PopulationExperiment",
    epochs: float,
    target_accuracy: float | None,
    progress: Callable[[float], None] | None,
) -> tuple[list[int | None], int]:
    """Train, looking after every epoch; → the epoch at which each network met the target, and all updates."""
    first: list[int | None] = [None] * len(experiment.configs)
    updates, epoch = 0, 0.0
    while epoch < epochs:
        epoch = min(epoch + 1, epochs)
        updates += experiment.advance_to(epoch)
        if target_accuracy is not None and epoch == int(epoch):
            met = (experiment.scores()["test_accuracy"] >= target_accuracy) & ~experiment.diverged()
            first = [found or (int(epoch) if now else None) for found, now in zip(first, met, strict=True)]
        if progress is not None:
            progress(epoch)
    return first, updates


def outcomes(experiment: "PopulationExperiment", names: list[str], first: list[int | None]) -> tuple[Outcome, ...]:
    """A row for every network of ``experiment``; ``names`` are their variants, ``first`` their epochs to target."""
    scores, epochs, diverged = experiment.scores(), experiment.epochs(), experiment.diverged()
    rows = []
    for index, config in enumerate(experiment.configs):
        values: dict[str, Any] = {name: float(column[index]) for name, column in scores.items()}
        if DATASETS[config.dataset].is_regression:
            values |= {"train_accuracy": None, "test_accuracy": None}
        rows.append(
            Outcome(
                variant=names[index],
                seed=config.seed,
                epoch=float(epochs[index]),
                epoch_to_target=first[index],
                diverged=bool(diverged[index]),
                **values,
            )
        )
    return tuple(rows)
