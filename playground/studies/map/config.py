"""The settings of the trainability map: two quantities span a grid with one network per cell."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from math import ceil, floor, inf, log10, prod
from typing import Any, ClassVar, Self

import numpy as np

from playground.kinds import Choice, Integer, Maybe, Number
from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.network_settings import MAX_LAYERS, MAX_NEURONS
from playground.labs.mlp.training_settings import ALONE
from playground.settings import Problem, Setting, Settings, setting
from playground.studies.memory import population_bytes

MOST_KINDS = 32  # structures in a map: each is trained as a separate batch
END = Number(-inf, inf)  # of an axis; the quantity limits it further


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity for an axis: its default ends ``first`` and ``last``, and their limits ``low`` and ``high``.

    ``is_log``: the axis is logarithmic. ``is_whole``: only whole numbers are allowed. ``is_kind``: networks that
    differ in it cannot be trained in one batch; those that differ in width are padded.
    """

    label: str
    first: float
    last: float
    low: float
    high: float
    is_log: bool = True
    is_whole: bool = False
    is_kind: bool = False

    def allows(self, value: float, low: float, high: float) -> bool:
        """Whether ``value`` can be an end of an axis limited to ``low`` … ``high``."""
        return low <= value <= high and (not self.is_whole or value == int(value))

    def refusal(self, value: float, low: float, high: float, side: str) -> str:
        """Returns why ``value`` cannot be an end; with ``below`` it must be below ``high``, with ``above`` above
        ``low``."""
        number = "a whole number" if self.is_whole else "a number"
        limits = f"from {low:g} to below {high:g}" if side == "below" else f"above {low:g}, to at most {high:g}"
        return f"{value:g} does not fit {self.label.lower()}; use {number} {limits}"

    def usual(self, low: float, high: float) -> list[float]:
        """Returns ends to choose from: ``low``, ``high``, and between them 1 and 3 times powers of ten, all whole
        numbers, or multiples of 0.05."""
        if self.is_whole and not self.is_log:
            return [float(value) for value in range(int(low), int(high) + 1)]
        if not self.is_log:
            return [value / 20 for value in range(round(low * 20), round(high * 20) + 1)]
        powers = range(floor(log10(low)), ceil(log10(high)) + 1)
        between = {float(f"{digit}e{power}") for power in powers for digit in (1, 3)}
        return sorted({low, *(value for value in between if low < value < high), high})


QUANTITIES = {
    "learning_rate": Quantity("Learning rate", 0.003, 30, 1e-6, 100),
    "initial_scale": Quantity("Initial scale", 0.1, 10, 0.01, 100),
    "batch_size": Quantity("Batch size", 1, 100, 1, 1000, is_whole=True, is_kind=True),
    "weight_decay": Quantity("L2 regularization", 0.0001, 1, 1e-6, 10),
    "l1_strength": Quantity("L1 regularization", 0.0001, 1, 1e-6, 10),
    "noise": Quantity("Noise", 0, 0.5, 0, 0.5, is_log=False),
    "width": Quantity("Width", 1, 16, 1, MAX_NEURONS, is_log=False, is_whole=True),
    "depth": Quantity("Depth", 1, 6, 1, MAX_LAYERS, is_log=False, is_whole=True, is_kind=True),
}
_AXIS_HELP = (
    "What grows along this axis, each network having a value of its own. Width: neurons in every hidden layer; "
    "depth: how many hidden layers. Try Depth against Learning rate."
)
_END_HELP = "An end of this axis, within the range that its quantity has. Try a narrow one where colours change."


def _usually(name: str, default: Any) -> Any:
    """Returns the setting of a single run with another default."""
    return field(default=default, metadata=MLPConfig.__dataclass_fields__[name].metadata)


@dataclass(frozen=True)
class Look(Settings):
    """The user's selection: ``member`` is the index of the cell shown beside the grid; None is no cell."""

    member: int | None = setting(None, Maybe(Integer(0, 10_000)), "Network")


