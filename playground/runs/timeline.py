"""A run with time travel: its experiment at some step, checkpoints before it, edits after it.

Any step of a run can be computed again from its value. Checkpoints make that quick: they are spaced evenly over the
run, in bounded memory, and the computation starts from the nearest one before the wanted step.
"""

import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any, NamedTuple

import numpy as np

from playground.experiment import Experiment
from playground.kinds import ConfigError, Integer
from playground.lab import LABS, experiment_of
from playground.run import Edit, Run, RunConfig, Snapshot, View, element
from playground.settings import redraws, renewals
from playground.training.history import History

MEMORY_BYTES = 16 * 2**20  # of one run's checkpoints, by default
MOST_CHECKPOINTS = 512  # about 2 MB for a small network, so that thirty users stay cheap too
OVERHEAD_BYTES = 64  # of each object in a checkpoint, beside the bytes of its arrays
MOST_MARKS = 60  # newest edits shown on the page
NOT_COMPILED = (
    "This run once went on with a compiled loop, which cannot be made here; it is computed with the traced one, so "
    "the last bits of its numbers may differ."
)


class Checkpoint(NamedTuple):
    """The ``state`` of an experiment after ``step`` updates and the first ``edits`` edits."""

    step: int
    edits: int
    size_bytes: int
    state: Mapping[str, Any] | None  # None for the state of a fresh experiment


START = Checkpoint(0, 0, 0, None)


