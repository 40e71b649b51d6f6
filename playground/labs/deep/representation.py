"""What a hidden layer makes of the inputs: where it puts them."""

import torch
from torch import Tensor

from playground.labs.deep.model import Network

SIDE = 33  # points of the grid over the plane, in either direction
SHOWN = 300  # training examples that are drawn


def plane_grid() -> Tensor:
    """The points (SIDE², 2) of a grid over the plane, row by row."""
    along = torch.linspace(-1, 1, SIDE)
    return torch.cartesian_prod(along, along)


@torch.no_grad()
def evaluated(network: Network, inputs: Tensor) -> list[Tensor]:
    """What every layer gives on when the network is used and not trained: each hidden one's (N, W), the logits."""
    network.eval()
    outputs = network.outputs(inputs)
    network.train()
    return outputs


def principal_axes(values: Tensor, former: Tensor | None) -> Tensor:
    """The two directions (2, W) in which ``values`` (N, W) vary most; their signs are those of ``former``."""
    _, _, rows = torch.linalg.svd(values - values.mean(0), full_matrices=False)
    axes: Tensor = rows[:2]
    signs = torch.ones(2) if former is None else (axes * former).sum(1).sign()
    return axes * torch.where(signs == 0, 1.0, signs)[:, None]
