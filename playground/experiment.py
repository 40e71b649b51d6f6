"""The contract of a run in training, which every lab's experiment keeps."""

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Protocol

from playground.kinds import ConfigError
from playground.run import Edit, Snapshot, View
from playground.training.history import History


class Experiment(Protocol):
    """A run in training. Its state is determined by its configuration and edits.

    Inherit from it: the methods at the end have default bodies. Those for the state suit a lab that trains one
    ``network`` with any ``optimizers``; several networks form an ``nn.ModuleDict``.
    """

    step: int
    edits: int  # number of edits so far
    notice: str | None  # why training stopped early
    history: History  # its measurements, for the curves
    network: Any = None  # an nn.Module
    optimizers: Mapping[str, Any] = MappingProxyType({})  # torch.optim.Optimizer, by any names

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        ...

    def metrics(self) -> Mapping[str, float | None]:
        """Returns the lab's metrics at this step by name: None where not finite, missing where they do not apply.

        Measures them, unless that is done.
        """
        ...

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates or about ``budget_s`` seconds, whichever ends first.

        Returns the number of updates done.
        """
        ...

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns copies of the panels of ``view``. Does not change the run.

        The scene may name ``baselines``: ``{"label": "guessing", "value": 0.69, "axes": "loss"}``, a reference value
        for the metrics on these axes. ``runs.timeline`` adds the measurements so far and the list of metrics.
        """
        ...

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting or one element of a parameter. Raises ConfigError, changing nothing."""
        ...

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume training: ``step``, ``edits``, and the lab's NumPy arrays.

        By default these are the parameters and buffers of the ``network`` and the state of its ``optimizers``.
        """
        from playground.training.state import training_state  # imports torch, as all experiments do

        return {"step": self.step, "edits": self.edits, **training_state(self.network, self.optimizers)}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of a run with the same configuration and live edits."""
        from playground.training.state import restore_training

        self.step, self.edits, self.notice = state["step"], state["edits"], None
        restore_training(self.network, self.optimizers, state)

    def parameters(self) -> Any:
        """Returns a copy of all parameters as one vector (P,), float32: those of the ``network``, else the entry
        ``parameters`` of ``state``."""
        if self.network is None:
            return self.state()["parameters"]
        from playground.training.state import parameters_of

        return parameters_of(self.network)

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        """Returns the newest metrics and the step at which they were measured, an earlier one in a lab that limits
        measuring by a ``training.measure.Meter``."""
        return self.step, self.metrics()

    def record(self) -> None:
        """Add a row with the measurements at this step to the history."""
        step, metrics = self.measured()
        self.history.add(self.history.row(self.step, self.epoch, metrics if step == self.step else {}))

    def write(self, look: Any, count: int | None = None) -> str:
        """Returns ``count`` characters that the network writes, as the lab's ``look`` says: its prompt, how a
        character is drawn. Raises ConfigError in a lab that writes no text."""
        raise ConfigError("a run of this lab writes no text")

    def prepare(self) -> None:
        """Warm up, so that the first ``advance`` is as fast as the others. Does not change the run."""
        return

    def has_faster(self) -> bool | None:
        """Returns whether a faster loop is ready, to be taken by an edit of ``tier``; None while it is being made."""
        return False

    def why_not_faster(self) -> str:
        """Returns in words why this run has no faster loop; empty where it has one, or none is known."""
        return ""

    def details(self) -> Mapping[str, Any]:
        """Returns further results for the command line, as JSON, by names that no metric has."""
        return {}

    def has_diverged(self) -> bool:
        """Whether a metric is no longer finite."""
        return None in self.metrics().values()

    def close(self) -> None:
        """Stop processes started for this run."""
        return

    def parameters_sha256(self) -> str:
        """Returns the hash of all parameters and buffers: equal hashes, equal networks."""
        if self.network is None:
            return hashlib.sha256(self.parameters().tobytes()).hexdigest()
        from playground.training.state import sha256

        return sha256(self.network)
