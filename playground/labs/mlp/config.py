"""The settings of the multilayer-perceptron lab. Defaults are TensorFlow Playground's."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from playground.catalog import LOSSES
from playground.data.own import MOST_CLASSES, highest_label, own_size
from playground.data.points import FEATURES, OF_X, USUAL_FEATURES, Floats, Split, feature_values
from playground.data.tables import lifted
from playground.kinds import Integer, Maybe, Number, Pair, Text
from playground.labs.mlp.data_settings import DataSettings
from playground.labs.mlp.held import NEURONS, PARTS, Part, is_part, moved, named
from playground.labs.mlp.network_settings import NetworkSettings
from playground.labs.mlp.training_settings import ALONE, TrainingSettings
from playground.run import Edit
from playground.settings import Problem, Settings, setting

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
INTERVENTIONS = ("frozen", "zeroed")
MOST_DRAWN = len(FEATURES)  # inputs in a picture
COPIES = 3  # of parameters and state: before a slice, after it, and within


@dataclass(frozen=True)
class Look(Settings):
    """The user's selections.

    ``neuron`` is the (layer, index) of the large map: layer 0 holds the features, None is the output.
    ``probe`` is a point (x, y) whose forward pass is shown.
    """

    neuron: tuple[int, int] | None = setting(None, Maybe(Pair(Integer(0, 10_000))), "Neuron")
    probe: tuple[float, float] | None = setting(None, Maybe(Pair(Number(-1000, 1000))), "Probed point")


@dataclass(frozen=True)
class TwoWeights(Settings):
    """The two weights or biases over which the loss is shown, by their PyTorch names."""

    first: str = setting("layers.0.weight[0,0]", Text(40), "Across")
    second: str = setting("layers.0.bias[0]", Text(40), "Up")


@dataclass(frozen=True)
class MLPConfig(TrainingSettings, NetworkSettings, DataSettings):
    """A multilayer perceptron on points in the plane: data, network, training."""

    lab: ClassVar[str] = "mlp"
    alone: ClassVar[tuple[str, ...]] = ALONE
    first: ClassVar[Mapping[str, str]] = {"seed": "5"}  # solved in 100 epochs; seed 0 needs 400
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "dataset": "circle,xor",
        "noise": "0,0.2,0.4",
        "train_share": "0.2,0.8",
        "features": "x,y/x,y,xy",
        "hidden_sizes": "/4,2",
        "activation": "sigmoid,relu",
        "normalization": "none,batch,layer",
        "skips": "off,on",
        "initializer": "xavier,zeros",
        "initial_scale": "0.1,1,10",
        "loss": "squared_error,cross_entropy",
        "optimizer": "sgd,adam",
        "learning_rate": "0.003,0.1,3",
        "batch_size": "1,10",
        "l1_strength": "0,0.001",
        "weight_decay": "0,0.01",
        "dropout": "0,0.2,0.5",
    }

    frozen: tuple[Part, ...] = setting(
        (),
        PARTS,
        "Frozen",
        live=True,
        quiet=True,
        usual=((), ((1, 1),), ((1, 1, 2),)),
        help="What learns no more: neurons, by layer and place, and single weights, by layer, place and input, 0 for "
        "the bias, as in 1,3;2,1,4. The update then runs as it is written, not compiled.",
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
    def task_key(self) -> str:
        """A short name of what is to be learned: the points, what is seen of them, and the loss. Other learners do
        equally well where it is equal."""
        text = self.to_text()
        names = (*DataSettings.declared(), "features", "formula", "loss")
        return sha256("&".join(text[name] for name in names).encode()).hexdigest()[:16]

    @property
    def outputs(self) -> int:
        """The number of output neurons."""
        return max(self.data.classes, 2) if self.loss == "cross_entropy" else 1

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the network's inputs: its features, or all columns of a table. Those of a person's own are
        numbers, so that weights stay when a column gets another name."""
        columns = self.data.all_columns
        if columns and self.dataset == "own":
            return tuple(f"column {number}" for number in range(1, len(columns) + 1))
        return columns or self.features

    def input_label(self, name: str) -> str:
        """Returns the name of an input as a person reads it."""
        columns = self.data.all_columns
        return columns[self.inputs.index(name)] if columns else FEATURES[name].label

    def inputs_at(self, points: Floats) -> NDArray[np.float32]:
        """Returns what the network sees at points (M, 2) of the plane, as (M, D)."""
        if self.data.all_of:
            return lifted(self.data.all_of, points).astype(np.float32)
        return feature_values(self.features, points, self.formula)

    def inputs_of(self, split: Split) -> NDArray[np.float32]:
        """Returns what the network sees of drawn points, as (N, D)."""
        return split.rows.astype(np.float32) if self.data.all_of else self.inputs_at(split.points)

    def shown_at(self, points: Floats) -> NDArray[np.float32]:
        """Returns the values of ``shown_inputs`` at points (M, 2) of the plane, as (M, inputs)."""
        if self.data.all_of:
            return self.inputs_at(points)[:, :MOST_DRAWN]
        return feature_values(self.shown_inputs, points, self.formula)

    @property
    def drawn_inputs(self) -> int:
        """How many of the network's inputs a picture draws: of many columns the first ones."""
        return len(self.inputs[:MOST_DRAWN])

    @property
    def shown_inputs(self) -> tuple[str, ...]:
        """The inputs that a picture offers: the usual ones, and of the others those that are chosen; of all columns
        the first ones."""
        if self.data.all_of:
            return self.inputs[:MOST_DRAWN]
        offered = [name for name in USUAL_FEATURES if name in OF_X or not self.data.is_curve]
        return tuple(name for name in FEATURES if name in offered or name in self.features)

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
    def drops(self) -> bool:
        """Whether updates leave out outputs of hidden neurons."""
        return self.dropout > 0 and bool(self.hidden_sizes)

    @property
    def is_chain(self) -> bool:
        """Whether layers and activations follow each other and nothing else is between them."""
        return self.normalization == "none" and not self.drops and not any(self.skipped)

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
        return 4 * COPIES * (vectors * max(parameters, padded_to) + points * (len(self.inputs) + self.outputs))

    def title(self) -> str:
        return f"{self.data.label} {'-'.join(map(str, self.sizes))}"

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of neurons in each hidden layer, and of outputs."""
        return (len(self.inputs), *self.hidden_sizes, self.outputs)

    @property
    def units(self) -> list[list[str]]:
        """The names of the inputs, of the neurons of each hidden layer, and of the outputs."""
        hidden = [[f"{layer}.{number + 1}" for number in range(n)] for layer, n in enumerate(self.hidden_sizes, 1)]
        outputs = [f"output {number + 1} of {self.outputs}" for number in range(self.outputs)]
        return [list(self.inputs), *hidden, outputs]

    def demands(self) -> dict[str, int]:
        return {
            "parameters": sum(map(prod, self.shapes().values())),
            "points": self.data.size,
        }

    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for index, (inputs, outputs) in enumerate(pairwise(self.sizes)):
            found |= {f"layers.{index}.weight": (outputs, inputs), f"layers.{index}.bias": (outputs,)}
        for index, neurons in enumerate(self.hidden_sizes if self.normalization != "none" else ()):
            found |= {f"norms.{index}.weight": (neurons,), f"norms.{index}.bias": (neurons,)}
        return found

    @classmethod
    def phrase(cls, name: str, value: Any) -> str:
        if name in INTERVENTIONS:
            return f"{cls.settings()[name].label}: {_listed(value)}"
        if name == "own":
            return f"Own points: {own_size(value):,}" if value else "Own points: those to begin with"
        return super().phrase(name, value)

    def edit_words(self, edit: Edit) -> str | None:
        if edit.target in INTERVENTIONS:
            return f"{self.settings()[edit.target].label.lower()}: {_listed(edit.value)}"
        if edit.target == "own":
            return self.phrase("own", edit.value).lower()
        found = _PARAMETER.fullmatch(edit.target)
        if found is None:
            anew = ", its memory anew" if edit.target == "optimizer" else ""
            words = super().edit_words(edit)
            return words and words + anew
        layer, part, index = found.groups()
        path = " → ".join(str(int(place) + 1) for place in reversed(index.split(",")))
        return f"{part} {path} in layer {int(layer) + 1} set to {edit.value:.6g}"

    def conflicts(self) -> list[Problem]:
        found = self.data_conflicts()
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
        if self.normalization == "batch" and self.batch == 1 and self.hidden_sizes:
            message = "'batch' has nothing to compare in a batch of 1; use none or layer, or batches of 2 and more"
            found.append(Problem("normalization", message))
        for name in INTERVENTIONS:
            gone = [part for part in getattr(self, name) if part not in self._still(name, self)]
            if gone:
                layers = self.hidden_sizes if name == "zeroed" else self.sizes[1:]
                why = f"there is no {named(gone[0])} of {layers}"
                if is_part(gone[0], self.units[:-1]) and name == "zeroed":
                    why = f"a skip carries the output of {named(gone[0])} past the next one; switch skips off first"
                found.append(Problem(name, why))
        return found

    def _still(self, name: str, former: Self) -> tuple[Part, ...]:
        """Returns what ``former`` holds by the setting ``name`` of the places that this network has."""
        units = self.units[:-1] if name == "zeroed" else self.units
        held = [part for part in getattr(former, name) if is_part(part, units)]
        return tuple(part for part in held if name != "zeroed" or not self._is_carried(part))

    def _is_carried(self, neuron: Part) -> bool:
        """Whether a skip goes out from a hidden neuron, by layer and place from 1."""
        return neuron[0] < len(self.hidden_sizes) and self.skipped[neuron[0]]

    def after(self, target: str, value: Any) -> Self:
        return super().after(target, value).following(self)

    def following(self, former: Self) -> Self:
        """What is held counts by place: it goes with its neurons, unless it has been chosen anew."""
        if self.units == former.units:
            return self
        found: dict[str, Any] = {}
        for name in INTERVENTIONS:
            if getattr(self, name) == self._still(name, former):
                held = moved(getattr(former, name), former.units, self.units)
                found[name] = tuple(part for part in held if name != "zeroed" or not self._is_carried(part))
        return replace(self, **found)

    def losses(self) -> tuple[str, ...]:
        """Returns the losses that fit the dataset, the usual one first."""
        classes = self.data.classes
        if classes == 0:
            return ("squared_error", "absolute_error")
        return ("cross_entropy",) if classes > 2 else tuple(LOSSES)

    def settled(self, name: str) -> Any:
        if name in INTERVENTIONS:
            return self._still(name, self)
        if name == "own_classes":
            return min(max(highest_label(self.own) + 1, 2), MOST_CLASSES)
        if name == "batch_size":
            return min(super().settled(name), self.train_size)
        return self.losses()[0] if name == "loss" else super().settled(name)


def _listed(parts: Sequence[Part]) -> str:
    return ", ".join(map(named, parts)) or "none"
