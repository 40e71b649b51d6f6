"""The labs: one file each, the whole story from top to bottom.

An experiment has a few verbs: ``advance``, ``observe``, ``apply``, ``state`` and ``restore``; see ``Experiment``.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from playground.labs.compare import CompareExperiment
from playground.labs.map import MapExperiment
from playground.labs.mlp import MLPExperiment
from playground.labs.race import RaceExperiment
from playground.run import Edit, Snapshot, View
from playground.training.probes import History


class Experiment(Protocol):
    """A run that is being trained. Everything it knows can be rebuilt from its configuration and edits."""

    step: int
    edits: int  # made so far
    notice: str | None
    history: History  # its measurements, for the curves

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        ...

    def metrics(self) -> Mapping[str, float | None]:
        """``train_loss``, ``test_loss`` and what else the lab measures; None for what is not finite."""
        ...

    def record(self) -> None:
        """Add the present measurements to the history."""
        ...

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent; → updates done."""
        ...

    def prepare(self) -> None:
        """Do now what would make the first ``advance`` slow. Leaves the run as it was."""
        ...

    def observe(self, run_id: str, view: View) -> Snapshot:
        """What ``view`` asks for, as copies. Leaves the run as it was."""
        ...

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting or one number of a parameter now. Raises ConfigError, changing nothing."""
        ...

    def has_faster(self) -> bool | None:
        """Whether a faster loop can be taken now, as the edit of the ``tier``; None while it is being made."""
        ...

    def state(self) -> dict[str, Any]:
        """All that training needs to go on from here: ``step``, ``edits``, and the lab's own arrays in NumPy."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        ...

    def close(self) -> None:
        """End what was started for this run alone."""
        ...

    def parameters_sha256(self) -> str:
        """The hash of all parameters' bytes: equal hashes, equal networks."""
        ...


LABS: dict[str, Callable[[Any], Experiment]] = {
    "mlp": MLPExperiment,
    "race": RaceExperiment,
    "map": MapExperiment,
    "compare": CompareExperiment,
}
