"""Batches and random generators, both as functions of the seed and the step.

So a run does not depend on how its training is sliced, and every step of it can be computed again.
"""

from functools import lru_cache

import torch
from torch import Tensor

from playground.training.chance import seed_of

DRAWN = 16  # updates whose dropout is drawn at once


def generator(seed: int, purpose: str, step: int = 0) -> torch.Generator:
    """Returns a new generator for one ``purpose`` ("dropout", "noise", …) and ``step`` of the run with this ``seed``.

    Purposes are independent: draws for one never change the draws for another.
    """
    return torch.Generator().manual_seed(seed_of(seed, purpose, step))


def rows(step: int, size: int, batch_size: int, seed: int | None = None) -> Tensor:
    """Returns the rows (batch_size,), int64, of update ``step`` (from 0) over ``size`` rows of training data.

    Without a ``seed`` the rows are cyclic, in their order; with one each pass over the data is shuffled by
    (seed, pass). A batch that reaches beyond the end of a pass is completed from the next.
    """
    if seed is None:
        return torch.arange(step * batch_size, (step + 1) * batch_size) % size
    return shuffled(step * batch_size, batch_size, size, seed)


def shuffled(first: int, count: int, size: int, seed: int) -> Tensor:
    """Returns ``count`` rows (int64) from place ``first`` on of a series of passes over ``size`` rows, each pass in
    an order of its own by (seed, pass)."""
    places = torch.arange(first, first + count)
    first, last = int(places[0]) // size, int(places[-1]) // size
    orders = torch.cat([_order(seed, number, size) for number in range(first, last + 1)])
    return orders[places - first * size]


def kept(step: int, count: int, batch_size: int, neurons: int, share: float, seed: int) -> Tensor:
    """Returns dropout's factors for the rows of ``count`` updates from ``step`` on, (count · batch_size, neurons).

    They are 0 with the probability ``share``, in [0, 1), else 1 / (1 − share), so that the mean stays (Srivastava et
    al. 2014, in PyTorch's form). Chance is drawn for DRAWN updates at once: a generator takes longer than a row.
    """
    first, last = step // DRAWN, (step + count - 1) // DRAWN
    drawn = [
        torch.rand(DRAWN * batch_size, neurons, generator=generator(seed, "dropout", block))
        for block in range(first, last + 1)
    ]
    start = (step - first * DRAWN) * batch_size
    return (torch.cat(drawn)[start : start + count * batch_size] >= share) / (1 - share)


@lru_cache(maxsize=128)
def _order(seed: int, number: int, size: int) -> Tensor:
    """Returns the order of the rows in pass ``number``."""
    return torch.randperm(size, generator=generator(seed, "order", number))
