"""Why a run does not learn: gradients as autograd has them, and changes only where a trial bears them out."""

import json

import pytest
import torch

from playground.data.points import draw
from playground.export import exported
from playground.labs.mlp import why
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run
from playground.runs.replay import advanced

STRAIGHT = Run(config=MLPConfig(dataset="xor", hidden_sizes=()))
TRIED = 120


@pytest.fixture(scope="module", autouse=True)
def short() -> None:
    """Few updates are enough for XOR."""
    patch = pytest.MonkeyPatch()
    patch.setattr(why, "LEAST_TRIED", TRIED)
    yield
    patch.undo()


@pytest.fixture(scope="module")
def found() -> dict[str, object]:
    return dict(json.loads(exported(STRAIGHT, 50, "why", quiet=True)))


def test_a_straight_line_is_offered_a_layer_that_was_tried(found: dict) -> None:
    assert found["evidence"] == ["without a hidden layer it can only draw a straight line"]
    assert (found["step"], found["tried"]) == (50, TRIED)
    assert found["offered"]
    assert all(each["loss"] <= why.HELPS * found["loss"] for each in found["offered"])
    assert all(each["loss"] is None or each["loss"] > why.HELPS * found["loss"] for each in found["refused"])
    best = found["offered"][-1]
    known = MLPConfig.settings()
    changed = {name: known[name].kind.parse(text) for name, text in best["settings"].items()}
    alone = advanced(Run(config=MLPConfig(**{"dataset": "xor", "hidden_sizes": (), **changed})), TRIED)
    assert alone.experiment.metrics()["test_loss"] == pytest.approx(best["loss"], rel=1e-3)


def test_the_gradient_of_each_layer_is_that_of_autograd() -> None:
    edit = Edit(step=3, target="layers.0.weight[0,1]", value=2.0)
    run = Run(config=MLPConfig(), edits=(edit,))
    found = why.why(run, 8)
    timeline = advanced(run, 8)
    experiment = timeline.experiment
    parameters = torch.tensor(experiment.parameters(), requires_grad=True)
    split = draw(run.config.data, 0.0, 0.5, 0)
    features = torch.tensor(split.points[: split.train_size], dtype=torch.float32)
    labels = torch.tensor(split.labels[: split.train_size], dtype=torch.float32)
    values, taken, layers = features, 0, []
    for inputs, outputs in ((2, 4), (4, 2), (2, 1)):
        weight = parameters[taken : taken + inputs * outputs].view(outputs, inputs)
        bias = parameters[taken + inputs * outputs : taken + (inputs + 1) * outputs]
        layers.append(slice(taken, taken + (inputs + 1) * outputs))
        taken += (inputs + 1) * outputs
        values = torch.tanh(values @ weight.T + bias)
    (0.5 * (values.squeeze(1) - (2 * labels - 1)).square()).mean().backward()
    norms = [parameters.grad[layer].norm().item() for layer in layers]
    assert [each["gradient"] for each in found["layers"]] == pytest.approx(norms, rel=1e-4)


def test_what_a_trial_refutes_is_not_said() -> None:
    slow = why.why(Run(config=MLPConfig(dataset="spiral")), 300)
    (said,) = slow["evidence"]
    assert "close to that of guessing" in said
    expected = {"learning_rate": "0.3"}
    helped = any(each["settings"] == expected for each in slow["offered"])
    assert ("too small" in said) == helped
