"""The network: an ordinary ``nn.Sequential`` of the layers of its plan, each its own module."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils import skip_init

from playground.catalog import resolve
from playground.labs.image.plan import Layer

MOST_MAPS = 32


class Dropout(nn.Module):
    """Leaves out a share of the numbers while training, and enlarges the others so that their mean stays.

    PyTorch's own draws from the global generator, which other people's runs share. This one draws from ``generator``,
    which is set anew for every update.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.generator: torch.Generator | None = None

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training:
            return inputs
        kept = torch.rand(inputs.shape, generator=self.generator) >= self.share
        return inputs * kept / (1 - self.share)


class Network(nn.Sequential):
    """``layers`` by their names: images (N, 1, 28, 28) → logits (N, C).

    A new one has no weights of its own yet; see ``initialize``.
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__(OrderedDict((layer.name, _module(layer)) for layer in layers))
        self._kept: dict[str, Tensor] = {}
        self.dropouts = [module for module in self if isinstance(module, Dropout)]

    def silence(self, maps: Mapping[str, Sequence[int]]) -> None:
        """Make some maps of some layers 0 from now on, and no others."""
        self._kept = {}
        for name, indices in maps.items():
            kept = torch.ones(MOST_MAPS, 1, 1)
            kept[list(indices)] = 0
            self._kept[name] = kept

    def forward(self, images: Tensor) -> Tensor:
        return list(self.outputs(images).values())[-1]

    def outputs(self, images: Tensor) -> dict[str, Tensor]:
        """What every layer gives for ``images``, by its name, in order."""
        found, current = {}, images
        for name, module in self.named_children():
            current = module(current)
            if name in self._kept:
                current = current * self._kept[name][: current.shape[1]]
            found[name] = current
        return found

    @torch.inference_mode()
    def used(self, images: Tensor) -> Tensor:
        """The logits (N, C) of the network as it is used rather than trained: without dropout, with running means."""
        self.eval()
        found: Tensor = self(images)
        return found

    @torch.inference_mode()
    def used_outputs(self, images: Tensor) -> dict[str, Tensor]:
        """As ``outputs``, of the network as it is used."""
        self.eval()
        return self.outputs(images)

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> None:
        """Draw weights and biases evenly from ±1 / √(inputs of one output), as PyTorch's layers do. Then let
        kernels, and so all maps, have the channels of a pixel together: a processor is 1.2 to 1.5 times as fast."""
        for module in self:
            if isinstance(module, nn.Conv2d | nn.Linear):
                bound = module.weight[0].numel() ** -0.5
                for parameter in module.parameters():
                    parameter.uniform_(-bound, bound, generator=generator)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _module(layer: Layer) -> nn.Module:
    arguments = dict(layer.arguments)
    if layer.kind == "dropout":
        return Dropout(**arguments)
    made: type[nn.Module] = resolve(layer.torch if "." in layer.torch else f"torch.nn.{layer.torch}")
    if layer.kind in ("conv", "dense"):
        module: nn.Module = skip_init(made, **arguments)  # type: ignore[no-untyped-call]
        return module
    return made(**arguments)
