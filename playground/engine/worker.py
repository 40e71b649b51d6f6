"""What runs inside a worker: the experiments of the runs that are pinned to it."""

import contextlib
import mmap
import time
from collections.abc import Mapping
from typing import Any

import torch

from playground.configs import CONFIGS
from playground.labs import LABS, Experiment
from playground.run import Edit, Run, Snapshot, View
from playground.training.device import available_devices

CHECKPOINT_EVERY_S = 1.0


class Worker:
    """Experiments by run id. One thread calls it, one call at a time."""

    def __init__(self) -> None:
        use_one_thread()
        self._experiments: dict[str, Experiment] = {}
        self._checkpointed_at: dict[str, float] = {}

    def open(
        self, run_id: str, run: Run, checkpoint: Mapping[str, Any] | None = None, step: int | None = None
    ) -> None:
        """Build ``run`` from its start, or from a ``checkpoint`` of it, and bring it to ``step``."""
        self._experiments[run_id] = rebuild(run, checkpoint, step)
        self._checkpointed_at[run_id] = time.monotonic()

    def prepare(self, run_id: str) -> None:
        self._experiments[run_id].prepare()

    def advance(
        self, run_id: str, view: View, steps: int | None, budget_s: float | None
    ) -> tuple[Snapshot, Mapping[str, Any] | None]:
        """Train, then observe; now and then also a checkpoint to rebuild from."""
        experiment = self._experiments[run_id]
        experiment.advance(steps, budget_s)
        checkpoint, now = None, time.monotonic()
        if now - self._checkpointed_at[run_id] >= CHECKPOINT_EVERY_S:
            checkpoint = experiment.state()
            self._checkpointed_at[run_id] = now
        return experiment.observe(run_id, view), checkpoint

    def observe(self, run_id: str, view: View) -> Snapshot:
        return self._experiments[run_id].observe(run_id, view)

    def apply(self, run_id: str, target: str, value: Any) -> Edit:
        return self._experiments[run_id].apply(target, value)

    def sha256(self, run_id: str) -> str:
        return self._experiments[run_id].parameters_sha256()

    def close(self, run_id: str) -> None:
        experiment = self._experiments.pop(run_id, None)
        if experiment is not None:
            experiment.close()
        self._checkpointed_at.pop(run_id, None)

    def states(self) -> dict[str, Mapping[str, Any]]:
        """All runs as they are, for another worker to go on with."""
        return {run_id: experiment.state() for run_id, experiment in self._experiments.items()}

    def memory_bytes(self) -> int:
        """The memory that this process has now; 0 where the system does not say (it is not Linux)."""
        with contextlib.suppress(OSError), open("/proc/self/statm") as pages:
            return int(pages.read().split()[1]) * mmap.PAGESIZE
        return 0

    def warm_up(self) -> None:
        """Run each lab once, so that nobody's first update waits for imports."""
        for lab, experiment in LABS.items():
            experiment(CONFIGS[lab]()).advance(steps=1)

    def devices(self) -> dict[str, str]:
        return available_devices()


def use_one_thread() -> None:
    """With as many busy workers as cores, torch's own threads only get in each other's way; and a fixed number of
    threads is part of "the same weights, bit for bit"."""
    torch.set_num_threads(1)


def rebuild(run: Run, checkpoint: Mapping[str, Any] | None = None, step: int | None = None) -> Experiment:
    """The experiment of ``run`` at ``step`` (by default at its last edit), by replay from start or checkpoint.

    ``checkpoint`` must be a state of this very run; edits at its step or before it are taken as its past.
    """
    experiment = LABS[run.lab](run.config)
    if checkpoint is not None:
        for edit in run.edits[: checkpoint["edits"]]:
            experiment.apply(edit.target, edit.value)
        experiment.restore(checkpoint)
    done = 0 if checkpoint is None else checkpoint["edits"]
    for edit in run.edits[done:]:
        experiment.advance(steps=edit.step - experiment.step)
        experiment.apply(edit.target, edit.value)
    if step is not None:
        experiment.advance(steps=step - experiment.step)
    return experiment
