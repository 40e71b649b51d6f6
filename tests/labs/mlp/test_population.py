"""Many runs side by side against the ordinary runs that they are."""

from dataclasses import replace

import numpy as np
import pytest

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.population import PopulationExperiment
from playground.run import View
from playground.training import compiled
from tests.gpu import DEVICES, GPU

BASE = MLPConfig(hidden_sizes=(4, 3), dataset="xor")
MIXED = [
    BASE,
    replace(BASE, activation="relu"),  # another group
    replace(BASE, seed=1, data_seed=1, learning_rate=0.1, dataset="circle", noise=0.2),
    replace(BASE, activation="relu", l1_strength=0.003, weight_decay=0.01, features=("y", "xy")),
    replace(BASE, dataset="rings", loss="cross_entropy", optimizer="adam", learning_rate=0.01),
    replace(BASE, dataset="plane", initializer="xavier", initial_scale=1.5),
    replace(BASE, seed=2, initializer="zeros"),
    replace(BASE, frozen=((1, 2), (2, 1)), zeroed=((1, 4),)),
    replace(BASE, seed=3, zeroed=((2, 3),)),
]


def on(device: str) -> PopulationExperiment:
    return PopulationExperiment([replace(config, device=device) for config in MIXED])


@pytest.mark.parametrize("device", DEVICES)
def test_every_network_is_its_ordinary_run(device: str) -> None:
    experiment = on(device)
    assert [group.indices for group in experiment.groups] == [[0, 2, 6], [1, 3], [4], [5], [7, 8]]
    assert experiment.advance(steps=30) == 30
    assert experiment.advance(steps=70) == 70
    scores, steps = experiment.scores(), experiment.steps()
    for index, config in enumerate(MIXED):
        ordinary = MLPExperiment(replace(config, device="cpu"))
        ordinary.advance(steps=100)
        assert steps[index] == 100
        assert experiment.parameters(index) == pytest.approx(ordinary.state()["parameters"], abs=1e-4)
        for name, value in ordinary.metrics().items():
            assert scores[name][index] == pytest.approx(value, abs=0.01 if "accuracy" in name else 1e-4)
        assert experiment.run(index).config == replace(config, device=device)
    assert np.isnan(scores["test_accuracy"][5])
    assert not experiment.diverged().any()


@pytest.mark.parametrize("index", [1, 3, 4, 7])
def test_a_network_can_be_opened_and_goes_on(index: int) -> None:
    experiment = PopulationExperiment(MIXED)
    experiment.advance(steps=40)
    opened = MLPExperiment(experiment.configs[index])
    opened.restore(experiment.state(index))
    assert opened.step == 40
    assert opened.metrics()["train_loss"] == pytest.approx(experiment.scores()["train_loss"][index], abs=1e-5)
    opened.advance(steps=20)
    experiment.advance(steps=20)
    assert opened.state()["parameters"] == pytest.approx(experiment.parameters(index), abs=1e-4)


@pytest.mark.parametrize("device", [GPU])
def test_it_shows_what_the_cpu_shows(device: str) -> None:
    ours, theirs = on(device), on("cpu")
    for experiment in (ours, theirs):
        experiment.advance(steps=30)
    for one, other in zip(ours.boundaries(), theirs.boundaries(), strict=True):
        assert np.abs(one.astype(int) - other).max() <= 1
    for (indices, one), (same, other) in zip(ours.layers(), theirs.layers(), strict=True):
        assert indices == same
        assert one.gradient_norms == pytest.approx(other.gradient_norms, rel=1e-3, abs=1e-5)
        assert one.ranges == pytest.approx(other.ranges, abs=1e-4)
    opened = MLPExperiment(MIXED[1])
    opened.restore(ours.state(1))
    assert opened.metrics()["train_loss"] == pytest.approx(ours.scores()["train_loss"][1], abs=1e-5)


