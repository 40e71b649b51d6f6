"""The multilayer perceptron: a chain of linear layers with an activation between them."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from playground.catalog import ACTIVATIONS, INITIAL_BIAS, INITIALIZERS, resolve


class MLP(nn.Module):
    """``sizes`` = (D, hidden…, outputs); ``layers[i]`` maps sizes[i] → sizes[i + 1].

    ``forward`` returns the last layer's sums ("logits"), before any output activation. A new model's weights are
    uninitialized: PyTorch would draw them from the global generator, which all runs share.
    """

    def __init__(self, sizes: tuple[int, ...], activation: str) -> None:
        super().__init__()
        self.sizes = sizes
        self.layers = nn.ModuleList(
            skip_init(nn.Linear, m, n)  # type: ignore[no-untyped-call]
            for m, n in pairwise(sizes)
        )
        entry = ACTIVATIONS[activation]
        self.activation: Callable[[Tensor], Tensor] = resolve(entry.torch)(**entry.arguments)

    def forward(self, features: Tensor) -> Tensor:
        """Returns the logits (N, outputs) for features (N, D)."""
        return self.trace(features)[-1]

    def trace(self, features: Tensor, depth: int | None = None) -> list[Tensor]:
        """Returns every layer's values: the hidden activations, then the logits, each (N, neurons).

        ``depth`` limits the number of layers.
        """
        values, current = [], features
        for index, layer in enumerate(self.layers[:depth]):
            current = layer(current)
            if index < len(self.layers) - 1:
                current = self.activation(current)
            values.append(current)
        return values

    def initialize(self, initializer: str, generator: torch.Generator, scale: float = 1.0) -> None:
        """Draw new weights, layer by layer, only from ``generator``; ``scale`` multiplies weights, not biases."""
        entry = INITIALIZERS[initializer]
        fill = resolve(entry.torch)
        draws = {} if initializer == "zeros" else {"generator": generator}
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            fill(layer.weight, **entry.arguments, **draws)
            layer.weight.mul_(scale)
            nn.init.constant_(layer.bias, INITIAL_BIAS.get(initializer, 0.0))
