"""Many networks at once against each one alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.labs.sequence.config import CELLS, SequenceConfig
from playground.labs.sequence.crowd import SMALL
from playground.labs.sequence.ensemble import SequenceEnsemble
from playground.labs.sequence.experiment import SequenceExperiment
from playground.labs.sequence.tasks import TASKS
from playground.studies.ensemble import THUMBNAIL, ensemble_of
from tests.labs.blocks import goes_on_from_its_state, leaves_the_others_where_one_diverges

SMALLEST: dict[str, Any] = {"hidden": 3, "length": 6, "batch_size": 8}
RUNS: list[dict[str, Any]] = [
    *({"task": task} for task in TASKS),
    *({"cell": cell, "clip": 0.1} for cell in CELLS),
    {"task": "recall", "cell": "lstm", "truncate": 2, "clip": 0.0},
    {"task": "recall", "cell": "lstm", "hidden": SMALL + 1, "truncate": 4},  # by torch's kernel
    {"task": "depth", "cell": "lstm", "zeroed": "1", "clamped": "o=1"},
    {"task": "parity", "cell": "gru", "mixed": True, "optimizer": "sgd"},
    *({"task": "french", "cell": cell, "attention": True} for cell in ("rnn", "lstm", "gru")),
]


@pytest.mark.parametrize("settings", RUNS, ids=range(len(RUNS)))
def test_each_network_is_the_one_of_its_own_run(settings: dict[str, Any]) -> None:
    base = SequenceConfig(**{**SMALLEST, **settings})
    configs = [base, replace(base, seed=3, data_seed=4), replace(base, learning_rate=0.02)]
    ensemble = ensemble_of(configs)
    assert isinstance(ensemble, SequenceEnsemble)
    ensemble.advance_to([2] * 3)
    ensemble.advance_to([3] * 3)
    scores = ensemble.scores()
    for index, config in enumerate(configs):
        alone = SequenceExperiment(config)
        alone.advance(steps=3)
        found = {name: values[index] for name, values in scores.items() if not np.isnan(values[index])}
        assert found == pytest.approx(dict(alone.metrics()), abs=1e-5)
        tile = alone.observe("", THUMBNAIL).arrays["thumbnail"]
        assert np.abs(ensemble.pictures([index], [index])["large"][0].astype(int) - tile).mean() < 0.1


def test_it_goes_on_from_its_state() -> None:
    base = SequenceConfig(**SMALLEST)
    goes_on_from_its_state(SequenceEnsemble, [base, replace(base, seed=1), replace(base, cell="gru")])


@pytest.mark.parametrize("cause", ["a weight", "a loss"])
def test_one_that_diverges_stands_at_the_last_mark_and_leaves_the_others(cause: str) -> None:
    base = SequenceConfig(task="sine", **SMALLEST)

    def spoil(block: Any) -> None:  # the square of 1e30 is infinite, the gradient is not
        block.network.output.bias[0] = torch.nan if cause == "a weight" else 1e30

    leaves_the_others_where_one_diverges(SequenceEnsemble, [base, replace(base, seed=1)], spoil)
