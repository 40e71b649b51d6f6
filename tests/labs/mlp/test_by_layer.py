"""An activation of its own for each hidden layer: in training, many networks at once, measurements and exports."""

import numpy as np
import pytest
import torch
from torch import nn

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.model import MLP
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from tests.labs.mlp.export.test_script import agrees

CONFIG = MLPConfig(hidden_sizes=(4, 3, 2), activations=("relu", "sigmoid", "silu"), initializer="normal", points=60)


def test_the_network_is_torchs() -> None:
    model = MLP(CONFIG.sizes, CONFIG.by_layer)
    with torch.no_grad():
        model.initialize("normal", torch.Generator().manual_seed(0), 0.5)
    first, second, third, last = model.layers
    theirs = nn.Sequential(first, nn.ReLU(), second, nn.Sigmoid(), third, nn.SiLU(), last)
    points = torch.randn(9, 2)
    torch.testing.assert_close(model(points), theirs(points))


@pytest.mark.parametrize(
    ("sizes", "own", "text"),
    [
        ((4, 2), (), "tanh"),
        ((4, 2), ("relu",), "relu,tanh"),
        ((4, 2), ("relu", "relu", "elu"), "relu"),
        ((), ("relu",), "tanh"),
    ],
)
def test_what_lacks_one_has_the_common_one(sizes: tuple[int, ...], own: tuple[str, ...], text: str) -> None:
    assert MLPConfig(hidden_sizes=sizes, activations=own).by_layer == text


def test_scripts_and_links() -> None:
    agrees(Run(config=CONFIG), 40)
    assert MLPConfig.from_text(CONFIG.to_text()) == (CONFIG, [])
    assert CONFIG.to_text()["activations"] == "relu,sigmoid,silu"


def test_many_networks_and_their_layers() -> None:
    population, alone = PopulationExperiment([CONFIG, CONFIG]), MLPExperiment(CONFIG)
    population.advance(steps=30)
    alone.advance(steps=30)
    assert population.parameters(1) == pytest.approx(alone.parameters(), abs=2e-6)
    assert population.scores()["test_loss"][0] == pytest.approx(alone.metrics()["test_loss"], abs=1e-5)
    ((_, seen),) = population.layers()
    assert np.isnan(seen.dead[0]).tolist() == [False, True, True]
    assert np.isnan(seen.saturated[0]).tolist() == [True, False, True]


def test_the_inputs_that_a_picture_offers() -> None:
    assert len(CONFIG.shown_inputs) == 7
    assert MLPConfig(features=("x", "cos_y")).shown_inputs[7:] == ("cos_y",)
