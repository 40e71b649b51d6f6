"""What a hidden layer makes of the inputs: where it puts them, and how well a line tells the classes apart there."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.labs.deep.model import Network

Floats = NDArray[np.float32]
SIDE = 33  # points of the grid over the plane, in either direction
SHOWN = 300  # training examples that are drawn
RIDGE = 1e-4  # beside a variance of 1: a neuron that says the same of all examples is no division by 0


def plane_grid() -> Tensor:
    """The points (SIDE², 2) of a grid over the plane, row by row."""
    along = torch.linspace(-1, 1, SIDE)
    return torch.cartesian_prod(along, along)


@torch.no_grad()
def evaluated(network: Network, inputs: Tensor) -> list[Tensor]:
    """What every hidden layer gives on, as when the network is used and not trained; each (N, W)."""
    network.eval()
    outputs = network.outputs(inputs)[:-1]
    network.train()
    return outputs


def probe_accuracies(network: Network, inputs: Tensor, labels: Tensor, train_size: int) -> Floats:
    """How many of the examples behind the first ``train_size`` a linear probe on each hidden layer gets right,
    (depth - 1,), shares.

    A probe is fitted to the training examples by least squares on one-hot targets, each neuron brought to variance 1
    (Alain and Bengio 2016, Understanding intermediate layers using linear classifier probes, which fits by gradient).
    """
    outputs = evaluated(network, inputs)
    if not outputs:
        return np.zeros(0, np.float32)
    values = torch.stack(outputs)  # (L, N, W)
    mean = values[:, :train_size].mean(1, keepdim=True, dtype=torch.float64)
    values = (values - mean).float()  # in double precision: what dies differs in its last digits only
    spread = values[:, :train_size].square().mean(1, keepdim=True, dtype=torch.float64).sqrt()
    values = torch.nan_to_num(values / spread).float()
    values = F.pad(values, (0, 1), value=1.0)  # the last one is the bias
    train, rest = values[:, :train_size], values[:, train_size:]
    targets = F.one_hot(labels[:train_size]).float()
    products = (train.mT @ train / train_size).double()
    products.diagonal(dim1=-2, dim2=-1).add_(RIDGE)
    weights = torch.linalg.solve(products, (train.mT @ targets / train_size).double()).float()
    right: Tensor = ((rest @ weights).argmax(-1) == labels[train_size:]).float().mean(-1)
    return right.numpy()


def principal_axes(values: Tensor, former: Tensor | None) -> Tensor:
    """The two directions (2, W) in which ``values`` (N, W) vary most; their signs are those of ``former``."""
    _, _, rows = torch.linalg.svd(values - values.mean(0), full_matrices=False)
    axes: Tensor = rows[:2]
    signs = torch.ones(2) if former is None else (axes * former).sum(1).sign()
    return axes * torch.where(signs == 0, 1.0, signs)[:, None]
