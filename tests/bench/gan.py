"""The GAN lab: its loop of two players beside a plain PyTorch loop of the same game, and beside itself while seen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch.nn import functional as F

from playground.labs.gan.config import GANConfig, Look
from playground.labs.gan.experiment import GANExperiment, training_data
from playground.labs.gan.model import players
from playground.run import View
from playground.training.device import use_one_thread
from tests.bench.loops import beside
from tests.bench.row import Row

ROUNDS = 40
GAMES = {
    "R1": GANConfig(),
    "non-saturating": GANConfig(loss="non_saturating"),
    "digits": GANConfig.from_text({"dataset": "digits"})[0],
}
ALL = View(look=Look(manifold=True, map="best"))


def rows() -> Iterator[Row]:
    """Rounds a second with the default players on one core; a frame has every layer of the plane."""
    use_one_thread()
    for name, config in GAMES.items():
        peer = "plain PyTorch, two torch.optim.Adam"
        yield from beside(f"rounds/s, {name}", _plain(config), peer, partial(_made, config), ROUNDS, ALL)


def _made(config: GANConfig, seed: int) -> GANExperiment:
    return GANExperiment(replace(config, seed=seed))


def _plain(config: GANConfig) -> Callable[[int], None]:
    network = players(config)
    g, d = network["generator"], network["discriminator"]
    of_g = torch.optim.Adam(g.parameters(), lr=config.generator_learning_rate, betas=(0.5, 0.999), fused=True)
    of_d = torch.optim.Adam(d.parameters(), lr=config.discriminator_learning_rate, betas=(0.5, 0.999), fused=True)
    data = training_data(config.dataset, config.drawing, config.size, config.data_seed)
    n = config.batch_size

    def train(updates: int) -> None:
        for _ in range(updates):
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

    return train
