"""What Inspect shows of layers and weights, against plain PyTorch; other learners against scikit-learn."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.preprocessing import StandardScaler

from playground.data.points import draw, feature_values
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig, TwoWeights
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.hidden_units import WIDTHS, hidden_units
from playground.labs.mlp.insides import QUANTILES
from playground.labs.mlp.inspect_layers import layer_titles, now_figure, over_time_figure, table
from playground.labs.mlp.inspect_learners import learners_figure, units_figure
from playground.labs.mlp.inspect_weights import plane_figure, weight_name, weights_of
from playground.labs.mlp.learners import learners
from playground.labs.mlp.learners_lines import lines, words
from playground.labs.mlp.over_time import over_time, stops
from playground.run import Edit, Run, View
from playground.training.losses import LOSSES

VARIED: list[dict[str, Any]] = [
    {"activation": "relu", "hidden_sizes": (6, 3)},
    {"dataset": "rings", "loss": "cross_entropy", "optimizer": "adam", "learning_rate": 0.01},
    {"dataset": "plane", "hidden_sizes": (), "schedule": "cosine"},
    {"activation": "sigmoid", "reshuffle": True, "weight_decay": 0.01, "gradient_clip": 0.1},
]


def seen(experiment: MLPExperiment, *panels: str, look: TwoWeights | None = None) -> Any:
    return experiment.observe("", View(panels=frozenset(panels), look=look)).arrays


def plain(experiment: MLPExperiment) -> tuple[torch.nn.ModuleList, Any, Any]:
    """The network's layers with its weights, its training features and targets."""
    model = experiment._model
    torch.nn.utils.vector_to_parameters(torch.tensor(experiment.parameters()), model.parameters())
    return model.layers, *experiment.data.train


@pytest.mark.parametrize("values", VARIED)
def test_layers_are_plain_pytorchs(values: dict[str, Any]) -> None:
    experiment = MLPExperiment(MLPConfig(**values, points=80))
    experiment.advance(steps=37)
    found = seen(experiment, "insides")
    before, after = experiment.parameters(), MLPExperiment(experiment.config)
    after.advance(steps=38)
    layers, features, targets = plain(experiment)
    hidden, current = [], features
    for place, layer in enumerate(layers):
        current = layer(current)
        if place < len(layers) - 1:
            current = experiment._model.activations[place](current)
            hidden.append(current.detach().numpy())
    LOSSES[experiment.config.loss](current, targets, experiment.config.output_activation).backward()
    start = 0
    for index, layer in enumerate(layers):
        gradient = np.abs(layer.weight.grad.numpy())
        assert found["gradient_quantiles"][index] == pytest.approx(
            np.quantile(gradient, QUANTILES), rel=1e-4, abs=1e-9
        )
        part = slice(start, start + layer.weight.numel())
        ratio = np.linalg.norm(after.parameters()[part] - before[part]) / np.linalg.norm(before[part])
        assert found["update_ratios"][index] == pytest.approx(ratio, rel=1e-4)
        assert found["gradients"][index].sum() == pytest.approx(1)
        start += layer.weight.numel() + layer.bias.numel()
    for index, outputs in enumerate(hidden):
        expected = np.quantile(outputs, QUANTILES)
        assert found["activation_quantiles"][index] == pytest.approx(expected, rel=1e-4, abs=1e-6)
        low, high = found["activation_ranges"][index]
        counts = np.histogram(outputs, found["activations"].shape[1], (low, high))[0] / outputs.size
        assert found["activations"][index] == pytest.approx(counts, abs=3 / outputs.size)
        if experiment.config.activation == "relu":
            assert found["dead"][index] == pytest.approx((outputs.max(axis=0) == 0).mean())
    assert table(found, layer_titles(len(layers))).count("\n") == len(layers) + 1
    assert len(now_figure(found, layer_titles(len(layers))).data) == 2 * len(layers) - 1


