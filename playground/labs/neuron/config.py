"""The choices of the lab of one neuron."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

from playground.catalog import ACTIVATIONS
from playground.hyperparameters import seed
from playground.kinds import Choice, Integer, Maybe, Number, Option
from playground.labs.neuron.tables import TABLES, Table
from playground.run import Edit, RunConfig, element
from playground.settings import Problem, Settings, setting

MAX_HIDDEN = 6
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MOST_ROWS = max(table.size for table in TABLES.values())


LOSSES = {
    "squared_error": Option(label="Squared error", formula="½ (a − t)²"),
    "cross_entropy": Option(label="Cross-entropy", formula="−t ln a − (1 − t) ln(1 − a)"),
}
RULES = {
    "gradient": Option(label="Gradient", formula="w ← w − η g,  a = 1 / (1 + e⁻ᶻ)"),
    "perceptron": Option(label="Perceptron rule", formula="w ← w + η (t − a) x,  a = 1 where z > 0, else 0"),
}


def _batches(config: Any) -> list[int]:
    """One row, a few, all."""
    return [size for size in (1, 2, 4) if size < config.table.size] + [config.table.size]


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: the arithmetic of one row, or (None) of the next update."""

    example: int | None = setting(None, Maybe(Integer(0, MOST_ROWS - 1)), "Row")


@dataclass(frozen=True)
class NeuronConfig(RunConfig):
    """One neuron, or one behind a layer of a few hidden ones, on a small table."""

    lab: ClassVar[str] = "neuron"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "data": "and,xor",
        "hidden": "0,3",
        "activation": "sigmoid,relu",
        "rule": "gradient,perceptron",
        "loss": "squared_error,cross_entropy",
        "learning_rate": "0.1,1,10",
        "batch_size": "1,4",
    }

    data: str = setting("and", Choice(TABLES), "Data", help="What is to be learned, row by row.")
    hidden: int = setting(
        0,
        Integer(0, MAX_HIDDEN),
        "Hidden neurons",
        usual=tuple(range(MAX_HIDDEN + 1)),
        help="Neurons in the hidden layer; 0 is a single neuron.",
    )
    activation: str = setting(
        "tanh", Choice(ACTIVATIONS), "Activation", help="What a hidden neuron makes of its sum z."
    )
    rule: str = setting(
        "gradient",
        Choice(RULES),
        "Rule",
        help="How a weight changes. The perceptron rule is for a single neuron, and begins with whole numbers.",
    )
    loss: str = setting(
        "squared_error",
        Choice(LOSSES),
        "Loss",
        help="What gradient descent makes small: how far the output a is from the target t. The perceptron rule has "
        "a loss of its own.",
    )
    seed: int = seed("Which initial weights are drawn.")
    learning_rate: float = setting(
        1.0,
        Number(0, 100),
        "Learning rate",
        live=True,
        usual=(0.03, 0.1, 0.3, 1.0, 3.0, 10.0),
        help="η: how far an update goes.",
    )
    batch_size: int = setting(
        1,
        Integer(1, MOST_ROWS),
        "Batch size",
        live=True,
        usual=_batches,
        help="Rows in one update, whose mean counts.",
    )

    @property
    def table(self) -> Table:
        """The data."""
        return TABLES[self.data]

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of inputs, of hidden neurons where there are any, and of outputs, which is 1."""
        return (self.table.inputs, *([self.hidden] if self.hidden else []), 1)

    @property
    def criterion(self) -> str:
        """The loss that training makes small: ``loss``, or that of the perceptron rule."""
        return "perceptron" if self.rule == "perceptron" else self.loss

    @property
    def steps_per_epoch(self) -> float:
        """Updates in which every row has been seen once."""
        return self.table.size / self.batch_size

    @property
    def ranked_by(self) -> str | None:
        """The mistakes, which are what the perceptron rule ends with; else the loss."""
        return "mistakes" if self.rule == "perceptron" else None

    def title(self) -> str:
        words = f"{self.table.label} {'-'.join(map(str, self.sizes))}"
        return f"{words}, perceptron rule" if self.rule == "perceptron" else words

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values())), "points": self.table.size}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        found: dict[str, tuple[int, ...]] = {}
        for index, (inputs, outputs) in enumerate(pairwise(self.sizes)):
            found |= {f"layers.{index}.weight": (outputs, inputs), f"layers.{index}.bias": (outputs,)}
        return found

    def edit_words(self, edit: Edit) -> str | None:
        found = element(edit.target)
        if found is None:
            return super().edit_words(edit)
        (_, layer, part), index = found[0].split("."), found[1]
        to = self._name(int(layer) + 1, index[0])
        place = f"bias of {to}" if part == "bias" else f"weight from {self._name(int(layer), index[1])} to {to}"
        return f"{place} set to {edit.value:.6g}"

    def _name(self, layer: int, index: int) -> str:
        """What a neuron is called on the page; the inputs are layer 0."""
        if layer == len(self.sizes) - 1:
            return "output"
        return f"{'h' if layer else 'x'}{index + 1}".translate(_SUBSCRIPTS)

    def conflicts(self) -> list[Problem]:
        found = []
        if self.rule == "perceptron" and self.hidden:
            found.append(
                Problem(
                    "rule",
                    f"'perceptron' cannot train {self.hidden} hidden neurons, for it has no gradient to tell them "
                    "their share of a mistake; use gradient, or 0 hidden neurons",
                )
            )
        rows = self.table.size
        if self.batch_size > rows:
            found.append(Problem("batch_size", f"{self.batch_size} is more than the {rows} rows; use 1 to {rows}"))
        return found
