"""The GAN lab: its loop of two players beside a plain PyTorch loop of the same game, and beside itself while seen."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch.nn import functional as F

from playground.labs.gan.config import GANConfig, Look
from playground.labs.gan.experiment import GANExperiment, training_data
from playground.labs.gan.model import players
from playground.run import View
from tests.bench.row import Row

REPETITIONS, ROUNDS = 3, 40
SLICE_S = 0.012  # between two frames
GAMES = {
    "R1": GANConfig(),
    "non-saturating": GANConfig(loss="non_saturating"),
    "digits": GANConfig.from_text({"dataset": "digits"})[0],
}
ALL = View(look=Look(manifold=True, map="best"))


def rows() -> Iterator[Row]:
    """Rounds a second with the default players on one core; a frame has every layer of the plane."""
    torch.set_num_threads(1)
    for name, config in GAMES.items():
        rates: list[list[float]] = [[], [], []]
        loops = (_plain(config), _alone(config), _seen(config))
        for _ in range(REPETITIONS):
            for found, loop in zip(rates, loops, strict=True):
                started = time.process_time()
                made = loop()
                found.append(made / (time.process_time() - started))
        first, second, third = map(statistics.median, rates)
        yield Row(f"rounds/s, {name}", second, "1/s", first, "plain PyTorch, two torch.optim.Adam", at_least=0.9)
        yield Row(f"rounds/s, {name}, seen", third, "1/s", second, "the same unseen", at_least=0.7)


def _plain(config: GANConfig) -> Callable[[], int]:
    network = players(config)
    g, d = network["generator"], network["discriminator"]
    of_g = torch.optim.Adam(g.parameters(), lr=config.generator_learning_rate, betas=(0.5, 0.999), fused=True)
    of_d = torch.optim.Adam(d.parameters(), lr=config.discriminator_learning_rate, betas=(0.5, 0.999), fused=True)
    data = training_data(config.dataset, config.drawing, config.size, config.data_seed)
    n = config.batch_size

    def train() -> int:
        for _ in range(ROUNDS):
            real = data[torch.randint(len(data), (n,))]
            fake = g(torch.randn(n, config.noise_size)).detach()
            loss = F.softplus(-d(real)).mean() + F.softplus(d(fake)).mean()
            if config.loss == "r1":
                real.requires_grad_()
                (slope,) = torch.autograd.grad(d(real).sum(), real, create_graph=True)
                loss = loss + config.penalty / 2 * slope.square().sum(1).mean()
            of_d.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            of_d.step()
            loss = F.softplus(-d(g(torch.randn(n, config.noise_size)))).mean()
            of_g.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            of_g.step()
        return ROUNDS

    return train


def _alone(config: GANConfig) -> Callable[[], int]:
    experiment = GANExperiment(replace(config, seed=1))
    return lambda: experiment.advance(steps=ROUNDS)


def _seen(config: GANConfig) -> Callable[[], int]:
    experiment = GANExperiment(replace(config, seed=2))

    def train() -> int:
        first = experiment.step
        while experiment.step - first < ROUNDS:
            experiment.advance(budget_s=SLICE_S)
            experiment.observe("run", ALL)
        return experiment.step - first

    return train
