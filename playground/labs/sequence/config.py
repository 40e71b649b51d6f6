"""The choices of the sequence lab. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from playground.hyperparameters import batch_size, data_seed, learning_rate, optimizer, seed
from playground.kinds import Choice, ConfigError, Flag, Integer, Maybe, Number, Option, Text, short
from playground.labs.sequence import own
from playground.labs.sequence.tasks import DRAWN, TASKS, TESTED, Task, task_of
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

MOST_HIDDEN = 64


CELLS = {
    "rnn": Option(label="RNN", formula="h = tanh(W x + U h + b)"),
    "lstm": Option(label="LSTM", formula="c = f·c + i·g, h = o·tanh(c)"),
    "gru": Option(label="GRU", formula="h = (1 − z)·n + z·h"),
    "bag": Option(label="Bag of words", formula="h = h + W x + b: a sum, which knows no order"),
}
GATES = {"bag": "a", "rnn": "n", "lstm": "ifgo", "gru": "rzn"}
MATCHES = {
    "hidden": Option(label="Hidden units", formula="every cell has as many as are set"),
    "parameters": Option(label="Parameters", formula="as many units as give the parameters of such an LSTM"),
}
PANELS = {
    "cell": Option(label="Cell", formula="the formulas of one unit at one step"),
    "units": Option(label="Units", formula="what every unit goes with, and what it is worth"),
    "states": Option(label="States", formula="all hidden states in two principal components"),
    "free": Option(label="Free run", formula="what it says when it reads its own answers"),
    "lengths": Option(label="Lengths", formula="accuracy by the length of the sequence"),
    "attention": Option(label="Attention", formula="where the decoder looks"),
}
OWN_SIZE = 7 * own.MOST  # characters of a series


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: a test example or what they ``typed``; one step (None: the last target's), one unit."""

    panel: str = setting("cell", Choice(PANELS), "Panel")
    example: int = setting(0, Integer(0, TESTED - 1), "Test example")
    typed: str = setting("", Text(400), "Typed")
    at: int | None = setting(None, Maybe(Integer(0, 255)), "Step")
    unit: int = setting(0, Integer(0, MOST_HIDDEN - 1), "Unit")
    temperature: float = setting(0.0, Number(0, 5), "Temperature")
    draw: int = setting(0, Integer(0, 2**31 - 1), "Draw")


