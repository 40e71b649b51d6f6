"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

from typing import Any

import pytest

from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.script import script
from playground.run import Run
from playground.runs.timeline import Timeline
from tests.labs.scripts import is_the_run

SMALL = {"width": 8, "heads": 2, "context": 16, "batch_size": 4}
CASES: list[dict[str, Any]] = [
    {},
    {"corpus": "sort", "norm": "post", "positions": "sinusoidal", "optimizer": "sgd"},
    {"corpus": "addition", "dropout": 0.2, "positions": "none"},
    {"corpus": "circles", "layers": 2},
    {"corpus": "own", "own": "¶".join(f"你好 number {n}" for n in range(30)), "data_seed": 2},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    timeline = Timeline(Run(config=GPTConfig(**{**SMALL, "seed": 3, **settings})))
    timeline.advance(steps=2)
    timeline.apply("learning_rate", 0.01)
    timeline.apply("tokens.weight[1,2]", 0.5)
    timeline.apply("off", "1.2,2")
    timeline.advance(steps=2)
    assert is_the_run(script(timeline.run, 4), timeline.run, 4) >= {"train_loss", "test_loss"}
