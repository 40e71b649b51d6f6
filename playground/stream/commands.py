"""What the stage's messages ask for, checked. Each function raises ConfigError for what makes no sense."""

import math
from collections.abc import Mapping
from typing import Any

from playground.kinds import ConfigError, Integer, Number, shown
from playground.run import RunConfig
from playground.settings import Settings

MOST_STEPS = 10**12


def look(message: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """What the person looks at, as the lab's ``kind`` of it."""
    given = {name: value for name, value in message.items() if name != "type"}
    known = kind.settings()
    for name in given:
        if name not in known:
            raise ConfigError(f"view: {shown(name)} is not one of {', '.join(known) or 'nothing'}")
    return kind(**given)


def waited_s(message: Mapping[str, Any]) -> float:
    """For how long a frame had lain in the page until it was painted."""
    return Number(0, math.inf).check(message.get("waited_ms", 0)) / 1000


def step(message: Mapping[str, Any]) -> int:
    """The step that is wanted of the run's past."""
    return Integer(0, MOST_STEPS).check(message.get("step"))


def target(message: Mapping[str, Any], config: RunConfig) -> str:
    """The number of the network that is to change, as PyTorch names it. The page changes settings."""
    found = message.get("target")
    if not config.has_element(found):
        raise ConfigError(f"target: the network has no {shown(found)}")
    return str(found)


def setting(message: Mapping[str, Any], config: RunConfig) -> tuple[str, str]:
    """The name of a live setting, and what was typed for it."""
    name, text = message.get("name"), message.get("text")
    known = config.settings().get(name) if isinstance(name, str) else None
    if known is None or not known.live or not isinstance(text, str):
        raise ConfigError(f"setting: {shown(name)} is not one that changes while training")
    return str(name), text


def updates(message: Mapping[str, Any], config: RunConfig, epoch: float) -> int:
    """How many updates a press of Step means: one, or as many as end the ``epoch`` that is under way."""
    unit = message.get("unit")
    if unit == "update":
        return 1
    if unit != "epoch":
        raise ConfigError(f"step: {shown(unit)} is not one of update, epoch")
    left = math.floor(epoch + 1e-6) + 1 - epoch
    return max(1, math.ceil(left * config.steps_per_epoch - 1e-6))