class Timeline:
    """``run`` at its start, or computed up to ``step``, optionally from a ``checkpoint`` of it.

    ``furthest`` is the last step reached so far. Training on from ``step`` replays the steps up to it exactly; an
    edit discards them. Checkpoints take ``memory_bytes`` at most: the larger each is, the wider their spacing.
    ``warning`` says why the numbers may differ from the original run's in the last bits.
    """

    def __init__(
        self, run: Run, checkpoint: Mapping[str, Any] | None = None, step: int = 0, furthest: int = 0
    ) -> None:
        self.run = run
        self.furthest = furthest
        self.experiment: Experiment = experiment_of(run.config)
        self.warning: str | None = None
        self.trained_s = 0.0  # spent in ``advance``
        self._spacing = 1
        self._memory_bytes = MEMORY_BYTES
        self._checkpoints = [START]
        if checkpoint is not None:
            kept = {name: value for name, value in checkpoint.items() if name != "history"}
            self._checkpoints.append(_checkpoint(kept))
            self.furthest = max(furthest, kept["step"])
            if "history" in checkpoint:
                self.experiment.history = History(self.experiment.history.columns, checkpoint["history"])
        if step:
            self.reach(step)

    @property
    def step(self) -> int:
        """Updates done."""
        return self.experiment.step

    @property
    def memory_bytes(self) -> int:
        """Limit of all checkpoints together; lowering it drops some."""
        return self._memory_bytes

    @memory_bytes.setter
    def memory_bytes(self, most: int) -> None:
        self._memory_bytes = most
        self._thin()

    def advance(self, steps: int | None = None, budget_s: float | None = None, until: int | None = None) -> None:
        """Train for ``steps`` updates or about ``budget_s`` seconds, and not beyond step ``until``.

        Edits of the run are applied at their steps. Where one needs a compiled loop that is still being made, a call
        with a budget stops there; one without waits for it.
        """
        started, last = time.perf_counter(), None if steps is None else self.step + steps
        end_s = None if budget_s is None else started + budget_s
        if until is not None:
            last = until if last is None else min(last, until)
        while True:
            ahead = self._next_edit()
            left_s = None if end_s is None else max(end_s - time.perf_counter(), 0.0)
            goals = [goal for goal in (last, ahead.step if ahead else None) if goal is not None]
            count = max(min(goals) - self.step, 0) if goals else None
            self.experiment.advance(count, left_s)
            if ahead is None or self.step != ahead.step or not self._make_due_edits(end_s) or self.step == last:
                break
            if end_s is not None and time.perf_counter() >= end_s:
                break
        self.furthest = max(self.furthest, self.step)
        self.trained_s += time.perf_counter() - started
        self._keep()

    def seek(self, step: Any, budget_s: float | None = None) -> bool:
        """Go to ``step``, a whole number from 0 to ``furthest``, for about ``budget_s`` seconds.

        Returns whether it has arrived; if not, call it again. Raises ConfigError, changing nothing.
        """
        return self.reach(self.checked(step), budget_s)

    def checked(self, step: Any) -> int:
        """Returns ``step`` if ``seek`` accepts it. Raises ConfigError."""
        try:
            return Integer(0, self.furthest).check(step)
        except ConfigError as error:
            raise ConfigError(f"step: {error}, which is as far as this run has come") from None

    def reach(self, step: int, budget_s: float | None = None) -> bool:
        """Like ``seek``, also beyond ``furthest``. Returns True, too, where training has stopped early."""
        index = bisect_right(self._checkpoints, step, key=lambda kept: kept.step) - 1
        if not self._checkpoints[index].step <= self.step <= step:
            self._restore(self._checkpoints[index], is_patient=budget_s is None)
        if self.step < step or self.is_due:
            self.advance(until=step, budget_s=budget_s)
        is_there = not self.is_due and (self.step == step or self.experiment.notice is not None)
        if is_there:
            self.measure()
        return is_there

    def measure(self) -> None:
        """Measure and record the current step, however recent the last measurement is."""
        self.experiment.metrics()
        self.experiment.record()

    @property
    def is_due(self) -> bool:
        """Whether an edit at the current step is not yet applied."""
        ahead = self._next_edit()
        return ahead is not None and ahead.step == self.step

    def apply(self, target: str, value: Any) -> tuple[Edit, int]:
        """Apply an edit at the current step. Returns the edit and the number of edits before it.

        Edits and measurements after this step are discarded. Raises ConfigError, changing nothing.
        """
        if target == "tier" and self.step < self.furthest:
            raise ConfigError("tier: it does not change in the past")
        after = self.experiment.edits
        edit = self.experiment.apply(target, value)
        self.run = self.run.edited(edit, after)
        self.furthest = self.step
        self.experiment.history.cut(self.step)
        self.experiment.record()
        while self._checkpoints[-1].step > self.step or self._checkpoints[-1].edits > after:
            self._checkpoints.pop()
        return edit, after

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns the panels of ``view``, with ``furthest``, ``drawn`` and the edits in words as ``marks``.

        The panels ``curves`` and ``scene`` come with the measurements so far, ``curves`` (H, columns), and their
        ``columns``. A scene adds the lab's metrics, unless the experiment states its own, and the seeds.
        """
        snapshot = self.experiment.observe(run_id, view)
        count = bisect_right(self.run.edits, self.furthest, key=lambda edit: edit.step)
        edits = self.run.edits[max(count - MOST_MARKS, 0) : count]
        words = [(edit.step, self.run.config.edit_words(edit)) for edit in edits]
        info = {
            **snapshot.info,
            "furthest": self.furthest,
            "drawn": self.drawn,
            "marks": [(step, text) for step, text in words if text is not None],
            "is_due": self.is_due,
            "warning": self.warning,
        }
        arrays = dict(snapshot.arrays)
        if self.step < self.furthest:
            info.pop("ready", None)
        if view.panels & {"curves", "scene"}:
            history = self.experiment.history
            info["columns"], arrays["curves"] = history.columns, history.array().astype(np.float32)
            arrays["curves"].flags.writeable = False
        if "scene" in info:
            config = self.run.config_after(self.experiment.edits)
            seeds = [
                {"name": name, "value": getattr(config, name), **asdict(button)}
                for name, button in renewals(config.settings()).items()
            ]
            info["scene"] = {**LABS[self.run.lab].declaration(), "seeds": seeds, **info["scene"]}
        return replace(snapshot, info=info, arrays=arrays)

    @property
    def drawn(self) -> int:
        """How many edits so far have altered the scene."""
        known = self.run.config.settings()
        return sum(redraws(known, [edit.target]) for edit in self.run.edits[: self.experiment.edits])

    def state(self) -> dict[str, Any]:
        """Returns a checkpoint of this moment, with the measurements so far; another process can resume from it."""
        return {**self.experiment.state(), "history": self.experiment.history.array()}

    def _next_edit(self) -> Edit | None:
        done = self.experiment.edits
        return self.run.edits[done] if done < len(self.run.edits) else None

    def _make_due_edits(self, end_s: float | None) -> bool:
        """Apply the edits of the current step, until ``end_s`` on the clock. Returns whether all are applied."""
        while (ahead := self._next_edit()) is not None and ahead.step == self.step:
            if not self._repeat(ahead, is_patient=end_s is None):
                return False
            if end_s is not None and time.perf_counter() >= end_s:
                break
        return not self.is_due

    def _repeat(self, edit: Edit, is_patient: bool) -> bool:
        """Apply an edit of the run. Returns False where it needs a compiled loop that is still being made, unless
        ``is_patient``. Where that loop cannot be made, the run continues with the traced one."""
        if edit.target == "tier" and self.warning is None and not is_patient:
            there = self.experiment.has_faster()
            if there is None:
                return False
            self.warning = None if there else NOT_COMPILED
        try:
            if edit.target != "tier" or self.warning is None:
                self.experiment.apply(edit.target, edit.value)
                return True
        except ConfigError:
            if edit.target != "tier":
                raise
        self.warning = NOT_COMPILED
        self.experiment.edits += 1
        return True

    def _restore(self, checkpoint: Checkpoint, is_patient: bool) -> None:
        """Replace the experiment by a fresh one at ``checkpoint``, with the edits before it and all measurements; by
        one at step 0 where it needs a compiled loop that is still being made."""
        history = self.experiment.history
        self.experiment.close()
        self.experiment = experiment_of(self.run.config)
        edits = _in_force(self.run.config, self.run.edits[: checkpoint.edits])
        if not all(self._repeat(edit, is_patient) for edit in edits):
            self.experiment.close()
            self.experiment, self._checkpoints = experiment_of(self.run.config), [START]
        elif checkpoint.state is not None:
            self.experiment.restore(checkpoint.state)
        self.experiment.history = history

    def _keep(self) -> None:
        """Add a checkpoint of this moment, if the last is far enough behind."""
        if self.step - self._checkpoints[-1].step < self._spacing or self.experiment.notice is not None:
            return
        self._checkpoints.append(_checkpoint(self.experiment.state()))
        self._thin()

    def _thin(self) -> None:
        """Drop every second checkpoint, but not the start, until the rest fits the limits."""
        while len(self._checkpoints) > 1 and (
            len(self._checkpoints) > MOST_CHECKPOINTS
            or sum(kept.size_bytes for kept in self._checkpoints) > self._memory_bytes
        ):
            self._spacing = max(2 * self._checkpoints[-1].step // (len(self._checkpoints) - 1), 1)
            self._checkpoints = self._checkpoints[::2]


def _in_force(config: RunConfig, edits: Sequence[Edit]) -> list[Edit]:
    """Returns the ``edits`` that a checkpoint lacks: the last one of every setting, and of those that settle others
    all, with what was before them. Its state has the parameters."""
    known, settled = config.settings(), list[Edit]()
    last: dict[str, Edit] = {}
    for edit in edits:
        if element(edit.target) is not None:
            continue
        last.pop(edit.target, None)  # to order by each setting's last edit
        last[edit.target] = edit
        if edit.target in known and known[edit.target].goes_on:
            tier = last.pop("tier", None)
            settled, last = [*settled, *last.values()], {} if tier is None else {"tier": tier}
    return [*settled, *last.values()]


def _checkpoint(state: Mapping[str, Any]) -> Checkpoint:
    return Checkpoint(state["step"], state["edits"], size_bytes(state), state)


def size_bytes(state: Any) -> int:
    """Returns an estimate of a state's memory: its arrays, in nested mappings, lists and tuples."""
    if isinstance(state, Mapping):
        return OVERHEAD_BYTES + sum(size_bytes(value) for value in state.values())
    if isinstance(state, list | tuple):
        return OVERHEAD_BYTES + sum(size_bytes(value) for value in state)
    return OVERHEAD_BYTES + int(getattr(state, "nbytes", 0))
