"""Where a run is on its way to, and how fast it trains there."""

import time
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, NamedTuple

from playground.engine import Engine
from playground.lab import Metric
from playground.run import RunConfig, Snapshot, View
from playground.stream import commands
from playground.stream.pace import GENTLE, Pace, Plateau

PATIENCE_S = 60.0  # of who has chosen a speed: so long does a run go on without getting better
GOAL_SLICE_S = 0.1  # time between two frames on the way to a step; most arrive with the first frame


class Goal(NamedTuple):
    """A step to go to: one that was computed before (``is_known``), or one ahead."""

    step: int
    is_known: bool

    def within(self, snapshot: Snapshot) -> int:
        """Returns the step, limited to the run's furthest one if it is known."""
        return min(self.step, snapshot.info["furthest"]) if self.is_known else self.step

    def is_met(self, snapshot: Snapshot) -> bool:
        """Whether the run has arrived, or has stopped on the way."""
        has_arrived = snapshot.step == self.within(snapshot) and not snapshot.info["is_due"]
        return has_arrived or snapshot.notice is not None


class Course:
    """The course of a run: to its ``goal``, a step that the user asks for; else ``until`` a step, while an opened run
    is computed again; else as far as the user lets it train, at its ``pace``.

    Its channel's lock protects it.
    """

    def __init__(self, score: Metric, frames_per_s: float) -> None:
        self.pace = Pace(frames_per_s)
        self.goal: Goal | None = None
        self.until: int | None = None
        self._plateau = Plateau(score)

    def begin(self, step: int) -> None:
        """Train at the chosen speed from ``step`` on, and look out for a plateau from there."""
        self.pace.restart(step)
        self._plateau.restart(step)

    def change(self, step: int) -> None:
        """Take an edit of the run at ``step``: the goal may be a step that it discards, a plateau may end."""
        self.goal = None
        self._plateau.restart(step)

    def go_ahead(self, message: Mapping[str, Any], config: RunConfig, last: Snapshot | None) -> None:
        """Set the goal of a press of Step: from the current step, or from the goal of earlier presses."""
        step, epoch = (last.step, last.epoch) if last else (0, 0.0)
        if self.goal is not None and not self.goal.is_known:
            epoch += (self.goal.step - step) / config.steps_per_epoch
            step = self.goal.step
        self.goal = Goal(step + commands.updates(message, config, epoch), is_known=False)

    def delay(self) -> float:
        """Returns the seconds until training is due."""
        return self.pace.delay() if self.until is None else 0.0

    def request(self, engine: Engine, run_id: str, view: View, may_train: bool, is_awaited: bool) -> Future[Snapshot]:
        """Ask ``engine`` for the next slice of training, short if a change ``is_awaited``. Returns its snapshot."""
        if self.goal is not None and self.goal.is_known:
            return engine.seek(run_id, self.goal.step, view, GOAL_SLICE_S)
        if self.goal is not None:
            return engine.advance(run_id, view, budget_s=GOAL_SLICE_S, until=self.goal.step)
        if not may_train:
            return engine.observe(run_id, view)
        if self.until is None:
            steps, budget_s = self.pace.slice(is_awaited)
        else:
            steps, budget_s = None, self.pace.budget_s(is_awaited)
        first, started = self.pace.step, time.monotonic()

        def took(done: Future[Snapshot]) -> None:
            uses_budget = steps is None or (done.exception() is None and done.result().step < first + steps)
            if uses_budget:
                self.pace.took(time.monotonic() - started, budget_s)

        future = engine.advance(run_id, view, steps=steps, budget_s=budget_s, until=self.until)
        future.add_done_callback(took)
        return future

    def is_there(self, snapshot: Snapshot) -> bool:
        """Whether an opened run has been computed again in full."""
        return self.until is not None and snapshot.step >= self.until and not snapshot.info["is_due"]

    def rest(self, snapshot: Snapshot) -> str | None:
        """Returns why to pause where there is nothing more to see, else None."""
        if self.until is not None:
            return None
        patience_s = 0.0 if self.pace.speed == GENTLE else PATIENCE_S
        return self._plateau.found(snapshot.step, snapshot.metrics, patience_s)

    def progress(self, snapshot: Snapshot) -> str | None:
        """Returns a sentence about the way to a step; None without one."""
        if self.goal is not None:
            return f"On the way to step {self.goal.within(snapshot):,}: step {snapshot.step:,} now. Pause stops here."
        if self.until is not None:
            return f"Computing this run again: step {snapshot.step:,} of {self.until:,}. Pause stops here."
        return None
