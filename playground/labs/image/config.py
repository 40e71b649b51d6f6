"""The choices of the image lab. Free of torch."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, ClassVar

from playground.catalog import ACTIVATIONS
from playground.hyperparameters import batch_size, data_seed, learning_rate, optimizer, seed
from playground.kinds import Choice, ConfigError, Flag, Integer, Maybe, Option, Pair, Share, Sizes, Text, short
from playground.labs.image.drawing import DIGITS, is_bitmap
from playground.labs.image.images import MOST, OWN, SETS, SIDE, TEST, TRAIN, Set, set_of
from playground.labs.image.plan import Block, Impossible, Layer, Parts, layers_of
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

MAX_BLOCKS, MAX_FILTERS, MAX_KERNEL = 4, 32, 7


ARCHITECTURES = {
    "softmax": Option(label="Softmax regression", formula="784-10: one weight image a class"),
    "mlp": Option(label="784-512-512-10", formula="two hidden layers that see every pixel"),
    "lenet": Option(label="LeNet-5", formula="6 and 16 kernels of 5 × 5, pooling, 120-84-10"),
    "cnn": Option(label="Your own CNN", formula="blocks of kernels, as below"),
}
SPLITS = {
    "random": Option(label="Random", formula="a digit's writer is in both parts"),
    "place": Option(label="By place in the file", formula="the last fifth: mostly other writers"),
}
POOLINGS = {
    "max": Option(label="Max", formula="the largest of 2 × 2"),
    "average": Option(label="Average", formula="the mean of 2 × 2"),
    "none": Option(label="None", formula="maps stay as large"),
}
DATASETS = {**SETS, OWN: Option(label="Your own", formula="images that you have brought")}
HEADS = {
    "flatten": Option(label="Flatten", formula="every place of every map is an input"),
    "average": Option(label="Global average", formula="the mean of every map is an input"),
}


PANELS = {
    "inside": Option(label="Inside"),
    "weights": Option(label="Weights"),
    "mistakes": Option(label="Mistakes"),
    "shift": Option(label="Shift pad"),
    "why": Option(label="Why"),
    "sandbox": Option(label="Sandbox"),
}
SCALES = {"map": Option(label="Map"), "layer": Option(label="Layer"), "network": Option(label="Network")}
METHODS = {
    "saliency": Option(label="Saliency"),
    "integrated": Option(label="Integrated gradients"),
    "occlusion": Option(label="Occlusion"),
    "gradcam": Option(label="Grad-CAM"),
}
_GONE = (
    "this server does not have these images. A link does not carry them: open the run file, which does, or bring "
    "them again"
)
MOST_PINNED = 6
DRAWN = -1  # in place of a test image


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: a test image, or with -1 the ``drawing``, a bitmap of 32 × 32 in hexadecimal digits;
    and inside the network a map, or (with no ``layer``) all of them."""

    panel: str = setting("inside", Choice(PANELS), "Panel")
    image: int = setting(0, Integer(DRAWN, TEST - 1), "Test image")
    drawing: str = setting("", Text(DIGITS), "Drawing")
    pinned: tuple[int, ...] = setting((), Sizes(MOST_PINNED, 0, TEST - 1), "Pinned")
    layer: str = setting("", Text(20), "Layer")
    map: int = setting(0, Integer(0, 1023), "Map")
    scale: str = setting("layer", Choice(SCALES), "Colours by")
    gradients: bool = setting(False, Flag(), "Gradients")
    cell: tuple[int, int] | None = setting(None, Maybe(Pair(Integer(0, 9))), "Cell")

    method: str = setting("integrated", Choice(METHODS), "Method")
    dotted: bool = setting(False, Flag(), "With the dot")

    def conflicts(self) -> list[Problem]:
        if is_bitmap(self.drawing):
            return []
        return [Problem("drawing", f"{short(self.drawing)!r} is not {DIGITS} hexadecimal digits")]


