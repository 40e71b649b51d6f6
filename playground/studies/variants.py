"""Variants of a configuration in one setting, each with many seeds."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from playground.kinds import (
    Choice,
    ConfigError,
    Each,
    Flag,
    Integer,
    Names,
    Number,
    Pair,
    Several,
    Sizes,
    Text,
    shown,
)
from playground.lab import LABS, Metric
from playground.run import RunConfig
from playground.settings import Setting

MOST_VARIANTS = 4
SEEDS = Integer(1, 256)
SEED = "seed"
DATA_SEED = "data_seed"
FIXED = (SEED, DATA_SEED, "device")  # cannot be varied

C = TypeVar("C", bound=RunConfig)


def comparable() -> list[str]:
    """Returns the labs whose runs can be compared: those with one network per run and a seed."""
    classes = {name: lab.config_class for name, lab in LABS.items()}
    return [name for name, each in classes.items() if each.is_single and SEED in each.settings()]


def variable(config_class: type[RunConfig]) -> dict[str, Setting]:
    """Returns the settings that can be varied."""
    return {
        name: known
        for name, known in config_class.settings().items()
        if name not in FIXED and not known.bulky and not isinstance(known.kind, Text)
    }


def vary(base: C, setting: str, values: str) -> dict[str, C]:
    """Returns variants of ``base`` in one setting, from text: ``vary(base, "activation", "sigmoid,relu")``.

    Values are separated by commas; those that contain commas (``hidden_sizes``, ``features``) by slashes:
    ``4,2/8,8``. Raises ConfigError for an unknown setting or value, and unless there are 2 to 4 values.
    """
    name, known = setting.replace("-", "_"), variable(type(base))
    if name not in known:
        raise ConfigError(f"vary: {shown(setting)} is not one of {', '.join(known)}")
    between = separator(known[name])
    parts = values.split(between)
    found: dict[str, C] = {}
    for part in parts[: MOST_VARIANTS + 1]:
        try:
            config = replace(base, **{name: known[name].kind.parse(part)})
        except ConfigError as error:
            raise ConfigError(f"vary: {name}: {error}") from None
        found[label(config, name)] = config
    if not 2 <= len(parts) <= MOST_VARIANTS:
        count = "1 value" if len(parts) == 1 else f"{len(parts)} values"
        words = "commas" if between == "," else "slashes"
        raise ConfigError(f"vary: {count} of {name}; write 2 to {MOST_VARIANTS}, with {words} between them")
    if len(found) < len(parts):
        raise ConfigError(f"vary: a value of {name} stands there twice: {values}")
    return found


def separator(known: Setting) -> str:
    """Returns the separator of a setting's values: a comma, or a slash where values contain commas."""
    return "/" if isinstance(known.kind, Sizes | Names | Several | Pair | Each) else ","


def usual_values(base: RunConfig, name: str) -> str:
    """Returns default values for varying a setting: the lab's own, else the present one and another."""
    if name in base.worth_comparing:
        return base.worth_comparing[name]
    known, present = variable(type(base))[name], getattr(base, name)
    kind = known.kind
    others: list[object] = [value for value in known.offered(base) if value != present]
    if isinstance(kind, Flag):
        others = [not present]
    elif isinstance(kind, Names):
        others = [[each] for each in kind.options if (each,) != present]
    elif isinstance(kind, Sizes) and not others:
        others = [()] if present else [(kind.high,)]
    elif isinstance(kind, Integer | Number) and not others:
        factors = (present * 3, present * 2, present + 1, present / 2, present - 1)
        others = [int(value) if isinstance(kind, Integer) else value for value in factors]
    fitting = [text for value in others if (text := _written(base, known, name, value))]
    return separator(known).join([kind.format(present), *fitting[:1]])


def _written(base: RunConfig, known: Setting, name: str, value: object) -> str | None:
    """Returns a value as text, or None where a variant of ``base`` cannot have it."""
    try:
        checked = known.kind.check(value)
        replace(base, **{name: checked})
    except ConfigError:
        return None
    return known.kind.format(checked)


def label(config: RunConfig, name: str) -> str:
    """Returns a variant's display name: the catalog's label where there is one, else the value with its setting."""
    kind, value = type(config).settings()[name].kind, getattr(config, name)
    written = getattr(kind.options[value], "label", None) if isinstance(kind, Choice) else None
    return str(written) if written else config.words(name)


def seeded(config: C, seeds: int) -> list[C]:
    """Returns ``seeds`` copies of ``config`` with consecutive seeds from its own. A seed draws the initial weights
    and, where the lab has a data seed, the data."""
    names = [name for name in (SEED, DATA_SEED) if name in config.settings()]
    first = getattr(config, SEED)
    return [replace(config, **dict.fromkeys(names, number)) for number in range(first, first + seeds)]


def scored(configs: Iterable[RunConfig]) -> Metric:
    """Returns the metric that ranks runs of ``configs``. Raises ConfigError where they have none in common."""
    found = {config.ranked_by or LABS[config.lab].score: LABS[config.lab].metrics for config in configs}
    if len(found) > 1:
        raise ConfigError(f"some are ranked by {', others by '.join(sorted(found))}: they have no score in common")
    [(name, metrics)] = found.items()
    return next(metric for metric in metrics if metric.name == name)


def meets(score: Metric, values: NDArray[np.float64], target: float) -> NDArray[np.bool_]:
    """Returns which ``values`` of a score are as good as ``target``."""
    result: NDArray[np.bool_] = values >= target if score.better == "high" else values <= target
    return result
