"""The data: a few rows of numbers and what is right for each, small enough to be read as a whole.

To add one, give it an entry in ``TABLES``: the menu, the address, the command line and the tests follow.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of inputs (N, D) and their targets (N,), each 0 or 1, in the order in which they are trained on."""

    label: str
    formula: str
    rows: tuple[tuple[float, ...], ...]
    targets: tuple[float, ...]

    @property
    def inputs(self) -> int:
        """How many numbers a row has: D."""
        return len(self.rows[0])

    @property
    def size(self) -> int:
        """How many rows there are: N."""
        return len(self.rows)

    @property
    def share(self) -> float:
        """The share of the rows whose target is 1."""
        return sum(self.targets) / self.size


def _bits(label: str, formula: str, inputs: int, rule: Callable[[int], bool]) -> Table:
    """All rows of ``inputs`` bits, counted up; ``rule`` tells the target from how many of them are 1."""
    rows = tuple(product((0.0, 1.0), repeat=inputs))
    return Table(label=label, formula=formula, rows=rows, targets=tuple(float(rule(int(sum(row)))) for row in rows))


# Two clouds around (-1, -1) and (1, 1), by turns: drawn once, with a standard deviation of 0.75, and kept. The line
# x₁ + x₂ = 0 parts them; no point is nearer to it than 0.2 / √2.
_CLOUDS = (
    (-1.6, -2.0), (0.8, 1.3), (-0.1, -0.9), (0.6, 0.4), (-0.4, 0.2), (1.2, 0.1),
    (-1.7, 0.2), (1.2, -0.3), (-1.1, -1.9), (0.5, 0.6), (-1.5, -0.6), (1.0, 0.6),
    (-0.7, -0.4), (-0.2, 0.8), (-1.7, -1.1), (0.0, 1.0), (-1.0, -1.2), (0.2, 0.7),
    (-1.8, -2.0), (1.2, 0.2), (-0.1, -0.5), (-0.5, 1.2), (-1.8, -1.0), (1.0, -0.5),
)  # fmt: skip

TABLES = {
    "and": _bits("AND", "1 where both inputs are 1", 2, lambda ones: ones == 2),
    "or": _bits("OR", "1 where an input is 1", 2, lambda ones: ones >= 1),
    "xor": _bits("XOR", "1 where exactly one input is 1", 2, lambda ones: ones == 1),
    "gauss": Table(
        label="Two clouds", formula="1 for the points around (1, 1)", rows=_CLOUDS, targets=(0.0, 1.0) * 12
    ),
    "majority": _bits("Majority", "1 where two or three of three inputs are 1", 3, lambda ones: ones >= 2),
    "parity": _bits("Parity", "1 where one or three of three inputs are 1", 3, lambda ones: ones % 2 == 1),
}
