"""The multilayer perceptron: a chain of linear layers, between them a normalization and an activation."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from playground.catalog import ACTIVATIONS, INITIAL_BIAS, INITIALIZERS, NORMALIZATIONS, resolve
from playground.labs.mlp.network_settings import layer_names, skips_of

Held = Iterable[Sequence[int]]  # neurons (layer, place), weights (layer, place, input), each from 1


class MLP(nn.Module):
    """``sizes`` = (D, hidden…, outputs); ``layers[i]`` maps sizes[i] → sizes[i + 1].

    ``activation`` is a name of the catalog, or one for each hidden layer, with commas between them. With a
    ``normalization`` ``norms[i]`` stands between hidden layer i and its activation; while the module is ``training``
    batch normalization takes the batch's mean and variance, and changes its running ones.
    With ``skips`` a hidden layer adds its input where that has as many numbers, and does not come from outside.
    ``forward`` returns the last layer's sums ("logits"), before any output activation. A new model's weights are
    uninitialized: PyTorch would draw them from the global generator, which all runs share.
    """

    def __init__(
        self, sizes: tuple[int, ...], activation: str, normalization: str = "none", skips: bool = False
    ) -> None:
        super().__init__()
        self.sizes = sizes
        self.layers = nn.ModuleList(
            skip_init(nn.Linear, m, n)  # type: ignore[no-untyped-call]
            for m, n in pairwise(sizes)
        )
        self.norms = nn.ModuleList()
        if normalization != "none":
            self.norms.extend(resolve(NORMALIZATIONS[normalization].torch)(width) for width in sizes[1:-1])
        for norm in self.norms:
            if isinstance(norm, nn.BatchNorm1d):
                norm.num_batches_tracked = None  # a count that nothing needs
        self.skips = skips_of(sizes, skips)
        self.activations = [_activation(name) for name in layer_names(activation, len(sizes) - 2)]
        self._wide_activations = [_wide_tanh if isinstance(each, nn.Tanh) else each for each in self.activations]

    def forward(self, features: Tensor, kept: Tensor | None = None) -> Tensor:
        """Returns the logits (N, outputs) for features (N, D).

        ``kept`` (N, hidden neurons) are dropout's factors on the outputs of all hidden neurons, layer by layer. Who
        trains gives them; without them the network is as it is used.
        """
        return self.trace(features, kept=kept)[-1]

    def trace(
        self, features: Tensor, depth: int | None = None, kept: Tensor | None = None, is_wide: bool = False
    ) -> list[Tensor]:
        """Returns every layer's values: the hidden activations, then the logits, each (N, neurons).

        ``depth`` limits the number of layers. Where N ``is_wide``, as of a picture's points, each layer is computed
        as W·Xᵀ: for a few neurons that takes a fifth of the time, and the last bits may differ.
        """
        activations = self._wide_activations if is_wide else self.activations
        factors = torch.split(kept, list(self.sizes[1:-1]), dim=1) if kept is not None else None
        values, current = [], features
        for index, layer in enumerate(self.layers[:depth]):
            made = _wide(layer, current) if is_wide else layer(current)
            if index < len(self.layers) - 1:
                made = activations[index](self.norms[index](made) if self.norms else made)
                if factors is not None:
                    made = made * factors[index]
                if self.skips[index]:
                    made = current + made
            current = made
            values.append(current)
        return values

    @torch.no_grad()
    def take(self, state: Mapping[str, Tensor]) -> None:
        """Take over the parameters and running statistics of ``state``, by their names here."""
        own = {**dict(self.named_parameters()), **dict(self.named_buffers())}
        for name, values in state.items():
            own[name].copy_(values)

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


def _activation(name: str) -> Callable[[Tensor], Tensor]:
    entry = ACTIVATIONS[name]
    made: Callable[[Tensor], Tensor] = resolve(entry.torch)(**entry.arguments)
    return made


def _wide(layer: nn.Module, values: Tensor) -> Tensor:
    """Returns the sums of a linear ``layer`` as W·Xᵀ + b, turned round."""
    assert isinstance(layer, nn.Linear)
    return torch.addmm(layer.bias[:, None], layer.weight, values.T).T


def _wide_tanh(z: Tensor) -> Tensor:
    """Returns tanh z as 2σ(2z) − 1, within 2e-7. PyTorch's σ takes a quarter of the time of its tanh."""
    return torch.sigmoid(2 * z).mul_(2).sub_(1)


def learning_mask(model: MLP, frozen: Held = (), zeroed: Held = ()) -> Tensor:
    """Returns a mask (P,): 0 for the weights into and the bias of each ``frozen`` neuron, its scale and shift if any,
    for each single ``frozen`` weight, and for the weights out of each ``zeroed`` neuron; 1 for all parameters that
    learn. Input 0 of a weight is the bias."""
    parts = {name: torch.ones_like(parameter).detach() for name, parameter in model.named_parameters()}
    for layer, number, *source in frozen:
        weight, bias = (parts[f"layers.{layer - 1}.{part}"] for part in ("weight", "bias"))
        if not source:
            norm = [parts[name] for name in parts if name.startswith(f"norms.{layer - 1}.")]
            for part in (weight, bias, *norm):
                part[number - 1] = 0
        elif source[0]:
            weight[number - 1, source[0] - 1] = 0
        else:
            bias[number - 1] = 0
    for layer, number in zeroed:
        parts[f"layers.{layer}.weight"][:, number - 1] = 0  # (outputs,)
    return torch.cat([part.reshape(-1) for part in parts.values()])
