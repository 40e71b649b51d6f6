"""A run that one can go back in: its experiment at some step, checkpoints on the way there, edits that lie ahead.

Any step of a run can be computed again from its value. Checkpoints make that quick: they stand evenly over the whole
run, in bounded memory, and the nearest one before the wanted step is where the computation starts.
"""

import time
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from playground.lab import LABS, Experiment, experiment_of
from playground.run import Edit, Run, Snapshot, View
from playground.settings import ConfigError, Integer, renewals
from playground.training.history import History

MEMORY_BYTES = 16 * 2**20  # of one run's checkpoints
MOST_CHECKPOINTS = 512  # a small network has these within 2 MB, so that a class of thirty stays small too
OVERHEAD_BYTES = 2048  # of one checkpoint, beside its arrays
MOST_MARKS = 60  # the newest edits, which the page shows
NOT_COMPILED = (
    "This run once went on with a compiled loop, which cannot be made here; it is computed with the traced one, so "
    "the last bits of its numbers may differ."
)


class Timeline:
    """``run`` at ``step`` (by default at its last edit), computed from its start or from a ``checkpoint`` of it.

    ``furthest`` is how far the run has come; between ``step`` and that lies its future, which comes again in the
    same way if it is trained on, and otherwise if something is changed first. ``warning`` says why the numbers may
    not be the run's own to the last bit.
    """

    def __init__(
        self, run: Run, checkpoint: Mapping[str, Any] | None = None, step: int | None = None, furthest: int = 0
    ) -> None:
        self.run = run
        last_edit = run.edits[-1].step if run.edits else 0
        step = last_edit if step is None else step
        self.furthest = max(step, last_edit, furthest)
        self.experiment: Experiment = experiment_of(run.config)
        self.warning: str | None = None
        self._spacing = 1
        self._checkpoints = [self.experiment.state()]
        if checkpoint is not None and checkpoint["step"] <= step:
            self._restore(checkpoint)
        if checkpoint is not None and "history" in checkpoint:
            self.experiment.history = History(self.experiment.history.columns, checkpoint["history"])
        self._go_to(step)

    @property
    def step(self) -> int:
        """Updates done."""
        return self.experiment.step

    def advance(self, steps: int | None = None, budget_s: float | None = None, until: int | None = None) -> None:
        """Train for ``steps`` updates or about ``budget_s`` seconds, and not beyond step ``until``.

        Edits that lie ahead come at their steps. While the compiled loop of one of them is still being made, nothing
        is trained.
        """
        started, last = time.perf_counter(), None if steps is None else self.step + steps
        if until is not None:
            last = until if last is None else min(last, until)
        while True:
            ahead, left_s = self._next_edit(), None
            if budget_s is not None:
                left_s = max(budget_s - (time.perf_counter() - started), 0.0)
            goals = [goal for goal in (last, ahead.step if ahead else None) if goal is not None]
            count = max(min(goals) - self.step, 0) if goals else None
            self.experiment.advance(count, left_s)
            if ahead is None or self.step != ahead.step or not self._make_due_edits() or self.step == last:
                break
            if budget_s is not None and time.perf_counter() - started >= budget_s:
                break
        self.furthest = max(self.furthest, self.step)
        self._keep()

    def seek(self, step: Any) -> None:
        """Go to ``step``, a whole number from 0 to ``furthest``. Raises ConfigError, changing nothing."""
        try:
            step = Integer(0, self.furthest).check(step)
        except ConfigError as error:
            raise ConfigError(f"step: {error}, which is as far as this run has come") from None
        index = bisect_right(self._checkpoints, step, key=lambda kept: int(kept["step"])) - 1
        if not self._checkpoints[index]["step"] <= self.step <= step:
            self._restore(self._checkpoints[index])
        self._go_to(step)

    def apply(self, target: str, value: Any) -> tuple[Edit, int]:
        """Change something now; → the edit, and after how many others it stands.

        In the past that makes another future: what lay ahead is gone. Raises ConfigError, changing nothing.
        """
        if target == "tier" and self.step < self.furthest:
            raise ConfigError("tier: it does not change in the past")
        after = self.experiment.edits
        edit = self.experiment.apply(target, value)
        self.run = self.run.edited(edit, after)
        self.furthest = self.step
        self.experiment.history.cut(self.step)
        self.experiment.record()
        while self._checkpoints[-1]["step"] > self.step:
            self._checkpoints.pop()
        return edit, after

    def observe(self, run_id: str, view: View) -> Snapshot:
        """What ``view`` asks for, with how far the run has come and the steps at which it was changed.

        To ``curves`` and a ``scene`` belong the measurements so far, ``curves`` (H, columns) with their ``columns``;
        a scene also says which metrics the lab has, unless the run itself does, and its seeds.
        """
        snapshot = self.experiment.observe(run_id, view)
        marks = [(edit.step, edit.target, edit.value) for edit in self.run.edits[-MOST_MARKS:]]
        info = {**snapshot.info, "furthest": self.furthest, "marks": marks, "warning": self.warning}
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

    def state(self) -> dict[str, Any]:
        """A checkpoint of this moment, with the measurements so far, from which another process can go on."""
        return {**self.experiment.state(), "history": self.experiment.history.array()}

    def _next_edit(self) -> Edit | None:
        done = self.experiment.edits
        return self.run.edits[done] if done < len(self.run.edits) else None

    def _make_due_edits(self) -> bool:
        """Make the edits whose step has come; → False where a loop is still being compiled for one of them."""
        while (ahead := self._next_edit()) is not None and ahead.step == self.step:
            if ahead.target == "tier" and self.warning is None:
                there = self.experiment.has_faster()
                if there is None:
                    return False
                self.warning = None if there else NOT_COMPILED
            self._repeat(ahead)
        return True

    def _repeat(self, edit: Edit) -> None:
        """Make an edit again. Where the compiled loop cannot be had, the run goes on with the traced one."""
        try:
            if edit.target != "tier" or self.warning is None:
                self.experiment.apply(edit.target, edit.value)
                return
        except ConfigError:
            if edit.target != "tier":
                raise
        self.warning = NOT_COMPILED
        self.experiment.edits += 1

    def _go_to(self, step: int) -> None:
        """Forward to ``step``, with the edits up to it and at it."""
        while (ahead := self._next_edit()) is not None and ahead.step <= step:
            self.experiment.advance(steps=ahead.step - self.step)
            self._repeat(ahead)
        if step > self.step:
            self.experiment.advance(steps=step - self.step)

    def _restore(self, checkpoint: Mapping[str, Any]) -> None:
        """A fresh experiment at ``checkpoint``, with the edits that were behind it then and all measurements."""
        history = self.experiment.history
        self.experiment.close()
        self.experiment = experiment_of(self.run.config)
        for edit in self.run.edits[: checkpoint["edits"]]:
            self._repeat(edit)
        self.experiment.restore(checkpoint)
        self.experiment.history = history

    def _keep(self) -> None:
        """A checkpoint of this moment, if the last is far enough behind; of too many every second one goes."""
        if self.step - self._checkpoints[-1]["step"] < self._spacing or self.experiment.notice is not None:
            return
        self._checkpoints.append(self.experiment.state())
        if len(self._checkpoints) > min(MOST_CHECKPOINTS, MEMORY_BYTES // _size_bytes(self._checkpoints[-1])):
            self._checkpoints = self._checkpoints[::2]
            self._spacing = self.step // len(self._checkpoints)


def _size_bytes(state: Mapping[str, Any]) -> int:
    """About how much memory a checkpoint takes."""
    return OVERHEAD_BYTES + sum(
        _size_bytes(value) - OVERHEAD_BYTES if isinstance(value, Mapping) else getattr(value, "nbytes", 0)
        for value in state.values()
    )
