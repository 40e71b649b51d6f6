"""Every pair of optimizer and loss, optimizer and activation, loss and activation, on a small net, in few runs."""

import math
from itertools import product

import pytest

from playground.catalog import ACTIVATIONS, LOSSES, OPTIMIZERS
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Run
from playground.runs.timeline import Timeline

STEPS = 12
Case = tuple[str, str, str]


def _pairs(case: Case) -> set[tuple[str, str]]:
    optimizer, loss, activation = case
    return {(optimizer, loss), (optimizer, activation), (loss, activation)}


def covering() -> list[Case]:
    """Returns few cases with every pair: always the next one with the most pairs that are still missing."""
    every = list(product(OPTIMIZERS, LOSSES, ACTIVATIONS))
    missing, found = set().union(*map(_pairs, every)), list[Case]()
    while missing:
        found.append(max(every, key=lambda case: len(_pairs(case) & missing)))
        missing -= _pairs(found[-1])
    return found


CASES = covering()


def config(case: Case) -> MLPConfig:
    optimizer, loss, activation = case
    dataset = "plane" if loss == "absolute_error" else "xor"
    return MLPConfig(
        dataset=dataset,
        optimizer=optimizer,
        loss=loss,
        activation=activation,
        hidden_sizes=(3, 2),
        learning_rate=0.01,
    )


def test_the_cases_have_every_pair() -> None:
    pairs = [*product(OPTIMIZERS, LOSSES), *product(OPTIMIZERS, ACTIVATIONS), *product(LOSSES, ACTIVATIONS)]
    assert set().union(*map(_pairs, CASES)) == set(pairs)
    assert len(CASES) < len(pairs) / 2


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_it_is_finite_deterministic_and_replays(case: Case) -> None:
    timeline = Timeline(Run(config=config(case)))
    start = timeline.experiment.parameters_sha256()
    timeline.advance(steps=STEPS)
    end = timeline.experiment.parameters_sha256()
    assert end != start
    assert all(value is not None and math.isfinite(value) for value in timeline.experiment.metrics().values())
    again = MLPExperiment(config(case))
    again.advance(steps=5)
    again.advance(steps=STEPS - 5)
    assert again.parameters_sha256() == end
    timeline.seek(4)
    timeline.seek(STEPS)
    assert timeline.experiment.parameters_sha256() == end
