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


def _rate(optimizer: str, usual: float) -> Any:
    """Returns the learning rate of one racer, with its rule."""
    entry = RACERS[optimizer]
    return setting(
        usual,
        _RATE,
        f"{entry.label} learning rate",
        help=f"η, how far an update goes, 0 to 100: {entry.formula}. Try ten times as much, then a tenth.",
        usual=LEARNING_RATES,
    )


@dataclass(frozen=True)
class RaceConfig(Study):
    """Networks with the same initial weights, data and batches; each has its own optimizer and learning rate.

    None of its settings is live: a change during the race would make it unfair.
    """

    lab: ClassVar[str] = "race"

    base: MLPConfig = field(default_factory=MLPConfig)
    optimizers: tuple[str, ...] = setting(
        ("sgd", "momentum", "adam"),
        Names(RACERS),
        "Optimizers",
        help="Who takes part: each has its own rule for what the gradient g does to the weights w. Try RMSprop "
        "beside Adam.",
    )
    sgd_learning_rate: float = _rate("sgd", 0.1)
    momentum_learning_rate: float = _rate("momentum", 0.03)
    adam_learning_rate: float = _rate("adam", 0.01)
    nesterov_learning_rate: float = _rate("nesterov", 0.03)
    rmsprop_learning_rate: float = _rate("rmsprop", 0.01)
    adagrad_learning_rate: float = _rate("adagrad", 0.1)

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
