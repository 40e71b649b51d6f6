"""Checked contents of the stage's messages. Each function raises ConfigError for invalid content."""

import math
from collections.abc import Mapping
from typing import Any

from playground.kinds import ConfigError, Integer, Number, shown
from playground.run import RunConfig
from playground.settings import Settings

MOST_STEPS = 10**12


def look(message: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """Returns the user's selection as the lab's ``kind`` of look."""
    given = {name: value for name, value in message.items() if name != "type"}
    known = kind.settings()
    for name in given:
        if name not in known:
            raise ConfigError(f"view: {shown(name)} is not one of {', '.join(known) or 'nothing'}")
    return kind(**given)


def waited_s(message: Mapping[str, Any]) -> float:
    """Returns the seconds between a frame's arrival in the page and its painting."""
    return Number(0, math.inf).check(message.get("waited_ms", 0)) / 1000


def step(message: Mapping[str, Any]) -> int:
    """Returns the step to go to."""
    return Integer(0, MOST_STEPS).check(message.get("step"))


def target(message: Mapping[str, Any], config: RunConfig) -> str:
    """Returns the PyTorch name of the parameter's element to change. (Settings have another message.)"""
    found = message.get("target")
    if not config.has_element(found):
        raise ConfigError(f"target: the network has no {shown(found)}")
    return str(found)


def setting(message: Mapping[str, Any], config: RunConfig) -> tuple[str, str]:
    """Returns the name of a live setting and the text entered for it."""
    name, text = message.get("name"), message.get("text")
    known = config.settings().get(name) if isinstance(name, str) else None
    if known is None or not known.live or not isinstance(text, str):
        raise ConfigError(f"setting: {shown(name)} is not one that changes while training")
    return str(name), text


def updates(message: Mapping[str, Any], config: RunConfig, epoch: float) -> int:
    """Returns the updates of a press of Step: one, or those to the end of the current ``epoch``."""
    unit = message.get("unit")
    if unit == "update":
        return 1
    if unit != "epoch":
        raise ConfigError(f"step: {shown(unit)} is not one of update, epoch")
    left = math.floor(epoch + 1e-6) + 1 - epoch
    return max(1, math.ceil(left * config.steps_per_epoch - 1e-6))