@dataclass(frozen=True)
class MapConfig(MLPConfig):
    """A grid of multilayer perceptrons that differ in two quantities, from the same seed."""

    lab: ClassVar[str] = "map"
    is_single: ClassVar[bool] = False
    first: ClassVar[Mapping[str, str]] = {}

    across: str = setting("learning_rate", Choice(QUANTITIES), "Left to right", help=_AXIS_HELP)
    across_from: float = setting(0.003, END, "Left to right, from", help=_END_HELP)
    across_to: float = setting(30.0, END, "Left to right, to", help=_END_HELP)
    down: str = setting("initial_scale", Choice(QUANTITIES), "Bottom to top", help=_AXIS_HELP)
    down_from: float = setting(0.1, END, "Bottom to top, from", help=_END_HELP)
    down_to: float = setting(10.0, END, "Bottom to top, to", help=_END_HELP)
    cells: int = setting(
        16,
        Integer(2, 32),
        "Networks along each axis",
        help="n networks along each axis, 2 to 32, so n² in all; fewer where a quantity has fewer whole numbers. "
        "Try 8 for a quick look, then 32.",
    )

    train_share: float = _usually("train_share", 0.2)
    hidden_sizes: tuple[int, ...] = _usually("hidden_sizes", (8, 8))
    initializer: str = _usually("initializer", "xavier")
    batch_size: int = _usually("batch_size", 100)

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """Like any configuration's, but none is live: every change restarts all networks; without interventions."""
        known = super().settings()
        return {name: known[name].fixed() for name in known if name not in (*INTERVENTIONS, *ALONE)}

    @property
    def varying(self) -> frozenset[str]:
        spanned = frozenset({self.across, self.down})
        return spanned | {"hidden_sizes"} if spanned == {"width", "depth"} else spanned

    @property
    def columns(self) -> tuple[float, ...]:
        """Values of ``across``, from left to right."""
        return axis(self.across, self.across_from, self.across_to, self.cells)

    @property
    def rows(self) -> tuple[float, ...]:
        """Values of ``down``, from bottom to top."""
        return axis(self.down, self.down_from, self.down_to, self.cells)

    def networks(self) -> tuple[MLPConfig, ...]:
        """Returns the configuration of every cell's single run, row by row from the bottom."""
        return _networks(self)

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data, of the network with the smallest batches."""
        spanned = {self.across: self.across_from, self.down: self.down_from}
        return self.train_size / spanned.get("batch_size", self.batch)

    def title(self) -> str:
        return f"{super().title()}, {QUANTITIES[self.across].label} × {QUANTITIES[self.down].label}"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Returns no shapes: a map has no single network whose parameters could be edited."""
        return {}

    def demands(self) -> dict[str, int]:
        networks = self.networks()
        most = {name: max(each.demands()[name] for each in networks) for name in ("parameters", "points")}
        return {**most, "comparison_mb": ceil(population_bytes(networks, padded=True) / 2**20)}

    def conflicts(self) -> list[Problem]:
        found = super().conflicts()
        if self.across == self.down:
            label = QUANTITIES[self.down].label
            found.append(Problem("down", f"{label} spans the other axis; use another quantity"))
        for name in ("across", "down"):
            found += self._ends(name)
        if not found and (kinds := _kinds(self, self.cells)) > MOST_KINDS:
            message = f"{self.cells} make {kinds} kinds of networks, each with a batch of its own"
            found.append(Problem("cells", f"{message}; use at most {self.settled('cells')}, for {MOST_KINDS} kinds"))
        return found

    @classmethod
    def reconciled(cls, values: Mapping[str, Any]) -> tuple[Self, list[Problem]]:
        """Like any configuration's; an axis whose quantity is replaced also gets the new one's default ends."""
        config, problems = super().reconciled(values)
        if config.down == values["down"]:
            return config, problems
        quantity = QUANTITIES[config.down]
        changed = {"down": config.down, "down_from": quantity.first, "down_to": quantity.last}
        config, more = super().reconciled({**values, **changed})
        return config, [found for found in problems if found.name == "down"] + more

    def _ends(self, name: str) -> list[Problem]:
        """Returns the first problem with the ends of an axis, if any."""
        quantity, start, end = self._axis(name)
        highest = self._highest(quantity)
        if start == highest or not quantity.allows(start, quantity.low, highest):
            return [Problem(f"{name}_from", quantity.refusal(start, quantity.low, highest, "below"))]
        if end == start or not quantity.allows(end, start, highest):
            return [Problem(f"{name}_to", quantity.refusal(end, start, highest, "above"))]
        return []

    def _axis(self, name: str) -> tuple[Quantity, float, float]:
        """Returns the quantity of an axis, ``across`` or ``down``, and its ends."""
        return QUANTITIES[getattr(self, name)], getattr(self, f"{name}_from"), getattr(self, f"{name}_to")

    def usual_ends(self, name: str) -> list[float]:
        """Returns ends to choose from for an axis, ``across`` or ``down``."""
        quantity, *_ = self._axis(name)
        return quantity.usual(quantity.low, self._highest(quantity))

    def _highest(self, quantity: Quantity) -> float:
        available = self.train_size
        return min(quantity.high, available) if quantity is QUANTITIES["batch_size"] else quantity.high

    def settled(self, name: str) -> Any:
        if name == "down":
            return next(each for each in QUANTITIES if each != self.across)
        if name == "cells":
            return max(cells for cells in range(2, self.cells) if _kinds(self, cells) <= MOST_KINDS)
        if name == "batch_size":
            return min(super().settled(name), self.train_size)
        side, _, end = name.partition("_")
        if side not in ("across", "down"):
            return super().settled(name)
        quantity, start, _ = self._axis(side)
        usual, highest = min(quantity.last, self._highest(quantity)), self._highest(quantity)
        return quantity.first if end == "from" else usual if usual > start else highest


