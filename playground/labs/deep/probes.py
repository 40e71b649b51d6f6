"""Linear probes: how well a straight line parts the classes in each hidden layer, while the network learns."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.labs.deep.config import DeepConfig
from playground.labs.deep.ladder import Pass

Floats = NDArray[np.float32]


class Probes(nn.Module):
    """A twin of the output layer on each of the P hidden layers of all ``networks``.

    ``weight`` (P, C, W) and ``bias`` (P, C) begin as the output layer's, and learn by the same rule from the same
    examples; nothing of them goes back into the network (Alain and Bengio 2016, Understanding intermediate layers
    using linear classifier probes). So the twin on the last hidden layer is the output layer again, as long as nobody
    freezes that or types another number into it.
    """

    def __init__(self, config: DeepConfig, networks: nn.ModuleDict) -> None:
        super().__init__()
        self._places = [name for name in config.networks for _ in range(config.depth_of(name) - 1)]
        count, classes = len(self._places), config.data.classes
        self.weight = nn.Parameter(torch.empty(count, classes, config.width))
        self.bias = nn.Parameter(torch.empty(count, classes))
        with torch.no_grad():
            for index, name in enumerate(self._places):
                output = networks[name].linear()[-1]  # type: ignore[operator]
                self.weight[index], self.bias[index] = output.weight, output.bias

    def forward(self, hidden: Tensor) -> Tensor:
        """What every hidden layer gives on (P, N, W) → its probe's logits (P, N, C)."""
        return torch.baddbmm(self.bias[:, None], hidden, self.weight.mT)

    @torch.no_grad()
    def take(self, passes: Mapping[str, Pass], labels: Tensor) -> None:
        """Leave in the parameters the gradients of each probe's mean cross-entropy on a batch, ``labels`` (N,)."""
        if not self._places:
            return
        hidden = torch.stack([output for made in passes.values() for output in made.outputs[:-1]])
        blame = self(hidden).softmax(-1)  # (P, N, C), the gradient by the logits: p − y
        blame[:, torch.arange(len(labels)), labels] -= 1
        blame /= len(labels)
        self.weight.grad, self.bias.grad = blame.mT @ hidden, blame.sum(1)

    @torch.no_grad()
    def accuracies(self, outputs: Mapping[str, list[Tensor]], labels: Tensor) -> dict[str, Floats]:
        """The share of examples with ``labels`` (N,) that each probe gets right, by network, (depth - 1,) each;
        ``outputs`` are what the layers give on."""
        hidden = [output for found in outputs.values() for output in found[:-1]]
        if not hidden:
            return {name: np.zeros(0, np.float32) for name in outputs}
        logits = self(torch.stack(hidden))
        right = (logits.argmax(-1) == labels) & logits.isfinite().all(-1)  # a probe may diverge where others do not
        shares = right.float().mean(1).numpy()
        return {name: shares[[place == name for place in self._places]] for name in outputs}
