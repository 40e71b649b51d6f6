"""Many networks cut into parts, each trained wherever there is room for it, to the same bits.

A part is a value without state: it can be sent to another process or machine, and be trained again when that is lost.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playground.labs.mlp.config import MLPConfig
from playground.outcomes import Outcome

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


def train_part(part: Part) -> Trained:
    """Train the networks of ``part`` to the end."""
    training = Training(part)
    while training.epoch < part.epochs:
        training.advance()
    return training.result()


class Training:
    """A part under way. What it gives is the same wherever that is."""

    def __init__(self, part: Part) -> None:
        from playground.labs.mlp.population import PopulationExperiment  # torch comes with the first training
        from playground.training.device import use_one_thread

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
