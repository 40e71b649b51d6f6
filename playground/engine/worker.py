"""What runs inside a worker: the timelines of the runs that are pinned to it."""

import contextlib
import mmap
import time
from collections.abc import Mapping
from typing import Any

from playground.lab import LABS, experiment_of
from playground.run import Edit, Run, Snapshot, View
from playground.runs.timeline import Timeline
from playground.training.device import available_devices, use_one_thread

CHECKPOINT_EVERY_S = 1.0


class Worker:
    """Runs by id. One thread calls it, one call at a time."""

    def __init__(self) -> None:
        use_one_thread()
        self._timelines: dict[str, Timeline] = {}
        self._checkpointed_at: dict[str, float] = {}

    def open(
        self,
        run_id: str,
        run: Run,
        checkpoint: Mapping[str, Any] | None = None,
        step: int | None = None,
        furthest: int = 0,
    ) -> None:
        """Compute ``run`` from its start, or from a ``checkpoint`` of it, and bring it to ``step``."""
        self._timelines[run_id] = Timeline(run, checkpoint, step, furthest)
        self._checkpointed_at[run_id] = time.monotonic()

    def prepare(self, run_id: str) -> None:
        self._timelines[run_id].experiment.prepare()

    def advance(
        self, run_id: str, view: View, steps: int | None, budget_s: float | None, until: int | None
    ) -> tuple[Snapshot, Mapping[str, Any] | None]:
        """Train, then observe; now and then also a checkpoint to rebuild from."""
        timeline = self._timelines[run_id]
        timeline.advance(steps, budget_s, until)
        checkpoint, now = None, time.monotonic()
        if now - self._checkpointed_at[run_id] >= CHECKPOINT_EVERY_S:
            checkpoint = timeline.state()
            self._checkpointed_at[run_id] = now
        return timeline.observe(run_id, view), checkpoint

    def seek(self, run_id: str, step: Any, view: View) -> Snapshot:
        self._timelines[run_id].seek(step)
        return self._timelines[run_id].observe(run_id, view)

    def observe(self, run_id: str, view: View) -> Snapshot:
        return self._timelines[run_id].observe(run_id, view)

    def apply(self, run_id: str, target: str, value: Any) -> tuple[Edit, int]:
        return self._timelines[run_id].apply(target, value)

    def sha256(self, run_id: str) -> str:
        return self._timelines[run_id].experiment.parameters_sha256()

    def close(self, run_id: str) -> None:
        timeline = self._timelines.pop(run_id, None)
        if timeline is not None:
            timeline.experiment.close()
        self._checkpointed_at.pop(run_id, None)

    def states(self) -> dict[str, Mapping[str, Any]]:
        """All runs as they are, for another worker to go on with."""
        return {run_id: timeline.state() for run_id, timeline in self._timelines.items()}

    def memory_bytes(self) -> int:
        """The memory that this process has now; 0 where the system does not say (it is not Linux)."""
        with contextlib.suppress(OSError), open("/proc/self/statm") as pages:
            return int(pages.read().split()[1]) * mmap.PAGESIZE
        return 0

    def warm_up(self) -> None:
        """Run the first lab once, so that nobody's first update there waits for imports. The others are imported when
        they are opened: they may be many, and large."""
        first = experiment_of(next(iter(LABS.values())).config_class())
        first.advance(steps=1)
        first.close()

    def devices(self) -> dict[str, str]:
        return available_devices()
