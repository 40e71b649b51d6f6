"""The choices of the lab of deep networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

from playground.catalog import ACTIVATIONS, INITIALIZERS, NORMALIZATIONS
from playground.data.points import DATASETS
from playground.hyperparameters import batch_size, learning_rate, optimizer, seed
from playground.kinds import Choice, Integer, Maybe, Number, Option, Pair, Sizes
from playground.run import Edit, RunConfig
from playground.settings import Problem, Settings, setting

MAX_DEPTH, MAX_WIDTH = 64, 64
TRAIN_SHARE = 0.8  # of the examples


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Examples of D = ``inputs`` numbers in ``classes`` classes."""

    label: str
    inputs: int
    classes: int
    size: int

    @property
    def train_size(self) -> int:
        """How many of them are trained on."""
        return round(self.size * TRAIN_SHARE)


DATA = {"digits": Data(label="Handwritten digits", inputs=64, classes=10, size=1797)} | {
    name: Data(label=entry.label, inputs=2, classes=entry.classes, size=entry.size)
    for name, entry in DATASETS.items()
    if not (entry.is_regression or entry.is_table or name == "own")
}
SKIP = {
    "both": Option(label="With and without", formula="the same network twice, side by side"),
    "on": Option(label="With skips", formula="h ← h + f(h)"),
    "off": Option(label="Without skips", formula="h ← f(h)"),
}
BRANCH = {
    "mean": Option(label="Divided by their number", formula="h ← h + f(h) / number of skips"),
    "sum": Option(label="As they are", formula="h ← h + f(h)"),
}
LAYERS = Sizes(MAX_DEPTH, 1, MAX_DEPTH)
INTERVENTIONS = ("frozen", "zeroed", "cut")


