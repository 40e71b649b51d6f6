"""What a network's losses are to be held against."""

from typing import Any

from torch import Tensor

from playground.data.best import best_loss
from playground.labs.mlp.config import MLPConfig
from playground.training.losses import guessing_loss

_WORDS = {
    "guessing": "the test loss of the best answer that is the same everywhere",
    "best possible": "what the noise leaves to a network that knows how the points are drawn",
}


def baselines(config: MLPConfig, unseen: Tensor) -> list[dict[str, Any]]:
    """Returns the baselines of a scene, for the targets of the test points (N, outputs)."""
    found = {"guessing": guessing_loss(config.loss, unseen)}
    if best := best_loss(config.dataset, config.noise, config.loss):
        found["best possible"] = best
    return [{"label": label, "value": value, "axes": "loss", "help": _WORDS[label]} for label, value in found.items()]
