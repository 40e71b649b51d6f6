"""The choices of the race of optimizers: one network and its data, several ways to train it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from playground.catalog import OPTIMIZERS
from playground.labs.mlp.config import MLPConfig
from playground.settings import Names, Number, Setting, setting

_RATE = Number(0, 100)


@dataclass(frozen=True)
class RaceConfig(MLPConfig):
    """Networks with the same initial weights, data and batches; each has its own optimizer and learning rate.

    None of its settings is live: a race in which one racer is pushed on the way has no winner.
    """

    lab: ClassVar[str] = "race"
    is_single: ClassVar[bool] = False

    optimizers: tuple[str, ...] = setting(tuple(OPTIMIZERS), Names(OPTIMIZERS), "Optimizers", help="Who takes part.")
    sgd_learning_rate: float = setting(0.1, _RATE, "SGD learning rate", help="How far an update of SGD goes.")
    momentum_learning_rate: float = setting(
        0.03, _RATE, "Momentum learning rate", help="How far an update with momentum goes."
    )
    adam_learning_rate: float = setting(0.01, _RATE, "Adam learning rate", help="How far an update of Adam goes.")

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """Those of the base, but not live, and without the one optimizer and its rate."""
        replaced = ("optimizer", "learning_rate")
        return {
            name: Setting(known.kind, known.label, False, known.help)
            for name, known in super().settings().items()
            if name not in replaced
        }

    def racers(self) -> dict[str, MLPConfig]:
        """For each optimizer that takes part the configuration of its ordinary run."""
        shared: dict[str, Any] = {
            name: getattr(self, name) for name in MLPConfig.settings() if name not in ("optimizer", "learning_rate")
        }
        return {
            name: MLPConfig(**shared, optimizer=name, learning_rate=getattr(self, f"{name}_learning_rate"))
            for name in self.optimizers
        }
