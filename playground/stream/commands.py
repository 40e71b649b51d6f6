"""What the stage's messages ask for, checked. Each function raises ConfigError for what makes no sense."""

import math
from collections.abc import Mapping
from typing import Any

from playground.run import RunConfig, View
from playground.settings import ConfigError, Integer, Number, shown

MOST_STEPS = 10**12
_INDEX = Integer(0, 10_000)


def view(message: Mapping[str, Any]) -> View:
    """The part of a view that the stage decides."""
    neuron, probe = message.get("neuron"), message.get("probe")
    if neuron is not None:
        neuron = _pair(neuron, _INDEX.check, "neuron")
    if probe is not None:
        probe = _pair(probe, Number(-1000, 1000).check, "probe")
    member = message.get("member")
    if member is not None:
        member = _INDEX.check(member)
    return View(neuron=neuron, probe=probe, member=member)


def waited_s(message: Mapping[str, Any]) -> float:
    """For how long a frame had lain in the page until it was painted."""
    return Number(0, math.inf).check(message.get("waited_ms", 0)) / 1000


def step(message: Mapping[str, Any]) -> int:
    """The step that is wanted of the run's past."""
    return Integer(0, MOST_STEPS).check(message.get("step"))


def parameter(message: Mapping[str, Any]) -> str:
    """The number of the network that is to change, as PyTorch names it."""
    layer, row = _INDEX.check(message.get("layer")), _INDEX.check(message.get("to"))
    if message["type"] == "bias":
        return f"layers.{layer - 1}.bias[{row}]"
    return f"layers.{layer - 1}.weight[{row},{_INDEX.check(message.get('from'))}]"


def updates(message: Mapping[str, Any], config: RunConfig, epoch: float) -> int:
    """How many updates a press of Step means: one, or as many as end the ``epoch`` that is under way."""
    unit = message.get("unit")
    if unit == "update":
        return 1
    if unit != "epoch":
        raise ConfigError(f"step: {shown(unit)} is not one of update, epoch")
    left = math.floor(epoch + 1e-6) + 1 - epoch
    return max(1, math.ceil(left * config.steps_per_epoch - 1e-6))


def _pair(value: Any, check: Any, name: str) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise ConfigError(f"{name}: {shown(value)} is not a pair of numbers")
    return check(value[0]), check(value[1])
