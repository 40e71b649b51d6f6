"""What a lab gets from ``Experiment`` and the training kit: two players with batch normalisation and dropout.

Chance is a function of the seed and the step, and the state holds parameters, buffers and both optimizers: so
training is the same to the bit however it is sliced, and from any state on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from playground.engine import checkpoints
from playground.engine.checkpoints import set_aside, taken_up
from playground.experiment import Experiment
from playground.kinds import Integer, Number
from playground.lab import LABS
from playground.run import Edit, Run, RunConfig, Snapshot, View
from playground.runs.timeline import Timeline, size_bytes
from playground.settings import setting
from playground.training.batches import generator, rows
from playground.training.history import History
from playground.training.slices import Slicer
from playground.training.state import set_element, sha256
from tests.walk import WALK


@dataclass(frozen=True)
class DuelConfig(RunConfig):
    lab: ClassVar[str] = "duel"

    rate: float = setting(0.01, Number(0, 10), "Rate", live=True)
    seed: int = setting(0, Integer(0, 1000), "Seed")
    batch_size: int = setting(7, Integer(1, 100), "Batch size")


class Duel(Experiment):
    """One network makes points, the other tells them from those of the data."""

    def __init__(self, config: DuelConfig) -> None:
        self.config, self.step, self.edits, self.notice = config, 0, 0, None
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            maker = nn.Sequential(nn.Linear(3, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 2))
            judge = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Linear(8, 1))
        self.network = nn.ModuleDict({"maker": maker, "judge": judge})
        self.optimizers = {
            "maker": torch.optim.Adam(maker.parameters(), config.rate),
            "judge": torch.optim.SGD(judge.parameters(), config.rate, momentum=0.9),
        }
        self.points = torch.randn(40, 2, generator=generator(config.seed, "data"))
        self.slicer, self.history = Slicer(rate=100), History(LABS["walk"].columns)
        self.record()

    @property
    def epoch(self) -> float:
        return self.step * self.config.batch_size / len(self.points)

    def metrics(self) -> dict[str, float | None]:
        self.network.eval()
        with torch.no_grad():
            distance = self.network["judge"](self.points).mean().item()
        self.network.train()
        return {"distance": distance}

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        done = self.slicer.run(self.run, steps, budget_s)
        self.record()
        return done

    def run(self, count: int) -> int:
        for _ in range(count):
            self.update(self.step)
            self.step += 1
        return count

    def update(self, step: int) -> None:
        seed, batch_size = self.config.seed, self.config.batch_size
        batch = self.points[rows(step, len(self.points), batch_size, seed)]
        noise = torch.randn(batch_size, 3, generator=generator(seed, "noise", step))
        made = dropped(self.network["maker"](noise), generator(seed, "dropout", step))
        judge = self.network["judge"]
        self.play("judge", judge(made.detach()).mean() - judge(batch).mean())
        self.play("maker", -judge(made).mean())

    def play(self, name: str, loss: Tensor) -> None:
        self.network.zero_grad()
        loss.backward()
        self.optimizers[name].step()

    def observe(self, run_id: str, view: View) -> Snapshot:
        return Snapshot.of(self, run_id, {"tier": "plain", "edits": self.edits}, {})

    def apply(self, target: str, value: Any) -> Edit:
        if target == "rate":
            self.config = replace(self.config, rate=value)
            for optimizer in self.optimizers.values():
                optimizer.param_groups[0]["lr"] = value
        else:
            set_element(self.network, target, value)
        self.edits += 1
        return Edit(step=self.step, target=target, value=value)


def dropped(values: Tensor, chance: torch.Generator) -> Tensor:
    return values * (torch.rand(values.shape, generator=chance) < 0.8) / 0.8


@pytest.fixture(autouse=True, scope="module")
def duel() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(LABS, "walk", WALK)
        names = {"config": f"{__name__}.DuelConfig", "experiment": f"{__name__}.Duel"}
        patch.setitem(LABS, "duel", replace(WALK, **names))
        yield


def whole(config: DuelConfig, steps: int) -> Duel:
    made = Duel(config)
    made.advance(steps=steps)
    return made


CONFIGS = st.builds(DuelConfig, seed=st.integers(0, 3), batch_size=st.integers(2, 60))


@settings(max_examples=20)
@given(CONFIGS, st.lists(st.integers(1, 12), min_size=1, max_size=5), st.data())
def test_training_is_the_same_however_it_is_sliced_and_from_any_state(
    config: DuelConfig, slices: list[int], data: st.DataObject
) -> None:
    total, kept = sum(slices), data.draw(st.integers(0, len(slices) - 1))
    before, experiment = torch.random.get_rng_state(), Duel(config)
    for number, steps in enumerate(slices):
        if number == kept:
            state = experiment.state()
        experiment.advance(steps=steps)
        experiment.metrics()
        experiment.observe("r", View())
    again = Duel(config)
    again.restore(state)
    again.advance(steps=total - again.step)
    reference = whole(config, total).parameters_sha256()
    assert experiment.parameters_sha256() == again.parameters_sha256() == reference
    assert again.metrics() == experiment.metrics()
    assert torch.equal(before, torch.random.get_rng_state())


def test_every_part_of_the_state_counts() -> None:
    """Left out, each of them would show: this is what keeps the test above honest."""
    first = whole(DuelConfig(), 5)
    state = first.state()
    first.advance(steps=5)
    assert len(first.parameters()) == sum(value.numel() for value in first.network.parameters())
    fresh = Duel(DuelConfig()).state()
    running = "maker.1.running_mean"
    for changed in (
        {**state, "network": {**state["network"], running: fresh["network"][running]}},
        {**state, "optimizers": {**state["optimizers"], "maker": fresh["optimizers"]["maker"]}},
        {**state, "optimizers": {**state["optimizers"], "judge": fresh["optimizers"]["judge"]}},
        {**state, "step": 4},
    ):
        other = Duel(DuelConfig())
        other.restore(changed)
        other.advance(steps=5)
        assert sha256(other.network) != sha256(first.network)
    assert size_bytes(state) > sum(value.nbytes for value in state["network"].values())


def test_the_past_comes_again_and_a_state_may_go_by_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checkpoints, "SENT_BYTES", 0)
    timeline, seen = Timeline(Run(config=DuelConfig())), {}
    for edit in (("rate", 0.05), ("maker.0.weight[2,1]", 0.5), ("rate", 0.02), ("judge.3.bias[0]", -1.0)):
        timeline.advance(steps=6)
        timeline.apply(*edit)
        seen[timeline.step] = timeline.experiment.parameters_sha256()
    timeline.advance(steps=6)
    kept = taken_up(set_aside(timeline.state(), tmp_path / "a"))
    end = timeline.experiment.parameters_sha256()
    for step in (12, 6, 24, 18):
        timeline.seek(step)
        assert timeline.experiment.parameters_sha256() == seen[step]
    timeline.seek(30)
    assert timeline.experiment.parameters_sha256() == end
    elsewhere = Timeline(timeline.run, kept, step=30)
    assert elsewhere.experiment.parameters_sha256() == end
    timeline.advance(steps=3)
    elsewhere.advance(steps=3)
    assert np.array_equal(elsewhere.experiment.parameters(), timeline.experiment.parameters())
