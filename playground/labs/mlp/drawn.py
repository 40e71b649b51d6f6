"""The points of a run as tensors: what its network sees, and where a picture asks it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.data.points import Split, draw, feature_values, grid, target_values
from playground.data.tables import lifted
from playground.labs.mlp.config import MLPConfig

PLANE_DENSITY, MAP_DENSITY = 100, 25  # TensorFlow Playground draws 100 × 100 and 10 × 10
FINE_DENSITY = 250  # of a plane that stands still: a steep boundary has no steps on a screen


@dataclass(frozen=True, slots=True)
class Drawn:
    """The drawn points; ``features`` (N, D) and ``targets`` (N, outputs), of which the first ``train_size`` train.

    ``map_features`` and ``plane_features`` (M, D) are those of the grids of a neuron's map and of the large map.
    """

    split: Split
    features: Tensor
    targets: Tensor
    map_features: Tensor
    plane_features: Tensor

    @classmethod
    def of(cls, config: MLPConfig, device: torch.device) -> "Drawn":
        """Draw the points of ``config``."""
        split = draw(config.data, config.noise, config.train_share, config.data_seed)

        targets = torch.tensor(target_values(config.data, config.outputs, split.labels), device=device)
        features = torch.tensor(config.inputs_of(split), device=device)
        of_map, of_plane = (features_of(config, grid(density), device) for density in (MAP_DENSITY, PLANE_DENSITY))
        return cls(split, features, targets, of_map, of_plane)

    @property
    def train_size(self) -> int:
        """The number of points to train on."""
        return self.split.train_size

    @property
    def train(self) -> tuple[Tensor, Tensor]:
        """Features and targets of the points to train on."""
        return self.features[: self.train_size], self.targets[: self.train_size]


def between_features(config: MLPConfig, device: torch.device) -> Tensor:
    """Returns what the network of ``config`` sees of the large map's grid with a point more between any two."""
    if config.data.all_of:
        return _lifted_between(config.data.all_of, device)
    return _between(config.features, config.formula, device)


@lru_cache(maxsize=8)  # most runs of a worker have the same inputs
def _between(features: tuple[str, ...], formula: str, device: torch.device) -> Tensor:
    return _by_column(feature_values(features, grid(2 * PLANE_DENSITY - 1), formula), device)


@lru_cache(maxsize=2)
def _lifted_between(table: str, device: torch.device) -> Tensor:
    return _by_column(lifted(table, grid(2 * PLANE_DENSITY - 1)), device)


def features_of(config: MLPConfig, points: NDArray[Any], device: torch.device) -> Tensor:
    """Returns what the network of ``config`` sees at ``points`` (M, 2) of the plane, as (M, D)."""
    return _by_column(config.inputs_at(points), device)


def _by_column(values: NDArray[Any], device: torch.device) -> Tensor:
    """Returns ``values`` (M, D) column by column in memory: so many points are computed as Xᵀ."""
    return torch.tensor(values.T, dtype=torch.float32, device=device).contiguous().T
