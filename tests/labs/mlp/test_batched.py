"""Many networks at once against the same networks one by one."""

from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

from playground.catalog import ACTIVATIONS, OPTIMIZERS
from playground.labs.mlp.batched import COMPILED_BLOCK, Population
from playground.labs.mlp.model import MLP
from playground.labs.mlp.probes import accuracy
from playground.labs.mlp.structure import Structure
from playground.training.compiled import CompiledLoop, Upgrade
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.update import Batch, Loop, all_alive, flatten, make_update
from tests.gpu import DEVICES

OUTPUTS = [("squared_error", "tanh", 1), ("squared_error", "linear", 1), ("cross_entropy", "softmax", 3)]
CHOICES = [  # every activation with every loss, and each of them with some optimizer
    (activation, [*OPTIMIZERS][(i + j) % len(OPTIMIZERS)], head)
    for i, activation in enumerate(ACTIVATIONS)
    for j, head in enumerate(OUTPUTS)
]
PENALTIES = [{}, {"weight_decay": 0.01}, {"l1_strength": 0.02}, {"weight_decay": 0.02, "l1_strength": 0.01}]
LEARNING_RATES = [0.03, 0.01, 0.02, 0.04]
TRAINED_ON = 22
UPDATES = 110  # each of the 22 batches of five that begin at another row comes five times
SMALL = Structure((2, 3, 1), "tanh", "squared_error", "tanh", "momentum", 7)


def draw(structure: Structure, count: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Batch]:
    """Parameters of ``count`` networks and 33 rows of data for each."""
    generator = torch.Generator().manual_seed(5)
    parameters = []
    for _ in range(count):
        model = MLP(structure.sizes, structure.activation)
        with torch.no_grad():
            model.initialize("xavier", generator)
        parameters.append(flatten(model))
    features = torch.randn(count, 33, structure.sizes[0], generator=generator)
    targets = (features[..., :1] * features[..., 1:2]).sign()
    if structure.sizes[-1] > 1:
        targets = torch.eye(structure.sizes[-1])[features.argmax(-1) % structure.sizes[-1]]
    return torch.stack(parameters).to(dtype), (features.to(dtype), targets.to(dtype))


def populated(structure: Structure, count: int, rates: list[float] | None = None) -> Population:
    parameters, data = draw(structure, count)
    values = torch.tensor(rates or [0.05] * count)
    hyperparameters = {"learning_rate": values, "weight_decay": torch.zeros(count)}
    if structure.l1:
        hyperparameters["l1_strength"] = torch.full((count,), 0.001)
    return Population(structure, parameters, data, TRAINED_ON, hyperparameters)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-4), (torch.float64, 1e-10)])
@pytest.mark.parametrize(("activation", "optimizer", "head"), CHOICES)
def test_it_is_the_loop_over_the_networks(
    activation: str, optimizer: str, head: tuple[str, str, int], dtype: torch.dtype, tolerance: float, device: str
) -> None:
    loss, output, outputs = head
    structure = Structure((3, 4, outputs), activation, loss, output, optimizer, 5)
    start, data = draw(structure, len(PENALTIES), dtype)
    constants = {
        name: torch.tensor([penalty.get(name, 0.0) for penalty in PENALTIES], dtype=dtype)
        for name in ("weight_decay", "l1_strength")
    }
    constants["learning_rate"] = torch.tensor(LEARNING_RATES, dtype=dtype)
    there = {name: values.to(device) for name, values in constants.items()}
    features, targets = (part.to(device) for part in data)
    population = Population(structure, start.to(device), (features, targets), TRAINED_ON, there)
    population.advance(UPDATES)
    reached = population.parameters.cpu()
    model = MLP(structure.sizes, activation)
    loop = Loop(make_update(model, partial(LOSSES[loss], output=output), optimizer))
    for index in range(len(PENALTIES)):
        state = {**initial_state(optimizer, start[index]), "alive": all_alive(start[index])}
        hyperparameters = {name: values[index] for name, values in constants.items()}
        rows = data[0][index, :TRAINED_ON], data[1][index, :TRAINED_ON]
        alone, _ = loop.run(start[index], state, rows, hyperparameters, batch_size=5, first=0, count=UPDATES)
        torch.testing.assert_close(reached[index], alone, rtol=0, atol=tolerance)
    assert not torch.allclose(reached, start, atol=0.01)


