"""The code inside a worker process: the timelines of the runs pinned to it.

No call occupies the worker for longer than a slice, so that waiting calls come first: a longer one returns ``Again``
between two updates, or gives way within one.
"""

import contextlib
import mmap
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from playground.engine import Again
from playground.engine.checkpoints import set_aside, taken_up
from playground.kinds import ConfigError
from playground.lab import LABS, experiment_of
from playground.run import Edit, Run, Snapshot, View
from playground.runs.timeline import MEMORY_BYTES, Timeline
from playground.training.device import available_devices, use_one_thread
from playground.training.turns import give_way

SLICE_S = 0.02
CHECKPOINT_EVERY_S = 1.0
CHECKPOINT_SHARE = 0.02  # share of the time for making checkpoints of large networks
CHECKPOINTS_BYTES = 256 * 2**20  # of all runs, shared equally


class Worker:
    """Runs by id. One thread calls it, one call at a time.

    Large checkpoints are written to ``folder``; without a folder no checkpoints are made for other workers.
    """

    def __init__(self, folder: Path | None = None) -> None:
        use_one_thread()
        self._folder = folder
        self._timelines: dict[str, Timeline] = {}
        self._checkpoint_at: dict[str, float] = {}  # when the next one is due

    def open(
        self,
        run_id: str,
        run: Run,
        checkpoint: Mapping[str, Any] | None = None,
        step: int | None = None,
        furthest: int = 0,
    ) -> Again | None:
        """Compute ``run`` from its start, or from a ``checkpoint`` of it, and bring it to ``step``."""
        if step is None:
            step = run.edits[-1].step if run.edits else 0
        self._timelines[run_id] = Timeline(run, taken_up(checkpoint), furthest=furthest)
        self._checkpoint_at[run_id] = time.monotonic() + CHECKPOINT_EVERY_S
        self._share_memory()
        return self.reach(run_id, step)

    def reach(self, run_id: str, step: int) -> Again | None:
        """Bring the run to ``step``, as a part of ``open``."""
        try:
            is_there = self._slice(self._timelines[run_id], step, SLICE_S)
        except ConfigError:
            self.close(run_id)
            raise
        return None if is_there else Again("reach", (run_id, step))

    def prepare(self, run_id: str) -> None:
        self._timelines[run_id].experiment.prepare()

    def advance(
        self, run_id: str, view: View, steps: int | None, budget_s: float | None, until: int | None
    ) -> tuple[Snapshot, Mapping[str, Any] | None] | Again:
        """Train, then observe. Returns the snapshot, and a checkpoint for rebuilding when one is due."""
        timeline, started = self._timelines[run_id], time.perf_counter()
        goal = until
        if steps is not None:
            until = min(timeline.step + steps, timeline.step + steps if until is None else until)
        if until is not None or budget_s is not None:
            before = timeline.step, timeline.experiment.edits
            timeline.advance(budget_s=_slice_s(budget_s), until=until)
            left_s = None if budget_s is None else budget_s - (time.perf_counter() - started)
            is_there = until is not None and timeline.step >= until and not timeline.is_due
            has_moved = before != (timeline.step, timeline.experiment.edits)  # not while a loop is being compiled
            if has_moved and not is_there and _is_worth(left_s) and timeline.experiment.notice is None:
                return Again("advance", (run_id, view, None, left_s, until))
            if is_there and timeline.step == goal:
                timeline.measure()  # no slice follows that could bring the metrics up to date
        give_way()  # one update of many networks takes long, and so do their maps
        return timeline.observe(run_id, view), self._due_checkpoint(run_id)

    def seek(self, run_id: str, step: Any, view: View, budget_s: float | None = None) -> Snapshot | Again:
        """Go to ``step``, at most the furthest one, for ``budget_s`` seconds; then observe."""
        timeline, started = self._timelines[run_id], time.perf_counter()
        if isinstance(step, int):
            step = min(step, timeline.furthest)
        is_there = self._slice(timeline, timeline.checked(step), _slice_s(budget_s))
        left_s = None if budget_s is None else budget_s - (time.perf_counter() - started)
        if not is_there and _is_worth(left_s):
            return Again("seek", (run_id, step, view, left_s))
        return timeline.observe(run_id, view)

    def observe(self, run_id: str, view: View) -> Snapshot:
        timeline = self._timelines[run_id]
        timeline.measure()  # there is time: no update is waiting
        return timeline.observe(run_id, view)

    def apply(self, run_id: str, target: str, value: Any) -> tuple[Edit, int] | Again:
        timeline = self._timelines[run_id]
        if target == "tier" and timeline.experiment.has_faster() is None:  # it is being compiled
            time.sleep(SLICE_S / 4)
            return Again("apply", (run_id, target, value))
        return timeline.apply(target, value)

    def sha256(self, run_id: str) -> str:
        return self._timelines[run_id].experiment.parameters_sha256()

    def close(self, run_id: str) -> None:
        timeline = self._timelines.pop(run_id, None)
        if timeline is not None:
            timeline.experiment.close()
        self._checkpoint_at.pop(run_id, None)

    def states(self, but: Collection[str] = ()) -> dict[str, Mapping[str, Any]]:
        """Returns checkpoints of all runs ``but`` these, for another worker."""
        found = {run_id: self._set_aside(run_id) for run_id in self._timelines if run_id not in but}
        return {run_id: state for run_id, state in found.items() if state is not None}

    def memory_bytes(self) -> int:
        """Returns this process's resident memory; 0 on systems other than Linux."""
        with contextlib.suppress(OSError), open("/proc/self/statm") as pages:
            return int(pages.read().split()[1]) * mmap.PAGESIZE
        return 0

    def warm_up(self) -> None:
        """Run the first lab once, so that its first update does not wait for imports. Other labs are imported when
        opened, to save memory and time."""
        first = experiment_of(next(iter(LABS.values())).config_class())
        first.advance(steps=1)
        first.close()

    def devices(self) -> dict[str, str]:
        return available_devices()

    def _slice(self, timeline: Timeline, step: int, slice_s: float) -> bool:
        """Go towards ``step`` for a slice. Returns whether it has arrived."""
        before = timeline.step, timeline.experiment.edits
        is_there = timeline.reach(step, slice_s)
        if not is_there and before == (timeline.step, timeline.experiment.edits):
            time.sleep(SLICE_S / 4)  # a compiled loop is being made
        return is_there

    def _share_memory(self) -> None:
        """Divide ``CHECKPOINTS_BYTES`` among the runs, but give each at least ``MEMORY_BYTES``."""
        share = max(MEMORY_BYTES, CHECKPOINTS_BYTES // max(len(self._timelines), 1))
        for timeline in self._timelines.values():
            timeline.memory_bytes = share

    def _due_checkpoint(self, run_id: str) -> Mapping[str, Any] | None:
        """Returns a checkpoint for another worker, if one is due: once a second, less often for large networks."""
        started = time.monotonic()
        if self._folder is None or started < self._checkpoint_at[run_id]:
            return None
        checkpoint, now = self._set_aside(run_id), time.monotonic()
        self._checkpoint_at[run_id] = now + max(CHECKPOINT_EVERY_S, (now - started) / CHECKPOINT_SHARE)
        return checkpoint

    def _set_aside(self, run_id: str) -> Mapping[str, Any] | None:
        state = self._timelines[run_id].state()
        return None if self._folder is None else set_aside(state, self._folder / run_id)


def _slice_s(budget_s: float | None) -> float:
    return SLICE_S if budget_s is None else max(min(budget_s, SLICE_S), 0.0)


def _is_worth(left_s: float | None) -> bool:
    """Whether the time left is enough for another slice."""
    return left_s is None or left_s > SLICE_S / 4
