"""The image lab: its loop beside a plain PyTorch loop of the same model, and beside itself while its overview is
looked at; and how far from where it was trained a network still knows a digit."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from torch.nn import functional as F

from playground.labs.image.config import DRAWN, ImageConfig, Look
from playground.labs.image.drawing import PAPER
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.model import Network
from playground.labs.image.shift_pads import ARMS, pad_of
from playground.run import View
from playground.training.device import use_one_thread
from tests.bench.loops import beside
from tests.bench.row import Row

UPDATES = 60
NETWORKS = {"LeNet-5": ImageConfig(), "784-512-512-10": ImageConfig(architecture="mlp", learning_rate=0.001)}


def rows() -> Iterator[Row]:
    """Each network with batch 32 on one core."""
    use_one_thread()
    for name, config in NETWORKS.items():
        yield from beside(
            f"updates/s, {name}", _plain(config), "plain PyTorch, torch.optim.Adam", partial(_made, config), UPDATES
        )


def _made(config: ImageConfig, seed: int) -> ImageExperiment:
    return ImageExperiment(replace(config, seed=seed))


def _plain(config: ImageConfig) -> Callable[[int], None]:
    network = Network(config.layers)
    network.initialize(torch.Generator().manual_seed(0))
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    images, labels = torch.rand(config.images, 1, 28, 28), torch.randint(10, (config.images,))

    def train(updates: int) -> None:
        for _ in range(updates):
            batch = torch.randint(config.images, (config.batch_size,))
            loss = F.cross_entropy(network(images[batch]), labels[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return train


SEEDS, SHIFTED = 5, 60  # networks of each kind, and test images that are moved


def shifts() -> Iterator[Row]:
    """The share of the shift pad at which a network is right, beside the one before: the least of five seeds."""
    use_one_thread()
    config = ImageConfig(dataset="centred")
    areas = {
        arm.label: [float(pad_of(config, arm, seed, "", SHIFTED)[0].mean()) for seed in range(SEEDS)]
        for arm in ARMS.values()
    }
    for (before, lower), (name, higher) in pairwise(areas.items()):
        paired = min(zip(higher, lower, strict=True), key=lambda pair: pair[0] / pair[1])
        yield Row(f"shift pad, {name}", paired[0], "of all places", paired[1], before, at_least=1.0)


STROKES = 200  # frames while a digit is drawn


def pen() -> Iterator[Row]:
    """What a frame costs the worker while a digit is drawn, every map of the default network with it, in processor
    time: the 95th percentile. The way to the page and back comes on top."""
    use_one_thread()
    for name, config in NETWORKS.items():
        experiment, drawn = ImageExperiment(config), np.zeros(PAPER * PAPER, np.uint8)
        took = []
        for stroke in range(STROKES):
            drawn[stroke * 5 : stroke * 5 + 5] = 1
            look = Look(image=DRAWN, drawing=np.packbits(drawn).tobytes().hex())
            started = time.process_time()
            experiment.observe("run", View(look=look))
            took.append((time.process_time() - started) * 1000)
        most = statistics.quantiles(took, n=20)[-1]
        yield Row(f"frame while drawing, p95, {name}", most, "ms", statistics.median(took), "its median", limit=50)
