"""What is taken for the cause of a failure, and what is suggested then."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.evidence import Case, Evidence, Sibling, beside, evidence

TANH = MLPConfig(dataset="spiral", hidden_sizes=(8, 8), learning_rate=0.03)
CASE = Case(
    config=TANH,
    step=2500,
    train_loss=0.3,
    test_loss=0.32,
    best_loss=0.32,
    best_epoch=99,
    has_diverged=False,
    gradient_norms=np.array([0.3, 0.2, 0.1], dtype=np.float32),
    dead_or_saturated=np.zeros(2, dtype=np.float32),
    dead_or_saturated_at_start=np.zeros(2, dtype=np.float32),
)


def case(*, norms: tuple[float, ...] = (0.3, 0.2, 0.1), dead: float = 0, start: float = 0, **changes: Any) -> Case:
    """``CASE`` with other numbers; what is no part of a Case belongs to its configuration."""
    known = {name: changes.pop(name) for name in list(changes) if name in Case.__dataclass_fields__}
    return replace(
        CASE,
        config=replace(TANH, **changes),
        gradient_norms=np.array(norms, dtype=np.float32),
        dead_or_saturated=np.array([0, dead], dtype=np.float32),
        dead_or_saturated_at_start=np.array([0, start], dtype=np.float32),
        **known,
    )


FLAT: dict[str, Any] = {"train_loss": 0.49, "test_loss": 0.5093, "best_loss": 0.5083, "best_epoch": 33}
FALLING = (0.005, 0.018, 0.07)


@pytest.mark.parametrize(
    ("seen", "cause", "words", "setting", "value"),
    [
        (case(has_diverged=True), "diverged", "step 2,500 its loss was no longer finite", None, None),
        (case(hidden_sizes=(), norms=(0.4,)), "straight", "a straight line", "hidden_sizes", (4, 2)),
        (case(initializer="zeros", norms=(0, 0, 1)), "zeros", "no gradient comes", "initializer", "xavier"),
        (case(initializer="zeros"), "zeros", "cannot become different", "initializer", "xavier"),
        (case(activation="linear"), "linear", "together are one", "activation", "relu"),
        (case(norms=(0, 0, 1)), "no gradient", "no gradient comes", "initializer", "xavier"),
        # A flat loss is none that rose, whatever its gradient is.
        (case(activation="sigmoid", norms=FALLING, **FLAT), "vanishing", "is 1/14 of the last", "activation", "relu"),
        (case(activation="sigmoid", norms=(0.03, 0.03, 0.07), **FLAT), "vanishing", "1/2 of", "activation", "relu"),
        (case(activation="sigmoid", norms=(4e-7, 1, 1)), "vanishing", "less than 1/10,000", "activation", "relu"),
        (case(activation="sigmoid", norms=(4e-4, 1, 1)), "vanishing", "1/2,500 of", "activation", "relu"),
        (case(norms=(0.03, 0.03, 0.07), **FLAT), "slow", "0.03 are too small", "learning_rate", 0.3),
        (case(activation="relu", norms=(2e-4, 1, 1)), "tiny", "is 1/5,000 of", "initializer", "kaiming"),
        (case(activation="relu", norms=(2e-4, 1, 1), initial_scale=0.1), "tiny", "1/5,000", "initial_scale", 1.0),
        (
            case(activation="relu", norms=(1e-9, 1, 1), weight_decay=0.3, **FLAT),
            "held back", "L2 regularization 0.3 draws its weights to 0", "weight_decay", 0.0,
        ),
        (
            case(learning_rate=3.0, train_loss=0.9, dead=0.91, start=0.05),
            "driven saturated", "91% of layer 2 is saturated, 5% at the start: updates at", "learning_rate", 0.3,
        ),
        (case(train_loss=0.9, dead=0.91, start=0.8), "saturated", "80% at the start", "initializer", "xavier"),
        (
            case(train_loss=0.9, dead=0.91, start=0.8, initializer="xavier", initial_scale=10.0),
            "saturated", "91% of", "initial_scale", 1.0,
        ),
        (case(dead=0.6), "unfinished", "below that of guessing (0.5)", "hidden_sizes", (16, 16)),
        (case(activation="relu", dead=0.6), "dead", "60% of layer 2 is dead", "activation", "leaky_relu"),
        (
            case(activation="relu", dead=1, **FLAT, learning_rate=3.0),
            "driven dead", "100% of layer 2 is dead, 0% at the start: updates", "learning_rate", 0.3,
        ),
        (
            case(train_loss=0.12, test_loss=0.36, best_loss=0.31, best_epoch=60),
            "by heart", "rose from 0.31 at epoch 60 to 0.36: it learns its", "weight_decay", 0.03,
        ),
        (
            case(train_loss=0.01, test_loss=0.1, best_loss=0.1, weight_decay=0.01),
            "by heart", "0.01, but its test loss is 0.1: it learns", "weight_decay", 0.03,
        ),
        (
            case(train_loss=0.33, test_loss=0.36, best_loss=0.31, best_epoch=60),
            "unsteady", "its test loss rose from 0.31 at epoch 60 to 0.36", "learning_rate", 0.003,
        ),
        (case(train_loss=0.8, test_loss=0.8, best_loss=0.52), "overshooting", "too large", "learning_rate", 0.003),
        (case(train_loss=0.8, test_loss=0.8, best_loss=0.8), "slow", "0.03 are too small", "learning_rate", 0.3),
        (case(learning_rate=0.0, **FLAT), "slow", "0 are too small", "learning_rate", 0.03),
        (case(hidden_sizes=(32, 32)), "unfinished", "still learning, or too small", None, None),
        (case(loss="cross_entropy", train_loss=0.68, test_loss=0.7), "slow", "(0.69)", "learning_rate", 0.3),
    ],
)  # fmt: skip
def test_the_cause(seen: Case, cause: str, words: str, setting: str | None, value: Any) -> None:
    found = evidence(seen)
    assert (found.cause, found.setting, found.value) == (cause, setting, value)
    (text,) = found.words
    assert words in text


@pytest.mark.parametrize(("test_loss", "epoch"), [(0.325, 33), (0.36, 95)], ids=["little", "lately"])
def test_a_loss_has_risen_when_it_did_so_by_more_than_chance(test_loss: float, epoch: int) -> None:
    seen = case(train_loss=0.2, test_loss=test_loss, best_loss=0.31, best_epoch=epoch)
    assert evidence(seen).cause == "unfinished"


def sibling(name: str, value: Any, successes: int) -> Sibling:
    return Sibling(name=name, value=value, did="reached the target in", successes=successes, runs=16)


def test_what_stands_beside_is_said_and_not_proposed() -> None:
    found = Evidence(cause="vanishing", words=("…",), setting="activation", value="relu")
    relu, tanh = sibling("ReLU", "relu", 3), sibling("Tanh", "tanh", 2)
    assert beside(found, "learning_rate", 1, [sibling("Learning rate 1", 1.0, 4)]) == found
    same = beside(found, "activation", 1, [relu, tanh])
    assert same.words == ("…", "ReLU, beside it, reached the target in 3 of 16")
    assert (same.cause, same.setting, same.value) == ("vanishing", None, None)
    better = beside(found, "activation", 1, [relu, replace(tanh, successes=12)])
    assert better.words[1:] == ("Tanh, beside it, reached the target in 12 of 16",)
    other = beside(found, "learning_rate", 0, [sibling("Learning rate 1", 1.0, 16)])
    assert other.setting is None
