"""The image lab: its loop beside a plain PyTorch loop of the same model, and beside itself while its overview is
looked at; and how far from where it was trained a network still knows a digit."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import torch
from torch.nn import functional as F

from playground.labs.image.config import ImageConfig
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.model import Network
from playground.labs.image.shift_pads import ARMS, pad_of
from playground.run import View
from tests.bench.row import Row

REPETITIONS, UPDATES = 5, 60
SLICE_S = 0.012  # between two frames
NETWORKS = {"LeNet-5": ImageConfig(), "784-512-512-10": ImageConfig(architecture="mlp", learning_rate=0.001)}


def rows() -> Iterator[Row]:
    """Each network with batch 32 on one core."""
    torch.set_num_threads(1)
    for name, config in NETWORKS.items():
        plain, alone, seen = _plain(config), _alone(config), _seen(config)
        rates: list[list[float]] = [[], [], []]
        for _ in range(REPETITIONS):
            for found, loop in zip(rates, (plain, alone, seen), strict=True):
                started = time.perf_counter()
                made = loop()
                found.append(made / (time.perf_counter() - started))
        first, second, third = map(statistics.median, rates)
        yield Row(f"updates/s, {name}", second, "1/s", first, "plain PyTorch, torch.optim.Adam", at_least=0.9)
        yield Row(f"updates/s, {name}, overview seen", third, "1/s", second, "the same unseen", at_least=0.7)


def _plain(config: ImageConfig) -> Callable[[], int]:
    network = Network(config.layers)
    network.initialize(torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    images, labels = torch.rand(config.images, 1, 28, 28), torch.randint(10, (config.images,))

    def train() -> int:
        for _ in range(UPDATES):
            batch = torch.randint(config.images, (config.batch_size,))
            loss = F.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return UPDATES

    return train


def _alone(config: ImageConfig) -> Callable[[], int]:
    experiment = ImageExperiment(config)
    return lambda: experiment.advance(steps=UPDATES)


def _seen(config: ImageConfig) -> Callable[[], int]:
    experiment = ImageExperiment(config)

    def train() -> int:
        made = 0
        while made < UPDATES:
            made += experiment.advance(budget_s=SLICE_S)
            experiment.observe("run", View())
        return made

    return train


SEEDS, SHIFTED = 5, 60  # networks of each kind, and test images that are moved


def shifts() -> Iterator[Row]:
    """The share of the shift pad at which a network is right, beside the one before: the least of five seeds."""
    torch.set_num_threads(1)
    config = ImageConfig(dataset="centred")
    areas = {
        arm.label: [float(pad_of(config, arm, seed, SHIFTED).mean()) for seed in range(SEEDS)]
        for arm in ARMS.values()
    }
    for (before, lower), (name, higher) in pairwise(areas.items()):
        paired = min(zip(higher, lower, strict=True), key=lambda pair: pair[0] / pair[1])
        yield Row(f"shift pad, {name}", paired[0], "of all places", paired[1], before, at_least=1.0)
