"""Many runs side by side: each lab's own way, and taking turns, against ordinary runs."""

from dataclasses import replace

import numpy as np
import pytest

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.ensemble import MLPEnsemble
from playground.labs.mlp.experiment import MLPExperiment
from playground.studies.ensemble import Ensemble, Lockstep, ensemble_of, outcomes

BASE = MLPConfig(dataset="xor", hidden_sizes=(3,))
MIXED = [BASE, replace(BASE, batch_size=50), replace(BASE, dataset="plane"), replace(BASE, seed=4, activation="relu")]
KINDS = pytest.mark.parametrize("kind", [MLPEnsemble, Lockstep])


def steps_at(ensemble: Ensemble, epoch: float) -> list[int]:
    return [round(epoch * config.steps_per_epoch) for config in ensemble.configs]


def test_a_lab_trains_its_runs_in_its_own_way() -> None:
    assert isinstance(ensemble_of(MIXED), MLPEnsemble)


@KINDS
def test_every_run_is_its_ordinary_one(kind: type[Ensemble]) -> None:
    ensemble = kind(MIXED)  # type: ignore[call-arg]
    assert ensemble.advance_to(steps_at(ensemble, 2)) == 50 + 10 + 120 + 50
    assert ensemble.advance_to(steps_at(ensemble, 2)) == 0
    assert ensemble.steps().tolist() == [50, 10, 120, 50]
    for index, outcome in enumerate(outcomes(ensemble, [3, None, None, None])):
        ordinary = MLPExperiment(MIXED[index])
        ordinary.advance(steps=int(ensemble.steps()[index]))
        assert (outcome.epoch, outcome.diverged) == (2, False)
        for name, value in ordinary.metrics().items():
            assert outcome.metrics[name] == pytest.approx(value, abs=1e-4)
        assert (outcome.metrics["test_accuracy"] is None) == (index == 2)
        assert outcome.epoch_to_target == (3 if index == 0 else None)


@KINDS
def test_it_goes_on_from_its_state(kind: type[Ensemble]) -> None:
    one, two = kind(MIXED), kind(MIXED)  # type: ignore[call-arg]
    one.advance_to(steps_at(one, 1))
    one.mark()
    one.advance_to(steps_at(one, 1.4))
    two.restore(one.state())
    assert one.parameters_sha256() == two.parameters_sha256() != kind(MIXED).parameters_sha256()  # type: ignore[call-arg]
    for ensemble in (one, two):
        ensemble.advance_to(steps_at(ensemble, 3))
    assert one.parameters_sha256() == two.parameters_sha256()


@KINDS
@pytest.mark.parametrize("slices", [[2.0], [1.01, 1.02, 1.5, 2.0]])
def test_one_that_diverges_stands_at_the_last_mark(kind: type[Ensemble], slices: list[float]) -> None:
    plane = MLPConfig(dataset="plane", hidden_sizes=(4,))
    ensemble = kind([plane, replace(plane, learning_rate=90)])  # type: ignore[call-arg]
    for epoch in slices:
        ensemble.advance_to(steps_at(ensemble, epoch))
    assert ensemble.diverged().tolist() == [False, True]
    assert ensemble.steps().tolist() == [120, 0]
    assert all(np.isfinite(ensemble.scores()["test_loss"]))
    assert [each.diverged for each in outcomes(ensemble, [None, None])] == [False, True]


@KINDS
def test_looking_changes_nothing(kind: type[Ensemble]) -> None:
    watched, alone = kind(MIXED[:2]), kind(MIXED[:2])  # type: ignore[call-arg]
    for epoch in (0.2, 0.8, 1):
        for ensemble in (watched, alone):
            ensemble.advance_to(steps_at(ensemble, epoch))
        assert watched.tiles([1, 0]).dtype == np.uint8
        assert watched.tiles([1, 0]).shape[0::3] == (2, 3)
        watched.pictures([0, 1], [1])
        watched.state()
        watched.scores()
    assert watched.parameters_sha256() == alone.parameters_sha256()