@dataclass(frozen=True)
class ImageConfig(RunConfig):
    """A network on images of 28 × 28 pixels."""

    lab: ClassVar[str] = "image"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "architecture": "softmax,mlp,lenet",
        "dataset": "digits,centred,shifted",
        "split": "random,place",
        "images": "50,200,1437",
        "activation": "relu,sigmoid",
        "pooling": "max,average",
        "head": "flatten,average",
        "batch_size": "8,32,128",
        "learning_rate": "0.0003,0.003,0.03",
    }

    architecture: str = setting("lenet", Choice(ARCHITECTURES), "Network", help="What the images go through.")
    dataset: str = setting("digits", Choice(DATASETS), "Images", help="What is to be told apart.")
    own: str = setting(
        "", Text(32), "Your own images", quiet=True, help="The name under which a server keeps them: 32 hex digits."
    )
    images: int = setting(
        TRAIN,
        Integer(20, MOST),
        "Training images",
        usual=lambda config: [n for n in (20, 50, 200, 500, TRAIN, 3000, MOST) if n <= config.images_set.most],
        help=f"How many images there are to learn from. {TEST} others test, or a fifth of your own.",
        quiet=True,
    )
    split: str = setting("random", Choice(SPLITS), "Test digits", help="Which digits of the file test the network.")
    planted: bool = setting(
        False,
        Flag(),
        "Shortcut",
        help="Plants a dot in the corner of every 4 (every cross), in both parts.",
    )
    filters: tuple[int, ...] = setting(
        (8, 16),
        Sizes(MAX_BLOCKS, 1, MAX_FILTERS),
        "Filters",
        usual=((8,), (8, 16), (16, 32), (8, 16, 32), (8, 8, 8, 8)),
        help=f"Filters of each block of your own CNN: one to {MAX_BLOCKS} blocks.",
    )
    kernel: int = setting(
        3, Integer(1, MAX_KERNEL), "Kernel", usual=tuple(range(1, MAX_KERNEL + 1)), help="Its side, in pixels."
    )
    stride: int = setting(1, Integer(1, 3), "Stride", usual=(1, 2, 3), help="How far a kernel moves.")
    padding: int = setting(1, Integer(0, 3), "Padding", usual=(0, 1, 2, 3), help="Zeros around every map, in pixels.")
    head: str = setting("flatten", Choice(HEADS), "Head", help="What the dense layers get of the last maps.")
    dense: tuple[int, ...] = setting(
        (),
        Sizes(2, 1, 256),
        "Dense layers",
        usual=((), (32,), (64,), (128,), (120, 84)),
        help="Hidden layers between the maps and the classes.",
    )
    batch_norm: bool = setting(False, Flag(), "Batch norm", help="Batch normalization behind every convolution.")
    dropout: float = setting(0.0, Share(0.0, 0.9, 0.05), "Dropout", help="The share of hidden numbers left out.")
    pooling: str = setting("max", Choice(POOLINGS), "Pooling", help="How 2 × 2 numbers of a map become one.")
    activation: str = setting("relu", Choice(ACTIVATIONS), "Activation", help="What follows every hidden layer.")
    last_activation: bool = setting(
        False, Flag(), "Also last", help="An activation behind the last layer too, as some articles have it."
    )
    seed: int = seed("Which initial weights are drawn, and in which order the images come.")
    data_seed: int = data_seed(
        "Which digits test, where they are placed, which shapes are drawn.", "training and test images"
    )
    optimizer: str = optimizer()
    learning_rate: float = learning_rate(0.003, (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0))
    silent: str = setting(
        "", Text(400), "Silenced filters", live=True, quiet=True, help="Filters whose maps are 0: conv1.0,conv2.3."
    )
    batch_size: int = batch_size(32, (1, 8, 16, 32, 64, 128, 256), "Images")

    @property
    def images_set(self) -> Set:
        """The set of images."""
        return set_of(self.dataset, self.own)

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.images_set.classes

    @property
    def drawn(self) -> tuple[str, int, int, bool, bool, str]:
        """What the images are drawn by: the arguments of ``images_of``."""
        return self.dataset, self.images, self.data_seed, self.split == "place", self.planted, "".join(self.files())

    def files(self) -> tuple[str, ...]:
        return (self.own,) if self.dataset == OWN else ()

    @cached_property
    def layers(self) -> list[Layer]:
        """The network, layer by layer."""
        return layers_of(self._parts())

    def _parts(self) -> Parts:
        """The network in parts. What a person has set of another architecture does not count."""
        activation = ACTIVATIONS[self.activation]
        parts = Parts(
            side=SIDE,
            classes=len(self.classes),
            activation=self.activation,
            activation_torch=activation.torch,
            activation_arguments=activation.arguments,
            last=self.last_activation,
        )
        if self.architecture == "mlp":
            return replace(parts, dense=(512, 512))
        if self.architecture == "lenet":
            pooling = self.pooling
            first = Block(filters=6, kernel=5, padding=2, pooling=pooling)
            return replace(parts, blocks=(first, Block(filters=16, kernel=5, pooling=pooling)), dense=(120, 84))
        if self.architecture == "cnn":
            usual = Block(
                filters=1,
                kernel=self.kernel,
                stride=self.stride,
                padding=self.padding,
                pooling=self.pooling,
                norm=self.batch_norm,
            )
            return replace(
                parts,
                blocks=tuple(replace(usual, filters=filters) for filters in self.filters),
                pools_globally=self.head == "average",
                dense=self.dense,
                dropout=self.dropout,
            )
        return parts

    @property
    def silenced(self) -> dict[str, list[int]]:
        """The filters that are switched off, by the layer behind whose convolution that is done."""
        found: dict[str, list[int]] = {}
        for name in filter(None, self.silent.split(",")):
            layer, _, index = name.partition(".")
            found.setdefault(layer.replace("conv", "act"), []).append(int(index))
        return found

    @property
    def steps_per_epoch(self) -> float:
        return self.images / self.batch_size

    def title(self) -> str:
        name = ARCHITECTURES[self.architecture].label
        if self.architecture == "cnn":
            name = f"CNN {'-'.join(map(str, self.filters))}"
        return f"{self.images_set.label}, {name}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(layer.count for layer in self.layers), "points": self.images}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {f"{layer.name}.{part}": shape for layer in self.layers for part, shape in layer.parameters.items()}

    def training_bytes(self) -> int:
        """The weights three times over with an optimizer's vectors, and what a batch leaves behind in every layer."""
        return 48 * sum(layer.count for layer in self.layers) + 8 * self.batch_size * sum(
            prod(layer.shape) for layer in self.layers
        )

    def conflicts(self) -> list[Problem]:
        found = self._own_conflicts()
        if found:
            return found
        most = self.images_set.most
        found += self._unknown_filters()
        if self.images > most:
            found.append(Problem("images", f"{self.images:,} is more than there are; use 20 to {most:,}"))
        if self.batch_size > self.images:
            found.append(Problem("batch_size", f"{self.batch_size} is more than the {self.images} training images"))
        if not self.filters:
            found.append(Problem("filters", f"there is no block; use 1 to {MAX_BLOCKS}, such as 8-16"))
        else:
            try:
                self._check_shapes()
            except Impossible as error:
                fits = error.block - 1
                found.append(Problem("filters", f"{error}. Use at most {fits} blocks, or a smaller kernel or stride"))
        return found

    def _own_conflicts(self) -> list[Problem]:
        if self.dataset != OWN:
            return []
        if not self.own:
            return [Problem("dataset", "bring images of your own first: a ZIP, or a folder")]
        try:
            set_of(self.dataset, self.own)
        except ConfigError:
            return [Problem("own", f"{_GONE} ({short(self.own)})")]
        return [Problem("planted", "your own images have no dot")] if self.planted else []

    def _unknown_filters(self) -> list[Problem]:
        if not self.silent:
            return []
        with suppress(Impossible):
            filters = {
                f"{x.name}.{i}" for x in layers_of(self._parts()) if x.kind == "conv" for i in range(x.shape[0])
            }
            unknown = [name for name in self.silent.split(",") if name not in filters]
            return [Problem("silent", f"the network has no filter {short(name)!r}") for name in unknown[:1]]
        return []

    def _check_shapes(self) -> None:
        """Raises Impossible."""
        layers_of(self._parts())

    def settled(self, name: str) -> Any:
        if name == "images":
            return self.images_set.most
        if name == "batch_size":
            return min(self.images, 20)
        if name == "filters" and self.filters:
            try:
                self._check_shapes()
            except Impossible as error:
                return self.filters[: error.block - 1]
        return super().settled(name)
