"""Variants of a configuration in one setting, each with many seeds: what a comparison is made of."""

from dataclasses import replace
from typing import Any

from playground.labs.mlp.config import MLPConfig
from playground.settings import Choice, ConfigError, Integer, Names, Sizes

MOST_VARIANTS = 4
SEEDS = Integer(1, 256)
OURS = ("seed", "data_seed", "device")  # settings that cannot be the varied one


def vary(base: MLPConfig, setting: str, values: str) -> dict[str, MLPConfig]:
    """Variants of ``base`` in one setting, from text: ``vary(base, "activation", "sigmoid,relu")``.

    Values are separated by commas; those that hold commas themselves (``hidden_sizes``, ``features``) by slashes:
    ``4,2/8,8``. Raises ConfigError where the setting or a value is not known, or there are not 2 to 4 of them.
    """
    name, known = setting.replace("-", "_"), MLPConfig.settings()
    allowed = [each for each in known if each not in OURS]
    if name not in allowed:
        raise ConfigError(f"vary: {setting!r} is not one of {', '.join(allowed)}")
    between = "/" if isinstance(known[name].kind, Sizes | Names) else ","
    parts = values.split(between)
    found: dict[str, MLPConfig] = {}
    for part in parts[: MOST_VARIANTS + 1]:
        try:
            value = known[name].kind.parse(part)
            config = replace(base, **{name: value})
        except ConfigError as error:
            raise ConfigError(f"vary: {name}: {error}") from None
        found[label(name, value)] = config
    if not 2 <= len(parts) <= MOST_VARIANTS:
        count = "1 value" if len(parts) == 1 else f"{len(parts)} values"
        raise ConfigError(
            f"vary: {count} of {name}; 2 to {MOST_VARIANTS} can be compared, with {between} between them"
        )
    if len(found) < len(parts):
        raise ConfigError(f"vary: a value of {name} stands there twice: {values}")
    return found


def label(name: str, value: Any) -> str:
    """A variant's name as a person reads it: the catalog's where it has one, else with its setting's."""
    kind = MLPConfig.settings()[name].kind
    return str(kind.options[value].label) if isinstance(kind, Choice) else MLPConfig.phrase(name, value)


def seeded(config: MLPConfig, seeds: int) -> list[MLPConfig]:
    """``config`` with as many seeds, from its own on: seed s draws both the data and the initial weights."""
    return [replace(config, seed=number, data_seed=number) for number in range(config.seed, config.seed + seeds)]
