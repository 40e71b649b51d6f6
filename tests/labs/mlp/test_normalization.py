"""Batch and layer normalization on the Playground, beside plain ``torch.nn`` modules."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig, TwoWeights
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.export.script import script
from playground.labs.mlp.population import PopulationExperiment
from playground.labs.mlp.structure import Structure
from playground.run import Run, View
from playground.runs.timeline import Timeline
from playground.training.build import traced
from playground.training.update import flatten
from tests.labs.mlp.export.test_script import agrees, ran

NORMS = ["batch", "layer"]
EVERYTHING = View(panels=frozenset({"stage", "outputs", "weights", "insides", "loss_plane"}), look=TwoWeights())


def config(**values: Any) -> MLPConfig:
    return MLPConfig(**({"hidden_sizes": (5, 3), "batch_size": 7, "learning_rate": 0.1} | values))


def plain(normalization: str) -> nn.Module:
    norm = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}[normalization]
    hidden = [nn.Linear(2, 5), norm(5), nn.Tanh(), nn.Linear(5, 3), norm(3), nn.Tanh()]
    return nn.Sequential(*hidden, nn.Linear(3, 1)).double()


@pytest.mark.parametrize("normalization", NORMS)
def test_updates_are_those_of_torch_s_modules(normalization: str) -> None:
    structure = Structure((2, 5, 3, 1), "tanh", "squared_error", "linear", "sgd", 6, normalization=normalization)
    theirs, rate = plain(normalization), {"learning_rate": torch.tensor(0.1).double()}
    torch.manual_seed(0)
    rows, targets = torch.randn(4, 6, 2).double(), torch.randn(4, 6, 1).double()
    order = [theirs[0], theirs[3], theirs[6], theirs[1], theirs[4]]  # type: ignore[index]
    parameters = torch.cat([flatten(each) for each in order])
    state, update = {k: v.double() for k, v in structure.state().items() if k == "statistics"}, structure.update()
    for part in zip(rows, targets, strict=True):
        parameters, state, _ = update(parameters, state, part, rate)
        theirs.zero_grad()
        (0.5 * (theirs(part[0]) - part[1]).square().mean()).backward()
        with torch.no_grad():
            for each in theirs.parameters():
                each -= 0.1 * each.grad
    torch.testing.assert_close(parameters, torch.cat([flatten(each) for each in order]))
    running = [each for each in theirs.buffers() if each.dim()]
    if running:
        torch.testing.assert_close(state["statistics"], torch.cat(running))
    ours = structure.model().double().eval()
    vector_to_parameters(parameters, ours.parameters())
    for mine, other in zip(ours.buffers(), running, strict=True):
        mine.copy_(other)
    torch.testing.assert_close(ours(rows[0]), theirs.eval()(rows[0]))
    assert torch.equal(parameters_to_vector(ours.parameters()), parameters)


@pytest.mark.parametrize("normalization", NORMS)
def test_what_is_compiled_is_the_update(normalization: str) -> None:
    structure = Structure((2, 5, 3, 1), "tanh", "squared_error", "tanh", "sgd", 6, normalization=normalization)
    parameters, *others = structure.inputs(6)[:-3]
    others = [each + 0.1 for each in others]
    found = traced(structure)(parameters, *others)
    state = dict(zip(structure.state(), others, strict=False))
    rest = others[len(state) :]
    rates = dict(zip(structure.hyperparameters, rest[2:], strict=True))
    expected, after, _ = structure.update()(parameters, state, tuple(rest[:2]), rates)
    torch.testing.assert_close(found, [expected, *(after[name] for name in state)])


@pytest.mark.parametrize("normalization", NORMS)
def test_many_at_once_are_the_single_runs(normalization: str) -> None:
    configs = [config(normalization=normalization, seed=seed, hidden_sizes=(5 + seed, 3)) for seed in range(2)]
    many = PopulationExperiment(configs, padded=True)
    many.advance(15)
    scores, (_, layers) = many.scores(), many.layers()[0]
    assert np.isfinite(layers.gradient_norms).all()
    for index, each in enumerate(configs):
        alone = MLPExperiment(each)
        alone.advance(steps=15)
        np.testing.assert_allclose(many.parameters(index), alone.parameters(), atol=1e-4)
        assert scores["test_loss"][index] == pytest.approx(alone.metrics()["test_loss"], abs=1e-4)
        alone.restore(many.state(index))
        assert scores["test_loss"][index] == pytest.approx(alone.metrics()["test_loss"], abs=1e-6)


def test_a_run_that_goes_on_with_another_network_is_the_script_s_and_comes_back_to_the_bit() -> None:
    timeline = Timeline(Run(config=config(normalization="batch", l1_strength=0.001)))
    for target, value in (
        ("hidden_sizes", (6, 3)),
        ("frozen", ((1, 2), (2, 1))),
        ("activation", "step"),
        ("norms.0.weight[2]", 0.5),
        ("normalization", "layer"),
        ("hidden_sizes", ()),
        ("normalization", "batch"),
        ("hidden_sizes", (4,)),
        ("features", ("x", "xy")),
    ):
        timeline.advance(steps=5)
        timeline.apply(target, value)
    timeline.advance(steps=5)
    agrees(timeline.run, timeline.step)
    names, _ = ran(script(timeline.run, timeline.step))
    experiment: Any = timeline.experiment
    experiment.observe("run", EVERYTHING)
    for name, each in experiment._model.state_dict().items():
        assert torch.equal(names["model"].state_dict()[name], each)
    end, metrics = experiment.parameters_sha256(), experiment.metrics()
    timeline.seek(12)
    timeline.seek(50)
    assert (timeline.experiment.parameters_sha256(), timeline.experiment.metrics()) == (end, metrics)


def test_what_stays_keeps_its_numbers() -> None:
    experiment = MLPExperiment(config(normalization="batch"))
    experiment.advance(steps=20)
    before = experiment.observe("run", EVERYTHING).arrays
    experiment.apply("hidden_sizes", (6, 3, 3))
    after = experiment.observe("run", EVERYTHING).arrays
    for index, width in enumerate((5, 3)):
        for part in ("weight", "bias", "running_mean", "running_var"):
            name = f"norms.{index}.{part}"
            assert np.array_equal(after[name][:width], before[name])
    assert np.array_equal(after["norms.0.weight"][5:], [1])
    experiment.advance(steps=1)


def test_looking_changes_no_statistics() -> None:
    experiment = MLPExperiment(config(normalization="batch"))
    experiment.advance(steps=3)
    before = experiment.state()["optimizer_state"]["statistics"]
    experiment.observe("run", EVERYTHING)
    experiment.prepare()
    assert np.array_equal(before, experiment.state()["optimizer_state"]["statistics"])


def test_a_batch_of_one_point_is_refused() -> None:
    with pytest.raises(ConfigError, match="nothing to compare in a batch of 1"):
        config(normalization="batch", batch_size=1)
    experiment = MLPExperiment(config(normalization="batch"))
    with pytest.raises(ConfigError, match="nothing to compare"):
        experiment.apply("batch_size", 1)
    assert config(normalization="layer", batch_size=1).batch == 1


def test_the_loss_is_measured_with_the_running_statistics() -> None:
    experiment = MLPExperiment(config(normalization="batch", learning_rate=0.0))
    first = experiment.metrics()["test_loss"]
    experiment.advance(steps=100)  # at a rate of 0 only the running statistics change
    model, data = experiment._structure.model().eval(), experiment.data
    vector_to_parameters(torch.from_numpy(experiment.parameters()), model.parameters())
    mean, variance = torch.split(torch.from_numpy(experiment.state()["optimizer_state"]["statistics"])[:10], 5)
    sums = model.layers[0](data.train[0])
    assert torch.allclose(mean, sums.mean(0), atol=0.5)
    assert torch.allclose(variance, sums.var(0), rtol=0.5)
    assert experiment.metrics()["test_loss"] != first
