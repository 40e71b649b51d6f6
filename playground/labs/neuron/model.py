"""The network: one neuron, or a layer of hidden ones before it; its output, and the losses by which it learns."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import skip_init

from playground.catalog import ACTIVATIONS, resolve

LARGEST_WHOLE = 3  # of the weights with which the perceptron rule begins
LARGEST = 1.0  # … and gradient descent


class Network(nn.Module):
    """``sizes`` = (D, hidden…, outputs); ``layers[i]`` maps sizes[i] → sizes[i + 1].

    A new one has no weights of its own yet: PyTorch would draw them from the global generator, which other people's
    runs share.
    """

    def __init__(self, sizes: tuple[int, ...], activation: str) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            skip_init(nn.Linear, m, n)  # type: ignore[no-untyped-call]
            for m, n in pairwise(sizes)
        )
        entry = ACTIVATIONS[activation]
        self.activation: Callable[[Tensor], Tensor] = resolve(entry.torch)(**entry.arguments)

    def forward(self, inputs: Tensor) -> Tensor:
        """Returns the output neurons' sums (N, C) for inputs (N, D)."""
        return self.sums(inputs)[-1]

    def sums(self, inputs: Tensor) -> list[Tensor]:
        """What every layer's neurons sum up, z, each (N, neurons)."""
        found, current = [], inputs
        for index, layer in enumerate(self.layers):
            if index:
                current = self.activation(current)
            current = layer(current)
            found.append(current)
        return found

    @torch.no_grad()
    def initialize(self, seed: int, whole: bool) -> None:
        """Draw weights and biases, evenly from [-1, 1], or where ``whole`` from the whole numbers from -3 to 3."""
        generator = torch.Generator().manual_seed(seed)
        for parameter in self.parameters():
            if whole:
                parameter.random_(-LARGEST_WHOLE, LARGEST_WHOLE + 1, generator=generator)
            else:
                parameter.uniform_(-LARGEST, LARGEST, generator=generator)


OUTPUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "step": lambda sums: (sums > 0).float(),
    "sigmoid": torch.sigmoid,
    "linear": lambda sums: sums,
    "softmax": lambda sums: sums.softmax(dim=-1),
}


def squared_error(sums: Tensor, targets: Tensor) -> Tensor:
    """Mean over N of ½ (a − t)² with a = σ(z); sums and targets (N, 1)."""
    return (0.5 * (sums.sigmoid() - targets).square()).mean()


def linear_error(sums: Tensor, targets: Tensor) -> Tensor:
    """Mean over N of ½ (a − t)² with a = z; sums and targets (N, 1)."""
    return (0.5 * (sums - targets).square()).mean()


def cross_entropy(sums: Tensor, targets: Tensor) -> Tensor:
    """Mean over N of −t ln a − (1 − t) ln(1 − a) with a = σ(z); sums and targets (N, 1)."""
    return F.binary_cross_entropy_with_logits(sums, targets)


def softmax(sums: Tensor, targets: Tensor) -> Tensor:
    """Mean over N of −ln aₜ with a = softmax(z); sums (N, C), targets (N, 1) the numbers of classes."""
    return F.cross_entropy(sums, targets[:, 0].long())


def perceptron(sums: Tensor, targets: Tensor) -> Tensor:
    """Mean over N of (a − t) z with the step a of z, which is |z| for a mistake and 0 otherwise; (N, 1).

    Its gradient is −(t − a) x: descending by it is the perceptron rule (Rosenblatt 1958).
    """
    return ((OUTPUTS["step"](sums) - targets) * sums).mean()


LOSSES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "squared_error": squared_error,
    "linear_error": linear_error,
    "cross_entropy": cross_entropy,
    "softmax": softmax,
    "perceptron": perceptron,
}


def is_wrong(outputs: Tensor, targets: Tensor) -> Tensor:
    """Which rows (N,) have their output (N, 1) on the wrong side of ½, or their highest of (N, C) elsewhere."""
    if outputs.shape[1] > 1:
        return outputs.argmax(1) != targets[:, 0].long()
    return (outputs[:, 0] > 0.5) != (targets[:, 0] > 0.5)
