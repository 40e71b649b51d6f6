"""Skip connections on the Playground: y = x + f(x) between hidden layers of equal width."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from safetensors.torch import load

from playground.data.points import feature_values
from playground.export import exported
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.export.script import script
from playground.labs.mlp.model import MLP
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.replay import advanced
from playground.runs.timeline import Timeline
from tests.labs.mlp.export.test_script import agrees, ran


def config(**values: Any) -> MLPConfig:
    return MLPConfig(**({"hidden_sizes": (4, 4, 3, 3), "skips": True} | values))


def test_a_skip_is_where_the_layer_before_is_a_hidden_one_of_equal_width() -> None:
    assert config().skipped == (False, True, False, True)
    assert config(skips=False).skipped == (False,) * 4
    assert config(features=("x", "y"), hidden_sizes=(2, 2)).skipped == (False, True)  # inputs are no hidden layer
    assert config(hidden_sizes=()).skipped == ()


def test_a_layer_adds_what_came_in() -> None:
    model = MLP((2, 4, 4, 3, 1), "tanh", "none", skips=True)
    with torch.no_grad():
        model.initialize("xavier", torch.Generator().manual_seed(0))
    rows = torch.randn(5, 2)
    first, second, third, last = model.layers
    one = torch.tanh(first(rows))
    two = one + torch.tanh(second(one))
    three = torch.tanh(third(two))
    torch.testing.assert_close(model.trace(rows), [one, two, three, last(three)])
    kept = torch.zeros(5, 11)  # of dropout: what is left out is f(x), not x
    assert torch.equal(model.trace(rows, kept=kept)[1], torch.zeros(5, 4))
    kept[:, :4] = 1
    assert torch.equal(model.trace(rows, kept=kept)[1], one)


def test_many_at_once_are_the_single_runs() -> None:
    kinds = ((3, 3), True), ((3, 2), True), ((3, 3), False)
    configs = [config(hidden_sizes=sizes, skips=skips) for sizes, skips in kinds]
    many = PopulationExperiment(configs, padded=True)
    many.advance(15)
    for index, each in enumerate(configs):
        alone = MLPExperiment(each)
        alone.advance(steps=15)
        np.testing.assert_allclose(many.parameters(index), alone.parameters(), atol=1e-5)
        assert many.scores()["test_loss"][index] == pytest.approx(alone.metrics()["test_loss"], abs=1e-5)
    norms = np.concatenate([each.gradient_norms for _, each in many.layers()])
    assert np.isfinite(norms).all()


def test_a_skip_passes_by_a_neuron_that_is_set_to_0() -> None:
    with pytest.raises(ConfigError, match="a skip carries the output of neuron 2 in layer 1 past the next one"):
        config(zeroed=((1, 2),))
    assert config(zeroed=((2, 1), (4, 1))).zeroed == ((2, 1), (4, 1))  # no skip goes out from there
    experiment = MLPExperiment(config(skips=False, zeroed=((1, 2), (2, 1))))
    before = experiment.state()["aside"]
    experiment.apply("skips", True)
    assert experiment.config.zeroed == ((2, 1),)
    assert np.any(experiment.parameters() != before)


def test_a_run_that_goes_on_is_the_script_s_and_comes_back_to_the_bit() -> None:
    timeline = Timeline(Run(config=config(skips=False, zeroed=((1, 2),), batch_size=7)))
    for target, value in (
        ("skips", True),
        ("hidden_sizes", (4, 4, 4, 3, 3)),
        ("normalization", "batch"),
        ("dropout", 0.2),
        ("skips", False),
        ("skips", True),
    ):
        timeline.advance(steps=7)
        timeline.apply(target, value)
    kept = timeline.experiment.parameters()
    timeline.apply("skips", False)
    assert np.array_equal(kept, timeline.experiment.parameters())
    timeline.advance(steps=7)
    agrees(timeline.run, timeline.step)
    end, metrics = timeline.experiment.parameters_sha256(), timeline.experiment.metrics()
    timeline.seek(10)
    timeline.seek(49)
    assert (timeline.experiment.parameters_sha256(), timeline.experiment.metrics()) == (end, metrics)


@pytest.mark.parametrize("normalization", ["batch", "layer"])
def test_every_form_has_it(normalization: str) -> None:
    run = Run(config=config(normalization=normalization, dropout=0.2, activations=("step",)))
    steps = 20
    experiment: Any = advanced(run, steps).experiment
    features = torch.from_numpy(feature_values(("x", "y"), np.random.default_rng(0).uniform(-6, 6, (50, 2)), ""))
    with torch.no_grad():
        expected = torch.tanh(experiment._model(features)).numpy()
    session = onnxruntime.InferenceSession(exported(run, steps, "onnx"))
    (found,) = session.run(["output"], {"points": features.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-5)
    names, _ = ran(script(run, 0))
    names["model"].load_state_dict(load(exported(run, steps, "safetensors")))
    with torch.no_grad():
        np.testing.assert_allclose(names["model"].eval()(features).numpy(), expected, atol=1e-6)
    picture = exported(run, steps, "svg").decode()
    assert 'id="skip-1-0"' in picture
    assert 'id="skip-2-0"' not in picture
    assert f"{normalization} norm" in picture
