"""The settings of the race of optimizers: one network, its data, and several optimizers."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from playground.catalog import LEARNING_RATES, OPTIMIZERS
from playground.kinds import Names, Number
from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.training_settings import ALONE, EPOCHWISE
from playground.run import RunConfig
from playground.settings import Setting, setting
from playground.studies.study import Study

_RATE = Number(0, 100)
RACERS = {name: entry for name, entry in OPTIMIZERS.items() if name != "adamw"}  # so many as there are colours
_NOT_CHOSEN = (
    "optimizer",
    "learning_rate",
    "dropout",  # without them the loss that a racer goes down is the one that the landscape shows
    "normalization",
    "skips",
    *INTERVENTIONS,
    *ALONE,
    *EPOCHWISE,
)  # set for each racer, or made in one run


@dataclass(frozen=True)
class RaceConfig(Study):
    """Networks with the same initial weights, data and batches; each has its own optimizer and learning rate.

    None of its settings is live: a change during the race would make it unfair.
    """

    lab: ClassVar[str] = "race"

    base: MLPConfig = field(default_factory=MLPConfig)
    optimizers: tuple[str, ...] = setting(
        ("sgd", "momentum", "adam"), Names(RACERS), "Optimizers", help="Who takes part."
    )
    sgd_learning_rate: float = setting(
        0.1, _RATE, "SGD learning rate", help="How far an update of SGD goes.", usual=LEARNING_RATES
    )
    momentum_learning_rate: float = setting(
        0.03, _RATE, "Momentum learning rate", help="How far an update with momentum goes.", usual=LEARNING_RATES
    )
    adam_learning_rate: float = setting(
        0.01, _RATE, "Adam learning rate", help="How far an update of Adam goes.", usual=LEARNING_RATES
    )
    nesterov_learning_rate: float = setting(
        0.03, _RATE, "Nesterov learning rate", help="How far an update of Nesterov goes.", usual=LEARNING_RATES
    )
    rmsprop_learning_rate: float = setting(
        0.01, _RATE, "RMSprop learning rate", help="How far an update of RMSprop goes.", usual=LEARNING_RATES
    )
    adagrad_learning_rate: float = setting(
        0.1, _RATE, "Adagrad learning rate", help="How far an update of Adagrad goes.", usual=LEARNING_RATES
    )

    @classmethod
    def joined(cls, base: RunConfig) -> dict[str, Setting]:
        """Returns the base's settings and its own, without the base's optimizer, rate and interventions."""
        return {name: known for name, known in super().joined(base).items() if name not in _NOT_CHOSEN}

    @property
    def steps_per_epoch(self) -> float:
        return self.base.steps_per_epoch

    def title(self) -> str:
        return self.base.title()

    def demands(self) -> dict[str, int]:
        return self.base.demands()

    def racers(self) -> dict[str, MLPConfig]:
        """Returns the configuration of each racing optimizer's single run."""
        rates: Mapping[str, Any] = {name: getattr(self, f"{name}_learning_rate") for name in self.optimizers}
        return {name: replace(self.base, optimizer=name, learning_rate=rate) for name, rate in rates.items()}
