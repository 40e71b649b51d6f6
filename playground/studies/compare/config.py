"""The settings of the comparison lab: a base, the varied setting, its values, and the number of seeds."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from playground.kinds import Choice, ConfigError, Integer, Maybe, Number, Text, shown
from playground.lab import LABS, Lab, Metric
from playground.labs.mlp.config import MLPConfig
from playground.run import RunConfig
from playground.settings import Problem, Setting, Settings, setting
from playground.studies import memory
from playground.studies.study import Study
from playground.studies.variants import (
    SEED,
    SEEDS,
    comparable,
    scored,
    seeded,
    usual_values,
    variable,
    vary,
)

USUAL_LAB = MLPConfig.lab
FEW_SEEDS = 6  # of labs whose runs take turns: with fewer not even all could tell two variants apart


@dataclass(frozen=True)
class Look(Settings):
    """The user's selection: ``member`` is the index of the seed whose networks are shown large; None is the first."""

    member: int | None = setting(None, Maybe(Integer(0, 10_000)), "Network")


@dataclass(frozen=True)
class CompareConfig(Study):
    """Variants of any lab's run in one setting, each with many seeds; ``base`` holds the common settings."""

    lab: ClassVar[str] = "compare"

    base: RunConfig = field(default_factory=MLPConfig)
    varied: str = setting(
        "activation",
        Text(60),
        "Varied setting",
        help="The one setting in which the variants differ; all else is equal. Try Initial weights.",
    )
    values: str = setting(
        "sigmoid,relu",
        Text(200),
        "Values",
        help="Two to four values of the varied setting, with commas between them; lists with slashes: 4,2/8,8. "
        "Try values far apart first: 0.003,0.03,0.3.",
    )
    seeds: int = setting(
        16,
        SEEDS,
        "Seeds",
        help="The networks of each variant, 1 to 256; each draws its own data and weights, the same in all "
        "variants. Try 1, then 16: with one seed luck looks like a rule.",
    )
    target_accuracy: float = setting(
        0.95,
        Number(0.5, 1),
        "Target",
        help="The share of test points that a network is to get right, 50 to 100%: epochs are counted until then. "
        "Try 80%: what is ahead there need not be ahead at 95%.",
    )

    @classmethod
    def usual(cls, values: Mapping[str, Any]) -> Self:
        """Returns the default comparison of the lab that ``values`` name as ``of``."""
        lab = values.get("of", USUAL_LAB)
        if lab == USUAL_LAB or lab not in comparable():
            return cls()
        base = LABS[lab].config_class(**(LABS[lab].compared or LABS[lab].small))
        varied = _usually_varied(base)
        seeds = cls.defaults()["seeds"] if LABS[lab].ensemble else FEW_SEEDS
        return cls(base=base, varied=varied, values=usual_values(base, varied), seeds=seeds)

    @classmethod
    def joined(cls, base: RunConfig) -> dict[str, Setting]:
        """Returns the settings of the base and its own, and ``of``: the compared lab."""
        of = Setting(Choice(dict.fromkeys(comparable())), "Lab", help="Whose networks are compared. Try One neuron.")
        known = super().joined(base)
        return {"of": of, **known, "varied": replace(known["varied"], kind=Choice(variable(type(base))))}

    @property
    def of(self) -> str:
        """The lab whose runs are compared."""
        return self.base.lab

    @property
    def card(self) -> Lab:
        """The card of that lab."""
        return LABS[self.of]

    def to_text(self) -> dict[str, str]:
        """Like any configuration's, but without ``of`` for the usual lab."""
        return {name: text for name, text in super().to_text().items() if (name, text) != ("of", USUAL_LAB)}

    @property
    def varying(self) -> frozenset[str]:
        return frozenset({self.varied})

    @property
    def variants(self) -> dict[str, RunConfig]:
        """The variants by their display names, in the order of ``values``."""
        return vary(self.base, self.varied, self.values)

    @property
    def members(self) -> list[RunConfig]:
        """Every network: all seeds of the first variant, then of the next."""
        return [member for config in self.variants.values() for member in seeded(config, self.seeds)]

    @property
    def score(self) -> Metric:
        """The metric by which the networks are ranked."""
        return scored(self.variants.values())

    @property
    def shown(self) -> tuple[Metric, ...]:
        """The one or two metrics that the stage shows of every network: the lab's score first, or before it what
        ranks its networks, if that is another."""
        usual = self.card.headline[:2]
        return usual if self.score in usual else (self.score, *usual[:1])

    @property
    def target_score(self) -> float | None:
        """The target score of a network; None where the score is not a share."""
        return self.target_accuracy if self.score.unit == "share" else None

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data, of the variant with the most."""
        return max(config.steps_per_epoch for config in self.variants.values())

    def title(self) -> str:
        return f"{', '.join(self.variants)}: {self.base.title()}, {self.seeds} seeds"

    def demands(self) -> dict[str, int]:
        found = [config.demands() for config in self.variants.values()]
        largest = {name: max(each.get(name, 0) for each in found) for each in found for name in each}
        return largest | {"comparison_mb": -(-memory.population_bytes(self.members) // 2**20)}

    def conflicts(self) -> list[Problem]:
        most = self._most_seeds()
        if self.seeds > most:
            first = getattr(self.base, SEED)
            return [Problem("seeds", f"{self.seeds} are too many from seed {first} on; use at most {most}")]
        known = variable(type(self.base))
        if self.varied not in known:
            return [Problem("varied", f"{shown(self.varied)} is not one of {', '.join(known)}")]
        problem = self._problem(self.values)
        if problem is None:
            return []
        usual = usual_values(self.base, self.varied)  # if even these fail, the setting cannot vary at all
        has_other = self.values != usual and self._problem(usual) is None
        return [Problem("values" if has_other else "varied", problem)]

    def settled(self, name: str) -> Any:
        if name == "values":
            return usual_values(self.base, self.varied)
        if name == "varied":
            return _usually_varied(self.base)
        return self._most_seeds() if name == "seeds" else super().settled(name)

    def _most_seeds(self) -> int:
        """Returns the number of seeds from the base's own to the highest allowed one."""
        high: int = self.base.settings()[SEED].kind.high  # type: ignore[attr-defined]
        return high - int(getattr(self.base, SEED)) + 1

    def _problem(self, values: str) -> str | None:
        """Returns why ``values`` cannot be compared, or None."""
        try:
            scored(vary(self.base, self.varied, values).values())
        except ConfigError as error:
            return str(error).removeprefix("vary: ")
        return None


def _usually_varied(base: RunConfig) -> str:
    """Returns the default varied setting for ``base``: the usual one, else the first worth it that can vary."""
    usual, known = CompareConfig.defaults()["varied"], variable(type(base))
    others = (name for name in (*base.worth_comparing, *known) if name in known and _can_vary(base, name))
    return str(usual if usual in known else next(others))


def _can_vary(base: RunConfig, name: str) -> bool:
    try:
        vary(base, name, usual_values(base, name))
    except ConfigError:
        return False
    return True