def test_its_small_maps_are_the_large_ones() -> None:
    experiment = PopulationExperiment(MIXED)
    experiment.advance(steps=20)
    maps = experiment.boundaries([4, 3, 0], side=100)
    assert [each.shape for each in maps] == [(3, 100, 100), (1, 100, 100), (1, 100, 100)]
    small = [each.shape for each in experiment.boundaries()]
    assert small == [(3 if index == 4 else 1, 24, 24) for index in range(len(MIXED))]
    opened = MLPExperiment(MIXED[4])
    opened.advance(steps=20)
    plane = opened.observe("r", View()).arrays["plane"]
    assert np.abs(maps[0].astype(int) - plane).max() <= 2


def test_looking_changes_nothing_and_every_layer_is_seen() -> None:
    watched, alone = PopulationExperiment(MIXED), PopulationExperiment(MIXED)
    for _ in range(3):
        watched.advance(steps=5)
        alone.advance(steps=5)
        found = watched.layers()
        watched.boundaries()
        watched.scores()
    assert sorted(index for indices, _ in found for index in indices) == [*range(len(MIXED))]
    assert all(seen.gradient_norms.shape == (len(indices), 3) for indices, seen in found)
    for index in range(len(MIXED)):
        assert np.array_equal(watched.parameters(index), alone.parameters(index))


def test_a_slice_ends_in_time() -> None:
    experiment = PopulationExperiment([BASE, replace(BASE, seed=1)])
    experiment.prepare()
    assert experiment.steps().tolist() == [0, 0]
    for _ in range(3):
        done = experiment.advance(budget_s=0.05)
    assert done > 1
    assert experiment.advance(steps=3, budget_s=10) == 3


def test_a_grid_of_rates_and_scales_marks_what_diverges() -> None:
    cells = [(0.01, 1.0), (0.01, 3.0), (90.0, 1.0)]
    configs = [replace(BASE, dataset="plane", learning_rate=rate, initial_scale=scale) for rate, scale in cells]
    experiment = PopulationExperiment(configs)
    weights = np.concatenate([np.ones(8), np.zeros(4), np.ones(12), np.zeros(3), np.ones(3), np.zeros(1)])
    first, scaled = experiment.parameters(0), experiment.parameters(1)
    assert scaled == pytest.approx(first * (1 + 2 * weights), rel=1e-6)
    for _ in range(4):
        experiment.advance(steps=50)
    assert experiment.diverged().tolist() == [False, False, True]
    assert experiment.steps()[:2].tolist() == [200, 200]
    assert experiment.steps()[2] < 200
    assert all(np.isfinite(values).all() for values in experiment.scores().values() if not np.isnan(values).all())
    with pytest.raises(ConfigError, match="there is no network 3"):
        experiment.parameters(3)


@pytest.mark.compiler
def test_it_goes_over_to_a_compiled_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLAYGROUND_COMPILE", "on")
    # The structure that tests/labs/mlp/test_batched.py compiles too: whoever comes first makes it for all.
    config = replace(BASE, hidden_sizes=(3,), optimizer="momentum", batch_size=7, l1_strength=0.001)
    configs = [replace(config, seed=seed, data_seed=seed) for seed in range(3)]
    traced, waited, kept, polled = (PopulationExperiment(configs) for _ in range(4))
    assert waited.upgrade(wait=True)
    assert kept.upgrade()
    traced.advance(steps=10)
    polled.advance(steps=10)
    assert polled.poll()
    assert (traced.tier, polled.tier) == ("traced", "compiled")
    for experiment in (traced, waited, kept, polled):
        experiment.advance(steps=100 - int(experiment.steps()[0]))
        assert experiment.parameters(2) == pytest.approx(traced.parameters(2), abs=1e-4)
        experiment.close()
    assert np.array_equal(waited.parameters(1), kept.parameters(1))


def test_without_a_compiler_it_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiled, "find_compiler", lambda: None)
    experiment = PopulationExperiment([replace(BASE, hidden_sizes=(7, 7))])
    assert not experiment.upgrade(wait=True)
    assert experiment.tier == "traced"
