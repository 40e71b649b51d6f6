"""Many games at once against each one alone."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from playground.labs.gan.config import LOSSES, OPTIMIZERS, GANConfig
from playground.labs.gan.ensemble import GANEnsemble
from playground.labs.gan.experiment import GANExperiment
from playground.studies.ensemble import ensemble_of
from tests.labs.blocks import goes_on_from_its_state, leaves_the_others_where_one_diverges

SMALL = GANConfig(generator_layers=(5, 4), discriminator_layers=(6,), batch_size=8, discriminator_updates_per_round=2)
# A bias before a normalization has no gradient but rounding, of which SGD alone makes a step as small.
GAMES = [(loss, "adam", False) for loss in LOSSES] + [(loss, "sgd", True) for loss in LOSSES]
GAMES += [("non_saturating", optimizer, False) for optimizer in OPTIMIZERS if optimizer != "adam"]


@pytest.mark.parametrize(("loss", "optimizer", "is_normed"), GAMES)
def test_each_network_is_the_one_of_its_own_run(loss: str, optimizer: str, is_normed: bool) -> None:
    base = replace(
        SMALL,
        loss=loss,
        noise="uniform" if is_normed else "gaussian",
        generator_optimizer=optimizer,
        discriminator_optimizer=optimizer,
        generator_batch_norm=is_normed,
        discriminator_batch_norm=is_normed,
    )
    configs = [base, replace(base, generator_learning_rate=0.01), replace(base, seed=3, data_seed=4)]
    ensemble = ensemble_of(configs)
    assert isinstance(ensemble, GANEnsemble)
    ensemble.advance_to([2] * 3)
    ensemble.advance_to([3] * 3)
    tiles, scores = ensemble.tiles([0, 1, 2]), ensemble.scores()
    for index, config in enumerate(configs):
        alone = GANExperiment(config)
        alone.advance(steps=3)
        metrics = alone.metrics()
        assert set(scores) == set(metrics)
        for name, value in metrics.items():
            assert scores[name][index] == pytest.approx(value, abs=1e-5), name
        own = ensemble_of([config])
        own.advance_to([3])
        assert np.abs(own.tiles([0])[0].astype(int) - tiles[index]).mean() < 0.1


def test_digits_are_judged_as_alone() -> None:
    config = GANConfig(dataset="digits", noise_size=3, generator_layers=(4,), discriminator_layers=(4,), batch_size=4)
    ensemble, alone = GANEnsemble([config, replace(config, seed=1)]), GANExperiment(config)
    ensemble.advance_to([2, 2])
    alone.advance(steps=2)
    assert {name: values[0] for name, values in ensemble.scores().items()} == pytest.approx(
        dict(alone.metrics()), abs=1e-5
    )


def test_it_goes_on_from_its_state() -> None:
    goes_on_from_its_state(
        GANEnsemble, [SMALL, replace(SMALL, seed=1), replace(SMALL, generator_optimizer="momentum")]
    )


def test_one_that_diverges_stands_at_the_last_mark_and_leaves_the_others() -> None:
    def spoil(block: Any) -> None:
        block.network["generator"].layers[0].weight[0] = torch.nan

    leaves_the_others_where_one_diverges(GANEnsemble, [SMALL, replace(SMALL, seed=1)], spoil)
