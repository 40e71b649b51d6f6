"""What is seen inside many networks, against each network looked into alone."""

import numpy as np
import pytest
import torch

from playground.labs.mlp.batched import Population
from playground.labs.mlp.layers import BINS, boundaries, layers
from playground.labs.mlp.model import MLP
from playground.labs.mlp.structure import Structure
from playground.training.losses import LOSSES
from tests.labs.mlp.test_batched import TRAINED_ON, draw, populated


def alone(population: Population, index: int) -> MLP:
    model = MLP(population.structure.sizes, population.structure.activation)
    torch.nn.utils.vector_to_parameters(population.parameters[index].clone(), model.parameters())
    return model


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh", "gelu"])
@pytest.mark.parametrize(
    ("loss", "output", "outputs"), [("squared_error", "tanh", 1), ("cross_entropy", "softmax", 3)]
)
def test_they_are_those_of_each_network_alone(activation: str, loss: str, output: str, outputs: int) -> None:
    structure = Structure((3, 6, 4, outputs), activation, loss, output, "sgd", 5, l1=False)
    population = populated(structure, 3, [3.0, 1.0, 0.1])
    population.advance(50)
    found = layers(population)
    for index in range(3):
        model = alone(population, index)
        features, targets = (part[index, :TRAINED_ON] for part in population.data)
        LOSSES[loss](model(features), targets, output).backward()
        values = model.trace(features)
        for depth, layer in enumerate(model.layers):
            norm = torch.cat([w.grad.flatten() for w in layer.parameters()]).norm().item()
            assert found.gradient_norms[index, depth] == pytest.approx(norm, rel=1e-4, abs=1e-7)
        for depth, hidden in enumerate(each.detach() for each in values[:-1]):
            low, high = found.ranges[depth].tolist()
            counts = np.histogram(hidden.numpy(), BINS, (low, high))[0] / hidden.numel()
            assert found.histograms[index, depth] == pytest.approx(counts, abs=2 / hidden.numel())
            dead, saturated = found.dead[index, depth], found.saturated[index, depth]
            if activation == "relu":
                assert dead == pytest.approx((hidden.amax(0) == 0).float().mean().item())
            if activation == "tanh":
                assert saturated == pytest.approx((hidden.abs() > 0.95).float().mean().item())
            if activation == "sigmoid":
                near = (hidden < 0.025) | (hidden > 0.975)
                assert saturated == pytest.approx(near.float().mean().item())
            assert np.isnan(dead) == (activation != "relu")
            assert np.isnan(saturated) == (activation not in ("tanh", "sigmoid"))


def test_a_dead_layer_and_a_saturated_one_are_seen() -> None:
    found = {}
    for activation in ("relu", "tanh"):
        structure = Structure((2, 4, 1), activation, "squared_error", "tanh", "sgd", 5, l1=False)
        parameters, data = draw(structure, 2)
        parameters[1, 8:12] = -100.0  # the biases of the hidden layer
        rates = {"learning_rate": torch.zeros(2), "weight_decay": torch.zeros(2)}
        found[activation] = layers(Population(structure, parameters, data, TRAINED_ON, rates))
    assert found["relu"].dead[:, 0].tolist() == [0, 1]
    assert found["relu"].gradient_norms[1, 0] == 0
    assert found["tanh"].saturated[1, 0] == 1
    assert found["tanh"].saturated[0, 0] < 1
    assert found["tanh"].gradient_norms[1, 0] < 1e-6 < found["tanh"].gradient_norms[0, 0]


def test_a_network_without_hidden_layers_has_its_gradient_alone() -> None:
    population = populated(Structure((2, 1), "tanh", "squared_error", "tanh", "sgd", 5, l1=False), 3)
    found = layers(population)
    assert found.gradient_norms.shape == (3, 1)
    assert found.dead.shape == found.saturated.shape == (3, 0)
    assert found.histograms.shape == (3, 0, BINS)
    assert found.ranges.shape == (0, 2)


@pytest.mark.parametrize(
    ("loss", "output", "outputs", "maps"),
    [("squared_error", "tanh", 1, 1), ("cross_entropy", "softmax", 2, 1), ("cross_entropy", "softmax", 3, 3)],
)
def test_boundaries_are_the_outputs(loss: str, output: str, outputs: int, maps: int) -> None:
    structure = Structure((3, 4, outputs), "tanh", loss, output, "sgd", 5, l1=False)
    population = populated(structure, 3)
    features = torch.randn(2, 36, 3, generator=torch.Generator().manual_seed(0))
    found = boundaries(population, features, torch.tensor([2, 0]))
    assert found.shape == (2, maps, 6, 6)
    for place, index in enumerate([2, 0]):
        sums = alone(population, index)(features[place]).detach()
        if outputs == 1:
            expected = torch.tanh(sums.T) * 127.5 + 128
        elif outputs == 2:
            expected = (sums.softmax(1)[:, 1] - sums.softmax(1)[:, 0])[None] * 127.5 + 128
        else:
            expected = sums.softmax(1).T * 255
        assert np.abs(found[place].reshape(maps, -1).astype(float) - expected.numpy()).max() <= 1


def test_looking_changes_nothing() -> None:
    structure = Structure((2, 4, 1), "relu", "squared_error", "tanh", "adam", 5)
    watched, unwatched = populated(structure, 3), populated(structure, 3)
    for _ in range(3):
        watched.advance(10)
        unwatched.advance(10)
        layers(watched)
        boundaries(watched, torch.zeros(3, 4, 2), torch.arange(3))
    assert torch.equal(watched.parameters, unwatched.parameters)
    assert all(torch.equal(watched.state[name], unwatched.state[name]) for name in watched.state)
