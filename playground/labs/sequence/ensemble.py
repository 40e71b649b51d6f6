"""Many sequence networks in training, for the studies: those that differ in their seeds only learn at once."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.blocks import Block, Blocks
from playground.labs.sequence.config import GATES, SequenceConfig
from playground.labs.sequence.crowd import crowd
from playground.labs.sequence.data import Batch
from playground.labs.sequence.experiment import drawn, intervene, measured, network_of, optimizer_of, thumbnail
from playground.labs.sequence.model import Network
from playground.training.batches import rows
from playground.training.turns import give_way

Data = tuple[Batch, Batch]

ELEMENTS = 2**20  # numbers in all gates of a block


class Learners(Block):
    """Networks that learn at once, each from its own sequences: those that train, those that test."""

    network: Network

    def __init__(self, configs: Sequence[SequenceConfig], data: Sequence[Data]) -> None:
        super().__init__(configs)
        each = [network_of(config) for config in configs]
        for network, config in zip(each, configs, strict=True):
            network.initialize(torch.Generator().manual_seed(config.seed), config.forget_bias)
            intervene(network, config)
        self._config, self._one = configs[0], each[0]
        self.network = crowd(each)
        self.optimizers = {"optimizer": optimizer_of(self._config, self.network)}
        self.data = data
        self._train = Batch.joined([train for train, _ in self.data])
        sizes = torch.tensor([len(train) for train, _ in self.data])
        self._first = sizes.cumsum(0) - sizes

    def train(self, count: int) -> None:
        optimizer, config = self.optimizers["optimizer"], self._config
        for _ in range(count):
            batch = self._train[self._rows()]
            outputs = self.network(batch.inputs, batch.sources, batch.lengths, config.truncate)
            losses = losses_of(outputs, batch.targets)
            self.lost |= ~losses.isfinite()
            give_way()
            optimizer.zero_grad()
            losses.sum().backward()  # type: ignore[no-untyped-call]
            give_way()
            if config.clip:
                clip(self.network, config.clip)
            optimizer.step()
            self.step += 1

    def _rows(self) -> Tensor:
        """Returns the rows (S, N) of the next batch of each network, as it would draw them alone."""
        size = self._config.batch_size
        each = [
            rows(self.step, len(train), size, config.seed)
            for config, (train, _) in zip(self.configs, self.data, strict=True)
        ]
        return torch.stack(each) + self._first[:, None]

    @torch.no_grad()
    def alone(self, place: int) -> Network:
        """Returns the network at that place, by itself until the next call."""
        for name, value in self._one.named_parameters():
            value.copy_(self.network.get_parameter(name)[place])
        return self._one

    def measured(self) -> Iterator[Mapping[str, float | None]]:
        for place, data in enumerate(self.data):
            give_way()
            yield measured(self.alone(place), self._config, *data)

    def thumbnail(self, place: int) -> NDArray[np.uint8]:
        return thumbnail(self.alone(place), self.data[place][1])


class SequenceEnsemble(Blocks):
    """The networks of ``configs`` in training."""

    def __init__(self, configs: Sequence[SequenceConfig]) -> None:
        self._drawn: dict[Hashable, Data] = {}
        super().__init__(configs)

    def made(self, configs: Sequence[SequenceConfig]) -> Learners:
        return Learners(configs, [self._data(config) for config in configs])

    def _data(self, config: SequenceConfig) -> Data:
        """Returns the sequences of a run. Each are drawn once: they are many, and variants share them."""
        key = config.task, config.length, config.mixed, config.data_seed, config.own
        if key not in self._drawn:
            give_way()
            self._drawn[key] = drawn(*key)
        return self._drawn[key]

    def most(self, config: SequenceConfig) -> int:
        train, _ = self._data(config)
        steps = train.inputs.shape[1] + (0 if train.sources is None else train.sources.shape[1])
        return ELEMENTS // (config.batch_size * steps * len(GATES[config.cell]) * config.units)

    def kind(self, config: SequenceConfig) -> Hashable:
        train, _ = self._data(config)  # the longest sequence is drawn too
        return (
            super().kind(config),
            train.inputs.shape[1:],
            None if train.sources is None else train.sources.shape[1:],
        )

    def scene(self) -> dict[str, Any]:
        return {"alone": "Alone it rounds otherwise: an unsteady network takes another way."}


def losses_of(outputs: Tensor, targets: Tensor) -> Tensor:
    """Returns each network's ``loss_of`` outputs (S, N, T, C) and targets (S, N, T): (S,)."""
    if targets.is_floating_point():
        known = ~targets.isnan()
        each = (outputs[..., 0] - targets.nan_to_num()).square() * known
    else:
        known = targets >= 0
        each = F.cross_entropy(outputs.flatten(0, 2), targets.flatten(), ignore_index=-1, reduction="none")
    return each.view(len(targets), -1).sum(1) / known.flatten(1).sum(1)


@torch.no_grad()
def clip(network: Network, most: float) -> None:
    """Shorten each network's gradient to ``most``, as ``nn.utils.clip_grad_norm_`` does."""
    gradients = [each.grad for each in network.parameters() if each.grad is not None]
    lengths = torch.stack([each.flatten(1).square().sum(1) for each in gradients]).sum(0).sqrt()
    factors = (most / (lengths + 1e-6)).clamp(max=1.0)
    for each in gradients:
        each *= factors.view(-1, *[1] * (each.dim() - 1))
