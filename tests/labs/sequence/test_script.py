"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

from typing import Any

import pytest

from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.script import script
from playground.labs.sequence.tasks import TASKS
from playground.run import Run
from playground.runs.timeline import Timeline
from tests.labs.scripts import is_the_run

CASES: list[dict[str, Any]] = [
    *({"task": task} for task in TASKS),
    {"task": "recall", "cell": "lstm", "truncate": 3, "zeroed": "1", "clamped": "o=1"},
    {"task": "french", "cell": "gru", "attention": True, "optimizer": "sgd", "data_seed": 2},
    {"task": "chinese_dates", "cell": "lstm", "attention": True, "match": "parameters"},
    {"cell": "bag", "clip": 0.0},
    {"task": "parity", "mixed": True},
    {"task": "own_series", "series": " ".join(str(place % 7) for place in range(90)), "length": 9, "cell": "gru"},
    {"task": "own_text", "text": "“Ça va?” (Oui!) 你好 it's 1 'n' \\ more. " * 4, "length": 9},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    timeline = Timeline(Run(config=SequenceConfig(**{"hidden": 4, "length": 6, "seed": 3, **settings})))
    timeline.advance(steps=2)
    timeline.apply("learning_rate", 0.02)
    timeline.apply("clip", 0.5)
    timeline.apply("cell.weight_hh[0,1]", 0.25)
    timeline.advance(steps=1)
    timeline.apply("zeroed", "2")
    timeline.apply("truncate", 2)
    timeline.advance(steps=2)
    assert is_the_run(script(timeline.run, 5), timeline.run, 5) == set(timeline.experiment.metrics())
