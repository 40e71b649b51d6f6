"""A lab that is as unlike the perceptron as a test needs: a line through points, measured in two ways."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from playground.experiment import Experiment
from playground.kinds import Choice, ConfigError, Integer, Number
from playground.lab import LABS, Lab, Metric
from playground.run import Edit, RunConfig, Snapshot, View
from playground.settings import setting
from playground.training.history import History

POINTS, BATCH = 20, 5
LAB = Lab(
    title="Line",
    about="A line through points.",
    group="Networks",
    path="line",
    config="tests.studies.linear.LinearConfig",
    experiment="tests.studies.linear.LinearExperiment",
    page="tests.studies.linear.page",
    picture="stage/code.js",
    metrics=(Metric(name="error", label="mean error"), Metric(name="slope", label="slope error", axes="slope")),
    score="error",
)


@dataclass(frozen=True)
class LinearConfig(RunConfig):
    """A line through points."""

    lab: ClassVar[str] = "linear"

    start: str = setting("flat", Choice({"flat": None, "steep": None}), "Start")
    learning_rate: float = setting(0.1, Number(0, 100), "Learning rate", live=True, usual=(0.01, 0.1, 1.0))
    seed: int = setting(0, Integer(0, 999), "Seed")

    @property
    def steps_per_epoch(self) -> float:
        return POINTS / BATCH

    def title(self) -> str:
        return "Line"

    def shapes(self) -> dict[str, tuple[int, ...]]:
        return {"line": (2,)}


class LinearExperiment(Experiment):
    """y = a x + b by gradient descent on the squared error."""

    def __init__(self, config: LinearConfig) -> None:
        random = np.random.default_rng(config.seed)
        self.config, self.step, self.edits, self.notice = config, 0, 0, None
        self.x = random.uniform(-1, 1, POINTS)
        self.y = 2 * self.x + 1 + random.normal(0, 0.1, POINTS)
        self.line = np.array([0.0 if config.start == "flat" else 9.0, random.normal()])
        self.history = History(LAB.columns)
        self.record()

    @property
    def epoch(self) -> float:
        return self.step / self.config.steps_per_epoch

    def metrics(self) -> Mapping[str, float | None]:
        with np.errstate(all="ignore"):
            found = {"error": np.abs(self._wrong(slice(None))).mean(), "slope": abs(self.line[0] - 2)}
        return {name: float(value) if np.isfinite(value) else None for name, value in found.items()}

    def _wrong(self, rows: slice) -> Any:
        return self.line @ [self.x[rows], np.ones_like(self.x[rows])] - self.y[rows]

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        count = 10 if steps is None else steps
        for _ in range(count):
            start = self.step * BATCH % POINTS
            rows = slice(start, start + BATCH)
            with np.errstate(all="ignore"):
                wrong = self._wrong(rows)
                gradient = np.array([(wrong * self.x[rows]).mean(), wrong.mean()])
                self.line = self.line - self.config.learning_rate * gradient
            self.step += 1
        self.record()
        return count

    def observe(self, run_id: str, view: View) -> Snapshot:
        arrays = {}
        if "thumbnail" in view.panels:
            shade = np.clip(100 + 30 * np.nan_to_num(self.line), 0, 255).astype(np.uint8)
            arrays["thumbnail"] = np.broadcast_to(shade[[0, 1, 0]], (6, 8, 3)).copy()
        return Snapshot.of(self, run_id, {}, arrays)

    def apply(self, target: str, value: Any) -> Edit:
        raise ConfigError(target)

    def state(self) -> dict[str, Any]:
        return {"step": self.step, "edits": self.edits, "parameters": self.line.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.step, self.edits, self.line = state["step"], state["edits"], state["parameters"].copy()


def page() -> None:
    """There is none."""


@contextmanager
def registered() -> Iterator[None]:
    """While the lab is one of the playground's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LABS, "linear", LAB)
        yield
