from dataclasses import replace
from urllib.parse import parse_qsl

import numpy as np
import pytest

from playground.catalog import OPTIMIZERS
from playground.data.points import DATASETS
from playground.kinds import ConfigError
from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Run, View
from playground.runs.link import read
from playground.runs.timeline import Timeline
from playground.stream.limits import Limits
from playground.studies.map.config import MOST_KINDS, QUANTITIES, Look, MapConfig
from playground.studies.map.experiment import DIVERGED, MapExperiment

EVERYTHING = View(panels=frozenset({"stage", "scene"}), look=Look(member=5))
SMALL = MapConfig(cells=3, across_to=0.3, down_to=3)
# The right column diverges: a linear output at a large learning rate.
PARTLY_DIVERGED = MapConfig(dataset="plane", cells=3, across_from=0.01, across_to=90)


def config(**values: object) -> MapConfig:
    return MapConfig.reconciled({**MapConfig.defaults(), "cells": 3, **values})[0]


def spanning(across: str, down: str, **values: object) -> MapConfig:
    ends = {"across": across, "across_from": QUANTITIES[across].first, "across_to": QUANTITIES[across].last}
    ends |= {"down": down, "down_from": QUANTITIES[down].first, "down_to": QUANTITIES[down].last}
    return config(**ends, **values)


@pytest.mark.parametrize(
    "made",
    [
        SMALL,
        spanning("batch_size", "noise", optimizer="adam"),
        spanning("width", "depth", dataset="rings"),
        spanning("width", "l1_strength", optimizer="adam", activation="sigmoid", initializer="uniform"),
        spanning("weight_decay", "l1_strength", activation="relu", dataset="spiral"),
    ],
    ids=MapConfig.title,
)
def test_every_cell_is_an_ordinary_run(made: MapConfig) -> None:
    experiment = MapExperiment(made)
    assert experiment.advance(steps=20) == 20
    assert experiment.advance(steps=10) == 10
    arrays = experiment.observe("r", View()).arrays
    for index, cell in enumerate(made.networks()):
        assert experiment.config.networks()[index] == cell
        ordinary = MLPExperiment(cell)
        ordinary.advance(steps=30)
        assert experiment.cells.parameters(index) == pytest.approx(ordinary.state()["parameters"], abs=1e-4)
        found, scores = ordinary.metrics(), divmod(index, len(made.columns))
        assert arrays["losses"][scores] == pytest.approx(found["test_loss"], abs=1e-4)
        assert arrays["accuracies"][scores] == pytest.approx(found["test_accuracy"], abs=0.01)
    assert arrays["losses"].shape == arrays["states"].shape == (len(made.rows), len(made.columns))
    assert not arrays["states"].any()


def test_a_diverged_cell_leaves_its_neighbours_alone() -> None:
    experiment = MapExperiment(PARTLY_DIVERGED)
    for _ in range(5):
        experiment.advance(steps=30)
    snapshot = experiment.observe("r", replace(EVERYTHING, look=Look(member=2)))
    states = snapshot.arrays["states"]
    assert (states[:, 2] == DIVERGED).all()
    assert not states[:, 0].any()
    assert (np.isnan(snapshot.arrays["losses"]) == (states == DIVERGED)).all()
    assert "large" not in snapshot.arrays
    assert snapshot.notice is None
    assert snapshot.metrics["diverged"] == (states == DIVERGED).sum()
    for index in np.flatnonzero(states == 0).tolist():
        ordinary = MLPExperiment(PARTLY_DIVERGED.networks()[index])
        ordinary.advance(steps=150)
        assert experiment.cells.parameters(index) == pytest.approx(ordinary.state()["parameters"], abs=1e-4)


def test_a_map_that_diverged_everywhere_stops() -> None:
    experiment = MapExperiment(replace(PARTLY_DIVERGED, across_from=80))
    for _ in range(10):
        experiment.advance(steps=30)
    assert "have diverged" in str(experiment.notice)
    assert experiment.metrics() == {"diverged": 9, "train_loss": None, "test_loss": None}
    assert experiment.advance(steps=30) == 0


@pytest.mark.parametrize("made", [SMALL, PARTLY_DIVERGED, spanning("depth", "batch_size", optimizer="adam")], ids=str)
def test_any_step_comes_back_to_the_bit(made: MapConfig) -> None:
    run = Run(config=made)
    timeline = Timeline(run)
    seen = {}
    for steps in (7, 13, 20, 25):
        timeline.advance(steps=steps)
        snapshot = timeline.observe("r", EVERYTHING)
        seen[timeline.step] = timeline.experiment.parameters_sha256(), snapshot
    for step in (20, 65, 7, 40):
        timeline.seek(step)
        sha256, earlier = seen[step]
        again = timeline.observe("r", EVERYTHING)
        assert timeline.experiment.parameters_sha256() == sha256
        assert again.metrics == earlier.metrics
        for name, array in earlier.arrays.items():
            assert name == "curves" or np.array_equal(again.arrays[name], array, equal_nan=name != "states"), name
    elsewhere = Timeline(run, timeline.state(), step=65)
    assert elsewhere.experiment.parameters_sha256() == seen[65][0]


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
def test_looking_changes_nothing(optimizer: str) -> None:
    watched, alone = (MapExperiment(config(optimizer=optimizer, l1_strength=0.01)) for _ in "ab")
    watched.prepare()
    for _ in range(3):
        watched.advance(steps=8)
        snapshot = watched.observe("r", EVERYTHING)
        watched.state()
        with pytest.raises(ValueError, match="read-only"):
            snapshot.arrays["losses"][0] = 9.0
    alone.advance(steps=24)
    assert watched.parameters_sha256() == alone.parameters_sha256()