def test_looking_inside_changes_nothing() -> None:
    config = MLPConfig(schedule="step", schedule_epochs=1, reshuffle=True, l1_strength=0.01, points=60)
    looked, alone = MLPExperiment(config), MLPExperiment(config)
    for _ in range(5):
        looked.advance(steps=7)
        seen(looked, "insides", "loss_plane", look=TwoWeights(second="layers.1.weight[1,2]"))
    alone.advance(steps=35)
    assert looked.parameters_sha256() == alone.parameters_sha256()
    assert looked.step == 35
    assert looked.metrics() == alone.metrics()


def test_zero_weights_have_no_ratio() -> None:
    found = seen(MLPExperiment(MLPConfig(initializer="zeros")), "insides")
    assert np.isnan(found["update_ratios"]).all()
    assert "–" in table(found, layer_titles(3))


@pytest.mark.parametrize("values", VARIED)
def test_the_loss_over_two_weights_is_that_of_networks_with_them(values: dict[str, Any]) -> None:
    experiment = MLPExperiment(MLPConfig(**values, points=80))
    experiment.advance(steps=20)
    known = [
        name for layer in range(len(experiment.config.sizes) - 1) for name in weights_of(experiment.config, layer)
    ]
    assert len(known) == len(experiment.parameters())
    look = TwoWeights(first=known[0], second=known[-1])
    found = seen(experiment, "loss_plane", look=look)
    rows = int(found["rows"][0])
    for column, row in ((0, 0), (32, 5), (16, 31)):
        changed = MLPExperiment(experiment.config)
        changed.restore(experiment.state())
        changed.apply(look.first, float(found["axis"][column]))
        changed.apply(look.second, float(found["axis"][row]))
        _, features, targets = plain(changed)
        logits = changed._model(features[:rows])
        loss = LOSSES[changed.config.loss](logits, targets[:rows], changed.config.output_activation).item()
        assert found["loss"][row, column] == pytest.approx(loss, rel=1e-4)
    assert found["here"][2] == pytest.approx(experiment.metrics()["train_loss"], rel=1e-4)
    names = [weight_name(experiment.config, each) for each in (look.first, look.second)]
    assert names[0] == "x₁ → 1"
    assert plane_figure(found, names).data[1].x[0] == pytest.approx(experiment.parameters()[0])


def test_a_weight_that_is_not_there_is_named() -> None:
    with pytest.raises(ConfigError, match=r"layers\.7\.weight"):
        seen(MLPExperiment(MLPConfig()), "loss_plane", look=TwoWeights(first="layers.7.weight[0,0]"))


def test_over_time_is_what_was_seen_at_each_moment() -> None:
    run = Run(
        config=MLPConfig(points=60, hidden_sizes=(3,)), edits=(Edit(step=9, target="learning_rate", value=0.3),)
    )
    found = json.loads(over_time(run, 40))
    assert found["steps"] == stops(40)
    assert (found["steps"][0], found["steps"][-1]) == (0, 40)
    alone = MLPExperiment(run.config)
    alone.advance(steps=9)
    alone.apply("learning_rate", 0.3)
    alone.advance(steps=31)
    now = seen(alone, "insides")
    for index, layer in enumerate(found["layers"]):
        assert layer["update_ratios"][-1] == pytest.approx(now["update_ratios"][index], rel=1e-3)
        assert layer["gradient_quantiles"][-1] == pytest.approx(now["gradient_quantiles"][index].tolist(), rel=1e-3)
    assert found["layers"][-1]["activation_quantiles"][-1] is None
    assert len(over_time_figure(found).data) == 12
    assert len(stops(1_000_000)) == 49


