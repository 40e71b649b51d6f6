"""What is taken for the cause of a divergence, and that the change which is offered has been tried."""

from dataclasses import replace
from typing import Any

import pytest

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.divergence import explained
from playground.labs.mlp.experiment import MLPExperiment, stays_finite

PLANE = MLPConfig(dataset="plane")
DEEP: dict[str, Any] = {"activation": "relu", "hidden_sizes": (8,) * 8}
WIDE: dict[str, Any] = {"activation": "relu", "hidden_sizes": (32,) * 8, "initializer": "kaiming"}


@pytest.mark.parametrize(
    ("config", "cause", "words", "setting"),
    [
        (replace(PLANE, learning_rate=10.0), "rate", "a learning rate of 10 is too high", "learning_rate"),
        (
            MLPConfig(learning_rate=0.3, weight_decay=10.0),
            "decay", "1 − rate × L2 = 1 − 0.3 × 10 = −2", "weight_decay",
        ),
        (
            replace(PLANE, **DEEP, initial_scale=100.0),
            "exploding", "the gradient of layer 1 is infinite", "initial_scale",
        ),
        (
            replace(PLANE, **WIDE, initial_scale=100.0, learning_rate=0.0),
            "initial weights", "make the loss infinite before any update", "initial_scale",
        ),
    ],
)  # fmt: skip
def test_the_cause_is_the_one_that_the_numbers_show(config: MLPConfig, cause: str, words: str, setting: str) -> None:
    experiment = MLPExperiment(config)
    experiment.advance(steps=300)
    assert experiment.notice is not None
    found = explained(config, experiment.step, stays_finite)
    assert (found.cause, found.setting) == (cause, setting)
    assert words in found.words
    assert "rate of 0" not in experiment.notice
    assert found.remedy() in experiment.notice
    mended = MLPExperiment(replace(config, **{setting: found.value}))
    mended.advance(steps=found.tried)
    assert mended.notice is None
    assert mended.step == found.tried > experiment.step


def test_what_was_changed_on_the_way_is_no_fault_of_the_settings() -> None:
    experiment = MLPExperiment(replace(PLANE, activation="linear"))
    for target in ("layers.0.weight[0,0]", "layers.1.weight[0,0]", "layers.2.weight[0,0]"):
        experiment.apply(target, 1000)
    experiment.advance(steps=50)
    assert experiment.notice is not None
    assert "what was changed on the way" in experiment.notice.lower()
    assert "press Reset" in experiment.notice


def test_nothing_is_offered_that_was_not_tried_or_does_not_help() -> None:
    def never(config: MLPConfig, updates: int) -> bool:
        return False

    config = replace(PLANE, learning_rate=10.0)
    none = explained(config, 12, never)
    assert (none.setting, none.tried) == (None, 100)
    assert none.remedy() == "None of the changes that were tried keeps it finite."
    late = explained(config, 5000, never)
    assert (late.setting, late.tried) == (None, 0)
    assert "too long" in late.remedy()
