"""A trained network whole: from points in the plane to what the page shows of them."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from playground.data import formula
from playground.labs.mlp.model import MLP
from playground.training.losses import OUTPUT_ACTIVATIONS

# The functions of data/points.py, on tensors.
FEATURES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x_squared": lambda x, y: x * x,
    "y_squared": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sin_x": lambda x, y: torch.sin(x),
    "sin_y": lambda x, y: torch.sin(y),
    "cos_x": lambda x, y: torch.cos(x),
    "cos_y": lambda x, y: torch.cos(y),
    "own": lambda x, y: formula.evaluated(formula.USUAL, x, y, torch),
}


class Predictor(nn.Module):
    """The named ``features`` of a point, the ``network`` on them, and its ``output`` activation.

    ``own`` is the formula of the feature of that name. Without features the network sees its input as it is.
    """

    def __init__(self, features: Sequence[str], network: MLP, output: str, own: str = formula.USUAL) -> None:
        super().__init__()
        known = FEATURES | {"own": lambda x, y: formula.evaluated(own, x, y, torch)}
        self._features = [known[name] for name in features]
        self.network = network
        self._output = OUTPUT_ACTIVATIONS[output]

    def forward(self, points: Tensor) -> Tensor:
        """Returns the outputs (N, outputs) for points (N, 2), or without features for inputs (N, D): the value, or
        every class's probability."""
        if not self._features:
            return self._output(self.network(points))
        x, y = points[:, :1], points[:, 1:]
        values = torch.cat([feature(x, y) for feature in self._features], dim=1)
        return self._output(self.network(values))
