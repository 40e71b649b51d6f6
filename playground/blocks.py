"""Many runs of one lab in training, for the studies: those that differ in their seeds only train at once.

A small network's update is mostly overhead of its operations, which many networks share: every tensor of a block's
network begins with a dimension S, its runs. The class implements ``studies.ensemble.Ensemble``, which documents the
methods.
"""

import hashlib
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.export.palette import same_size
from playground.lab import LABS
from playground.training.state import restore_training, training_state
from playground.training.turns import give_way

MOST_SIDE = 48  # px of a tile


class Block:
    """Runs of ``configs``, alike but for their seeds, in training at once.

    The constructor of a lab makes ``network`` and ``optimizers``; every parameter and buffer of the network is that
    of all S runs, one run's after another's. It may add to ``lost`` (S,) the runs whose loss was not finite.
    """

    network: nn.Module
    optimizers: dict[str, torch.optim.Optimizer]
    mark: dict[str, Any]

    def __init__(self, configs: Sequence[Any]) -> None:
        self.configs, self.step = list(configs), 0
        self.lost = torch.zeros(len(configs), dtype=torch.bool)

    def train(self, count: int) -> None:
        """Make ``count`` updates of every run."""
        raise NotImplementedError

    def measured(self) -> Iterator[Mapping[str, float | None]]:
        """Yields the metrics of each run."""
        raise NotImplementedError

    def thumbnail(self, place: int) -> NDArray[np.uint8]:
        """Returns a small picture (height, width, 3) of the run at that place."""
        raise NotImplementedError

    @property
    def has_moved(self) -> bool:
        """Since the mark."""
        return bool(self.step != self.mark["step"])

    def is_finite(self) -> Tensor:
        """Returns whether all weights of each run are finite, (S,)."""
        each = (value.detach().reshape(len(self.configs), -1) for value in self.network.parameters())
        return torch.stack([value.isfinite().all(1) for value in each]).all(0)

    def put_back(self, runs: Tensor) -> None:
        """Give the runs in the mask (S,) their weights at the mark."""
        for name, value in self.network.state_dict().items():
            if value.dim():
                before = torch.from_numpy(self.mark["network"][name]).reshape(len(self.configs), -1)
                value.view(len(self.configs), -1)[runs] = before[runs]

    def state(self) -> dict[str, Any]:
        return {"step": self.step, **training_state(self.network, self.optimizers)}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.step = state["step"]
        self.lost[:] = False
        restore_training(self.network, self.optimizers, state)


class OneLoop:
    """What an ensemble answers that has one loop, and none to go over to."""

    tier = "plain"

    def upgrade(self, wait: bool) -> bool:
        return False

    def has_faster(self, took_s: float | None = None) -> bool | None:
        return False

    def take_faster(self) -> bool:
        return False


class Blocks(OneLoop):
    """The runs of ``configs``, in blocks. A lab says what its blocks are, and how large they may be."""

    def __init__(self, configs: Sequence[Any]) -> None:
        self.configs = tuple(configs)
        self._steps = np.zeros(len(configs), dtype=np.int64)
        self._diverged = np.zeros(len(configs), dtype=np.bool_)
        self._scores: dict[str, NDArray[np.float64]] | None = None
        self._indices = self._alike()
        self._blocks = [self.made([configs[index] for index in indices]) for indices in self._indices]
        self.mark()

    def made(self, configs: Sequence[Any]) -> Block:
        """Returns a block of new runs."""
        raise NotImplementedError

    def most(self, config: Any) -> int:
        """Returns how many such runs one block may have, so that an update of it takes a slice, not much longer."""
        raise NotImplementedError

    def kind(self, config: Any) -> Hashable:
        """Returns what runs must share to be in one block: all but their seeds."""
        found: Hashable = replace(config, seed=0, data_seed=0)
        return found

    def _alike(self) -> list[list[int]]:
        """Returns the indices of ``configs``, block by block."""
        groups: dict[Hashable, list[int]] = {}
        for index, config in enumerate(self.configs):
            groups.setdefault(self.kind(config), []).append(index)
        found = []
        for indices in groups.values():
            most = max(self.most(self.configs[indices[0]]), 1)
            found += [indices[start : start + most] for start in range(0, len(indices), most)]
        return found

    # Training

    def advance_to(self, steps: Sequence[int]) -> int:
        done = 0
        for indices, block in zip(self._indices, self._blocks, strict=True):
            count = max(steps[indices[0]] - block.step, 0)
            lost = torch.from_numpy(self._diverged[indices])
            if not count or bool(lost.all()):
                continue
            block.train(count)
            done += count * int((~lost).sum())
            lost |= block.lost | ~block.is_finite()
            block.put_back(lost)
            self._diverged[indices] = lost.numpy()
            self._steps[indices] = np.where(lost, self._marked_at[indices], block.step)
        self._scores = None
        return done

    def mark(self) -> None:
        for block in self._blocks:
            block.mark = block.state()
        self._marked_at = self._steps.copy()

    def prepare(self) -> None:
        return

    def close(self) -> None:
        return

    # Seeing

    def steps(self) -> NDArray[np.int64]:
        return self._steps.copy()

    def diverged(self) -> NDArray[np.bool_]:
        return self._diverged.copy()

    def scores(self) -> dict[str, NDArray[np.float64]]:
        if self._scores is None:
            better = {metric.name: metric.better for metric in LABS[self.configs[0].lab].metrics}
            found = {name: np.full(len(self.configs), np.nan) for name in better}
            for indices, block in zip(self._indices, self._blocks, strict=True):
                for index, metrics in zip(indices, block.measured(), strict=True):
                    for name, value in metrics.items():
                        worst = -np.inf if better[name] == "high" else np.inf
                        found[name][index] = worst if value is None else value
            self._scores = found
        return dict(self._scores)

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        return same_size(self._thumbnails(indices), MOST_SIDE)

    def _thumbnails(self, indices: Sequence[int]) -> list[NDArray[np.uint8]]:
        where = {
            index: (block, place)
            for block, own in zip(self._blocks, self._indices, strict=True)
            for place, index in enumerate(own)
        }
        found = []
        for index in indices:
            give_way()
            block, place = where[index]
            found.append(block.thumbnail(place))
        return found

    def scene(self) -> dict[str, Any]:
        return {}

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Returns ``tiles`` and ``large``, both RGB (n, height, width, 3)."""
        return {"tiles": self.tiles(wall), "large": same_size(self._thumbnails(large))}

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
