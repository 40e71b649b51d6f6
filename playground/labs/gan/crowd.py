"""Many games at once, which differ in their seeds only: every tensor of a duel begins with a dimension S.

A small network's update is mostly overhead of its operations, which many networks share.
"""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from playground.labs.gan.config import GANConfig
from playground.labs.gan.duel import Batch, Duel
from playground.labs.gan.experiment import training_data
from playground.labs.gan.model import Player, players
from playground.training.turns import give_way


class Dense(nn.Module):
    """S dense layers of one shape: values (S, N, inputs) in, (S, N, outputs) out."""

    def __init__(self, layers: Sequence[Any]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.stack([each.weight.detach().T for each in layers]))  # (S, inputs, outputs)
        self.bias = nn.Parameter(torch.stack([each.bias.detach()[None] for each in layers]))  # (S, 1, outputs)

    def forward(self, values: Tensor) -> Tensor:
        return torch.baddbmm(self.bias, values, self.weight)


class Norm(nn.Module):
    """S new batch normalizations of one width, as one of S · width features."""

    def __init__(self, networks: int, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(networks * width)

    def forward(self, values: Tensor) -> Tensor:
        networks, count, width = values.shape
        joined = values.transpose(0, 1).reshape(count, networks * width)
        found: Tensor = self.norm(joined)
        return found.view(count, networks, width).transpose(0, 1)


class Crowd(Duel):
    """The games of ``configs``, which are alike but for their seeds. Each network makes the updates of its own duel,
    up to rounding, and sees the same examples and noise to the bit. ``random`` is the generators of all games."""

    def __init__(self, configs: Sequence[GANConfig]) -> None:
        each = [players(config) for config in configs]
        network = nn.ModuleDict({name: _stacked([one[name] for one in each]) for name in each[0]})
        drawn = [training_data(one.dataset, one.drawing, one.size, one.data_seed) for one in configs]
        self.networks = len(configs)
        self._which = torch.arange(self.networks)[:, None]
        super().__init__(configs[0], torch.stack(drawn), network)

    def play(self, random: Any) -> None:
        super().play(random)

    def update_discriminator(self, random: Any) -> None:
        give_way()
        super().update_discriminator(random)

    def update_generator(self, random: Any) -> None:
        give_way()
        super().update_generator(random)

    def batch(self, random: Any) -> Batch:
        n, size = self.config.batch_size, self.data.shape[1]
        rows = torch.stack([torch.randint(size, (n,), generator=each) for each in random])
        with torch.no_grad():
            fake = self.generator(self.noise(n, random))
        return Batch(self.data[self._which, rows], fake, self.mix(n, random))

    def noise(self, n: int, random: Any) -> Tensor:
        return torch.stack([super(Crowd, self).noise(n, each) for each in random])

    def mix(self, n: int, random: Any) -> Tensor | None:
        found = [super(Crowd, self).mix(n, each) for each in random]
        return None if found[0] is None else torch.stack([each for each in found if each is not None])

    def descend(self, player: str, value: Tensor) -> None:
        super().descend(
            player, value * self.networks
        )  # a loss is a mean over all games, a gradient is its own game's


def _stacked(each: Sequence[Any]) -> Player:
    """Returns players of one shape, new ones, as one player."""
    found: Player = copy.deepcopy(each[0])
    found.layers = nn.ModuleList(Dense(layers) for layers in zip(*(one.layers for one in each), strict=True))
    found.norms = nn.ModuleList(Norm(len(each), norm.num_features) for norm in each[0].norms)
    return found
