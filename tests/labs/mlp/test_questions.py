"""What the page's questions promise, where it is quickly seen: measured with ten seeds, trained here with a few."""

from typing import Any

import pytest

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.questions import QUESTIONS
from playground.pages.head import Question
from playground.run import View

SEEDS = (0, 1)
ZEROS, DEAD, CURVE = "What if all weights begin at 0?", "How do ReLUs die?", "Can one layer draw any curve?"
NOISY, SMALLEST = "Does L2 help on a noisy spiral?", "What is the smallest net below 0.177?"
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


def test_more_points_weight_decay_and_an_early_stop_cure_it() -> None:
    ill = measured(trained(LEARNED_TOO_MUCH, 10_000), "test_loss")
    assert measured(trained(LEARNED_TOO_MUCH, 3000, train_share=0.8), "test_loss") < 0.6 * ill
    assert measured(trained(LEARNED_TOO_MUCH, 3000, weight_decay=0.03), "test_loss") < 0.85 * ill
    stopped = trained(LEARNED_TOO_MUCH, 10_000, stop_epoch=100)
    assert (stopped.step, measured(stopped, "test_loss") < 0.9 * ill) == (500, True)


def test_relus_die_and_stay_dead_at_a_lower_rate() -> None:
    experiment = trained(DEAD, 1000)
    dead = experiment.insides()["dead"][0]
    assert dead >= 2 / 8
    experiment.apply("learning_rate", 0.03)
    experiment.advance(300)
    assert experiment.insides()["dead"][0] >= dead
    healthy = trained(DEAD, 1000, learning_rate=0.3)
    assert (healthy.insides()["dead"][0], measured(healthy, "test_accuracy")) == (0, 1)


@pytest.mark.parametrize("data_seed", SEEDS)
def test_weights_that_begin_at_zero_stay_alike(data_seed: int) -> None:
    experiment = trained(ZEROS, 1000, data_seed=data_seed)
    assert not experiment.observe("", View(panels=frozenset({"weights"}))).arrays["layers.0.weight"].any()
    assert measured(experiment, "test_accuracy") < 0.56
    assert accuracy(ZEROS, 2000, data_seed=data_seed, initializer="uniform") > 0.9


def test_a_little_weight_decay_keeps_the_noisy_spiral_and_much_smooths_it_away() -> None:
    assert accuracy(NOISY, 8000) > 0.89
    assert accuracy(NOISY, 8000, weight_decay=0.003) > 0.89
    assert accuracy(NOISY, 2000, weight_decay=0.03) < 0.65


@pytest.mark.parametrize("seed", SEEDS)
def test_two_relus_do_not_reach_0177_and_eight_do(seed: int) -> None:
    two, eight = (trained(SMALLEST, 4000, seed=seed, hidden_sizes=(each,)) for each in (2, 8))
    assert two.step == 4000
    assert eight.step < 4000
    assert measured(eight, "test_loss") <= 0.177 < measured(two, "test_loss")


@pytest.mark.parametrize("seed", SEEDS)
def test_more_hidden_units_come_nearer_to_the_curve(seed: int) -> None:
    two, sixteen = (measured(trained(CURVE, 3000, seed=seed, hidden_sizes=(each,)), "test_loss") for each in (2, 16))
    assert two > 0.2
    assert sixteen < 0.011


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: each.title)
def test_a_question_has_a_picture(question: Question) -> None:
    assert question.picture is not None
    assert question.picture.path.read_bytes().startswith(b"\x89PNG")
    known = MLPConfig.settings()
    assert {*question.settings, *question.free} <= known.keys()
