"""The settings of the multilayer-perceptron lab. Defaults are TensorFlow Playground's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

from playground.catalog import (
    ACTIVATIONS,
    BATCH_SIZES,
    DEVICES,
    INITIALIZERS,
    LEARNING_RATES,
    LOSSES,
    OPTIMIZERS,
    REGULARIZATION_RATES,
    SCHEDULES,
)
from playground.data import formula
from playground.data.formula import FormulaText
from playground.data.own import MOST_CLASSES, MOST_POINTS, OwnPoints, highest_label
from playground.data.points import DATASETS, FEATURES, USUAL_FEATURES, Dataset, dataset_of
from playground.data.tables import MOST_COLUMNS, TABLES
from playground.kinds import (
    Choice,
    Device,
    Each,
    Flag,
    Integer,
    Maybe,
    Names,
    Number,
    Pair,
    Several,
    Share,
    Sizes,
    Text,
)
from playground.run import Edit, RunConfig
from playground.settings import Problem, Renewal, Settings, setting
from playground.training.schedules import factor

MAX_LAYERS, MAX_NEURONS = 8, 32
SEED = Integer(0, 2**31 - 1)
_PARAMETER = re.compile(r"layers\.(\d+)\.(weight|bias)\[([\d,]+)\]")
VECTORS = {
    "sgd": 0,
    "momentum": 1,
    "nesterov": 1,
    "rmsprop": 1,
    "adagrad": 1,
    "adam": 2,
    "adamw": 2,
}  # parameter-sized vectors in an optimizer's state
NEURONS = Several(Pair(Integer(1, MAX_NEURONS)), (MAX_LAYERS + 1) * MAX_NEURONS)
INTERVENTIONS = ("frozen", "zeroed")
ALONE = ("stop_epoch", "stop_loss")
EPOCHWISE = ("schedule", "schedule_epochs", "reshuffle")
COPIES = 3  # of parameters and state: before a slice, after it, and within
SHAPES = ((), (4,), (8,), (4, 2), (8, 8), (16, 16), (8, 8, 8), (8,) * 4, (8,) * 6)


def batch_sizes(config: "MLPConfig") -> list[int]:
    """Returns the usual batch sizes, and all training points at once."""
    available = config.train_size
    return [size for size in BATCH_SIZES if size < available] + [available]


@dataclass(frozen=True)
class Look(Settings):
    """The user's selections.

    ``neuron`` is the (layer, index) of the large map: layer 0 holds the features, None is the output.
    ``probe`` is a point (x, y) whose forward pass is shown.
    """

    neuron: tuple[int, int] | None = setting(None, Maybe(Pair(Integer(0, 10_000))), "Neuron")
    probe: tuple[float, float] | None = setting(None, Maybe(Pair(Number(-1000, 1000))), "Probed point")


@dataclass(frozen=True)
class MLPConfig(RunConfig):
    """A multilayer perceptron on points in the plane: data, network, training."""

    lab: ClassVar[str] = "mlp"
    alone: ClassVar[tuple[str, ...]] = ALONE
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "dataset": "circle,xor",
        "noise": "0,0.2,0.4",
        "train_share": "0.2,0.8",
        "features": "x,y/x,y,xy",
        "hidden_sizes": "/4,2",
        "activation": "sigmoid,relu",
        "initializer": "xavier,zeros",
        "initial_scale": "0.1,1,10",
        "loss": "squared_error,cross_entropy",
        "optimizer": "sgd,adam",
        "learning_rate": "0.003,0.1,3",
        "batch_size": "1,10",
        "l1_strength": "0,0.001",
        "weight_decay": "0,0.01",
    }

    dataset: str = setting("circle", Choice(DATASETS), "Dataset")
    noise: float = setting(
        0.0, Share(0.0, 0.5), "Noise", help="How far the points stray from their pattern, 0 to 50\u00a0%."
    )
    train_share: float = setting(
        0.5,
        Share(0.1, 0.9, step=0.05),
        "Training share",
        help="The share of the points that is trained on, 10 to 90\u00a0%; the others test. "
        "Try 10\u00a0% with noise.",
    )
    points: int | None = setting(
        None,
        Maybe(Integer(20, MOST_POINTS)),
        "Points",
        quiet=True,
        help=f"How many points are drawn, 20 to {MOST_POINTS:,}: those to train on and those to test. "
        "A table has so many rows as it has.",
        usual=(None, 50, 100, 200, 500, 1000, 2000, 5000),
    )
    table_columns: tuple[int, int] = setting(
        (1, 2),
        Pair(Integer(1, MOST_COLUMNS)),
        "Columns",
        quiet=True,
        help="Which columns of a table are x₁ and x₂, counted from 1.",
        usual=((1, 2), (1, 3), (2, 3)),
    )
    own: str = setting(
        "",
        OwnPoints(),
        "Own points",
        live=True,
        redraws=True,
        help="Your own points, painted or brought, for the dataset of that name.",
        usual=("",),
        bulky=True,
    )
    own_names: str = setting(
        "",
        Text(300),
        "Own names",
        quiet=True,
        help="Names of x₁, x₂ and the classes of your own points, as in a|b|c.",
    )
    own_classes: int = setting(
        2,
        Integer(0, MOST_CLASSES),
        "Own classes",
        quiet=True,
        help=f"How many classes your own points have, 2 to {MOST_CLASSES}; 0 where they have values instead.",
        usual=(2, 3, 4, 5, 6),
    )
    data_seed: int = setting(
        0,
        SEED,
        "Data seed",
        live=True,
        help="Which points are drawn.",
        redraws=True,
        renewal=Renewal("Regenerate data", "Draw new points from the same distribution"),
    )

    features: tuple[str, ...] = setting(("x", "y"), Names(FEATURES), "Features")
    formula: str = setting(
        formula.USUAL,
        FormulaText(),
        "Own input",
        quiet=True,
        help="The formula of the input own f, of x (x₁) and y (x₂): numbers, pi, + - * /, powers up to 6, "
        f"{', '.join(formula.FUNCTIONS)}.",
        usual=(formula.USUAL, "sin(x*y)", "sqrt(x*x + y*y)", "exp(-(x*x + y*y)/4)", "x**3/36"),
    )
    hidden_sizes: tuple[int, ...] = setting(
        (4, 2),
        Sizes(MAX_LAYERS, 1, MAX_NEURONS),
        "Hidden layers",
        help="Neurons in each hidden layer, as in 8-8-4.",
        usual=SHAPES,
    )
    activation: str = setting(
        "tanh",
        Choice(ACTIVATIONS),
        "Activation",
        help="What a hidden neuron makes of its sum z = w·x + b. Linear: all layers are one. Try ReLU, then Sigmoid.",
    )
    activations: tuple[str, ...] = setting(
        (),
        Each(Choice(ACTIVATIONS), MAX_LAYERS),
        "Activations by layer",
        quiet=True,
        help="The activations of the first hidden layers, as in relu,tanh, where they have one of their own.",
        usual=((), ("relu",), ("sigmoid",)),
    )
    initializer: str = setting(
        "uniform",
        Choice(INITIALIZERS),
        "Initial weights",
        help="How weights w and biases b are drawn before the first update. Try Zeros: no neuron becomes different.",
    )
    initial_scale: float = setting(
        1.0,
        Number(0.01, 100),
        "Initial scale",
        help="A factor on the initial weights, not on biases, 0.01 to 100.",
        usual=(0.01, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0),
    )
    seed: int = setting(
        0,
        SEED,
        "Seed",
        help="Which initial weights are drawn.",
        renewal=Renewal("New weights", "Start over from other initial weights"),
    )

    loss: str = setting(
        "squared_error",
        Choice(LOSSES),
        "Loss",
        help="How wrong an output is, as a mean over the points: what training makes small.",
        quiet=True,
    )
    optimizer: str = setting(
        "sgd",
        Choice(OPTIMIZERS),
        "Optimizer",
        help="How the gradient g changes a weight w. Adam takes a step of its own size for each weight.",
    )
    learning_rate: float = setting(
        0.03,
        Number(0, 100),
        "Learning rate",
        live=True,
        usual=LEARNING_RATES,
        help="η, how far an update goes: w ← w − η g. Small is slow, large jumps about. Try 3, then 0.03.",
    )
    schedule: str = setting(
        "constant",
        Choice(SCHEDULES),
        "Schedule",
        live=True,
        help="A factor on the learning rate that changes after each epoch e.",
    )
    schedule_epochs: int = setting(
        100,
        Integer(1, 100_000),
        "Schedule length",
        live=True,
        help="The n of the schedule, in epochs: it halves every n, falls to 0 in n, or rises for n.",
        usual=(5, 10, 30, 100, 300, 1000),
    )
    reshuffle: bool = setting(
        False,
        Flag(),
        "Reshuffle",
        live=True,
        help="A new order of the training points in each epoch; otherwise always the same.",
    )
    stop_epoch: int = setting(
        0,
        Integer(0, 10**9),
        "Stop at epoch",
        live=True,
        help="Training stops when this epoch is reached. 0: never.",
        usual=(0, 10, 100, 300, 1000, 3000, 10_000),
    )
    stop_loss: float = setting(
        0.0,
        Number(0, 1000),
        "Stop at test loss",
        live=True,
        help="Training stops after the first epoch with a test loss of this or less. 0: never.",
        usual=(0.0, 0.001, 0.01, 0.05, 0.1, 0.177),
    )
    batch_size: int = setting(
        10,
        Integer(1, 1000),
        "Batch size",
        live=True,
        usual=batch_sizes,
        help="Training points in one update: g is the mean of their gradients. Few make a noisy, quick way down; "
        "try 1, then all.",
    )
    l1_strength: float = setting(
        0.0,
        Number(0, 10),
        "L1 regularization",
        live=True,
        help="Adds λ · Σ|w| to the loss, so that weights that do not help end at exactly 0. "
        "Try 0.01 on inputs that are not needed: their links fade away.",
        usual=REGULARIZATION_RATES,
    )
    weight_decay: float = setting(
        0.0,
        Number(0, 10),
        "L2 regularization",
        live=True,
        help="Weight decay, decoupled from the optimizer: w ← w − η λ w in each update. Large weights shrink and the "
        "boundary becomes smoother. Try 0.01 on noisy data.",
        usual=REGULARIZATION_RATES,
    )
    gradient_clip: float = setting(
        0.0,
        Number(0, 1000),
        "Gradient clipping",
        live=True,
        help="The longest that the gradient of an update may be; a longer one is shortened to it. 0: any length.",
        usual=(0.0, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0),
    )
    device: str = setting("auto", Device(DEVICES), "Device")
    frozen: tuple[tuple[int, int], ...] = setting(
        (),
        NEURONS,
        "Frozen neurons",
        live=True,
        quiet=True,
        usual=((), ((1, 1),)),
        help="Neurons whose weights and bias learn no more: layer and place, as in 1,3;2,1.",
    )
    zeroed: tuple[tuple[int, int], ...] = setting(
        (),
        NEURONS,
        "Zeroed neurons",
        live=True,
        quiet=True,
        usual=((), ((1, 1),)),
        help="Hidden neurons whose output counts as 0: layer and place, as in 1,3;2,1.",
    )

    @property
    def data(self) -> Dataset:
        """The dataset, with what is chosen of it."""
        return dataset_of(
            self.dataset, self.points, tuple(self.table_columns), self.own, self.own_classes, self.own_names
        )

    @property
    def train_size(self) -> int:
        """The number of points to train on."""
        return self.data.train_size(self.train_share)

    @property
    def outputs(self) -> int:
        """The number of output neurons."""
        return max(self.data.classes, 2) if self.loss == "cross_entropy" else 1

    @property
    def by_layer(self) -> str:
        """The activation of all hidden layers, or of each, with commas between them."""
        count = len(self.hidden_sizes)
        names = (*self.activations, *[self.activation] * count)[:count]
        return ",".join(names) if len(set(names)) > 1 else (*names, self.activation)[0]

    @property
    def shown_inputs(self) -> tuple[str, ...]:
        """The inputs that a picture offers: the usual ones, and of the others those that are chosen."""
        return tuple(name for name in FEATURES if name in USUAL_FEATURES or name in self.features)

    @property
    def output_activation(self) -> str:
        """The function from the logits to the network's output, one of ``losses.OUTPUT_ACTIVATIONS``."""
        if self.loss == "cross_entropy":
            return "softmax"
        if self.loss in ("hinge", "logistic"):
            return {"hinge": "linear", "logistic": "logistic"}[self.loss]
        return "linear" if self.data.is_regression else "tanh"

    @property
    def batch(self) -> int:
        """The points in an update: all where a person's own points are fewer than ``batch_size``."""
        return min(self.batch_size, self.train_size)

    @property
    def is_plain(self) -> bool:
        """Whether every epoch is like every other: no schedule, no reshuffling, nothing to stop at."""
        return self.schedule == "constant" and not (self.reshuffle or self.stop_epoch or self.stop_loss)

    def rate_in(self, epoch: int) -> float:
        """Returns the learning rate in an epoch, from 0."""
        return self.learning_rate * factor(self.schedule, epoch, self.schedule_epochs)

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data."""
        return self.train_size / self.batch

    @property
    def ranked_by(self) -> str:
        """The test accuracy, or for regression the test loss."""
        return "test_loss" if self.data.is_regression else "test_accuracy"

    def training_bytes(self, padded_to: int = 0) -> int:
        """Returns an estimate of a network's memory in a batch, at its size or ``padded_to`` so many parameters."""
        parameters, points = self.demands()["parameters"], self.demands()["points"]
        has_mask = self.l1_strength > 0 or parameters < padded_to
        vectors = 1 + VECTORS[self.optimizer] + has_mask
        return 4 * COPIES * (vectors * max(parameters, padded_to) + points * (len(self.features) + self.outputs))

    def title(self) -> str:
        return f"{self.data.label} {'-'.join(map(str, self.sizes))}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of neurons in each hidden layer, and of outputs."""
        return (len(self.features), *self.hidden_sizes, self.outputs)

    def demands(self) -> dict[str, int]:
        return {
            "parameters": sum(map(prod, self.shapes().values())),
            "points": self.data.size,
        }

    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for index, (inputs, outputs) in enumerate(pairwise(self.sizes)):
            found |= {f"layers.{index}.weight": (outputs, inputs), f"layers.{index}.bias": (outputs,)}
        return found

    @classmethod
    def phrase(cls, name: str, value: Any) -> str:
        if name in INTERVENTIONS:
            return f"{cls.settings()[name].label}: {_listed(value)}"
        return super().phrase(name, value)

    def edit_words(self, edit: Edit) -> str | None:
        if edit.target in INTERVENTIONS:
            return f"{self.settings()[edit.target].label.lower()}: {_listed(edit.value)}"
        found = _PARAMETER.fullmatch(edit.target)
        if found is None:
            return super().edit_words(edit)
        layer, part, index = found.groups()
        path = " → ".join(str(int(place) + 1) for place in reversed(index.split(",")))
        return f"{part} {path} in layer {int(layer) + 1} set to {edit.value:.6g}"

    def conflicts(self) -> list[Problem]:
        found = self._data_conflicts()
        if found:
            return found
        entry = self.data
        if self.loss not in self.losses():
            task = "a regression" if entry.is_regression else f"{entry.classes} classes"
            allowed = " or ".join(self.losses())
            found.append(Problem("loss", f"'{self.loss}' does not fit {self.dataset} ({task}); use {allowed}"))
        available = self.train_size
        if self.batch_size > available and self.dataset != "own":
            found.append(
                Problem(
                    "batch_size",
                    f"{self.batch_size} is more than the {available} training points; use 1 to {available}",
                )
            )
        for name, layers in (("frozen", self.sizes[1:]), ("zeroed", self.hidden_sizes)):
            for layer, number in self.beyond(getattr(self, name), layers)[:1]:
                found.append(Problem(name, f"there is no neuron {number} in layer {layer} of {layers}"))
        return found

    def _data_conflicts(self) -> list[Problem]:
        """Returns problems of what is chosen of the dataset; without one, ``data`` is as chosen."""
        found, table = [], TABLES.get(self.dataset)
        if table and self.points and self.points > table.rows:
            found.append(Problem("points", f"{self.points} is more than the {table.rows} rows of {table.label}"))
        if table and max(self.table_columns) > len(table.columns):
            found.append(
                Problem(
                    "table_columns",
                    f"{max(self.table_columns)} is not one of {table.label}'s {len(table.columns)} columns",
                )
            )
        if self.dataset != "own":
            return found
        if self.own_classes == 1:
            found.append(
                Problem("own_classes", f"1 class is nothing to learn; use 2 to {MOST_CLASSES}, or 0 for values")
            )
        elif self.own_classes and highest_label(self.own) >= self.own_classes:
            found.append(
                Problem(
                    "own_classes", f"your points have {highest_label(self.own) + 1} classes, not {self.own_classes}"
                )
            )
        return found

    @staticmethod
    def beyond(neurons: Sequence[tuple[int, int]], layers: Sequence[int]) -> list[tuple[int, int]]:
        """Returns those of ``neurons``, by layer and place from 1, that ``layers`` of these sizes do not have."""
        return [(layer, number) for layer, number in neurons if layer > len(layers) or number > layers[layer - 1]]

    def losses(self) -> tuple[str, ...]:
        """Returns the losses that fit the dataset, the usual one first."""
        classes = self.data.classes
        if classes == 0:
            return ("squared_error", "absolute_error")
        return ("cross_entropy",) if classes > 2 else tuple(LOSSES)

    def settled(self, name: str) -> Any:
        if name in INTERVENTIONS:
            layers = self.hidden_sizes if name == "zeroed" else self.sizes[1:]
            neurons = getattr(self, name)
            return tuple(each for each in neurons if each not in self.beyond(neurons, layers))
        if name == "own_classes":
            return min(max(highest_label(self.own) + 1, 2), MOST_CLASSES)
        if name == "batch_size":
            return min(super().settled(name), self.train_size)
        return self.losses()[0] if name == "loss" else super().settled(name)


def layer_names(activation: str, layers: int) -> list[str]:
    """Returns the name of each hidden layer's activation, of one name for all or of one for each with commas."""
    names = activation.split(",")
    return names if len(names) > 1 else names * layers


def _listed(neurons: Sequence[tuple[int, int]]) -> str:
    return ", ".join(f"{number} in layer {layer}" for layer, number in neurons) or "none"
