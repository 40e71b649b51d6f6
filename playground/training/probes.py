"""Reads of a network that leave it as it was: what the pictures and numbers on the page are made of."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Bytes = NDArray[np.uint8]


def quantized(values: Tensor, half_ranges: Tensor) -> Bytes:
    """Maps (K, M) as bytes: -half_range → 0, 0 → 127.5, +half_range → 255; beyond it is cut off.

    ``half_ranges`` is (K,), each above 0. Not-a-number becomes 0.
    """
    scaled = values * (127.5 / half_ranges)[:, None] + 128.0
    return scaled.nan_to_num_().clamp_(0, 255).to(torch.uint8).cpu().numpy()


def half_ranges(values: Tensor) -> Tensor:
    """The half range of each map (K, M) → (K,): its largest magnitude, but at least 1."""
    return values.abs().amax(dim=1).nan_to_num_(posinf=1e30).clamp_(1.0, 1e30)


def strongest(outgoing: Tensor, count: int) -> tuple[int, ...]:
    """The ``count`` neurons with the largest outgoing weights, in their own order.

    ``outgoing`` is the next layer's weight matrix (neurons after, neurons here).
    """
    strength = outgoing.abs().sum(dim=0)
    if len(strength) <= count:
        return tuple(range(len(strength)))
    return tuple(sorted(strength.topk(count).indices.tolist()))


def accuracy(outputs: Tensor, targets: Tensor) -> float:
    """The share of points whose class is right, in [0, 1].

    One output column: its sign against targets ±1; several: the largest against one-hot targets (N, C).
    """
    if outputs.shape[1] == 1:
        right = (outputs > 0) == (targets > 0)
    else:
        right = outputs.argmax(dim=1) == targets.argmax(dim=1)
    return right.float().mean().item()


def is_finite(*tensors: Tensor) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in tensors)


class History:
    """Rows of measurements over a run, thinned evenly so that it never grows beyond ``capacity`` rows.

    The first column is the step; the newest row is always kept.
    """

    def __init__(self, rows: Sequence[Sequence[float]] = (), capacity: int = 1000) -> None:
        self._rows = [tuple(row) for row in rows]
        self._capacity = capacity

    def add(self, row: Sequence[float]) -> None:
        """Append a row; one for the same step replaces the last."""
        if self._rows and self._rows[-1][0] >= row[0]:
            self._rows.pop()
        gap = row[0] / self._capacity
        if len(self._rows) > 1 and self._rows[-1][0] - self._rows[-2][0] < gap:
            self._rows.pop()
        self._rows.append(tuple(row))
        if len(self._rows) > self._capacity:
            self._rows = self._rows[:-1:2] + self._rows[-1:]

    def array(self) -> NDArray[np.float64]:
        """The rows so far, (H, columns)."""
        return np.array(self._rows, dtype=np.float64)
