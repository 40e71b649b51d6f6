"""A lab as unlike the others as can be, for tests of what every lab gets: a point that walks to the origin.

It has neither losses nor accuracies; its metrics are its own.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from playground.experiment import Experiment
from playground.kinds import Integer, Number
from playground.lab import LABS, Lab, Metric
from playground.run import Edit, RunConfig, Snapshot, View
from playground.settings import Renewal, setting
from playground.training.history import History

STEPS_PER_EPOCH = 10
BASELINE = {"label": "standing still", "value": 5.0, "axes": "distance"}
WALK = Lab(
    title="Walk",
    about="A point walks to the origin.",
    group="",
    path="walk",
    config="tests.walk.WalkConfig",
    experiment="tests.walk.WalkExperiment",
    page="tests.walk.WalkConfig",
    picture="labs/mlp/stage/picture.js",
    metrics=(
        Metric(name="covered", label="way covered", better="high", unit="share", axes="way"),
        Metric(name="shadow", label="shadow's distance", axes="distance"),
        Metric(name="distance", label="distance to the origin", axes="distance"),
        Metric(name="reward", label="reward", better="high", axes="reward"),
    ),
    score="distance",
)


@dataclass(frozen=True)
class WalkConfig(RunConfig):
    """A point at (3, 4) that goes a share ``rate`` of its way with each update."""

    lab: ClassVar[str] = "walk"

    rate: float = setting(0.1, Number(0, 1000), "Rate", live=True)
    seed: int = setting(0, Integer(0, 1000), "Seed", renewal=Renewal("New start", "Begin elsewhere"))

    @property
    def steps_per_epoch(self) -> float:
        return STEPS_PER_EPOCH

    def title(self) -> str:
        return f"Walk {self.seed}"


class WalkExperiment(Experiment):
    """The point on its way. What is not finite has no reward."""

    def __init__(self, config: WalkConfig) -> None:
        self.config, self.step, self.edits, self.notice = config, 0, 0, None
        self.place = np.array([3.0, 4.0])
        self.history = History(LABS["walk"].columns)
        self.record()

    @property
    def epoch(self) -> float:
        return self.step / STEPS_PER_EPOCH

    def metrics(self) -> Mapping[str, float | None]:
        distance = float(np.hypot(*self.place))
        found = {"distance": distance if np.isfinite(distance) else None, "shadow": abs(float(self.place[0]))}
        return {**found, "covered": min(max(1 - distance / 5, 0.0), 1.0), "reward": -distance}

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        count = 1 if steps is None else steps
        for _ in range(count):
            self.place = self.place * (1 - self.config.rate)
        self.step += count
        self.record()
        return count

    def observe(self, run_id: str, view: View) -> Snapshot:
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        arrays: dict[str, Any] = {}
        if "stage" in view.panels:
            arrays["place"] = self.place.astype(np.float32)
        if "scene" in view.panels:
            info["scene"] = {"start": [3, 4], "baselines": [BASELINE]}
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = np.zeros((8, 8, 3), np.uint8)
        return Snapshot.of(self, run_id, info, arrays)

    def apply(self, target: str, value: Any) -> Edit:
        self.config = replace(self.config, **{target: value})
        self.edits += 1
        return Edit(step=self.step, target=target, value=value)

    def state(self) -> dict[str, Any]:
        return {"step": self.step, "edits": self.edits, "parameters": self.place.copy()}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.step, self.edits, self.place = state["step"], state["edits"], state["parameters"].copy()


@contextmanager
def walk() -> Iterator[Lab]:
    """The lab, among the others for a while."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LABS, "walk", WALK)
        yield WALK