def axis(name: str, start: float, end: float, cells: int) -> tuple[float, ...]:
    """Returns up to ``cells`` values of a quantity from ``start`` to ``end``, ascending and distinct."""
    quantity = QUANTITIES[name]
    spaced = (np.geomspace if quantity.is_log else np.linspace)(start, end, cells).tolist()
    rounded = [float(round(value)) if quantity.is_whole else float(f"{value:.6g}") for value in spaced]
    return tuple(sorted({start, end, *rounded[1:-1]}))


def _kinds(config: MapConfig, cells: int) -> int:
    """Returns the number of batches of a map with ``cells`` per axis: one per structure."""
    axes = ((config.across, config.across_from, config.across_to), (config.down, config.down_from, config.down_to))
    return prod(len(axis(*each, cells)) for each in axes if QUANTITIES[each[0]].is_kind)


@lru_cache(maxsize=64)
def _networks(config: MapConfig) -> tuple[MLPConfig, ...]:
    base = {item.name: getattr(config, item.name) for item in fields(MLPConfig)}
    return tuple(
        MLPConfig(**base | _changes(config, {config.across: column, config.down: row}))
        for row in config.rows
        for column in config.columns
    )


def _changes(config: MapConfig, values: Mapping[str, float]) -> dict[str, Any]:
    """Returns the settings of a single run for the quantities of a cell."""
    sizes = config.hidden_sizes or (8,)  # a map over width or depth needs a hidden layer
    width, depth = int(values.get("width", sizes[0])), int(values.get("depth", len(sizes)))
    changes: dict[str, Any] = {name: value for name, value in values.items() if name not in ("width", "depth")}
    if "batch_size" in changes:
        changes["batch_size"] = int(changes["batch_size"])
    if "width" in values or "depth" in values:
        changes["hidden_sizes"] = (width,) * depth
    return changes
