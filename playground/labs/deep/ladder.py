"""A batch's way through a network, and the ladders: what comes back of the gradient, what arrives of the signal."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.labs.deep.model import Network

Floats = NDArray[np.float32]
LOWEST, HIGHEST = -12.0, 0.0  # powers of ten of a relative gradient: nothing moves, all moves


@dataclass(frozen=True, slots=True)
class Pass:
    """One batch's way through a network, forward and back: what every layer gave on, ``outputs``; the ``gradients``
    of all parameters, None where nothing reaches the loss; the ``buffers`` that it leaves behind."""

    outputs: list[Tensor]
    gradients: list[Tensor | None]
    buffers: list[Tensor]


def forward_and_back(network: Network, inputs: Tensor, labels: Tensor) -> Pass:
    """The pass of a batch (N, D) with labels (N,), as in training. The network stays as it is."""
    buffers = list(network.buffers())
    former = [buffer.clone() for buffer in buffers]
    outputs = network.outputs(inputs)
    loss = F.cross_entropy(outputs[-1], labels)
    gradients = torch.autograd.grad(loss, list(network.parameters()), allow_unused=True)
    after = [buffer.clone() for buffer in buffers]
    restore(buffers, former)
    return Pass([output.detach() for output in outputs], list(gradients), after)


@torch.no_grad()
def restore(buffers: Iterable[Tensor], values: Iterable[Tensor]) -> None:
    """Give ``buffers`` other values, such as running means."""
    for buffer, value in zip(buffers, values, strict=True):
        buffer.copy_(value)


def ladder(network: Network, made: Pass) -> dict[str, Floats]:
    """What a pass says of ``network``, layer by layer from the first to the output, each (depth,).

    ``gradients``: ‖g‖ / ‖W‖ of the layer's weights, the gradient beside what it is to change; NaN where W is 0.
    ``signals``: the root mean square of the layer's outputs. ``spreads``: that of how far they are from their mean
    over the examples: what is 0 there says the same of every example.
    """
    found = dict(zip(dict(network.named_parameters()), made.gradients, strict=True))
    weights = [layer.weight.detach() for layer in network.linear()]
    gradients = [found[f"layers.{index}.weight"] for index in range(len(weights))]
    beside = _norms([torch.zeros(1) if each is None else each for each in gradients]) / _norms(weights)
    groups = [torch.stack(made.outputs[:-1])] if len(made.outputs) > 1 else []  # the hidden ones are of one shape
    groups.append(made.outputs[-1][None])
    return {
        "gradients": beside.nan_to_num(math.nan, math.nan).float().numpy(),  # infinite where W is 0
        "signals": torch.cat([_size(group) for group in groups]).float().numpy(),
        "spreads": torch.cat([_size(group - group.mean(1, keepdim=True)) for group in groups]).float().numpy(),
    }


def levels(gradients: Floats) -> NDArray[np.uint8]:
    """Relative gradients as levels, from 0 (dark) to 255, by their powers of ten."""
    with np.errstate(divide="ignore", invalid="ignore"):
        powers = np.nan_to_num(np.log10(gradients), nan=LOWEST, neginf=LOWEST, posinf=HIGHEST)
    shares = (np.clip(powers, LOWEST, HIGHEST) - LOWEST) / (HIGHEST - LOWEST)
    return np.asarray((255 * shares).round(), dtype=np.uint8)


def _norms(tensors: list[Tensor]) -> Tensor:
    """In double precision: the squares of a vanishing gradient are no numbers of float32."""
    return torch.stack(torch._foreach_norm(tensors, 2, dtype=torch.float64))


def _size(values: Tensor) -> Tensor:
    """The root mean square of each layer's values (L, N, W), (L,)."""
    return values.double().square().mean((1, 2)).sqrt()