@dataclass(frozen=True)
class DeepConfig(RunConfig):
    """A deep network, with skip connections and without, on digits or on points in the plane."""

    lab: ClassVar[str] = "deep"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "depth": "5,20,40",
        "width": "16,64",
        "activation": "sigmoid,relu",
        "initializer": "xavier,kaiming",
        "initial_scale": "0.5,1,2",
        "normalization": "none,batch,layer",
        "skip": "off,on",
        "branch": "mean,sum",
        "optimizer": "sgd,adam",
        "learning_rate": "0.001,0.003,0.01",
    }

    dataset: str = setting("digits", Choice(DATA), "Data", help="What is to be told apart.")
    skip: str = setting(
        "both",
        Choice(SKIP),
        "Networks",
        help="A skip adds a layer's input to its output. With and without: two networks from the same initial "
        "weights, on the same batches.",
    )
    depth: int = setting(
        20,
        Integer(1, MAX_DEPTH),
        "Layers",
        usual=(2, 5, 10, 20, 30, 40, 64),
        help="Layers with weights, the output layer among them, 1 to 64.",
    )
    width: int = setting(
        32, Integer(8, MAX_WIDTH), "Width", usual=(8, 16, 32, 64), help="Neurons in a hidden layer, 8 to 64."
    )
    activation: str = setting(
        "sigmoid", Choice(ACTIVATIONS), "Activation", help="What a hidden neuron makes of its sum z."
    )
    normalization: str = setting(
        "none",
        Choice(NORMALIZATIONS),
        "Normalization",
        help="What a hidden layer does to its sums before the activation: mean 0 and variance 1, then a learned "
        "scale and shift.",
    )
    branch: str = setting(
        "mean",
        Choice(BRANCH),
        "Added parts",
        help="What the layers add to what the skips carry. As they are, a deep network's numbers grow from layer to "
        "layer, unless they are normalized.",
    )
    prefix: int = setting(
        0,
        Integer(0, MAX_DEPTH - 1),
        "Short control",
        usual=(0, 5, 10),
        help="A third network: so many layers of the one without skips, trained alone. What is deeper could do at "
        "least as well. 0 is none.",
    )
    initializer: str = setting(
        "kaiming", Choice(INITIALIZERS), "Initial weights", help="How weights w and biases b are drawn."
    )
    initial_scale: float = setting(
        1.0,
        Number(0.01, 100),
        "Weight scale",
        live=True,
        usual=(0.3, 0.5, 0.7, 0.9, 1.0, 1.1, 1.4, 2.0, 3.0),
        help="A factor on the initial weights, not on biases. A change on the way multiplies the weights of then.",
    )
    seed: int = seed("Which initial weights are drawn, and the order of the examples.")
    optimizer: str = optimizer()
    learning_rate: float = learning_rate(0.003, (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1), most=10)
    batch_size: int = batch_size(32, (8, 16, 32, 64, 128), "Examples", most=512)
    frozen: tuple[int, ...] = setting((), LAYERS, "Frozen layers", live=True, help="Layers that learn no more.")
    zeroed: tuple[int, ...] = setting((), LAYERS, "Zeroed layers", live=True, help="Layers that give 0.")
    cut: tuple[int, ...] = setting((), LAYERS, "Cut skips", live=True, help="Layers around which there is no skip.")

    @property
    def data(self) -> Data:
        """What is known of the data."""
        return DATA[self.dataset]

    @property
    def networks(self) -> tuple[str, ...]:
        """Which networks are trained: ``plain`` (without skips), ``residual`` (with them), ``prefix``."""
        found = {"both": ("plain", "residual"), "on": ("residual",), "off": ("plain",)}[self.skip]
        return (*found, "prefix") if self.prefix else found

    @property
    def main(self) -> str:
        """The network that the metrics without another name are of: the one with skips where there is one."""
        return "plain" if self.skip == "off" else "residual"

    def depth_of(self, network: str) -> int:
        """How many layers one of the networks has."""
        return self.prefix if network == "prefix" else self.depth

    def sizes(self, network: str) -> tuple[int, ...]:
        """The numbers of inputs, of neurons in each hidden layer, and of outputs."""
        return (self.data.inputs, *[self.width] * (self.depth_of(network) - 1), self.data.classes)

    def branch_of(self, network: str) -> float | None:
        """The factor on what a layer adds to its skip; None in a network without skips."""
        if network != "residual":
            return None
        return 1 / max(self.depth - 2, 1) if self.branch == "mean" else 1.0

    @property
    def steps_per_epoch(self) -> float:
        """Updates in which every training example has been seen once."""
        return self.data.train_size / self.batch_size

    def title(self) -> str:
        skips = {"both": "with skips and without", "on": "with skips", "off": "without skips"}[self.skip]
        return f"{self.data.label} {self.depth} × {self.width}, {skips}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values())), "points": self.data.size}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for network in self.networks:
            sizes = self.sizes(network)
            for index, (inputs, outputs) in enumerate(pairwise(sizes)):
                layer = f"{network}.layers.{index}"
                found |= {f"{layer}.weight": (outputs, inputs), f"{layer}.bias": (outputs,)}
            for index in range(len(sizes) - 2 if self.normalization != "none" else 0):
                found |= {f"{network}.norms.{index}.{part}": (self.width,) for part in ("weight", "bias")}
        return found

    @classmethod
    def phrase(cls, name: str, value: Any) -> str:
        if name in INTERVENTIONS:
            return f"{cls.settings()[name].label} {_listed(value)}"
        return super().phrase(name, value)

    def edit_words(self, edit: Edit) -> str | None:
        if edit.target in INTERVENTIONS:
            return f"{self.settings()[edit.target].label.lower()}: {_listed(edit.value)}"
        return super().edit_words(edit)

    def conflicts(self) -> list[Problem]:
        found = []
        if self.prefix and not 2 <= self.prefix < self.depth:
            fits = f"use 0, or 2 to {self.depth - 1}" if self.depth > 2 else "use 0"
            found.append(Problem("prefix", f"{self.prefix} is no shorter part of {self.depth} layers; {fits}"))
        if self.prefix and self.skip == "on":
            found.append(Problem("prefix", "it is a part of the network without skips, which is off; use 0"))
        if self.normalization == "batch" and self.batch_size == 1:
            found.append(
                Problem("normalization", "'batch' has nothing to compare in a batch of 1; use none or layer")
            )
        if self.batch_size > self.data.train_size:
            most = self.data.train_size
            message = f"{self.batch_size} is more than the {most} training examples; use 1 to {most}"
            found.append(Problem("batch_size", message))
        for name, first, last in (
            ("frozen", 1, self.depth),
            ("zeroed", 1, self.depth - 1),
            ("cut", 2, self.depth - 1),
        ):
            wrong = [number for number in getattr(self, name) if not first <= number <= last]
            if wrong:
                fits = f"use {first} to {last}" if first <= last else "there is none"
                found.append(Problem(name, f"{wrong[0]} is no such layer of {self.depth}; {fits}"))
        return found


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: what a hidden ``layer`` of a ``network`` makes of the inputs, in two of its ``neurons``
    (from 0) or, None, in its two principal components. Without a layer nothing of it is computed."""

    layer: int | None = setting(None, Maybe(Integer(1, MAX_DEPTH)), "Layer")
    network: str = setting("plain", Choice({"plain": None, "residual": None, "prefix": None}), "Network")
    neurons: tuple[int, int] | None = setting(None, Maybe(Pair(Integer(0, MAX_WIDTH - 1))), "Neurons")


def _listed(layers: tuple[int, ...]) -> str:
    return ", ".join(map(str, layers)) or "none"