@pytest.mark.parametrize("dataset", [*DATASETS])
def test_the_chosen_cell_is_seen(dataset: str) -> None:
    experiment = MapExperiment(config(dataset=dataset))
    experiment.advance(steps=2)
    snapshot = experiment.observe("r", EVERYTHING)
    maps = max(DATASETS[dataset].classes, 1)
    assert snapshot.arrays["large"].shape == (maps if maps > 2 else 1, 60, 60)
    assert len(snapshot.arrays["points"]) == len(snapshot.arrays["labels"])
    cell = experiment.config.networks()[5]
    assert f"learning_rate={cell.learning_rate:.15g}" in snapshot.info["link"]
    assert "step=2" in snapshot.info["link"]
    *_, warning = read("mlp", dict(parse_qsl(snapshot.info["link"])))
    assert f"a test loss of {experiment.cells.scores()['test_loss'][5]:.3f} after 2 updates" in (warning or "")
    assert "large" not in experiment.observe("r", View()).arrays
    assert "large" not in experiment.observe("r", View(look=Look(member=9))).arrays


def test_nothing_of_it_can_be_edited() -> None:
    experiment = MapExperiment(SMALL)
    with pytest.raises(ConfigError, match="learning_rate: it cannot change"):
        experiment.apply("learning_rate", 0.1)
    assert not any(known.can_change for known in MapConfig.settings().values())


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"across": "width"}, "across_from: 0.003 does not fit width; use a whole number from 1 to below 32"),
        ({"down": "learning_rate"}, "down: Learning rate spans the other axis; use another quantity"),
        ({"across_to": 0.0001}, "across_to: 0.0001 does not fit learning rate; use a number above 0.003, to at most"),
        (
            {"down": "batch_size", "down_from": 1, "down_to": 300},
            "down_to: 300 does not fit batch size; use a whole number above 1, to at most 100",
        ),
        (
            {
                "across": "batch_size",
                "across_from": 1,
                "across_to": 100,
                "down": "depth",
                "down_from": 1,
                "down_to": 6,
            },
            "cells: 16 make 84 kinds of networks, each with a batch of its own; use at most 5, for 32 kinds",
        ),
    ],
)
def test_what_does_not_go_together_is_said(values: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        MapConfig(**values)  # type: ignore[arg-type]
    made, problems = MapConfig.reconciled({**MapConfig.defaults(), **values})
    assert problems
    assert len(made.networks()) == len(made.rows) * len(made.columns)


def test_an_axis_that_gives_way_gets_a_range_of_its_own() -> None:
    """Width on both axes: what stands on the other instead does not go from 1 to 16."""
    made, problems = MapConfig.reconciled(
        {**MapConfig.defaults(), "across": "width", "across_from": 1, "across_to": 16}
        | {"down": "width", "down_from": 1, "down_to": 16}
    )
    assert [problem.name for problem in problems] == ["down"]
    assert (made.across_from, made.across_to) == (1, 16)
    quantity = QUANTITIES[made.down]
    assert (made.down_from, made.down_to) == (quantity.first, quantity.last)


@pytest.mark.parametrize("name", [*QUANTITIES])
def test_every_usual_end_can_be_chosen(name: str) -> None:
    quantity = QUANTITIES[name]
    ends = quantity.usual(quantity.low, quantity.high)
    assert ends == sorted(set(ends))
    assert 5 <= len(ends) <= 40
    assert all(quantity.allows(end, quantity.low, quantity.high) for end in ends)


@pytest.mark.parametrize("across", [*QUANTITIES])
@pytest.mark.parametrize("down", [*QUANTITIES])
def test_any_two_quantities_can_be_chosen(across: str, down: str) -> None:
    made, _ = MapConfig.from_text({"across": across, "down": down, "train_share": "0.1", "dataset": "gauss"})
    assert made.across == across
    assert len({(each.batch_size, len(each.hidden_sizes)) for each in made.networks()}) <= MOST_KINDS
    assert MapConfig.from_text(made.to_text()) == (made, [])


def test_a_map_too_large_for_the_server_is_refused_with_numbers() -> None:
    large = MapConfig(cells=32, hidden_sizes=(32,) * 8)
    (problem,) = Limits(comparison_mb=200).problems(large)
    assert problem.name == "comparison_mb"
    assert "is more than this server allows; use at most 200" in problem.message
    assert not Limits().problems(MapConfig(cells=32))
