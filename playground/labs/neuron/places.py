"""What is drawn around the numbers: the plane, the bowl's sides, the activations, and the loss of guessing."""

import math
from collections import Counter
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.catalog import ACTIVATIONS, resolve
from playground.labs.neuron.config import NeuronConfig

Floats = NDArray[np.float32]
SIDE = 41  # points of the plane, in either direction
MARGIN = 0.5  # of the plane around the rows
BOWL = 2.0  # how far the bowl goes beyond its lowest point
WIDEST = 6.0  # of the sums for which an activation is drawn
POINTS = 121  # of its curve


def domain(config: NeuronConfig) -> tuple[float, float]:
    """What the plane shows in both directions: all rows, with a margin; of a number also the targets."""
    numbers = [number for row in config.table.rows for number in row]
    if config.table.task == "number":
        numbers += config.table.targets
    return min(numbers) - MARGIN, max(numbers) + MARGIN


def plane_points(config: NeuronConfig) -> Floats:
    """The points (SIDE², 2) of the plane, row by row from the bottom; those (SIDE, 1) of a line for one input."""
    along = np.linspace(*domain(config), SIDE)
    if config.table.inputs == 1:
        return along[:, None].astype(np.float32)
    x, y = np.meshgrid(along, along)
    return np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)


def bowl_axes(config: NeuronConfig) -> tuple[Floats, Floats]:
    """The weights and the biases, each (SIDE,), over which the bowl is drawn: around the least squares."""
    x, y = np.array(config.table.rows)[:, 0], np.array(config.table.targets)
    slope, level = np.polyfit(x, y, 1)
    w, b = (np.linspace(middle - BOWL, middle + BOWL, SIDE).astype(np.float32) for middle in (slope, level))
    return w, b


@cache
def _curves() -> tuple[Floats, Floats]:
    sums = torch.linspace(-WIDEST, WIDEST, POINTS)
    values, slopes = [], []
    for entry in ACTIVATIONS.values():
        function, z = resolve(entry.torch)(**entry.arguments), sums.clone().requires_grad_()
        found = function(z)
        (slope,) = torch.autograd.grad(found.sum(), z)
        values.append(found.detach().numpy())
        slopes.append(slope.numpy())
    return np.stack(values), np.stack(slopes)


def curves() -> dict[str, NDArray[Any]]:
    """Every activation of the catalog, in its order, for sums from -WIDEST to WIDEST: ``activation_values`` and
    ``activation_slopes``, each (activations, POINTS)."""
    values, slopes = _curves()
    return {"activation_values": values.copy(), "activation_slopes": slopes.copy()}


def baselines(config: NeuronConfig) -> list[dict[str, Any]]:
    """The best that an answer can do which is the same for every row."""
    table = config.table
    if table.task == "number":
        return [{"label": "guessing", "value": float(np.var(table.targets)) / 2, "axes": "loss"}]
    shares = [count / table.size for count in Counter(table.targets).values()]
    found = [{"label": "guessing", "value": max(shares), "axes": "accuracy"}]
    entropy = -sum(share * math.log(share) for share in shares)
    loss = {"squared_error": shares[0] * (1 - shares[0]) / 2, "cross_entropy": entropy, "softmax": entropy}
    if config.criterion in loss:
        found.append({"label": "guessing", "value": loss[config.criterion], "axes": "loss"})
    return found
