"""Dropout on the Playground: what an update leaves out, by seed and step; and that nothing else is left out."""

from functools import partial
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.model import MLP
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.timeline import Timeline
from playground.training.batches import kept
from playground.training.losses import LOSSES
from playground.training.update import flatten, make_update
from tests.labs.mlp.export.test_script import agrees

SHARE, SIZES = 0.4, (2, 5, 3, 1)


def config(**values: object) -> MLPConfig:
    return MLPConfig(**({"hidden_sizes": (5, 3), "dropout": SHARE, "batch_size": 7} | values))  # type: ignore[arg-type]


class TestFactors:
    def test_they_are_those_of_torch(self) -> None:
        found = kept(0, 50, 20, 8, SHARE, seed=1)
        torch.manual_seed(0)
        assert set(found.unique().tolist()) == set(nn.Dropout(SHARE)(torch.ones(1000)).unique().tolist())
        assert found.mean().item() == pytest.approx(1, abs=0.03)
        assert found.shape == (1000, 8)

    def test_they_depend_on_seed_and_step_alone(self) -> None:
        whole = kept(5, 60, 4, 3, SHARE, seed=1)
        cut = [kept(first, last - first, 4, 3, SHARE, seed=1) for first, last in pairwise((5, 6, 15, 16, 40, 65))]
        assert torch.equal(whole, torch.cat(cut))
        assert not torch.equal(whole, kept(5, 60, 4, 3, SHARE, seed=2))
        assert len({tuple(row.tolist()) for row in whole}) > 6  # each row has its own


def test_an_update_is_that_of_a_plain_network_with_these_factors() -> None:
    model = MLP(SIZES, "tanh").double()
    with torch.no_grad():
        model.initialize("xavier", torch.Generator().manual_seed(0))
    rows, targets = torch.randn(6, 2).double(), torch.randn(6, 1).double()
    factors = kept(3, 1, 6, 8, SHARE, seed=0).double()
    update = make_update(model, partial(LOSSES["squared_error"], output="linear"), "sgd")
    start = flatten(model)
    found, _, _ = update(start, {}, (rows, targets, factors), {"learning_rate": torch.tensor(1.0).double()})
    first, second, last = model.layers
    hidden = torch.tanh(second(torch.tanh(first(rows)) * factors[:, :5])) * factors[:, 5:]
    (0.5 * (last(hidden) - targets).square().mean()).backward()
    gradient = torch.cat([each.grad.flatten() for each in model.parameters() if each.grad is not None])
    torch.testing.assert_close(start - found, gradient)


def test_losses_and_pictures_leave_nothing_out() -> None:
    with_dropout, without = MLPExperiment(config()), MLPExperiment(config(dropout=0.0))
    assert with_dropout.metrics() == without.metrics()
    with_dropout.advance(steps=20)
    without.advance(steps=20)
    assert with_dropout.parameters_sha256() != without.parameters_sha256()
    without.restore(with_dropout.state())
    assert with_dropout.metrics() == without.metrics()


@pytest.mark.parametrize("reshuffle", [False, True])
def test_the_run_is_the_same_however_it_is_cut_and_sought(reshuffle: bool) -> None:
    timeline, other = Timeline(Run(config=config(reshuffle=reshuffle))), MLPExperiment(config(reshuffle=reshuffle))
    for share in (0.2, 0.0, 0.9):
        timeline.advance(steps=21)
        timeline.apply("dropout", share)
        for steps in (4, 17):
            other.advance(steps=steps)
        other.apply("dropout", share)
    timeline.advance(steps=20)
    other.advance(steps=20)
    end = timeline.experiment.parameters_sha256()
    assert other.parameters_sha256() == end
    timeline.seek(30)
    timeline.seek(83)
    assert timeline.experiment.parameters_sha256() == end
    agrees(timeline.run, timeline.step)


def test_without_a_hidden_layer_there_is_nothing_to_leave_out() -> None:
    some, none = (MLPExperiment(config(hidden_sizes=(), dropout=share)) for share in (SHARE, 0.0))
    some.advance(steps=9)
    none.advance(steps=9)
    assert some.parameters_sha256() == none.parameters_sha256()


@pytest.mark.parametrize("share", [-0.1, 0.91, float("nan")])
def test_a_share_out_of_range_is_refused(share: float) -> None:
    with pytest.raises(ConfigError, match=r"dropout: .*0.9"):
        config(dropout=share)


def test_many_at_once_are_the_single_runs() -> None:
    configs = [
        config(dropout=share, seed=seed, reshuffle=reshuffle, hidden_sizes=(width, 3))
        for width, share, seed, reshuffle in ((5, 0.2, 0, False), (4, 0.5, 1, False), (5, 0.5, 1, True))
    ]
    many = PopulationExperiment(configs, padded=True)
    many.advance(11)
    many.advance(20)
    for index, each in enumerate(configs):
        alone = MLPExperiment(each)
        alone.advance(steps=31)
        np.testing.assert_allclose(many.parameters(index), alone.parameters(), atol=1e-5)
