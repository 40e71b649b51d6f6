"""The choices of the comparison lab: a base, the setting that varies, its values, and how many seeds each gets."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from playground.data.points import DATASETS
from playground.labs.mlp.config import SEED, MLPConfig
from playground.settings import Choice, ConfigError, Number, Problem, Setting, Text, setting
from playground.studies import memory
from playground.studies.variants import OURS, SEEDS, seeded, vary

VARIED = {name: known for name, known in MLPConfig.settings().items() if name not in OURS}
USUAL = {  # values worth comparing, for each setting that may vary
    "dataset": "circle,xor",
    "noise": "0,0.2,0.4",
    "train_share": "0.2,0.8",
    "features": "x,y/x,y,xy",
    "hidden_sizes": "/4,2",
    "activation": "sigmoid,relu",
    "initializer": "xavier,zeros",
    "initial_scale": "0.1,1,10",
    "loss": "squared_error,cross_entropy",
    "optimizer": "sgd,adam",
    "learning_rate": "0.003,0.1,3",
    "batch_size": "1,10",
    "l1_strength": "0,0.001",
    "weight_decay": "0,0.01",
}


@dataclass(frozen=True)
class CompareConfig(MLPConfig):
    """Variants of a multilayer perceptron in one setting, each with many seeds: the other settings are the base."""

    lab: ClassVar[str] = "compare"
    is_single: ClassVar[bool] = False

    varied: str = setting("activation", Choice(VARIED), "Varied setting", help="In what the variants differ.")
    values: str = setting(
        USUAL["activation"],
        Text(200),
        "Values",
        help="Two to four values of the varied setting, with commas between them; lists with slashes: 4,2/8,8.",
    )
    seeds: int = setting(16, SEEDS, "Seeds", help="Networks of each variant; each draws its own data and weights.")
    target_accuracy: float = setting(
        0.95, Number(0.5, 1), "Target", help="The share of test points that a network is to get right."
    )

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """None is live: whatever changes, all networks start over together."""
        return {name: replace(known, live=False) for name, known in super().settings().items()}

    @property
    def varying(self) -> frozenset[str]:
        return frozenset({self.varied})

    @property
    def base(self) -> MLPConfig:
        """What all variants have in common, but for the varied setting."""
        return MLPConfig(**{name: getattr(self, name) for name in MLPConfig.settings()})

    @property
    def variants(self) -> dict[str, MLPConfig]:
        """Each variant by the name that a person reads, in the order of ``values``."""
        return vary(self.base, self.varied, self.values)

    @property
    def members(self) -> list[MLPConfig]:
        """Every network: all seeds of the first variant, then of the next."""
        return [member for config in self.variants.values() for member in seeded(config, self.seeds)]

    @property
    def is_regression(self) -> bool:
        """Whether the networks have losses, but no accuracy."""
        return DATASETS[next(iter(self.variants.values())).dataset].is_regression

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data, of the variant that takes most of them."""
        return max(config.steps_per_epoch for config in self.variants.values())

    def title(self) -> str:
        return f"{', '.join(self.variants)}: {self.base.title()}, {self.seeds} seeds"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {}

    def demands(self) -> dict[str, int]:
        found = [config.demands() for config in self.variants.values()]
        largest = {name: max(each[name] for each in found) for name in found[0]}
        return largest | {"comparison_mb": -(-memory.population_bytes(self.members) // 2**20)}

    def conflicts(self) -> list[Problem]:
        found = super().conflicts()
        if found:
            return found
        if self.seed + self.seeds - 1 > SEED.high:
            return [Problem("seed", f"{self.seed} and the {self.seeds - 1} after it go beyond {SEED.high}")]
        problem = self._problem(self.values)
        if problem is None:
            return []
        usual = USUAL[self.varied]  # where this setting cannot vary at all, another one has to
        has_other = self.values != usual and self._problem(usual) is None
        return [Problem("values" if has_other else "varied", problem)]

    def settled(self, name: str) -> Any:
        return USUAL[self.varied] if name == "values" else super().settled(name)

    def _problem(self, values: str) -> str | None:
        """Why ``values`` cannot be compared, if they cannot."""
        try:
            variants = vary(self.base, self.varied, values)
        except ConfigError as error:
            return str(error).removeprefix("vary: ")
        if len({DATASETS[config.dataset].is_regression for config in variants.values()}) > 1:
            return "a regression and a classification have no score in common"
        return None
