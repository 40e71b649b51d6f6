"""The examples: digits, or points in the plane; shuffled once, the first part of them for training."""

from functools import lru_cache

import torch
from torch import Tensor

from playground.data.digits import WHITE, digits
from playground.data.points import DATASETS, DOMAIN, draw
from playground.labs.deep.config import DATA, TRAIN_SHARE
from playground.training.batches import generator

Examples = tuple[Tensor, Tensor]  # inputs (N, D) float32, labels (N,) int64


@lru_cache(maxsize=4)
def examples(dataset: str) -> Examples:
    """All examples of a set, the same each time: inputs from 0 to 1 for digits, about -1 to 1 for points."""
    if dataset == "digits":
        images, labels = digits()
        order = torch.randperm(len(images), generator=generator(0, "digits"))
        return torch.tensor(images).reshape(len(images), -1)[order] / WHITE, torch.tensor(labels)[order]
    split = draw(DATASETS[dataset], noise=0.0, train_share=TRAIN_SHARE, data_seed=0)
    points = torch.tensor(split.points / DOMAIN[1], dtype=torch.float32)
    assert len(points) == DATA[dataset].size
    return points, torch.tensor(split.labels, dtype=torch.int64)
