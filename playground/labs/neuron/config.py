"""The choices of the lab of one neuron."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

from playground.catalog import ACTIVATIONS, OPTIMIZERS
from playground.hyperparameters import seed
from playground.kinds import Choice, Flag, Integer, Maybe, Number, Option
from playground.labs.neuron.tables import TABLES, Table
from playground.run import Edit, RunConfig, element
from playground.settings import Problem, Settings, setting

MAX_HIDDEN = 6
_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
MOST_ROWS = max(table.size for table in TABLES.values())
SMALLEST_STEP = 10  # of a finite difference: 10⁻¹⁰

LOSSES = {
    "squared_error": Option(label="Squared error", formula="½ (a − t)²"),
    "cross_entropy": Option(label="Cross-entropy", formula="−t ln a − (1 − t) ln(1 − a); of classes −ln aₜ"),
}
RULES = {
    "gradient": Option(label="Gradient", formula="w ← w − η g,  a = 1 / (1 + e⁻ᶻ)"),
    "perceptron": Option(label="Perceptron", formula="w ← w + η (t − a) x,  a = 1 where z > 0, else 0"),
}


def _batches(config: Any) -> list[int]:
    """One row, a few, all."""
    return [size for size in (1, 2, 4, 32) if size < config.table.size] + [config.table.size]


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: the arithmetic of one row, or (None) of the next update.

    ``sums`` are those of every row, in all neurons. ``check`` is the place of a parameter among all of them, whose
    gradient is to be checked by a finite difference with a step of 10 to the minus ``power``.
    """

    example: int | None = setting(None, Maybe(Integer(0, MOST_ROWS - 1)), "Row")
    sums: bool = setting(False, Flag(), "Sums")
    check: int | None = setting(None, Maybe(Integer(0, 10_000)), "Check")
    power: int = setting(3, Integer(1, SMALLEST_STEP), "Power")


@dataclass(frozen=True)
class NeuronConfig(RunConfig):
    """One neuron, or one behind a layer of a few hidden ones, on a small table."""

    lab: ClassVar[str] = "neuron"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "data": "and,xor",
        "hidden": "0,3",
        "activation": "sigmoid,relu",
        "rule": "gradient,perceptron",
        "optimizer": "sgd,momentum,adam",
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
    optimizer: str = setting(
        "sgd", Choice(OPTIMIZERS), "Optimizer", help="How the gradient g changes a weight w, and what it remembers."
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
        """The numbers of inputs, of hidden neurons where there are any, and of outputs."""
        return (self.table.inputs, *([self.hidden] if self.hidden else []), self.table.outputs)

    @property
    def output(self) -> str:
        """What an output neuron makes of its sum: ``step``, ``sigmoid``, ``linear`` or ``softmax``."""
        if self.rule == "perceptron":
            return "step"
        return {"binary": "sigmoid", "number": "linear", "classes": "softmax"}[self.table.task]

    @property
    def criterion(self) -> str:
        """The loss that training makes small: ``loss`` for a sigmoid, or that of another output."""
        return {"step": "perceptron", "linear": "linear_error", "softmax": "softmax"}.get(self.output, self.loss)

    @property
    def has_bowl(self) -> bool:
        """Whether a weight and a bias are all that is learned, so that the loss can be drawn over both."""
        return self.sizes == (1, 1)

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

    def has_element(self, target: Any) -> bool:
        """Whether it is an element of a parameter, or of the data: ``inputs[3,0]``, ``targets[3]``."""
        name, index = element(target) or ("", ())
        size = {"inputs": (self.table.size, self.table.inputs), "targets": (self.table.size,)}.get(name)
        if size is None:
            return super().has_element(target)
        return len(index) == len(size) and all(i < n for i, n in zip(index, size, strict=True))

    def edit_words(self, edit: Edit) -> str | None:
        found = element(edit.target)
        if found is None:
            return super().edit_words(edit)
        if found[0] in ("inputs", "targets"):
            what = "target" if found[0] == "targets" else self._name(0, found[1][1])
            return f"{what} of row {found[1][0] + 1} set to {edit.value:.6g}"
        (_, layer, part), index = found[0].split("."), found[1]
        to = self._name(int(layer) + 1, index[0])
        place = f"bias of {to}" if part == "bias" else f"weight from {self._name(int(layer), index[1])} to {to}"
        return f"{place} set to {edit.value:.6g}"

    def _name(self, layer: int, index: int) -> str:
        """What a neuron is called on the page; the inputs are layer 0."""
        is_output = layer == len(self.sizes) - 1
        if is_output and self.table.outputs == 1:
            return "output"
        return f"{'o' if is_output else 'h' if layer else 'x'}{index + 1}".translate(_SUBSCRIPTS)

    def settled(self, name: str) -> Any:
        return self.table.losses[0] if name == "loss" else super().settled(name)

    def conflicts(self) -> list[Problem]:
        found = []
        table = self.table
        if self.rule == "perceptron" and table.task != "binary":
            found.append(
                Problem("rule", f"'perceptron' tells 0 from 1, and {self.data} has other targets; use gradient")
            )
        if self.rule == "perceptron" and self.optimizer != "sgd":
            found.append(
                Problem("optimizer", f"the perceptron rule leaves no choice, so not {self.optimizer!r}; use sgd")
            )
        if self.loss not in table.losses:
            what = "a number" if table.task == "number" else f"{table.outputs} classes"
            found.append(Problem("loss", f"'{self.loss}' does not fit {self.data} ({what}); use {table.losses[0]}"))
        if self.rule == "perceptron" and self.hidden:
            found.append(
                Problem(
                    "rule",
                    f"'perceptron' cannot train {self.hidden} hidden neurons, for it has no gradient to tell them "
                    "their share of a mistake; use gradient, or 0 hidden neurons",
                )
            )
        rows = table.size
        if self.batch_size > rows:
            found.append(Problem("batch_size", f"{self.batch_size} is more than the {rows} rows; use 1 to {rows}"))
        return found
