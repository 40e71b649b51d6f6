"""The two players, and the losses by which they learn from each other."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import skip_init

from playground.catalog import ACTIVATIONS, resolve
from playground.labs.gan.config import GANConfig


class Player(nn.Module):
    """Dense layers: ``sizes`` = (inputs, hidden…, outputs). A ``squashed`` output is in [-1, 1], as pixels are.

    A new one has no weights yet: PyTorch would draw them from the global generator, which other runs share.
    """

    def __init__(self, sizes: tuple[int, ...], activation: str, batch_norm: bool, squashed: bool) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            skip_init(nn.Linear, m, n)  # type: ignore[no-untyped-call]
            for m, n in pairwise(sizes)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in (sizes[1:-1] if batch_norm else ()))
        entry = ACTIVATIONS[activation]
        self.activation: Callable[[Tensor], Tensor] = resolve(entry.torch)(**entry.arguments)
        self.squashed = squashed

    def forward(self, values: Tensor) -> Tensor:
        """Returns the outputs (N, outputs) for inputs (N, inputs)."""
        last = len(self.layers) - 1
        for index, layer in enumerate(self.layers):
            values = layer(values)
            if index < last:
                values = self.activation(self.norms[index](values) if self.norms else values)
        return values.tanh() if self.squashed else values

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> None:
        """Draw weights and biases evenly from ±1/√inputs, PyTorch's own default for a dense layer."""
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            bound = layer.in_features**-0.5
            layer.weight.uniform_(-bound, bound, generator=generator)
            layer.bias.uniform_(-bound, bound, generator=generator)


def players(config: GANConfig) -> nn.ModuleDict:
    """Returns both players of a run, as they are at its start."""
    generator = Player(
        config.sizes("generator"),
        config.generator_activation,
        config.generator_batch_norm,
        squashed=config.dataset == "digits",
    )
    discriminator = Player(
        config.sizes("discriminator"),
        config.discriminator_activation,
        config.discriminator_batch_norm,
        squashed=False,
    )
    found = nn.ModuleDict({"generator": generator, "discriminator": discriminator})
    random = torch.Generator().manual_seed(config.seed)
    for player in (generator, discriminator):
        player.initialize(random)
    return found


class Game(NamedTuple):
    """The losses of both players, functions of the discriminator's outputs (N, 1), and what it believes: the outputs
    as probabilities of being real."""

    discriminator: Callable[[Tensor, Tensor], Tensor]  # of the outputs at real and fake examples
    generator: Callable[[Tensor], Tensor]  # of the outputs at fakes
    belief: Callable[[Tensor], Tensor]


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """−ln σ(real) − ln(1 − σ(fake)), the mean; softplus(−o) = −ln σ(o)."""
    return F.softplus(-real).mean() + F.softplus(fake).mean()


def _non_saturating(fake: Tensor) -> Tensor:
    return F.softplus(-fake).mean()


_NON_SATURATING = Game(_cross_entropy, _non_saturating, torch.sigmoid)
GAMES = {
    "non_saturating": _NON_SATURATING,  # Goodfellow et al. 2014, section 3
    "minimax": Game(_cross_entropy, lambda fake: -F.softplus(fake).mean(), torch.sigmoid),
    "least_squares": Game(  # Mao et al. 2017, without their ½
        lambda real, fake: (real - 1).square().mean() + fake.square().mean(),
        lambda fake: (fake - 1).square().mean(),
        lambda output: output.clamp(0, 1),
    ),
    "wgan_gp": Game(lambda real, fake: fake.mean() - real.mean(), lambda fake: -fake.mean(), torch.sigmoid),
    "r1": _NON_SATURATING,
}


def penalty(loss: str, discriminator: nn.Module, real: Tensor, fake: Tensor, mix: Tensor) -> Tensor:
    """Returns what λ multiplies: for WGAN-GP (Gulrajani et al. 2017) the mean of (‖∇D‖ − 1)² between real and fake
    (N, D), at the shares ``mix`` (N, 1); for R1 (Mescheder et al. 2018) half the mean of ‖∇D‖² at real examples."""
    at = real if loss == "r1" else mix * real + (1 - mix) * fake
    at = at.detach().requires_grad_()
    (slope,) = torch.autograd.grad(discriminator(at).sum(), at, create_graph=True)
    squares = slope.square().sum(-1)
    return squares.mean() / 2 if loss == "r1" else ((squares + 1e-12).sqrt() - 1).square().mean()