def test_other_learners_are_scikit_learns() -> None:
    config = MLPConfig(dataset="xor", features=("x", "xy"), data_seed=3, noise=0.2)
    run = Run(config=config, edits=(Edit(step=5, target="data_seed", value=7),))
    for step, seed in ((4, 3), (5, 7)):
        found = json.loads(learners(run, step))
        split = draw(config.data, 0.2, 0.5, seed)
        inputs = feature_values(config.features, split.points)
        scaler = StandardScaler().fit(inputs[: split.train_size])
        model = LogisticRegression().fit(
            scaler.transform(inputs[: split.train_size]), split.labels[: split.train_size]
        )
        right = model.predict(scaler.transform(inputs[split.train_size :])) == split.labels[split.train_size :]
        scores = {each["name"]: each["test"] for each in found["learners"]}
        assert scores["logistic regression"] == pytest.approx(right.mean())
        assert set(scores) == {"majority", "logistic regression", "5-NN", "SVM, RBF kernel"}
        assert all(0 <= score <= 1 for score in scores.values())
    assert learners_figure(found["learners"], "accuracy").data[0].x[1] == pytest.approx(right.mean())
    assert [each["axes"] for each in lines(found)] == ["accuracy"] * 4
    assert "there is none: squared error is not" in words(found, "Squared error")


def test_only_a_learner_with_a_probability_has_a_line_among_the_log_losses() -> None:
    config = MLPConfig(dataset="iris", loss="cross_entropy")
    found = json.loads(learners(Run(config=config), 0))
    split = draw(config.data, 0, 0.5, 0)
    inputs = feature_values(config.features, split.points)
    scaler = StandardScaler().fit(inputs[:75])
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(inputs[:75]), split.labels[:75])
    expected = log_loss(split.labels[75:], model.predict_proba(scaler.transform(inputs[75:])))
    (line,) = [each for each in lines(found) if each["axes"] == "loss"]
    assert line == {"label": "logistic regression", "value": pytest.approx(expected), "axes": "loss"}
    assert "The others give a class and no probability" in words(found, "Cross-entropy")


def test_a_task_is_the_data_the_inputs_and_the_loss() -> None:
    config = MLPConfig()
    others = [{"data_seed": 1}, {"noise": 0.1}, {"features": ("x",)}, {"loss": "logistic"}]
    assert len({replace(config, **each).task_key for each in [{}, *others]}) == 5  # type: ignore[arg-type]
    assert replace(config, hidden_sizes=(3,), seed=4, learning_rate=1.0).task_key == config.task_key


@pytest.mark.parametrize("loss", ["squared_error", "absolute_error"])
def test_a_regression_has_the_networks_loss(loss: str) -> None:
    config = MLPConfig(dataset="plane", loss=loss, points=100)
    found = json.loads(learners(Run(config=config), 0))
    split = draw(config.data, 0, 0.5, 0)
    test = split.labels[50:] - split.labels[:50].mean()
    mean = found["learners"][0]
    assert (found["measure"], mean["name"]) == ("loss", "mean")
    assert mean["test"] == pytest.approx(np.abs(test).mean() if loss == "absolute_error" else (test**2).mean() / 2)
    assert found["learners"][1]["test"] < mean["test"]  # a plane is what ridge regression can tell


def test_few_points_of_one_class_have_a_majority_only() -> None:
    from playground.data.own import encoded

    points = encoded(np.arange(10.0).reshape(5, 2) / 2, np.zeros(5), 2)
    config = MLPConfig(dataset="own", own=points, train_share=0.5)
    assert [each["name"] for each in json.loads(learners(Run(config=config), 0))["learners"]] == ["majority"]


def test_hidden_units_are_networks_of_those_widths(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.labs.mlp.hidden_units.LEAST", 60)
    config = MLPConfig(activations=("relu", "tanh"), frozen=((1, 1),), stop_epoch=1, points=60, seed=4)
    found = json.loads(hidden_units(Run(config=config), 10))
    assert found["updates"] == 60
    assert np.shape(found["test_loss"]) == (len(WIDTHS), 3)
    alone = MLPExperiment(MLPConfig(hidden_sizes=(8,), points=60, seed=5))
    alone.advance(steps=60)
    assert found["test_loss"][WIDTHS.index(8)][1] == pytest.approx(alone.metrics()["test_loss"], rel=1e-2)
    assert len(units_figure(found).data) == 4
