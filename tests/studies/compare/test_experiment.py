"""A comparison's networks against the ordinary runs that they are, and against the headless comparison."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.data.points import DATASETS, draw
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Run, View
from playground.runs.frame import pack
from playground.runs.timeline import Timeline
from playground.studies.compare.config import CompareConfig, Look
from playground.studies.compare.experiment import CompareExperiment
from playground.studies.compare.headless import compare


def on(config: CompareConfig, **changes: Any) -> CompareConfig:
    """``config`` with other settings, of its base or its own."""
    own = {name: changes.pop(name) for name in list(changes) if name in CompareConfig.declared()}
    return replace(config, base=replace(config.base, **changes), **own)


CONFIG = CompareConfig(
    base=MLPConfig(dataset="xor", hidden_sizes=(4, 3), learning_rate=0.1), values="tanh,relu", seeds=4
)
UNEQUAL = replace(CONFIG, varied="batch_size", values="10,30,100")
WILD = on(CONFIG, dataset="plane", varied="learning_rate", values="0.03,90")
ALL = View(panels=frozenset({"stage", "scene", "table"}))


def parameters(experiment: CompareExperiment) -> list[np.ndarray[Any, Any]]:
    networks = experiment._networks.networks
    return [networks.parameters(index) for index in range(len(networks.configs))]


# Adam divides by the size of the gradient, so the last bits part and grow: 1e-6 after 30 updates, 0.3 after 90.
@pytest.mark.parametrize(
    ("config", "updates"),
    [(CONFIG, 100), (UNEQUAL, 100), (on(CONFIG, optimizer="adam", l1_strength=0.003), 30)],
)
def test_every_network_is_its_ordinary_run_with_the_same_data_and_seeds(config: CompareConfig, updates: int) -> None:
    experiment = CompareExperiment(config)
    for steps in (7, 13, updates - 20):
        experiment.advance(steps=steps)
    assert experiment.step == updates
    networks = experiment._networks.networks
    assert [each.seed for each in networks.configs] == [*range(4)] * len(config.variants)
    assert all(each.seed == each.data_seed for each in networks.configs)
    for index, each in enumerate(networks.configs):
        ordinary = MLPExperiment(each)
        ordinary.advance(steps=round(updates * each.steps_per_epoch / config.steps_per_epoch))
        assert networks.steps()[index] == ordinary.step
        assert networks.parameters(index) == pytest.approx(ordinary.state()["parameters"], abs=1e-4)


@pytest.mark.parametrize("config", [CONFIG, UNEQUAL, WILD], ids=["alike", "unequal", "wild"])
def test_going_back_and_forth_is_exact(config: CompareConfig) -> None:
    timeline = Timeline(Run(config=config))
    found, states = {}, {}
    for steps in (1, 11, 13, 40, 2, 60, 33):
        timeline.advance(steps=steps)
        found[timeline.step] = timeline.experiment.parameters_sha256(), timeline.experiment.observe("r", ALL)
        states[timeline.step] = timeline.experiment.state()["diagnosis"]
    timeline.advance(budget_s=0.2)
    for step in (25, 160, 1, 127, 12, 67, 65, 160):
        timeline.seek(step)
        digest, snapshot = found[step]
        again = timeline.experiment.observe("r", ALL)
        assert timeline.experiment.parameters_sha256() == digest
        assert again.metrics == snapshot.metrics
        assert again.info["variants"] == snapshot.info["variants"]
        assert again.info["comparison"] == snapshot.info["comparison"]
        assert again.info["failures"] == snapshot.info["failures"]
        kept, expected = timeline.experiment.state()["diagnosis"], states[step]
        assert all(np.array_equal(kept[name], expected[name]) for name in ("best_loss", "best_epoch"))
        assert np.array_equal(again.arrays["maps"], snapshot.arrays["maps"])
        assert np.array_equal(again.arrays["states"], snapshot.arrays["states"])


def test_another_process_goes_on_from_its_state() -> None:
    one, two = CompareExperiment(WILD), CompareExperiment(WILD)
    one.advance(steps=33)
    two.restore(one.state())
    for experiment in (one, two):
        experiment.advance(steps=50)
    assert one.parameters_sha256() == two.parameters_sha256()
    assert one.observe("r", ALL).info["comparison"] == two.observe("r", ALL).info["comparison"]


def test_one_that_diverges_leaves_its_neighbours() -> None:
    wild, calm = CompareExperiment(WILD), CompareExperiment(replace(WILD, values="0.03,0.01"))
    for experiment in (wild, calm):
        experiment.advance(steps=200)
    assert wild._networks.diverged().tolist() == [False] * 4 + [True] * 4
    for one, other in zip(parameters(wild)[:4], parameters(calm)[:4], strict=True):
        assert one == pytest.approx(other, abs=1e-6)
    assert all(np.isfinite(each).all() for each in parameters(wild))
    snapshot = wild.observe("r", ALL)
    assert snapshot.arrays["states"].tolist() == [0] * 4 + [2] * 4
    assert [each["diverged"] for each in snapshot.info["variants"]] == [0, 4]
    assert [each["levels"]["test_loss"]["median"] is None for each in snapshot.info["variants"]] == [False, True]
    assert np.isposinf(wild.history.array()[-1, 10:14]).all()  # of the second variant's test loss
    assert snapshot.info["comparison"]["summaries"][1]["score"]["median"] is None
    assert "the median of 4 runs of Learning rate 90 diverged" in snapshot.info["comparison"]["sentence"]
    assert snapshot.metrics["test_loss"] is None  # half of all networks have none
    assert pack({**snapshot.info, "metrics": snapshot.metrics}, {})
    (card,) = snapshot.info["failures"]
    assert (card["variant"], card["shared"], card["diverged"]) == ("Learning rate 90", "4 of 4 seeds", True)
    assert "no longer finite" in card["evidence"][0]
    assert card["evidence"][1] == "Learning rate 0.03, beside it, stayed finite in 4 of 4"
    assert card["counter"] is None


def test_it_stops_when_nobody_is_left() -> None:
    experiment = CompareExperiment(replace(WILD, values="80,90"))
    experiment.advance(steps=10_000)
    assert experiment.notice is not None
    assert experiment.step < 10_000
    assert experiment.advance(steps=5) == 0


@pytest.mark.parametrize("config", [CONFIG, UNEQUAL], ids=["alike", "unequal"])
def test_the_target_is_reached_when_compare_says_so(config: CompareConfig) -> None:
    config = replace(config, target_accuracy=0.85)
    experiment = CompareExperiment(config)
    while experiment.step < round(12 * config.steps_per_epoch):
        experiment.advance(steps=1 if experiment.step % 2 else 3)  # within epochs, over their ends, and at them
    found = experiment.observe("r", ALL).info["comparison"]
    expected = compare(config.variants, seeds=4, epochs=12, target_accuracy=0.85, tier="traced").to_json()
    reached = [row["epoch_to_target"] for row in expected["rows"]]
    assert len(set(reached)) > 2
    assert [row["epoch_to_target"] for row in found["rows"]] == reached
    assert found["sentence"] == expected["sentence"]


def test_looking_changes_nothing() -> None:
    watched, alone = CompareExperiment(CONFIG), CompareExperiment(CONFIG)
    for _ in range(4):
        watched.advance(steps=9)
        alone.advance(steps=9)
        watched.observe("r", ALL)
        watched.metrics()
        watched.state()
    assert watched.parameters_sha256() == alone.parameters_sha256()


def test_what_a_frame_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.studies.compare.experiment.WHY_EVERY_S_AT_REST", 60.0)
    experiment = CompareExperiment(replace(CONFIG, seeds=40))
    experiment.advance(steps=30)
    snapshot = experiment.observe("r", replace(ALL, look=Look(member=3)))
    arrays, info = snapshot.arrays, snapshot.info
    assert info["scene"]["wall"] == 32
    assert {name: array.shape for name, array in arrays.items()} == {
        "maps": (64, 1, 24, 24),
        "scores": (64, 2),
        "states": (64,),
        "large": (2, 1, 60, 60),
        "points0": (250, 2),
        "labels0": (250,),
        "points1": (250, 2),
        "labels1": (250,),
    }
    split = draw(DATASETS["xor"], 0.0, 0.5, data_seed=3)
    assert np.allclose(arrays["points0"], split.points[:250])
    assert len(info["why"]) == 2
    assert [layer["dead"] is None for layer in info["why"][1]] == [False, False, True]
    assert sum(info["why"][0][0]["histogram"]) == pytest.approx(1, abs=1e-3)
    assert info["scene"]["variants"][0]["title"] == info["comparison"]["rows"][0]["variant"] == "Tanh"
    assert "&seed={seed}&" in info["scene"]["variants"][0]["link"]
    history = experiment.history
    assert history.array().shape == (2, len(history.columns)) == (2, 18)
    assert history.columns[:4] == ("step", "epoch", "Tanh test_loss q10", "Tanh test_loss median")
    assert info["failures"] == []  # nobody has failed after an epoch
    assert pack({**info, "metrics": snapshot.metrics}, arrays)
    assert experiment.observe("r", View(look=Look(member=999))).info["member"] == 39
    assert "why" not in experiment.observe("r", View()).info


def cards(config: CompareConfig, epochs: int) -> list[dict[str, Any]]:
    experiment = CompareExperiment(config)
    experiment.advance(steps=round(epochs * config.steps_per_epoch))
    found = experiment.observe("r", View(panels=frozenset({"table"}))).info["failures"]
    assert pack({"failures": found}, {})
    return list(found)


SPIRAL = CompareConfig(
    base=MLPConfig(dataset="spiral", features=("x", "y", "sin_x", "sin_y"), hidden_sizes=(8, 8)), seeds=6
)


def test_equal_causes_are_told_once() -> None:
    config = on(SPIRAL, learning_rate=0.1, seeds=40)  # of which 32 are looked into
    found = cards(config, 20)
    sigmoid = [card for card in found if card["variant"] == "Sigmoid"]
    assert len(sigmoid) < 3
    assert int(sigmoid[0]["shared"].split()[0]) > 24
    assert sigmoid[0]["shared"].endswith("of the 32 worst seeds")
    assert "the first layer's gradient is 1/" in sigmoid[0]["evidence"][0]
    assert sigmoid[0]["evidence"][1] == "ReLU, beside it, reached the target in 0 of 40"
    assert sigmoid[0]["counter"] is None
    assert len({(card["variant"], card["evidence"][0]) for card in found}) == len(found) <= 3
    assert cards(config, 9) == []


def test_a_rate_that_is_too_large_or_too_small_is_the_cause() -> None:
    config = replace(SPIRAL, varied="learning_rate", values="0.0003,3")
    large, small = cards(config, 20)
    assert (large["variant"], large["shared"]) == ("Learning rate 3", "6 of 6 seeds")
    assert "saturated, " in large["evidence"][0]
    assert "updates at a learning rate of 3 are too large" in large["evidence"][0]
    assert large["counter"] == {"setting": "learning_rate", "value": 0.3}
    assert (small["variant"], small["shared"]) == ("Learning rate 0.0003", "6 of 6 seeds")
    assert "are too small" in small["evidence"][0]
    assert small["counter"] == {"setting": "learning_rate", "value": 0.003}
    beside = replace(SPIRAL, varied="learning_rate", values="0.1,3", target_accuracy=0.7)
    (card,) = [card for card in cards(beside, 20) if card["variant"] == "Learning rate 3"]
    assert card["counter"] is None
    assert card["evidence"][1].startswith("Learning rate 0.1, beside it, reached the target in ")


def test_what_is_on_the_page_is_not_proposed() -> None:
    config = on(SPIRAL, varied="initializer", values="xavier,zeros", activation="tanh", target_accuracy=0.99)
    (zeros,) = [card for card in cards(config, 12) if card["variant"] == "Zeros"]
    assert "all weights start at 0" in zeros["evidence"][0]
    assert zeros["evidence"][1] == "Xavier, beside it, reached the target in 0 of 6"
    assert zeros["counter"] is None


def test_classes_and_regressions() -> None:
    mixed = on(CONFIG, dataset="circle", loss="cross_entropy", varied="dataset", values="circle,rings")
    experiment = CompareExperiment(mixed)
    experiment.advance(steps=5)
    arrays = experiment.observe("r", ALL).arrays
    assert arrays["maps"].shape == (8, 3, 24, 24)
    assert (arrays["maps"][0].astype(int).sum(axis=0) == 255).all()
    assert not arrays["maps"][0, 2].any()
    regression = CompareExperiment(on(CONFIG, dataset="plane"))
    regression.advance(steps=5)
    info = regression.observe("r", ALL).info
    assert info["scene"]["target_accuracy"] is None
    assert info["variants"][0]["levels"]["test_accuracy"] is None
    assert info["comparison"]["summaries"][0]["reached"] is None
    assert pack(info, {})


def test_nothing_but_its_tier_can_change() -> None:
    experiment = CompareExperiment(CONFIG)
    for target, value in (("learning_rate", 0.1), ("layers.0.weight[0,0]", 1.0), ("tier", "plain")):
        with pytest.raises(ConfigError):
            experiment.apply(target, value)
    assert experiment.edits == 0
    assert not any(known.can_change for known in CompareConfig.settings().values())


@pytest.mark.compiler
def test_a_run_that_went_over_to_compiled_loops_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_COMPILE", "on")
    # The structure that tests/labs/mlp/test_batched.py compiles too: whoever comes first makes it for all.
    config = on(CONFIG, hidden_sizes=(3,), optimizer="momentum", batch_size=7, activation="tanh", seeds=3)
    config = replace(config, varied="l1_strength", values="0.001,0.003")
    timeline = Timeline(Run(config=config))
    timeline.advance(steps=40)
    timeline.apply("tier", "compiled")
    timeline.advance(steps=60)
    digest = timeline.experiment.parameters_sha256()
    timeline.seek(20)
    timeline.seek(100)
    assert timeline.experiment.parameters_sha256() == digest
    assert timeline.experiment.observe("r", View()).info["tier"] == "compiled"
    assert timeline.warning is None
    timeline.experiment.close()
