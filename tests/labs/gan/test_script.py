"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

from typing import Any

import pytest

from playground.labs.gan.config import GANConfig
from playground.labs.gan.data import SETS
from playground.labs.gan.script import script
from playground.run import Run
from playground.runs.timeline import Timeline
from tests.labs.scripts import is_the_run

SMALL: dict[str, Any] = {"generator_layers": (8,), "discriminator_layers": (8, 8), "batch_size": 16, "seed": 3}
CASES: list[dict[str, Any]] = [
    *({"dataset": name} for name in SETS),
    {"loss": "wgan_gp", "noise": "uniform", "generator_batch_norm": True, "discriminator_updates_per_round": 3},
    {"loss": "least_squares", "discriminator_batch_norm": True, "discriminator_optimizer": "momentum"},
    {"loss": "minimax", "noise_size": 5, "dataset": "drawn", "drawing": "0f" * 128},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    timeline = Timeline(Run(config=GANConfig(**SMALL, **settings)))
    timeline.advance(steps=2)
    timeline.apply("generator_learning_rate", 0.01)
    timeline.apply("generator.layers.0.weight[1,0]", 0.5)
    timeline.apply("loss", "wgan_gp" if settings.get("loss") != "wgan_gp" else "non_saturating")
    timeline.advance(steps=1)
    timeline.apply("plays", "discriminator")
    timeline.apply("discriminator_updates_per_round", 2)
    timeline.advance(steps=2)
    assert is_the_run(script(timeline.run, 5), timeline.run, 5) == set(timeline.experiment.metrics())
