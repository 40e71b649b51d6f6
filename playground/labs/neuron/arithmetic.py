"""Every number of the next update: forward, loss, backward, and what an optimizer makes of the gradient."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.neuron.config import NeuronConfig
from playground.labs.neuron.model import LOSSES, OUTPUTS, Network
from playground.training.optimizers import OPTIMIZERS
from playground.training.state import parameters_of

Floats = NDArray[np.float32]
MEMORIES = {"sgd": (), "momentum": ("velocity",), "adam": ("mean", "square")}  # vectors (P,) of an optimizer


def arithmetic(
    model: Network,
    config: NeuronConfig,
    optimizer: Mapping[str, Tensor],
    batch: Tensor,
    inputs: Tensor,
    targets: Tensor,
) -> dict[str, NDArray[Any]]:
    """The arithmetic of an update with the rows ``batch`` (n,).

    Of the first of them: ``sums``, ``values``, ``slopes`` and ``deltas`` (U,), which are z, a, da/dz and ∂loss/∂z of
    every neuron, layer by layer, and its ``example_loss`` (1,). Of the update: ``terms`` (n, P), the gradient of each
    row's loss, ``gradients`` (P,), their mean, and ``changes`` (P,), what is added to the ``parameters`` (P,), the
    weights and biases. Where an optimizer remembers vectors, ``memory`` (M, P) before the update and ``next_memory``
    after it.
    """
    parameters, criterion = list(model.parameters()), LOSSES[config.criterion]

    def gradient(places: Tensor) -> Floats:
        loss = criterion(model(inputs[places]), targets[places])
        return _vector(torch.autograd.grad(loss, parameters))

    sums = model.sums(inputs[batch[:1]])
    loss = criterion(sums[-1], targets[batch[:1]])
    values = [*map(model.activation, sums[:-1]), OUTPUTS[config.output](sums[-1])]
    deltas = torch.autograd.grad(loss, sums, retain_graph=True)
    slopes = [_slope(value, z) for value, z in zip(values[:-1], sums[:-1], strict=True)]
    slopes.append(values[-1] * (1 - values[-1]) if config.output == "softmax" else _slope(values[-1], sums[-1]))
    gradients, before = gradient(batch), parameters_of(model)
    rate, update = torch.tensor(config.learning_rate), OPTIMIZERS[config.optimizer]
    # From 0, the change itself: beside a large weight its last digits would be lost.
    changes, after = update(torch.zeros(len(before)), torch.from_numpy(gradients), optimizer, rate)
    found = {
        "batch": batch.numpy().astype(np.int32),
        "sums": _vector(sums),
        "values": _vector(values),
        "slopes": _vector(slopes),
        "deltas": _vector(deltas),
        "example_loss": _vector([loss]),
        "parameters": before,
        "terms": np.stack([gradient(row) for row in torch.split(batch, 1)]),
        "gradients": gradients,
        "changes": changes.numpy(),
    }
    names = MEMORIES[config.optimizer]
    if names:
        found["memory"] = np.stack([optimizer[name].numpy() for name in names])
        found["next_memory"] = np.stack([after[name].numpy() for name in names])
    return found


def _slope(values: Tensor, sums: Tensor) -> Tensor:
    """The derivative of each neuron's value by its sum; 0 for a step."""
    if not values.requires_grad:
        return torch.zeros_like(sums)
    (found,) = torch.autograd.grad(values.sum(), sums, retain_graph=True)
    return found


def _vector(parts: Iterable[Tensor]) -> Floats:
    """Tensors as one vector."""
    vector: Floats = torch.cat([part.detach().reshape(-1) for part in parts]).numpy()
    return vector
