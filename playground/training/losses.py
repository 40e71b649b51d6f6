"""Losses as functions of logits and targets, each a mean over the batch.

``output`` names the function from logits to the network's output: ``tanh``, ``linear`` or ``softmax``.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

OUTPUT_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "linear": lambda logits: logits,
    "softmax": lambda logits: logits.softmax(dim=-1),
}


def squared_error(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of ½ (output − target)²; logits and targets (N, 1)."""
    return 0.5 * (OUTPUT_ACTIVATIONS[output](logits) - targets).square().mean()


def cross_entropy(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of −log softmax(logits)[target]; logits (N, C), targets one-hot (N, C)."""
    return F.cross_entropy(logits, targets)


LOSSES = {"squared_error": squared_error, "cross_entropy": cross_entropy}


def guessing_loss(loss: str, targets: Tensor) -> float:
    """Returns the loss of the best constant output, for targets (N, outputs).

    That output is the mean of the targets; for one-hot targets, the shares of the classes. The loss is half the
    variance for squared error, and the entropy of the shares for cross-entropy.
    """
    mean = targets.mean(dim=0, keepdim=True)
    logits = mean.clamp_min(torch.finfo(mean.dtype).tiny).log() if loss == "cross_entropy" else mean
    return LOSSES[loss](logits.expand_as(targets), targets, "linear").item()
