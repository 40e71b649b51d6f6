"""The network: layers of equal width, plain or with a skip around each; and how its first weights are drawn."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from playground.catalog import ACTIVATIONS, INITIAL_BIAS, INITIALIZERS, NORMALIZATIONS, resolve
from playground.labs.deep.config import DeepConfig


@dataclass(frozen=True)
class Changes:
    """What a person has done to layers, by their numbers from 1: an output ``zeroed``, a skip ``cut``."""

    zeroed: Collection[int] = field(default_factory=frozenset)
    cut: Collection[int] = field(default_factory=frozenset)


class Network(nn.Module):
    """``sizes`` = (D, W, …, W, C); ``layers[i]`` maps sizes[i] to sizes[i + 1], and is layer i + 1 to people.

    A hidden layer is f(norm(W h + b)). With a ``branch`` there are skips: from the second layer on a hidden layer is
    h + branch · f(norm(W h + b)), with the very tensor h that goes into W h + b (He et al. 2015, equation 1, for a
    block of one layer). The first one has none, as its input has another width.

    A new one has no weights of its own yet: PyTorch would draw them from the global generator, which other people's
    runs share.
    """

    def __init__(
        self, sizes: tuple[int, ...], activation: str, normalization: str, branch: float | None = None
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            skip_init(nn.Linear, m, n)  # type: ignore[no-untyped-call]
            for m, n in pairwise(sizes)
        )
        self.norms = nn.ModuleList(resolve(NORMALIZATIONS[normalization].torch)(width) for width in sizes[1:-1])
        entry = ACTIVATIONS[activation]
        self.activation: Callable[[Tensor], Tensor] = resolve(entry.torch)(**entry.arguments)
        self.branch = branch
        self.changes = Changes()

    def forward(self, inputs: Tensor) -> Tensor:
        """Inputs (N, D) → logits (N, C)."""
        return self.outputs(inputs)[-1]

    def outputs(self, inputs: Tensor) -> list[Tensor]:
        """What every layer gives to the next: each hidden one's (N, W), then the logits (N, C)."""
        found, current = list[Tensor](), inputs
        for number, (layer, norm) in enumerate(zip(self.layers[:-1], self.norms, strict=True), start=1):
            made = self.activation(norm(layer(current)))
            if number in self.changes.zeroed:
                made = torch.zeros_like(made)
            if self.branch is not None and number > 1 and number not in self.changes.cut:
                made = current + self.branch * made
            current = made
            found.append(current)
        return [*found, self.layers[-1](current)]

    @torch.no_grad()
    def initialize(self, initializer: str, scale: float, seed: int) -> None:
        """Draw the weights, layer by layer, and multiply them by ``scale``. Whatever else the network is, the same
        seed gives the same weights to layers of the same shape that stand at the same place."""
        generator, entry = torch.Generator().manual_seed(seed), INITIALIZERS[initializer]
        chance = {} if initializer == "zeros" else {"generator": generator}
        for layer in self.linear():
            resolve(entry.torch)(layer.weight, **entry.arguments, **chance)
            layer.weight.mul_(scale)
            layer.bias.fill_(INITIAL_BIAS.get(initializer, 0.0))

    def linear(self) -> list[nn.Linear]:
        """The layers, from the first to the output."""
        return list(self.layers)  # type: ignore[arg-type]


def networks_of(config: DeepConfig) -> nn.ModuleDict:
    """The networks of a run, by their names. Where they have layers of the same shape at the same place, and in their
    output layers, they begin with the same weights."""
    found = {}
    for name in config.networks:
        network = Network(config.sizes(name), config.activation, config.normalization, config.branch_of(name))
        network.initialize(config.initializer, config.initial_scale, config.seed)
        found[name] = network
    if config.prefix:
        deep, short = found["plain"].layers[-1], found["prefix"].layers[-1]
        short.load_state_dict(deep.state_dict())
    return nn.ModuleDict(found)
