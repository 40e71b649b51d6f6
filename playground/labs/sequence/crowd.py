"""Many networks as one, which differ in their seeds only: every parameter begins with a dimension S, and so does
every tensor (S, N, …).

An update of small matrices is mostly overhead of its operations, which many networks share.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from playground.labs.sequence.model import Cell, Network

SMALL = 16  # units up to which many LSTMs at once are faster than torch's kernel for one after the other


class Dense(nn.Module):
    """S dense layers of one shape: values (S, …, inputs) in, (S, …, outputs) out."""

    def __init__(self, layers: Sequence[nn.Linear]) -> None:
        super().__init__()
        self.weight, bias = _stacked(layers, "weight"), layers[0].bias is not None
        self.bias = _stacked(layers, "bias") if bias else None

    def forward(self, values: Tensor) -> Tensor:
        return affine(values, self.weight, self.bias)


class Cells(Cell):
    """S cells of one kind and shape."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        nn.Module.__init__(self)
        first = cells[0]
        self.kind, self.hidden, self.clamped, self.zeroed = first.kind, first.hidden, first.clamped, first.zeroed
        for name, _ in first.named_parameters():
            setattr(self, name, _stacked(cells, name))

    def from_inputs(self, inputs: Tensor) -> Tensor:
        return affine(inputs, self.weight_ih, self.bias_ih)

    def from_state(self, h: Tensor) -> Tensor:
        return affine(h, self.weight_hh, self.bias_hh)

    def states(self, inputs: Tensor, state: tuple[Tensor, Tensor], truncate: int = 0) -> Tensor:
        if self.kind == "lstm" and self.hidden > SMALL and not self.clamped and self.zeroed is None:
            weights = zip(*(parameter.unbind() for parameter in self.parameters()), strict=True)
            each = zip(inputs.unbind(), zip(*(part.unbind() for part in state), strict=True), weights, strict=True)
            return torch.stack([self.by_kernel(*one, truncate) for one in each])
        return torch.stack([step.h for step in self(inputs, state, truncate)], -2)


def crowd(networks: Sequence[Network]) -> Network:
    """Returns networks of one shape as one."""
    first = networks[0]
    found = Network(first.cell.kind, 1, 1, 1)
    for name, part in first.named_children():
        parts: list[Any] = [network.get_submodule(name) for network in networks]
        setattr(found, name, Cells(parts) if isinstance(part, Cell) else Dense(parts))
    return found


def affine(values: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Returns W x + b of each network's values (S, …, inputs): (S, …, outputs)."""
    flat = values.flatten(1, -2)
    found = torch.bmm(flat, weight.mT) if bias is None else torch.baddbmm(bias[:, None], flat, weight.mT)
    return found.view(*values.shape[:-1], weight.shape[1])


def _stacked(modules: Sequence[nn.Module], name: str) -> nn.Parameter:
    return nn.Parameter(torch.stack([module.get_parameter(name).detach() for module in modules]))
