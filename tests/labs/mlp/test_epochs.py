"""What changes with the epoch: schedules against torch's, reshuffled rows, where training stops."""

import math
from dataclasses import replace

import pytest
import torch

from playground.catalog import SCHEDULES
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.inspect import schedule_figure
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.timeline import Timeline
from playground.training.schedules import factor
from tests.labs.mlp.export.test_script import agrees

SMALL = MLPConfig(points=40, hidden_sizes=(3,), batch_size=7)  # 20 points to train on: batches reach over epochs


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("constant", lambda optimizer: torch.optim.lr_scheduler.ConstantLR(optimizer, 1.0)),
        ("step", lambda optimizer: torch.optim.lr_scheduler.StepLR(optimizer, 8, 0.5)),
        ("cosine", lambda optimizer: torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)),
        ("warm_up", lambda optimizer: torch.optim.lr_scheduler.LinearLR(optimizer, 1 / 8, total_iters=7)),
    ],
)
def test_schedules_are_torchs(name: str, theirs) -> None:  # type: ignore[no-untyped-def]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    schedule = theirs(optimizer)
    for epoch in range(9 if name == "cosine" else 30):  # torch's cosine rises again, ours stays at 0
        assert factor(name, epoch, 8) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-12)
        optimizer.step()
        schedule.step()
    assert all(0 <= factor(name, epoch, 8) <= 1 for epoch in range(100))


@pytest.mark.parametrize("changes", [{"schedule": "step"}, {"schedule": "cosine"}, {"reshuffle": True}])
def test_a_run_is_the_same_however_it_is_sliced_and_in_the_script(changes: dict[str, object]) -> None:
    config = replace(SMALL, schedule_epochs=4, optimizer="adam", **changes)
    whole, parts = MLPExperiment(config), MLPExperiment(config)
    assert whole.advance(steps=60) == 60
    for steps in (1, 2, 30, 27):
        parts.advance(steps=steps)
    assert whole.parameters_sha256() == parts.parameters_sha256()
    assert whole.parameters_sha256() != _after(SMALL, 60).parameters_sha256()
    agrees(Run(config=config), 60)


def _after(config: MLPConfig, steps: int) -> MLPExperiment:
    found = MLPExperiment(config)
    found.advance(steps=steps)
    return found


def test_the_rate_is_that_of_the_epoch() -> None:
    """With a rate of 0 from the second epoch on nothing moves any more."""
    config = replace(SMALL, schedule="cosine", schedule_epochs=1, batch_size=5)
    assert _after(config, 4).parameters_sha256() == _after(config, 40).parameters_sha256()
    assert _after(config, 3).parameters_sha256() != _after(config, 4).parameters_sha256()


def test_each_pass_has_every_row_once() -> None:
    config = replace(SMALL, reshuffle=True, batch_size=5, learning_rate=0.0)
    experiment = MLPExperiment(config)
    seen: list[float] = []
    updates = experiment._updates
    experiment._updates = lambda count, rates, data: (
        seen.extend(data[0][:, 0].tolist()) or updates(count, rates, data)
    )  # type: ignore[method-assign]
    experiment.advance(steps=8)
    first, second, every = seen[:20], seen[20:], experiment.data.features[:20, 0].tolist()
    assert sorted(first) == sorted(second) == sorted(every)
    assert first != second
    assert first != every


def test_all_of_it_changes_live_and_is_replayed() -> None:
    timeline = Timeline(Run(config=SMALL))
    edits = [("schedule", "step"), ("schedule_epochs", 2), ("reshuffle", True), ("batch_size", 3), ("data_seed", 4),
             ("schedule", "warm_up"), ("reshuffle", False), ("learning_rate", 0.2), ("stop_epoch", 900)]  # fmt: skip
    for target, value in edits:
        timeline.advance(steps=11)
        timeline.apply(target, value)
    timeline.advance(steps=11)
    end = timeline.experiment.parameters_sha256()
    for step in (47, 3, timeline.furthest):
        timeline.seek(step)
    assert timeline.experiment.parameters_sha256() == end
    agrees(timeline.run, timeline.step)


def test_it_stops_at_an_epoch_and_goes_on_when_that_is_raised() -> None:
    timeline = Timeline(Run(config=replace(SMALL, stop_epoch=3)))
    timeline.advance(steps=100)
    experiment = timeline.experiment
    assert (experiment.step, experiment.has_diverged()) == (9, False)  # 60 points in batches of 7
    assert "Epoch 3 is reached" in str(experiment.notice)
    timeline.advance(steps=5)
    assert experiment.step == 9
    timeline.apply("stop_epoch", 4)
    timeline.advance(steps=100)
    assert experiment.step == 12
    assert replay(timeline.run, 12, quiet=True).parameters_sha256 == experiment.parameters_sha256()


def test_it_stops_after_the_first_epoch_with_a_low_loss_however_it_is_sliced() -> None:
    config = MLPConfig(dataset="gauss", learning_rate=0.1, stop_loss=0.05)
    first, second = MLPExperiment(config), MLPExperiment(config)
    first.advance(steps=10_000)
    while second.advance(steps=13):
        pass
    assert 0 < first.step == second.step < 10_000
    assert first.step % 25 == 0
    loss = first.metrics()["test_loss"]
    assert loss is not None
    assert loss <= 0.05 < (_after(replace(config, stop_loss=0), first.step - 25).metrics()["test_loss"] or math.nan)
    assert "test loss is 0.05 or less" in str(first.notice)


def test_many_networks_do_as_each_alone() -> None:
    configs = [
        replace(SMALL, seed=seed, schedule=name, schedule_epochs=3, reshuffle=True, gradient_clip=0.2)
        for seed, name in enumerate(SCHEDULES)
    ]
    population = PopulationExperiment(configs)
    population.advance(steps=40)
    for index, config in enumerate(configs):
        alone = _after(config, 40).parameters()
        assert population.parameters(index) == pytest.approx(alone, abs=2e-6)


def test_the_schedule_is_drawn_with_the_current_place() -> None:
    config = replace(SMALL, schedule="step", schedule_epochs=10, learning_rate=0.8)
    line, now = schedule_figure(config, 25.5).data
    assert dict(zip(line.x, line.y, strict=True))[19] == pytest.approx(0.4)
    assert (now.x, now.y) == ((25,), (pytest.approx(0.2),))
