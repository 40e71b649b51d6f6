"""Many networks split into parts, each trained in any process, with bit-identical results.

A part is a value: it can be sent to another process or machine, and trained again when that fails.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.outcomes import Outcome
from playground.run import RunConfig
from playground.studies.variants import meets, scored

PART = 128  # networks
COMPILE_FROM = 2_000_000  # updates in a part (half a minute) from which compiling saves time
BLOCK_S = 0.25  # about the time between two reports of progress

Progress = Callable[[float], None]  # receives the epochs done


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Up to ``PART`` networks that are trained together, ``padded`` where they differ in width."""

    configs: tuple[RunConfig, ...]
    epochs: float
    target_accuracy: float | None
    tier: str
    padded: bool


@dataclass(frozen=True, slots=True)
class Trained:
    """Results of training: every network's outcome, or None where an interrupt prevented it; the updates of all
    together, their tier, and the seconds of training."""

    outcomes: tuple[Outcome | None, ...]
    updates: int
    tier: str
    trained_s: float

    @property
    def network_steps_per_s(self) -> float | None:
        """Updates per second of training; None without any update."""
        return self.updates / self.trained_s if self.updates else None


def train_part(part: Part) -> Trained:
    """Train the networks of ``part`` to the end."""
    training = Training(part)
    keep_step([training], lambda epoch: None)
    return training.result()


def keep_step(trainings: Sequence["Training"], progress: Progress) -> None:
    """Train parts to the end in lockstep, so that networks are comparable after an interrupt."""
    epochs, stride = trainings[0].part.epochs, 1
    while trainings[0].epoch < epochs:
        started = time.perf_counter()
        for training in trainings:
            training.advance(stride)
        progress(trainings[0].epoch)
        if time.perf_counter() - started < BLOCK_S:
            stride *= 2


class Training:
    """A part in training. Its results do not depend on the process or on the strides."""

    def __init__(self, part: Part) -> None:
        from playground.studies.ensemble import ensemble_of  # imports torch, so only when training starts
        from playground.training.device import use_one_thread

        use_one_thread()
        self.part, self.epoch, self._updates, self._trained_s = part, 0.0, 0, 0.0
        self._ensemble = ensemble_of(part.configs, **({"padded": True} if part.padded else {}))
        self._first: list[int | None] = [None] * len(part.configs)
        work = part.epochs * sum(config.steps_per_epoch for config in part.configs)
        if part.tier != "traced":
            self._ensemble.upgrade(wait=part.tier == "compiled" or work > COMPILE_FROM)

    @property
    def seeks(self) -> bool:
        """Whether a network may still meet the target, so that each epoch must be checked."""
        is_open = [first is None for first in self._first]
        return self.part.target_accuracy is not None and bool((is_open & ~self._ensemble.diverged()).any())

    def advance(self, epochs: int) -> None:
        """Train for ``epochs`` more, up to the part's end."""
        started = time.perf_counter()
        self._advance(min(self.epoch + epochs, self.part.epochs), in_one=epochs > 1 and not self.seeks)
        self._trained_s += time.perf_counter() - started

    def _advance(self, end: float, in_one: bool) -> None:
        """Train up to the epoch ``end``, ``in_one`` call if no network seeks the target.

        If a network diverges in that call, all are restored and repeat the epochs one by one: a diverged network
        keeps its state of the epoch before.
        """
        if in_one:
            before, start, diverged = self._ensemble.state(), self.epoch, self._ensemble.diverged()
            updates = self._advance_to(end)
            if (self._ensemble.diverged() == diverged).all():
                self._updates += updates
                return
            self._ensemble.restore(before)
            self.epoch = start
        while self.epoch < end:
            self._updates += self._advance_to(min(self.epoch + 1, end))
            self._look()

    def _advance_to(self, epoch: float) -> int:
        """Train up to ``epoch``. Returns the updates of all networks together."""
        done = self._ensemble.advance_to([round(epoch * config.steps_per_epoch) for config in self.part.configs])
        self._ensemble.mark()
        self.epoch = epoch
        return done

    def _look(self) -> None:
        """Note which networks meet the target for the first time."""
        target, epoch = self.part.target_accuracy, int(self.epoch)
        if target is None or epoch != self.epoch:
            return
        score = scored(self.part.configs)
        met = meets(score, self._ensemble.scores()[score.name], target) & ~self._ensemble.diverged()
        self._first = [found or (epoch if now else None) for found, now in zip(self._first, met, strict=True)]

    def result(self) -> Trained:
        """Returns the results so far."""
        from playground.studies.ensemble import outcomes

        found = tuple(outcomes(self._ensemble, self._first))
        return Trained(found, self._updates, self._ensemble.tier, self._trained_s)