@pytest.fixture(scope="module")
def block() -> CompiledLoop:
    loop = Upgrade(replace(SMALL, networks=COMPILED_BLOCK)).wait()
    assert loop is not None
    return loop


@pytest.mark.compiler
@pytest.mark.parametrize("count", [1, 32, 35])
def test_compiled_blocks_are_the_traced_update(block: CompiledLoop, count: int) -> None:
    traced, fast = populated(SMALL, count), populated(SMALL, count)
    fast.use(block)
    assert (traced.tier, fast.tier) == ("traced", "compiled")
    for steps in (1, 0, 49, 250):
        traced.advance(steps)
        fast.advance(steps)
    torch.testing.assert_close(fast.parameters, traced.parameters, rtol=0, atol=1e-4)
    torch.testing.assert_close(fast.state, traced.state, rtol=0, atol=1e-3)
    torch.testing.assert_close(fast.scores, traced.scores, rtol=0, atol=1e-3)


@pytest.mark.parametrize("tier", ["traced", pytest.param("compiled", marks=pytest.mark.compiler)])
def test_a_network_that_diverges_stands_still_and_touches_nobody(tier: str, request: pytest.FixtureRequest) -> None:
    structure = replace(SMALL, output="linear") if tier == "traced" else SMALL
    wild = 1e30 if tier == "traced" else float("inf")
    with_it, without = populated(structure, 5, [0.1, 0.1, wild, 0.1, 0.1]), populated(structure, 5, [0.1] * 5)
    for population in (with_it, without):
        if tier == "compiled":
            population.use(request.getfixturevalue("block"))
    start = with_it.parameters[2].clone()
    others = [0, 1, 3, 4]
    for steps in (30, 5, 60):
        with_it.advance(steps)
        without.advance(steps)
    assert with_it.diverged.tolist() == [False, False, True, False, False]
    assert with_it.steps.tolist() == [95, 95, 0, 95, 95]
    assert torch.equal(with_it.parameters[2], start)
    assert torch.equal(with_it.parameters[others], without.parameters[others])
    for name, value in with_it.state.items():
        assert torch.equal(value[others], without.state[name][others])
    assert torch.equal(with_it.scores[others], without.scores[others])
    assert with_it.scores.isfinite().all()


def test_it_stands_where_it_was_last_found_finite() -> None:
    structure = replace(SMALL, output="linear", optimizer="sgd")
    population = populated(structure, 2, [0.05, 3.0])
    while not population.diverged[1]:
        before = population.parameters[1].clone()
        population.advance(10)
        assert population.step < 1000
    assert torch.equal(population.parameters[1], before)
    assert population.steps.tolist() == [population.step, population.step - 10]
    population.advance(10)
    assert torch.equal(population.parameters[1], before)


def test_how_the_updates_are_cut_into_calls_does_not_matter() -> None:
    one, other = populated(SMALL, 3), populated(SMALL, 3)
    one.advance(60)
    for steps in (1, 0, 22, 37):
        other.rehearse()
        other.advance(steps)
    assert torch.equal(one.parameters, other.parameters)
    assert torch.equal(one.scores, other.scores)


@pytest.mark.parametrize(("loss", "output", "outputs"), OUTPUTS)
def test_scores_are_those_of_each_network_alone(loss: str, output: str, outputs: int) -> None:
    structure = Structure((3, 4, outputs), "relu", loss, output, "sgd", 5, l1=False)
    population = populated(structure, 4)
    population.advance(40)
    for index in range(4):
        model = MLP(structure.sizes, "relu")
        torch.nn.utils.vector_to_parameters(population.parameters[index], model.parameters())
        features, targets = (part[index] for part in population.data)
        expected = []
        for part in (slice(TRAINED_ON), slice(TRAINED_ON, None)):
            sums = model(features[part]).detach()
            expected.append((LOSSES[loss](sums, targets[part], output).item(), accuracy(sums, targets[part])))
        losses, accuracies = zip(*expected, strict=True)
        assert population.scores[index].tolist() == pytest.approx([*losses, *accuracies], abs=1e-5)