@dataclass(frozen=True)
class SequenceConfig(RunConfig):
    """A recurrent network on sequences."""

    lab: ClassVar[str] = "sequence"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "cell": "rnn,lstm,gru",
        "task": "sentiment,recall,depth",
        "forget_bias": "0,1,3,5",
        "hidden": "4,16,32",
        "attention": "off,on",
        "length": "10,20,40",
        "learning_rate": "0.001,0.003,0.01",
    }

    task: str = setting("sentiment", Choice(TASKS), "Task", help="What the network reads, and what it is to say.")
    length: int = setting(
        20,
        Integer(2, 100),
        "Length",
        usual=(5, 10, 20, 40, 80),
        help="How long a sequence of the task is.",
        quiet=True,
    )
    mixed: bool = setting(
        False,
        Flag(),
        "Shorter ones too",
        help="Off: all sequences are of that length. On: of every length from 1 to that, in training and in tests. "
        "Short ones show the rule, long ones follow.",
        quiet=True,
    )
    series: str = setting("", Text(OWN_SIZE), "Your own series", help="Its values, for that task.", quiet=True)
    text: str = setting("", Text(own.LONGEST), "Your own text", help="Its letters, for that task.", quiet=True)
    cell: str = setting("rnn", Choice(CELLS), "Cell", help="What makes the next state of the last one and the input.")
    hidden: int = setting(
        24, Integer(1, MOST_HIDDEN), "Hidden units", usual=(4, 8, 16, 24, 32, 64), help="Numbers in the state h."
    )
    match: str = setting("hidden", Choice(MATCHES), "Equal in", help="What is equal when cells are compared.")
    forget_bias: float = setting(
        1.0,
        Number(-10, 10),
        "Forget bias",
        usual=(0.0, 1.0, 3.0, 5.0),
        help="Bias, at the start, of the gate that keeps the old state: f of an LSTM, z of a GRU.",
    )
    attention: bool = setting(
        False,
        Flag(),
        "Attention",
        help="At every step the decoder looks back at all states of the encoder.",
        quiet=True,
    )
    seed: int = seed("Which initial weights are drawn, and in which order the sequences come.")
    data_seed: int = data_seed("Which sequences are drawn, and which of them test.", "sequences")
    optimizer: str = optimizer()
    learning_rate: float = learning_rate(0.01, (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3))
    clip: float = setting(
        1.0,
        Number(0, 1000),
        "Clip gradient",
        live=True,
        usual=(0.0, 0.1, 1.0, 10.0),
        help="The longest gradient of an update; a longer one is shortened to it. 0: never.",
    )
    truncate: int = setting(
        0,
        Integer(0, 100),
        "Truncate after",
        live=True,
        usual=(0, 1, 5, 10, 20),
        help="Steps after which no gradient goes further back. 0: all the way.",
    )
    batch_size: int = batch_size(32, (1, 8, 16, 32, 64, 128), "Sequences")
    zeroed: str = setting("", Text(200), "Zeroed units", live=True, quiet=True, help="Units whose h is 0: 3,5.")
    clamped: str = setting(
        "", Text(100), "Clamped gates", live=True, quiet=True, help="Gates that are fixed, such as f=1,i=0."
    )

    @property
    def what(self) -> Task:
        """The task."""
        return task_of(self.task, self.own)

    @property
    def own(self) -> str:
        """The person's own series or text, or ours until there is one; empty for a task that draws by rule."""
        if self.task == "own_series":
            return self.series or own.SERIES
        return (self.text or own.TEXT) if self.task == "own_text" else ""

    @property
    def is_unaligned(self) -> bool:
        """Whether an encoder reads before a decoder writes."""
        return self.what.shape == "unaligned"

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers in an input of the cell, in an output, and in an input of the encoder, 0 where there is none."""
        task = self.what
        if task.is_series:
            return 1, 1, 0
        if self.is_unaligned:
            return len(task.says), len(task.says), len(task.reads)
        return len(task.reads), len(task.says), 0

    @property
    def units(self) -> int:
        """Hidden units. At equal parameters, as many as come nearest to the parameters of the LSTM."""
        if self.match == "hidden" or self.cell == "lstm":
            return self.hidden
        wanted = self.count("lstm", self.hidden)
        return min(range(1, 4 * MOST_HIDDEN), key=lambda units: abs(self.count(self.cell, units) - wanted))

    def count(self, cell: str, units: int) -> int:
        """The parameters of a network of that cell with so many units."""
        return sum(map(prod, self._shapes(cell, units).values()))

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return self._shapes(self.cell, self.units)

    def _shapes(self, cell: str, units: int) -> dict[str, tuple[int, ...]]:
        size, classes, source = self.sizes
        found: dict[str, tuple[int, ...]] = {}
        rows = len(GATES[cell]) * units
        for name, width in (("encoder", source), ("cell", size)):
            if width:
                found |= {f"{name}.weight_ih": (rows, width), f"{name}.weight_hh": (rows, units)}
                found |= {f"{name}.bias_ih": (rows,), f"{name}.bias_hh": (rows,)}
        if self.attention:
            found |= {"attention.weight": (units, units), "mixed.weight": (units, 2 * units), "mixed.bias": (units,)}
        return found | {"output.weight": (classes, units), "output.bias": (classes,)}

    @property
    def silent(self) -> list[int]:
        """The units whose h is always 0."""
        return [int(unit) for unit in self.zeroed.split(",") if unit]

    @property
    def gates(self) -> dict[str, float]:
        """The gates that are fixed, with their values."""
        return {
            name: float(value) for name, _, value in (each.partition("=") for each in self.clamped.split(",") if each)
        }

    @property
    def steps_per_epoch(self) -> float:
        return DRAWN / self.batch_size

    def title(self) -> str:
        return f"{self.what.label}, {CELLS[self.cell].label} of {self.units}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values())), "points": DRAWN}

    def training_bytes(self) -> int:
        """Weights with gradient and an optimizer's vectors, the data, and what a batch leaves behind."""
        return (
            super().training_bytes() + 16 * DRAWN * self.length + 64 * self.batch_size * 2 * self.length * self.units
        )

    def conflicts(self) -> list[Problem]:
        found = []
        limits = self.what.length
        if limits is not None and not limits[0] <= self.length <= limits[1]:
            message = f"{self.length} is not from {limits[0]} to {limits[1]} {self.what.span}"
            found.append(Problem("length", message))
        if self.mixed and not self.what.mixes:
            found.append(Problem("mixed", f"{self.what.label} is not of one length"))
        check = {"own_series": own.problem_of_series, "own_text": own.problem_of_text}.get(self.task)
        problem = check(self.own, self.length) if check else None
        if problem:
            found.append(Problem("task", problem))
        if self.attention and not self.is_unaligned:
            found.append(Problem("attention", f"{self.what.label} has no encoder to look back at"))
        return [*found, *self._strange_edits()]

    def _strange_edits(self) -> list[Problem]:
        names = [str(unit) for unit in range(self.units)]
        unknown = [unit for unit in self.zeroed.split(",") if unit and unit not in names]
        if unknown:
            return [Problem("zeroed", f"there is no unit {short(unknown[0])!r}; use 0 to {self.units - 1}")]
        try:
            for name, value in self.gates.items():
                if name not in GATES[self.cell] or not name:
                    raise ConfigError(name)
                Number(-1, 1).check(value)
        except ValueError:
            allowed = ", ".join(GATES[self.cell])
            return [
                Problem(
                    "clamped",
                    f"{short(self.clamped)!r} fixes no gate; use such as {GATES[self.cell][0]}=1, of {allowed}",
                )
            ]
        return []

    def settled(self, name: str) -> Any:
        limits = self.what.length
        if name == "length" and limits is not None:
            return min(max(self.length, limits[0]), limits[1])
        return super().settled(name)
