"""The game of two players: one update of each, in plain PyTorch.

What is drawn, what is lost and how a player moves stand apart, so that a round can be told slowly (``slow.py``).
"""

import copy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from playground.catalog import resolve
from playground.labs.gan.config import OPTIMIZERS, PENALIZED, GANConfig
from playground.labs.gan.model import GAMES, penalty


class Batch(NamedTuple):
    """What the discriminator learns from in one update."""

    real: Tensor  # (N, D)
    fake: Tensor  # (N, D), for whose sake the generator is not touched
    mix: Tensor | None  # (N, 1) shares of real for a penalty, if the loss has one


class Duel:
    """Both players of a run with their optimizers, and the examples (size, D) that one of them sees."""

    def __init__(self, config: GANConfig, data: Tensor, network: nn.ModuleDict) -> None:
        self.config, self.data, self.network = config, data, network
        self.optimizers = {
            "generator": _optimizer(config.generator_optimizer, self.network["generator"]),
            "discriminator": _optimizer(config.discriminator_optimizer, self.network["discriminator"]),
        }
        self.follow(config)

    def follow(self, config: GANConfig) -> None:
        """Play on with changed live settings."""
        self.config = config
        self.generator, self.discriminator = self.network["generator"], self.network["discriminator"]
        self.parameters = {name: list(player.parameters()) for name, player in self.network.items()}
        for name, optimizer in self.optimizers.items():
            for group in optimizer.param_groups:
                group["lr"] = getattr(config, f"{name}_learning_rate")

    def twin(self) -> "Duel":
        """Returns a copy that can play on without changing this one."""
        found = copy.copy(self)
        found.network, found.optimizers = copy.deepcopy((self.network, self.optimizers))
        found.follow(self.config)
        return found

    def still(self) -> "Duel":
        """Returns a copy to look at, whose players must not move. A look can move running means."""
        found = copy.copy(self)
        found.network = copy.deepcopy(self.network)
        found.optimizers = {}
        found.follow(self.config)
        return found

    def play(self, random: torch.Generator) -> None:
        """Play one round."""
        discriminates, generates = self.config.rounds
        for _ in range(discriminates):
            self.update_discriminator(random)
        for _ in range(generates):
            self.update_generator(random)

    def update_discriminator(self, random: torch.Generator) -> None:
        self.descend("discriminator", self.discriminator_loss(self.batch(random)))

    def update_generator(self, random: torch.Generator) -> None:
        self.descend("generator", self.generator_loss(self.generator(self.noise(self.config.batch_size, random))))

    def batch(self, random: torch.Generator) -> Batch:
        n = self.config.batch_size
        real = self.data[torch.randint(len(self.data), (n,), generator=random)]
        with torch.no_grad():
            fake = self.generator(self.noise(n, random))
        return Batch(real, fake, self.mix(n, random))

    def mix(self, n: int, random: torch.Generator) -> Tensor | None:
        """Returns shares (n, 1) of real examples for a penalty; None where the loss has none."""
        return torch.rand((n, 1), generator=random) if self.config.loss in PENALIZED else None

    def noise(self, n: int, random: torch.Generator) -> Tensor:
        """Returns noise (n, noise_size)."""
        shape = (n, self.config.noise_size)
        if self.config.noise == "uniform":
            return torch.rand(shape, generator=random) * 2 - 1
        return torch.randn(shape, generator=random)

    def discriminator_loss(self, batch: Batch) -> Tensor:
        """Returns what the discriminator makes small, with its penalty."""
        real, fake, mix = batch
        loss = self.config.loss
        value = GAMES[loss].discriminator(self.discriminator(real), self.discriminator(fake))
        if mix is not None:
            value = value + self.config.penalty * penalty(loss, self.discriminator, real, fake, mix)
        return value

    def generator_loss(self, fake: Tensor) -> Tensor:
        """Returns what the generator makes small: it learns through a discriminator that is held."""
        return GAMES[self.config.loss].generator(self.discriminator(fake))

    def descend(self, player: str, value: Tensor) -> None:
        """Move one player by the gradient of its loss."""
        parameters = self.parameters[player]
        for parameter, gradient in zip(parameters, torch.autograd.grad(value, parameters), strict=True):
            parameter.grad = gradient.contiguous()  # a fused optimizer reads it by the parameter's strides
        self.optimizers[player].step()


def _optimizer(name: str, player: torch.nn.Module) -> torch.optim.Optimizer:
    """An optimizer, its rate still to be set; Adam in one fused kernel, twice as fast as by tensors."""
    entry = OPTIMIZERS[name]
    fused: dict[str, Any] = {"fused": True} if name == "adam" else {}
    found: torch.optim.Optimizer = resolve(entry.torch)(player.parameters(), lr=1e-3, **entry.arguments, **fused)
    return found
