"""Many multilayer perceptrons in training, in batches, for the studies.

The class implements ``studies.ensemble.Ensemble``, which documents the methods.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.points import DOMAIN, draw
from playground.export.palette import plane_colors
from playground.labs.mlp.batched import from_numpy, to_numpy
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.layers import same_channels
from playground.labs.mlp.population import PopulationExperiment
from playground.training.compiled import Lookout

LARGE_SIDE = 60


class MLPEnsemble:
    """The networks of ``configs`` in training; ``networks`` holds them, in batches (see ``padded`` there)."""

    def __init__(self, configs: Sequence[MLPConfig], *, padded: bool = False) -> None:
        self.networks = PopulationExperiment(configs, padded=padded)
        self.configs = self.networks.configs
        self._lookout = Lookout()
        self.mark()

    # Training

    @property
    def tier(self) -> str:
        return self.networks.tier

    def advance_to(self, steps: Sequence[int]) -> int:
        done = 0
        for group, mark in zip(self.networks.groups, self._marks, strict=True):
            population = group.population
            count, before = max(steps[group.indices[0]] - population.step, 0), population.diverged
            population.advance(count)
            lost = population.diverged & ~before
            if lost.any():
                population.go_back(lost, mark)
            done += count * int((~before).sum())
        return done

    def mark(self) -> None:
        self._marks = [group.population.moment() for group in self.networks.groups]
        self._marked_at = [group.population.step for group in self.networks.groups]

    def prepare(self) -> None:
        self.networks.prepare()

    def upgrade(self, wait: bool) -> bool:
        return self.networks.upgrade(wait)

    def has_faster(self, took_s: float | None = None) -> bool | None:
        if took_s is None:
            return self.networks.has_faster()
        how = self._lookout.look(took_s)
        return self.networks.has_faster(how) if how else None

    def take_faster(self) -> bool:
        return self.networks.take_compiled()

    def close(self) -> None:
        self.networks.close()

    # Seeing

    def steps(self) -> NDArray[np.int64]:
        return self.networks.steps()

    def diverged(self) -> NDArray[np.bool_]:
        return self.networks.diverged()

    def scores(self) -> dict[str, NDArray[np.float64]]:
        return self.networks.scores()

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        return np.stack([plane_colors(each) for each in self.networks.boundaries(indices)])

    def scene(self) -> dict[str, Any]:
        datasets = [config.data for config in self.configs]
        return {
            "task": "regression" if datasets[0].is_regression else "classification",
            "classes": max(entry.classes for entry in datasets),
            "domain": DOMAIN,
        }

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Returns ``maps`` and ``large`` (n, 1 or classes, side, side), and the training points of each large one."""
        arrays: dict[str, NDArray[Any]] = {
            "maps": same_channels(self.networks.boundaries(wall)),
            "large": same_channels(self.networks.boundaries(large, LARGE_SIDE)),
        }
        for place, index in enumerate(large):
            config = self.configs[index]
            split = draw(config.data, config.noise, config.train_share, config.data_seed)
            arrays[f"points{place}"] = split.points[: split.train_size].astype(np.float32)
            arrays[f"labels{place}"] = split.labels[: split.train_size].astype(np.float32)
        return arrays

    # A state

    def state(self) -> dict[str, Any]:
        """Returns every batch's state in NumPy, and its state at the mark if that is another."""
        kept: dict[str, Any] = {}
        marks = zip(self.networks.groups, self._marks, self._marked_at, strict=True)
        for index, (group, mark, step) in enumerate(marks):
            kept |= to_numpy(f"{index}.now", group.population.moment())
            if group.population.step != step:
                kept |= to_numpy(f"{index}.start", mark)
            kept |= {f"{index}.step": group.population.step, f"{index}.marked_at": step}
        return kept

    def restore(self, state: Mapping[str, Any]) -> None:
        self._marks = []
        for index, group in enumerate(self.networks.groups):
            like = group.population.moment()
            now, start = (from_numpy(state, f"{index}.{name}", like) for name in ("now", "start"))
            group.population.restore(state[f"{index}.step"], now)
            self._marks.append(start or now)
        self._marked_at = [state[f"{index}.marked_at"] for index in range(len(self._marks))]

    def parameters_sha256(self) -> str:
        """Returns the hash of all networks' float32 parameters."""
        parameters = [group.population.parameters for group in self.networks.groups]
        return hashlib.sha256(torch.cat([each.cpu().flatten() for each in parameters]).numpy().tobytes()).hexdigest()
