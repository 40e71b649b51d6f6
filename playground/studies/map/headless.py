"""A trainability map without a page: which values of two quantities let networks learn.

>>> from playground import MapConfig, trainability_map
>>> print(trainability_map(MapConfig(across="learning_rate", down="initial_scale", cells=16), epochs=200))
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.format import loss, scaled
from playground.labs.mlp.config import MLPConfig
from playground.outcomes import Outcome
from playground.studies.many import train_all
from playground.studies.map.config import QUANTITIES, MapConfig
from playground.studies.parts import Progress

SHADES = " ░▒▓█"  # quintiles of the loss, from the greatest to the least
DIVERGED, MISSING = "×", "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell(Outcome):
    """The outcome of the network at the values ``across`` and ``down`` of the map's two quantities."""

    across: float
    down: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainabilityMap:
    """A tidy table with one row per cell, left to right and then bottom to top; ``across`` and ``down`` name the
    quantities. ``network_steps_per_s`` counts the updates of all networks, and ``tier`` says how they were computed.
    """

    across: str
    down: str
    cells: tuple[Cell, ...]
    epochs: float
    network_steps_per_s: float | None
    tier: str

    def to_json(self) -> dict[str, Any]:
        """Returns the map as a JSON object."""
        return {**asdict(self), "cells": [cell.to_json() for cell in self.cells]}

    def losses(self) -> NDArray[np.float64]:
        """Returns the test losses as a grid (rows, columns), bottom row first; NaN where a network diverged."""
        return np.array([_loss(cell) for cell in self.cells]).reshape(len({cell.down for cell in self.cells}), -1)

    def __str__(self) -> str:
        losses = self.losses()
        finite = losses[np.isfinite(losses)]
        bounds = np.quantile(finite, [0.8, 0.6, 0.4, 0.2]) if len(finite) else np.zeros(0)
        marks = [self._mark(cell, bounds) * 2 for cell in self.cells]
        width = losses.shape[1]
        shades = ["".join(marks[start : start + width]) for start in range(0, len(marks), width)]
        down, across = ([scaled(end, 3) for end in _ends(self.cells, side)] for side in ("down", "across"))
        labels = [down[1], *[""] * (len(shades) - 2), down[0]]
        lines = [f"{label:>8} {row}" for label, row in zip(labels, reversed(shades), strict=True)]
        lines.append(" " * 9 + across[0] + across[1].rjust(len(shades[0]) - len(across[0])))
        names = [QUANTITIES[name].label.lower() for name in (self.across, self.down)]
        lines.append(f"{' ' * 9}{names[0]} across, {names[1]} down; the darker, the smaller the test loss")
        lost = sum(cell.diverged for cell in self.cells)
        text = f"{len(self.cells)} networks" + (f", {lost} diverged ({DIVERGED})" if lost else "")
        if len(finite):
            best = min((cell for cell in self.cells if np.isfinite(_loss(cell))), key=_loss)
            place = f"{names[0]} {scaled(best.across, 3)}, {names[1]} {scaled(best.down, 3)}"
            text += f"; least test loss {loss(_loss(best))} at {place}"
        if self.network_steps_per_s is not None:
            text += f"; {self.network_steps_per_s:,.0f} network updates/s, {self.tier}"
        return "\n".join([*lines, text])

    @staticmethod
    def _mark(cell: Cell, bounds: NDArray[np.float64]) -> str:
        """Returns the character of a cell."""
        if cell.diverged:
            return DIVERGED
        return SHADES[int((_loss(cell) <= bounds).sum())] if np.isfinite(_loss(cell)) else MISSING


def trainability_map(
    config: MapConfig,
    *,
    epochs: float,
    target_accuracy: float | None = None,
    tier: str = "auto",
    engine: str = "inline",
    limit_bytes: int | None = None,
    progress: Progress | None = None,
) -> TrainabilityMap:
    """Train a network for every cell of ``config``'s grid, each for ``epochs`` passes over its data.

    For the other arguments and errors see ``many.train_all``.
    """
    networks = config.networks()
    batches: dict[tuple[int, int], list[int]] = {}
    for index, network in enumerate(networks):
        batches.setdefault(_kind(network), []).append(index)
    trained = train_all(
        [[networks[index] for index in batch] for batch in batches.values()],
        epochs=epochs,
        target_accuracy=target_accuracy,
        tier=tier,
        engine=engine,
        padded=True,
        limit_bytes=limit_bytes,
        progress=progress,
    )
    order = [index for batch in batches.values() for index in batch]
    outcomes = dict(zip(order, trained.outcomes, strict=True))
    places = [(across, down) for down in config.rows for across in config.columns]
    return TrainabilityMap(
        across=config.across,
        down=config.down,
        cells=tuple(
            Cell(across=across, down=down, **(outcomes[index] or Outcome()).values())
            for index, (across, down) in enumerate(places)
        ),
        epochs=epochs,
        network_steps_per_s=trained.network_steps_per_s,
        tier=trained.tier,
    )


def _kind(network: MLPConfig) -> tuple[int, int]:
    """Returns the key of a network's batch."""
    return len(network.hidden_sizes), network.batch


def _ends(cells: tuple[Cell, ...], side: str) -> tuple[float, float]:
    values = [getattr(cell, side) for cell in cells]
    return min(values), max(values)


def _loss(cell: Cell) -> float:
    loss = cell.metrics.get("test_loss")
    return float("nan") if cell.diverged or loss is None else loss
