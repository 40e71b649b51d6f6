"""Many GANs in training, for the studies: those that differ in their seeds only play at once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.blocks import Block, Blocks
from playground.labs.gan import measures
from playground.labs.gan.config import GANConfig
from playground.labs.gan.crowd import Crowd
from playground.labs.gan.experiment import JUDGED, judged, judged_by, thumbnail
from playground.training.batches import generator
from playground.training.turns import give_way

ELEMENTS = 2**19  # numbers in all layers of a block


class Games(Block):
    """Games that are played at once."""

    def __init__(self, configs: Sequence[GANConfig]) -> None:
        super().__init__(configs)
        self.crowd = Crowd(configs)
        self.network, self.optimizers = self.crowd.network, self.crowd.optimizers
        self._fixed = self.crowd.noise(JUDGED, [generator(each.seed, "fixed noise") for each in configs])
        self._fakes: torch.Tensor | None = None

    def train(self, count: int) -> None:
        self.network.train()
        for _ in range(count):
            self.crowd.play([generator(each.seed, "round", self.step) for each in self.configs])
            self.step += 1
        self._fakes = None

    @torch.no_grad()
    def fakes(self) -> torch.Tensor:
        """Returns fakes (S, 1000, D) of fixed noise, with running means where there is batch normalization."""
        if self._fakes is None:
            self.network.eval()
            self._fakes = self.crowd.generator(self._fixed)
        return self._fakes

    @torch.no_grad()
    def measured(self) -> Iterator[Mapping[str, float | None]]:
        """Yields each game's metrics, but for the counts of updates."""
        fakes, fresh = self.fakes(), [measures.fresh(*judged_by(each)) for each in self.configs]
        self.network.eval()
        outputs = [self.crowd.discriminator(each) for each in (torch.from_numpy(np.stack(fresh)).float(), fakes)]
        for config, *each in zip(self.configs, fakes, *outputs, strict=True):
            give_way()
            yield judged(config, *each)

    def thumbnail(self, place: int) -> NDArray[np.uint8]:
        return thumbnail(self.configs[place], self.fakes()[place].numpy())

    def restore(self, state: Mapping[str, Any]) -> None:
        super().restore(state)
        self._fakes = None


class GANEnsemble(Blocks):
    """The games of ``configs`` in training."""

    def made(self, configs: Sequence[GANConfig]) -> Games:
        return Games(configs)

    def most(self, config: GANConfig) -> int:
        neurons = sum(config.sizes("generator")) + sum(config.sizes("discriminator"))
        return ELEMENTS // (config.batch_size * neurons)

    def scores(self) -> dict[str, NDArray[np.float64]]:
        found = super().scores()
        for name in ("discriminator", "generator"):
            played = [config.rounds[name == "generator"] for config in self.configs]
            found[f"{name}_updates"] = (self.steps() * played).astype(np.float64)
        return found

    def scene(self) -> dict[str, Any]:
        return {"ink": True, "alone": "Alone it rounds otherwise: an unsteady game takes another way."}
