"""Many networks without a page: cut into parts, each trained wherever there is room for it, to the same bits.

A part is a value without state: it can be sent to another process or machine, and be trained again when that is lost.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from playground.configs.mlp import MLPConfig
from playground.data.points import DATASETS
from playground.memory import population_bytes, refuse_what_does_not_fit
from playground.outcomes import Outcome
from playground.run import ConfigError, Integer, Number, Problem

EPOCHS = Number(0, 1_000_000)
TARGET_ACCURACY = Number(0, 1)
TIERS = ("auto", "traced", "compiled")
PART = 128  # networks
COMPILE_FROM = 5_000_000  # updates in a part, over a minute of them: compiling costs less than it saves

Progress = Callable[[float], None]  # so many epochs are done


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Up to ``PART`` networks that are trained in one go, ``padded`` where they differ in width."""

    configs: tuple[MLPConfig, ...]
    epochs: float
    target_accuracy: float | None
    tier: str
    padded: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of networks: where each came to, None for one that an interrupt kept from being trained; the updates
    of all together and how they were computed."""

    outcomes: tuple[Outcome | None, ...]
    updates: int
    tier: str
    network_steps_per_s: float | None = None


def train_all(
    batches: Sequence[Sequence[MLPConfig]],
    *,
    epochs: float,
    target_accuracy: float | None,
    tier: str,
    engine: str,
    padded: bool = False,
    limit_bytes: int | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train the networks of ``batches`` for ``epochs`` passes over their data; what came of all, in their order.

    The networks of a batch should be of one structure, or differ in width alone and be ``padded``. A batch is cut
    into parts of ``PART`` networks at most.

    ``progress`` gets the mean epoch now and then. ``tier``: ``traced`` starts at once, ``compiled`` makes machine
    code first (some 20 s a structure, kept on disk), ``auto`` takes compiled loops that are kept, and makes them for
    long trainings. ``engine`` is one of ``ENGINES``: ``inline`` trains all parts in this process, epoch by epoch;
    ``process`` in as many processes as there are cores; ``ray`` on the cluster that $RAY_ADDRESS names, else on all
    cores of this machine. The outcomes are the same.

    A KeyboardInterrupt ends the training, and what was reached is returned: inline up to the last epoch, elsewhere
    the parts that were done. It is raised where nothing was reached.

    Raises ConfigError where a value is out of range, and with numbers where the networks that a
    process trains would take more than ``limit_bytes`` (default: half of the memory that is free).
    """
    _refuse_what_is_out_of_range(batches, epochs, target_accuracy, tier, engine)
    common: dict[str, Any] = {"epochs": epochs, "target_accuracy": target_accuracy, "tier": tier, "padded": padded}
    parts = [
        Part(configs=tuple(batch[start : start + PART]), **common)
        for batch in batches
        for start in range(0, len(batch), PART)
    ]
    at_once = parts if engine == "inline" else [max(parts, key=lambda part: population_bytes(part.configs))]
    refuse_what_does_not_fit([each for part in at_once for each in part.configs], limit_bytes, padded=padded)
    started = time.perf_counter()
    found = ENGINES[engine](parts, progress or (lambda epoch: None))
    elapsed_s = time.perf_counter() - started
    reached = [each for each in found if each is not None]
    if not reached:
        raise KeyboardInterrupt
    updates = sum(each.updates for each in reached)
    return Trained(
        tuple(
            outcome
            for part, each in zip(parts, found, strict=True)
            for outcome in (each.outcomes if each else [None] * len(part.configs))
        ),
        updates,
        "compiled" if {each.tier for each in reached} == {"compiled"} else "traced",
        updates / elapsed_s if updates else None,
    )


def _refuse_what_is_out_of_range(
    batches: Sequence[Sequence[MLPConfig]], epochs: float, target_accuracy: float | None, tier: str, engine: str
) -> None:
    check("epochs", EPOCHS, epochs)
    if target_accuracy is not None:
        check("target_accuracy", TARGET_ACCURACY, target_accuracy)
        if any(DATASETS[config.dataset].is_regression for batch in batches for config in batch):
            raise ConfigError("target_accuracy: a regression has no accuracy; leave it out")
    if tier not in TIERS:
        raise ConfigError(f"tier: {tier!r} is not one of {', '.join(TIERS)}")
    if engine not in ENGINES:
        raise ConfigError(f"engine: {engine!r} is not one of {', '.join(ENGINES)}")


def check(name: str, kind: Integer | Number, value: float) -> None:
    """Raises ConfigError, with the name, where ``value`` is not of its ``kind``."""
    try:
        kind.check(value)
    except ConfigError as error:
        raise ConfigError(str(Problem(name, str(error)))) from None


def train_part(part: Part) -> Trained:
    """Train the networks of ``part`` to the end."""
    training = Training(part)
    while training.epoch < part.epochs:
        training.advance()
    return training.result()


class Training:
    """A part under way. What it gives is the same wherever that is."""

    def __init__(self, part: Part) -> None:
        from playground.engine.worker import use_one_thread
        from playground.labs.population import PopulationExperiment  # torch comes with the first training

        use_one_thread()
        self._part, self.epoch, self._updates = part, 0.0, 0
        self._experiment = PopulationExperiment(part.configs, padded=part.padded)
        self._first: list[int | None] = [None] * len(part.configs)
        work = part.epochs * sum(config.steps_per_epoch for config in part.configs)
        if part.tier != "traced":
            self._experiment.upgrade(wait=part.tier == "compiled" or work > COMPILE_FROM)

    def advance(self) -> None:
        """Train for another epoch, or what is left of the last, and look who has met the target."""
        epoch, target = min(self.epoch + 1, self._part.epochs), self._part.target_accuracy
        self._updates += self._experiment.advance_to(epoch)
        if target is not None and epoch == int(epoch):
            met = (self._experiment.scores()["test_accuracy"] >= target) & ~self._experiment.diverged()
            self._first = [
                found or (int(epoch) if now else None) for found, now in zip(self._first, met, strict=True)
            ]
        self.epoch = epoch

    def result(self) -> Trained:
        """What has come of it so far."""
        return Trained(tuple(self._experiment.outcomes(self._first)), self._updates, self._experiment.tier)


# Engines: each takes parts and a report of epochs, and gives what came of each part, in order; None for a part that
# an interrupt left without a result


def _inline(parts: list[Part], progress: Progress) -> list[Trained | None]:
    """All parts keep step, so that wherever they are interrupted the networks can be compared."""
    trainings = [Training(part) for part in parts]
    try:
        while trainings[0].epoch < parts[0].epochs:
            for training in trainings:
                training.advance()
            progress(trainings[0].epoch)
    except KeyboardInterrupt:
        if not trainings[0].epoch:
            raise
    return [training.result() for training in trainings]


def _process(parts: list[Part], progress: Progress) -> list[Trained | None]:
    from playground.engine.pool import run_parts

    return run_parts(parts, progress)


def _ray(parts: list[Part], progress: Progress) -> list[Trained | None]:
    from playground.engine.ray import run_parts

    return run_parts(parts, progress)


ENGINES: dict[str, Callable[[list[Part], Progress], list[Trained | None]]] = {
    "inline": _inline,
    "process": _process,
    "ray": _ray,
}
