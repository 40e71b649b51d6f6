"""Losses as functions of logits and targets, each a mean over the batch.

``output`` names the function from logits to the network's output: ``tanh``, ``linear``, ``logistic`` or ``softmax``.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

OUTPUT_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "linear": lambda logits: logits,
    "logistic": lambda logits: torch.tanh(logits / 2),  # 2 σ(logit) − 1: the probabilities' difference
    "softmax": lambda logits: logits.softmax(dim=-1),
}


def squared_error(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of ½ (output − target)²; logits and targets (N, 1)."""
    return 0.5 * (OUTPUT_ACTIVATIONS[output](logits) - targets).square().mean()


def cross_entropy(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of −log softmax(logits)[target]; logits (N, C), targets one-hot (N, C)."""
    return F.cross_entropy(logits, targets)


def logistic(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of log(1 + e^(−target · logit)); logits (N, 1), targets ±1: cross-entropy of two classes."""
    return F.softplus(-targets * logits).mean()


def hinge(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of max(0, 1 − target · logit), as of support vector machines; logits (N, 1), targets ±1."""
    return F.relu(1 - targets * logits).mean()


def absolute_error(logits: Tensor, targets: Tensor, output: str) -> Tensor:
    """Mean over N of |output − target|; logits and targets (N, 1)."""
    return (OUTPUT_ACTIVATIONS[output](logits) - targets).abs().mean()


LOSSES = {
    "squared_error": squared_error,
    "cross_entropy": cross_entropy,
    "logistic": logistic,
    "hinge": hinge,
    "absolute_error": absolute_error,
}


def guessing_loss(loss: str, targets: Tensor) -> float:
    """Returns the loss of the best constant output, for targets (N, outputs).

    That output is the mean of the targets, their median for absolute error, the sign of the more frequent class for
    hinge; for one-hot targets, the shares of the classes. The loss is half the variance for squared error, and the
    entropy of the shares for cross-entropy and logistic.
    """
    mean = targets.mean(dim=0, keepdim=True)
    if loss == "logistic":
        mean = torch.logit((1 + mean) / 2, eps=1e-6)
    elif loss == "hinge":
        mean = torch.where(mean < 0, -1.0, 1.0)
    elif loss == "absolute_error":
        mean = targets.median(dim=0, keepdim=True).values
    logits = mean.clamp_min(torch.finfo(mean.dtype).tiny).log() if loss == "cross_entropy" else mean
    return LOSSES[loss](logits.expand_as(targets), targets, "linear").item()
