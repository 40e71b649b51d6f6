"""The choices of the race of optimizers: one network and its data, several ways to train it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from playground.catalog import LEARNING_RATES, OPTIMIZERS
from playground.kinds import Names, Number
from playground.labs.mlp.config import MLPConfig
from playground.run import RunConfig
from playground.settings import Setting, setting
from playground.studies.study import Study

_RATE = Number(0, 100)
_RACED = ("optimizer", "learning_rate")  # what a racer has of its own


@dataclass(frozen=True)
class RaceConfig(Study):
    """Networks with the same initial weights, data and batches; each has its own optimizer and learning rate.

    None of its settings is live: a race in which one racer is pushed on the way has no winner.
    """

    lab: ClassVar[str] = "race"

    base: MLPConfig = field(default_factory=MLPConfig)
    optimizers: tuple[str, ...] = setting(tuple(OPTIMIZERS), Names(OPTIMIZERS), "Optimizers", help="Who takes part.")
    sgd_learning_rate: float = setting(
        0.1, _RATE, "SGD learning rate", help="How far an update of SGD goes.", usual=LEARNING_RATES
    )
    momentum_learning_rate: float = setting(
        0.03, _RATE, "Momentum learning rate", help="How far an update with momentum goes.", usual=LEARNING_RATES
    )
    adam_learning_rate: float = setting(
        0.01, _RATE, "Adam learning rate", help="How far an update of Adam goes.", usual=LEARNING_RATES
    )

    @classmethod
    def joined(cls, base: RunConfig) -> dict[str, Setting]:
        """Those of the base and its own, without the one optimizer and its rate."""
        return {name: known for name, known in super().joined(base).items() if name not in _RACED}

    @property
    def steps_per_epoch(self) -> float:
        return self.base.steps_per_epoch

    def title(self) -> str:
        return self.base.title()

    def demands(self) -> dict[str, int]:
        return self.base.demands()

    def racers(self) -> dict[str, MLPConfig]:
        """For each optimizer that takes part the configuration of its ordinary run."""
        rates: Mapping[str, Any] = {name: getattr(self, f"{name}_learning_rate") for name in self.optimizers}
        return {name: replace(self.base, optimizer=name, learning_rate=rate) for name, rate in rates.items()}
