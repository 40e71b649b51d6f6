"""Updates per second without a page, beside a plain PyTorch training loop in the same run."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch import nn

from playground.configs.mlp import MLPConfig
from playground.labs.mlp import MLPExperiment
from tests.bench.row import Row

PEER = "plain autograd and torch.optim.SGD"
REPETITIONS = 5


def rows() -> Iterator[Row]:
    """One network, batch 10, on one core."""
    torch.set_num_threads(1)
    config = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
    experiment = MLPExperiment(config)
    experiment.advance(steps=1)
    ours, theirs = [], []
    plain = plain_loop((2, 8, 8, 8, 1))
    for _ in range(REPETITIONS):
        ours.append(_rate(lambda steps: experiment.advance(steps=steps), 2000))
        theirs.append(_rate(plain, 1000))
    yield Row("updates/s, 2-8-8-8-1, headless", statistics.median(ours), "1/s", statistics.median(theirs), PEER,
              at_least=1.5)  # fmt: skip


def plain_loop(sizes: tuple[int, ...], batch_size: int = 10) -> Callable[[int], object]:
    """Training as most people write it: a module, autograd, an optimizer."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    features, targets = torch.randn(250, sizes[0]), torch.ones(250, sizes[-1])

    def train(steps: int) -> None:
        for k in range(steps):
            start = k * batch_size % 250
            optimizer.zero_grad()
            outputs = model(features[start : start + batch_size])
            loss = 0.5 * nn.functional.mse_loss(outputs, targets[start : start + batch_size])
            loss.backward()
            optimizer.step()

    return train


def _rate(train: Callable[[int], object], steps: int) -> float:
    started = time.perf_counter()
    train(steps)
    return steps / (time.perf_counter() - started)
