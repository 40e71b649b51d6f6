"""Many networks cut into parts, each trained wherever there is room for it, to the same bits.

A part is a value without state: it can be sent to another process or machine, and be trained again when that is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playground.outcomes import Outcome
from playground.run import RunConfig
from playground.studies.variants import meets, scored

PART = 128  # networks
COMPILE_FROM = 5_000_000  # updates in a part, over a minute of them: compiling costs less than it saves

Progress = Callable[[float], None]  # so many epochs are done


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Up to ``PART`` networks that are trained in one go, ``padded`` where they differ in width."""

    configs: tuple[RunConfig, ...]
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


def train_part(part: Part) -> Trained:
    """Train the networks of ``part`` to the end."""
    training = Training(part)
    while training.epoch < part.epochs:
        training.advance()
    return training.result()


class Training:
    """A part under way. What it gives is the same wherever that is."""

    def __init__(self, part: Part) -> None:
        from playground.studies.ensemble import ensemble_of  # torch comes with the first training
        from playground.training.device import use_one_thread

        use_one_thread()
        self._part, self.epoch, self._updates = part, 0.0, 0
        self._ensemble = ensemble_of(part.configs, **({"padded": True} if part.padded else {}))
        self._first: list[int | None] = [None] * len(part.configs)
        work = part.epochs * sum(config.steps_per_epoch for config in part.configs)
        if part.tier != "traced":
            self._ensemble.upgrade(wait=part.tier == "compiled" or work > COMPILE_FROM)

    def advance(self) -> None:
        """Train for another epoch, or what is left of the last, and look who has met the target."""
        epoch, target = min(self.epoch + 1, self._part.epochs), self._part.target_accuracy
        self._updates += self._ensemble.advance_to(
            [round(epoch * config.steps_per_epoch) for config in self._part.configs]
        )
        self._ensemble.mark()
        if target is not None and epoch == int(epoch):
            score = scored(self._part.configs)
            met = meets(score, self._ensemble.scores()[score.name], target) & ~self._ensemble.diverged()
            self._first = [
                found or (int(epoch) if now else None) for found, now in zip(self._first, met, strict=True)
            ]
        self.epoch = epoch

    def result(self) -> Trained:
        """What has come of it so far."""
        from playground.studies.ensemble import outcomes

        return Trained(tuple(outcomes(self._ensemble, self._first)), self._updates, self._ensemble.tier)
