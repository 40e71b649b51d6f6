"""A network as a list of layers with the shapes between them: what the model builds, the script writes and the page
draws all come from here. Free of torch.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import prod
from typing import Any

Shape = tuple[int, ...]


class Impossible(ValueError):
    """A layer does not fit behind the one before; the message says which, and what would."""

    def __init__(self, block: int, message: str) -> None:
        super().__init__(message)
        self.block = block


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer. ``shape`` is that of its output for one image: (C, H, W) maps, or (D,) numbers.

    ``kind`` is conv, norm, activation, max, average, gap, flatten, dropout or dense. ``torch`` is the module's name
    in ``torch.nn``, or with dots one of ours, and ``arguments`` what it takes, both as PyTorch has them.
    ``parameters`` are the shapes of its weights and biases. ``sum`` says in numbers how the shape comes about.
    """

    name: str
    kind: str
    shape: Shape
    torch: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    parameters: Mapping[str, Shape] = field(default_factory=dict)
    sum: str = ""

    @property
    def count(self) -> int:
        """How many weights and biases it has."""
        return sum(map(prod, self.parameters.values()))

    @property
    def is_spatial(self) -> bool:
        """Whether its output is maps."""
        return len(self.shape) == 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A convolution and what follows it: ``pooling`` is a kind of layer, or none. Sizes are of squares, in pixels."""

    filters: int
    kernel: int
    stride: int = 1
    padding: int = 0
    pooling: str = "max"
    norm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a network is made of, from the image on: blocks, then global pooling or none, then dense layers.

    ``activation`` is an entry of the catalog; ``last`` says whether one follows even the last layer.
    """

    side: int
    classes: int
    activation: str
    activation_torch: str
    activation_arguments: Mapping[str, Any]
    blocks: tuple[Block, ...] = ()
    pools_globally: bool = False
    dense: tuple[int, ...] = ()
    dropout: float = 0.0
    last: bool = False


POOL = 2  # pixels of a pooling window, and its stride
POOLS = {"max": "MaxPool2d", "average": "AvgPool2d"}


def layers_of(parts: Parts) -> list[Layer]:
    """Returns the layers in their order. Raises Impossible where one does not fit."""
    return [*_layers(parts)]


def _layers(parts: Parts) -> Iterator[Layer]:
    shape: Shape = (1, parts.side, parts.side)
    number = 0
    for number, block in enumerate(parts.blocks, 1):
        for layer in _block(number, block, shape, parts):
            yield layer
            shape = layer.shape
    if parts.pools_globally:
        pooled = (shape[0], 1, 1)
        mean = f"the mean of {shape[1]} · {shape[2]} numbers in each of {shape[0]} maps"
        yield Layer(
            name="gap", kind="gap", shape=pooled, torch="AdaptiveAvgPool2d", arguments={"output_size": 1}, sum=mean
        )
        shape = pooled
    flat = prod(shape)
    yield Layer(
        name="flatten", kind="flatten", shape=(flat,), torch="Flatten", sum=f"{' · '.join(map(str, shape))} = {flat}"
    )
    sizes = (flat, *parts.dense, parts.classes)
    for index, (inputs, outputs) in enumerate(pairwise(sizes), 1):
        is_last = index == len(sizes) - 1
        yield Layer(
            name=f"dense{index}",
            kind="dense",
            shape=(outputs,),
            torch="Linear",
            arguments={"in_features": inputs, "out_features": outputs},
            parameters={"weight": (outputs, inputs), "bias": (outputs,)},
            sum=f"{inputs} · {outputs} weights + {outputs} biases",
        )
        if not is_last or parts.last:
            yield _activation(number + index, (outputs,), parts)
        if not is_last and parts.dropout:
            yield Layer(
                name=f"dropout{index}", kind="dropout", shape=(outputs,), torch="", arguments={"share": parts.dropout}
            )


def _block(number: int, block: Block, before: Shape, parts: Parts) -> Iterator[Layer]:
    channels, side, _ = before
    room = side + 2 * block.padding
    if block.kernel > room:
        padded = f" with {block.padding} pixels around them" if block.padding else ""
        raise Impossible(
            number,
            f"block {number} gets maps of {side} × {side}{padded}, into which a kernel of {block.kernel} × "
            f"{block.kernel} does not fit",
        )
    out = (room - block.kernel) // block.stride + 1
    shape = (block.filters, out, out)
    yield Layer(
        name=f"conv{number}",
        kind="conv",
        shape=shape,
        torch="Conv2d",
        arguments={
            "in_channels": channels,
            "out_channels": block.filters,
            "kernel_size": block.kernel,
            "stride": block.stride,
            "padding": block.padding,
        },
        parameters={"weight": (block.filters, channels, block.kernel, block.kernel), "bias": (block.filters,)},
        sum=f"({side} + 2 · {block.padding} − {block.kernel}) / {block.stride} + 1 = {out}",
    )
    if block.norm:
        yield Layer(
            name=f"norm{number}",
            kind="norm",
            shape=shape,
            torch="BatchNorm2d",
            arguments={"num_features": block.filters},
            parameters={"weight": (block.filters,), "bias": (block.filters,)},
        )
    yield _activation(number, shape, parts)
    if block.pooling == "none":
        return
    if out < POOL:
        raise Impossible(
            number,
            f"block {number} leaves maps of {out} × {out}, which is less than a pooling window of {POOL} × {POOL}",
        )
    half = out // POOL
    yield Layer(
        name=f"pool{number}",
        kind=block.pooling,
        shape=(block.filters, half, half),
        torch=POOLS[block.pooling],
        arguments={"kernel_size": POOL},
        sum=f"{out} / {POOL} = {half}" + (f", {out % POOL} left over" if out % POOL else ""),
    )


def _activation(number: int, shape: Shape, parts: Parts) -> Layer:
    return Layer(
        name=f"act{number}",
        kind="activation",
        shape=shape,
        torch=parts.activation_torch.removeprefix("torch.nn."),
        arguments=parts.activation_arguments,
    )
