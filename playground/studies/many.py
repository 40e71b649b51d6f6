"""Train many networks without a page: in this process, on all cores, or on a Ray cluster."""

import time
from collections.abc import Callable, Sequence
from typing import Any

from playground.kinds import ConfigError, Kind, Number
from playground.run import RunConfig
from playground.runs.replay import TIERS
from playground.settings import Problem
from playground.studies import pool, ray
from playground.studies.memory import check_memory, population_bytes
from playground.studies.parts import PART, Part, Progress, Trained, Training, keep_step
from playground.studies.variants import scored

EPOCHS = Number(0, 1_000_000)
TARGET_ACCURACY = Number(0, 1)


def train_all(
    batches: Sequence[Sequence[RunConfig]],
    *,
    epochs: float,
    target_accuracy: float | None,
    tier: str,
    engine: str,
    padded: bool = False,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train the networks of ``batches`` for ``epochs`` passes over their data. Returns all outcomes, in order.

    The networks of a batch should have one structure, or differ only in width and be ``padded``. A batch is split
    into parts of at most ``PART`` networks.

    ``progress`` receives the mean epoch at intervals. ``tier``: ``traced`` starts at once, ``compiled`` makes machine
    code first (some 20 s a structure, kept on disk), ``auto`` uses compiled loops that are on disk, and makes them
    for long trainings. ``engine`` is one of ``ENGINES``: ``inline`` trains all parts in this process, epoch by epoch;
    ``process`` uses one process per core; ``ray`` the cluster at $RAY_ADDRESS, else all cores of this machine. The
    outcomes are the same.

    A KeyboardInterrupt ends the training and returns the results so far: inline up to the last epoch, otherwise the
    finished parts. Without any result it is raised.

    Raises ConfigError where a value is out of range, or where one process's networks would need more than
    ``limit_bytes`` of memory (default: half of the free memory).
    """
    _validate(batches, epochs, target_accuracy, tier, engine)
    common: dict[str, Any] = {"epochs": epochs, "target_accuracy": target_accuracy, "tier": tier, "padded": padded}
    parts = [
        Part(configs=tuple(batch[start : start + PART]), **common)
        for batch in batches
        for start in range(0, len(batch), PART)
    ]
    at_once = parts if engine == "inline" else [max(parts, key=lambda part: population_bytes(part.configs))]
    check_memory([each for part in at_once for each in part.configs], limit_bytes, padded=padded)
    started = time.perf_counter()
    found = ENGINES[engine](parts, progress or (lambda epoch: None))
    elapsed_s = time.perf_counter() - started
    reached = [each for each in found if each is not None]
    if not reached:
        raise KeyboardInterrupt
    return Trained(
        tuple(
            outcome
            for part, each in zip(parts, found, strict=True)
            for outcome in (each.outcomes if each else [None] * len(part.configs))
        ),
        sum(each.updates for each in reached),
        min((each.tier for each in reached), key=("plain", "traced", "compiled").index),
        sum(each.trained_s for each in reached) if engine == "inline" else elapsed_s,
    )


def _validate(
    batches: Sequence[Sequence[RunConfig]], epochs: float, target_accuracy: float | None, tier: str, engine: str
) -> None:
    check("epochs", EPOCHS, epochs)
    if target_accuracy is not None:
        check("target_accuracy", TARGET_ACCURACY, target_accuracy)
        score = scored(config for batch in batches for config in batch)
        if score.unit != "share":
            raise ConfigError(f"target_accuracy: these networks are ranked by {score.label}, no share; leave it out")
    if tier not in TIERS:
        raise ConfigError(f"tier: {tier!r} is not one of {', '.join(TIERS)}")
    if engine not in ENGINES:
        raise ConfigError(f"engine: {engine!r} is not one of {', '.join(ENGINES)}")


def check(name: str, kind: Kind, value: float) -> None:
    """Raises ConfigError, naming ``name``, where ``value`` is not of ``kind``."""
    try:
        kind.check(value)
    except ConfigError as error:
        raise ConfigError(str(Problem(name, str(error)))) from None


# Engines: each takes parts and a progress callback, and returns the parts' results in order; None for a part without
# a result after an interrupt


def _inline(parts: list[Part], progress: Progress) -> list[Trained | None]:
    trainings = [Training(part) for part in parts]
    try:
        keep_step(trainings, progress)
    except KeyboardInterrupt:
        if not trainings[0].epoch:
            raise
    return [training.result() for training in trainings]


ENGINES: dict[str, Callable[[list[Part], Progress], list[Trained | None]]] = {
    "inline": _inline,
    "process": pool.run_parts,
    "ray": ray.run_parts,
}
