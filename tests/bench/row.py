"""One line of the benchmark: a measure, its peer, and what it should reach."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` in ``unit`` beside a peer's ``reference``; it should reach a ratio or a limit in that unit."""

    name: str
    value: float
    unit: str
    reference: float
    peer: str
    at_least: float | None = None
    at_most: float | None = None
    limit: float | None = None

    @property
    def ratio(self) -> float:
        return self.value / self.reference

    @property
    def reached(self) -> bool:
        return (
            (self.at_least is None or self.ratio >= self.at_least)
            and (self.at_most is None or self.ratio <= self.at_most)
            and (self.limit is None or self.value <= self.limit)
        )

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": self.ratio, "reached": self.reached}

    def __str__(self) -> str:
        bounds = [f"≥ {self.at_least:.2f}×"] if self.at_least is not None else []
        bounds += [f"≤ {self.at_most:.2f}×"] if self.at_most is not None else []
        bounds += [f"≤ {self.limit:g} {self.unit}"] if self.limit is not None else []
        mark = "reached" if self.reached else "MISSED "
        value = f"{self.value:,.4g} {self.unit}"
        return f"{mark}  {self.name:<55} {value:>16}   {self.ratio:7.2f}× {self.peer} (to reach {', '.join(bounds)})"
