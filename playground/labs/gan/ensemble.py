"""Many GANs in training, for the studies: those that differ in their seeds only play at once.

The class implements ``studies.ensemble.Ensemble``, which documents the methods.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.lab import LABS
from playground.labs.gan import measures
from playground.labs.gan.config import GANConfig
from playground.labs.gan.crowd import Crowd
from playground.labs.gan.experiment import JUDGED, judged, judged_by, thumbnail
from playground.training.batches import generator
from playground.training.state import restore_training, training_state
from playground.training.turns import give_way

ELEMENTS = 2**19  # numbers in all layers of a block, so that an update of it takes a slice, not much longer


class GANEnsemble:
    """The games of ``configs`` in training, in blocks of games that are alike but for their seeds."""

    tier = "plain"

    def __init__(self, configs: Sequence[GANConfig]) -> None:
        self.configs = tuple(configs)
        self._steps = np.zeros(len(configs), dtype=np.int64)
        self._diverged = np.zeros(len(configs), dtype=np.bool_)
        self._scores: dict[str, NDArray[np.float64]] | None = None
        self._blocks = [_Block(self.configs, indices) for indices in _alike(self.configs)]
        self.mark()

    # Training

    def advance_to(self, steps: Sequence[int]) -> int:
        done = 0
        for block in self._blocks:
            count = max(steps[block.indices[0]] - block.step, 0)
            lost = torch.from_numpy(self._diverged[block.indices])
            if not count or bool(lost.all()):
                continue
            block.play(count)
            done += count * int((~lost).sum())
            lost |= ~block.crowd.is_finite()
            block.crowd.put_back(lost, block.mark["network"])
            self._diverged[block.indices] = lost.numpy()
            self._steps[block.indices] = np.where(lost, self._marked_at[block.indices], block.step)
        self._scores = None
        return done

    def mark(self) -> None:
        for block in self._blocks:
            block.mark = block.state()
        self._marked_at = self._steps.copy()

    def prepare(self) -> None:
        return

    def upgrade(self, wait: bool) -> bool:
        return False

    def has_faster(self, took_s: float | None = None) -> bool | None:
        return False

    def take_faster(self) -> bool:
        return False

    def close(self) -> None:
        return

    # Seeing

    def steps(self) -> NDArray[np.int64]:
        return self._steps.copy()

    def diverged(self) -> NDArray[np.bool_]:
        return self._diverged.copy()

    def scores(self) -> dict[str, NDArray[np.float64]]:
        if self._scores is None:
            names = [metric.name for metric in LABS["gan"].metrics]
            found = {name: np.full(len(self.configs), np.nan) for name in names}
            for block in self._blocks:
                for index, metrics in zip(block.indices, block.measured(), strict=True):
                    for name, value in metrics.items():  # only a loss or a distance can be infinite
                        found[name][index] = np.inf if value is None else value
            for name in ("discriminator", "generator"):
                played = [config.rounds[name == "generator"] for config in self.configs]
                found[f"{name}_updates"] = (self._steps * played).astype(np.float64)
            self._scores = found
        return dict(self._scores)

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        where = {index: (block, place) for block in self._blocks for place, index in enumerate(block.indices)}
        found = []
        for index in indices:
            give_way()
            block, place = where[index]
            found.append(thumbnail(self.configs[index], block.fakes()[place].numpy()))
        return np.stack(found)

    def scene(self) -> dict[str, Any]:
        return {"alone": "Alone it rounds otherwise: an unsteady game takes another way."}

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Returns ``tiles`` and ``large``, both RGB (n, height, width, 3)."""
        return {"tiles": self.tiles(wall), "large": self.tiles(large)}

    # A state

    def state(self) -> dict[str, Any]:
        """Returns every block's state, and its state at the mark if that is another."""
        now = {str(index): block.state() for index, block in enumerate(self._blocks)}
        marks = {str(index): block.mark for index, block in enumerate(self._blocks) if block.has_moved}
        own = {"steps": self._steps.copy(), "marked_at": self._marked_at, "diverged": self._diverged.copy()}
        return {**own, "now": now, "start": marks}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._steps, self._diverged = state["steps"].copy(), state["diverged"].copy()
        self._marked_at, self._scores = state["marked_at"].copy(), None
        for index, block in enumerate(self._blocks):
            now = state["now"][str(index)]
            block.restore(now)
            block.mark = state["start"].get(str(index), now)

    def parameters_sha256(self) -> str:
        """Returns the hash of all networks' parameters and buffers."""
        digest = hashlib.sha256()
        for block in self._blocks:
            for name, value in block.state()["network"].items():
                digest.update(name.encode() + value.tobytes())
        return digest.hexdigest()


class _Block:
    """Games that are played at once: those with these ``indices`` among ``configs``."""

    mark: dict[str, Any]

    def __init__(self, configs: Sequence[GANConfig], indices: Sequence[int]) -> None:
        self.indices, self.step = list(indices), 0
        self._configs = [configs[index] for index in indices]
        self.crowd = Crowd(self._configs)
        self._fixed = self.crowd.noise(JUDGED, [generator(each.seed, "fixed noise") for each in self._configs])
        self._fakes: torch.Tensor | None = None

    def play(self, count: int) -> None:
        self.crowd.network.train()
        for _ in range(count):
            self.crowd.play([generator(each.seed, "round", self.step) for each in self._configs])
            self.step += 1
        self._fakes = None

    @property
    def has_moved(self) -> bool:
        """Since the mark."""
        return bool(self.step != self.mark["step"])

    @torch.no_grad()
    def fakes(self) -> torch.Tensor:
        """Returns fakes (S, 1000, D) of fixed noise, with running means where there is batch normalization."""
        if self._fakes is None:
            self.crowd.network.eval()
            self._fakes = self.crowd.generator(self._fixed)
        return self._fakes

    @torch.no_grad()
    def measured(self) -> list[dict[str, float | None]]:
        """Returns each game's metrics, but for the counts of updates."""
        fakes, fresh = self.fakes(), [measures.fresh(*judged_by(each)) for each in self._configs]
        self.crowd.network.eval()
        outputs = [self.crowd.discriminator(each) for each in (torch.from_numpy(np.stack(fresh)).float(), fakes)]
        found = []
        for config, *each in zip(self._configs, fakes, *outputs, strict=True):
            give_way()
            found.append(judged(config, *each))
        return found

    def state(self) -> dict[str, Any]:
        return {"step": self.step, **training_state(self.crowd.network, self.crowd.optimizers)}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.step, self._fakes = state["step"], None
        restore_training(self.crowd.network, self.crowd.optimizers, state)


def _alike(configs: Sequence[GANConfig]) -> list[list[int]]:
    """Returns the indices of ``configs`` in blocks that differ in their seeds only, each of bounded size."""
    groups: dict[GANConfig, list[int]] = {}
    for index, config in enumerate(configs):
        groups.setdefault(replace(config, seed=0, data_seed=0), []).append(index)
    found = []
    for config, indices in groups.items():
        neurons = sum(config.sizes("generator")) + sum(config.sizes("discriminator"))
        most = max(ELEMENTS // (config.batch_size * neurons), 1)
        found += [indices[start : start + most] for start in range(0, len(indices), most)]
    return found
