"""What the page's questions promise, where it is quickly seen: measured with ten seeds, trained here with a few."""

from typing import Any

import pytest

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.questions import QUESTIONS
from playground.run import View

SEEDS = (0, 1)
LEARNED_TOO_MUCH = "Can it learn too much?"


def trained(title: str, updates: int, **others: Any) -> MLPExperiment:
    (asked,) = [each for each in QUESTIONS if each.title == title]
    experiment = MLPExperiment(MLPConfig(**{**asked.settings, **others}))
    experiment.advance(updates)
    return experiment


def measured(experiment: MLPExperiment, name: str) -> float:
    found = experiment.metrics()[name]
    assert found is not None
    return found


def accuracy(title: str, updates: int, **others: Any) -> float:
    return measured(trained(title, updates, **others), "test_accuracy")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hidden_layer_parts_xor(seed: int) -> None:
    title = "Does XOR need a hidden layer?"
    assert accuracy(title, 2000, seed=seed) < 0.7
    assert accuracy(title, 2000, seed=seed, hidden_sizes=(4,)) > 0.85


def test_deep_sigmoids_stay_at_guessing_where_relu_learns() -> None:
    title = "Sigmoid or ReLU in a deep network?"
    assert accuracy(title, 1000) < 0.65
    assert accuracy(title, 300, activation="relu") > 0.99


@pytest.mark.parametrize("seed", SEEDS)
def test_too_high_a_rate_learns_nothing(seed: int) -> None:
    title = "What if the rate is too high?"
    assert accuracy(title, 2000, seed=seed) < 0.7
    assert accuracy(title, 2000, seed=seed, learning_rate=0.03) > 0.8


def test_the_noise_is_learned() -> None:
    early, late = (trained(LEARNED_TOO_MUCH, updates) for updates in (1000, 10_000))
    assert measured(late, "train_loss") < 0.8 * measured(early, "train_loss")
    assert measured(late, "test_loss") > 1.1 * measured(early, "test_loss")
    _, best = late.observe("", View(panels=frozenset({"scene"}))).info["scene"]["baselines"]
    assert best["label"] == "best possible"
    assert measured(late, "test_loss") > 1.1 * best["value"]
