import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from playground.catalog import ACTIVATIONS, OPTIMIZERS
from playground.data.points import DATASETS, feature_values, grid
from playground.kinds import ConfigError
from playground.labs.mlp.config import Look, MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.model import MLP
from playground.run import Run, View
from playground.runs.timeline import Timeline
from playground.training.losses import LOSSES
from tests.gpu import DEVICES, GPU

EVERYTHING = View(panels=frozenset({"stage", "scene", "weights"}), look=Look(neuron=(1, 0), probe=(1.0, -2.0)))
COMPILED = MLPConfig(
    optimizer="momentum", learning_rate=0.003
)  # whose loop tests/training/test_compiled.py compiles too


def config(**values: object) -> MLPConfig:
    made, problems = MLPConfig.reconciled({**MLPConfig.defaults(), **values})
    assert all(problem.name == "loss" for problem in problems)
    return made


@pytest.mark.parametrize("dataset", [*DATASETS])
def test_the_same_run_twice_is_equal_and_finite(dataset: str) -> None:
    one, two = (MLPExperiment(config(dataset=dataset)) for _ in range(2))
    one.advance(steps=60)
    two.advance(steps=13)
    two.advance(steps=47)
    assert one.parameters_sha256() == two.parameters_sha256()
    assert all(value is not None for value in one.metrics().values())


@pytest.mark.parametrize("dataset", ["circle", "rings", "plane"])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
def test_looking_changes_nothing(dataset: str, optimizer: str) -> None:
    watched, alone = (MLPExperiment(config(dataset=dataset, optimizer=optimizer, l1_strength=0.01)) for _ in "ab")
    for _ in range(5):
        watched.advance(steps=8)
        snapshot = watched.observe("r", EVERYTHING)
        watched.state()
        with pytest.raises(ValueError, match="read-only"):
            snapshot.arrays["weights"][0] = 9.0
    alone.advance(steps=40)
    assert watched.parameters_sha256() == alone.parameters_sha256()


def test_a_hidden_panel_costs_nothing() -> None:
    experiment = MLPExperiment(config())
    assert set(experiment.observe("r", View(panels=frozenset())).arrays) == set()
    assert set(experiment.observe("r", View(panels=frozenset({"thumbnail"}))).arrays) == {"thumbnail"}


@pytest.mark.parametrize("dataset", ["circle", "rings", "multi_gauss"])
def test_the_pictures_are_of_the_live_network(dataset: str) -> None:
    experiment = MLPExperiment(config(dataset=dataset, features=("x", "sin_y"), hidden_sizes=(3, 12)))
    experiment.advance(steps=30)
    arrays = experiment.observe("r", EVERYTHING).arrays
    outputs = 3 if dataset == "rings" else 1
    assert arrays["maps"].shape == (3 + 8 + outputs, 25, 25)
    assert arrays["probe"][:2] == pytest.approx([1.0, np.sin(-2.0)])
    hidden = np.tanh(arrays["layers.0.weight"] @ arrays["probe"][:2] + arrays["layers.0.bias"])
    assert arrays["probe"][2:5] == pytest.approx(hidden, abs=1e-5)
    assert arrays["weights"][:6].reshape(3, 2) == pytest.approx(arrays["layers.0.weight"])
    top_left = np.tanh(arrays["layers.0.weight"][0] @ [-6, np.sin(6)] + arrays["layers.0.bias"][0])
    assert (arrays["plane"][0, 0, 0] - 127.5) / 127.5 * arrays["plane_range"][1] == pytest.approx(top_left, abs=0.02)


@pytest.mark.parametrize("dataset", ["spiral", "rings", "plane"])
def test_guessing_is_held_against_the_test_loss(dataset: str) -> None:
    """The loss of the best network that has a bias alone, found by training it on the test points."""
    experiment = MLPExperiment(config(dataset=dataset, noise=0.3))
    snapshot = experiment.observe("r", View(panels=frozenset({"scene"})))
    baseline, *_ = snapshot.info["scene"]["baselines"]
    labels = torch.tensor(snapshot.arrays["labels"][snapshot.arrays["is_test"] == 1]).double()
    is_class = dataset == "rings"
    bias = torch.zeros(3 if is_class else 1, dtype=torch.double, requires_grad=True)
    optimizer = torch.optim.LBFGS([bias], max_iter=100, line_search_fn="strong_wolfe")

    def loss() -> torch.Tensor:
        if is_class:
            return torch.nn.functional.cross_entropy(bias.expand(len(labels), 3), labels.long())
        targets = labels if dataset == "plane" else 2 * labels - 1
        return ((torch.tanh(bias) if dataset == "spiral" else bias) - targets).square().mean() / 2

    def closure() -> float:
        optimizer.zero_grad()
        found = loss()
        found.backward()  # type: ignore[no-untyped-call]
        return found.item()

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    assert (baseline["label"], baseline["axes"]) == ("guessing", "loss")
    assert baseline["value"] == pytest.approx(loss().item(), rel=1e-4)


def test_the_loss_is_half_the_squared_error() -> None:
    experiment = MLPExperiment(config(features=("x", "y"), hidden_sizes=()))
    arrays = experiment.observe("r", EVERYTHING).arrays
    outputs = np.tanh(arrays["points"] @ arrays["layers.0.weight"][0] + arrays["layers.0.bias"])
    losses = 0.5 * (outputs - (2 * arrays["labels"] - 1)) ** 2
    train = arrays["is_test"] == 0
    assert experiment.metrics()["train_loss"] == pytest.approx(losses[train].mean(), rel=1e-5)
    assert experiment.metrics()["test_loss"] == pytest.approx(losses[~train].mean(), rel=1e-5)


@pytest.mark.parametrize("device", [GPU])
@pytest.mark.parametrize("dataset", ["circle", "rings", "plane"])
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
def test_a_device_trains_and_shows_what_the_cpu_does(dataset: str, optimizer: str, device: str) -> None:
    values = {"dataset": dataset, "optimizer": optimizer, "learning_rate": 0.01, "l1_strength": 0.001}
    ours, theirs = MLPExperiment(config(**values, device=device)), MLPExperiment(config(**values, device="cpu"))
    for experiment in (ours, theirs):
        experiment.prepare()
        experiment.advance(steps=60)
        experiment.apply("layers.0.weight[1,0]", 0.5)
        experiment.apply("batch_size", 20)
        experiment.advance(steps=40)
    assert ours.state()["parameters"] == pytest.approx(theirs.state()["parameters"], abs=1e-4)
    assert ours.metrics() == pytest.approx(theirs.metrics(), abs=0.01)
    shown, expected = (each.observe("r", EVERYTHING).arrays for each in (ours, theirs))
    assert shown.keys() == expected.keys()
    for name, array in expected.items():
        tolerance = 1 if array.dtype == np.uint8 else 0.01
        np.testing.assert_allclose(shown[name].astype(float), array, rtol=0, atol=tolerance, err_msg=name)
    moved = MLPExperiment(config(**values, device="cpu", batch_size=20))
    moved.restore(ours.state())
    assert moved.parameters_sha256() == ours.parameters_sha256()


class TestLearning:
    @pytest.mark.parametrize("device", DEVICES)
    @pytest.mark.parametrize(
        ("values", "steps", "accuracy"),
        [
            ({"dataset": "gauss", "hidden_sizes": ()}, 250, 0.98),
            ({"dataset": "circle"}, 5000, 0.97),
            ({"dataset": "xor", "hidden_sizes": (4,)}, 4000, 0.94),
            (
                {"dataset": "spiral", "features": ("x", "y", "sin_x", "sin_y"), "hidden_sizes": (8, 8, 8)},
                5000,
                0.95,
            ),
            ({"dataset": "rings", "optimizer": "adam", "learning_rate": 0.01, "hidden_sizes": (8, 8)}, 3000, 0.95),
            ({"dataset": "pinwheel", "optimizer": "adam", "learning_rate": 0.01, "hidden_sizes": (8, 8)}, 4000, 0.9),
        ],
    )
    def test_it_learns(self, values: dict[str, object], steps: int, accuracy: float, device: str) -> None:
        experiment = MLPExperiment(config(**values, seed=1, data_seed=1, device=device))
        experiment.advance(steps=steps)
        assert (experiment.metrics()["test_accuracy"] or 0) >= accuracy

    @pytest.mark.parametrize("dataset", ["plane", "multi_gauss"])
    def test_it_regresses(self, dataset: str) -> None:
        experiment = MLPExperiment(config(dataset=dataset, hidden_sizes=(8, 8), seed=1))
        before = experiment.metrics()["test_loss"] or 0
        experiment.advance(steps=6000)
        assert (experiment.metrics()["test_loss"] or 1) < before / 4

    def test_a_line_does_not_separate_xor(self) -> None:
        experiment = MLPExperiment(config(dataset="xor", hidden_sizes=()))
        experiment.advance(steps=2000)
        assert (experiment.metrics()["test_accuracy"] or 1) < 0.75

    def test_zero_weights_stay_alike(self) -> None:
        experiment = MLPExperiment(config(initializer="zeros"))
        experiment.advance(steps=100)
        weights = experiment.observe("r", EVERYTHING).arrays["layers.0.weight"]
        assert np.ptp(weights, axis=0).max() == 0

    @pytest.mark.parametrize("activation", [*ACTIVATIONS])
    def test_every_activation_trains(self, activation: str) -> None:
        experiment = MLPExperiment(config(activation=activation, dataset="gauss"))
        before = experiment.metrics()["train_loss"] or 0
        experiment.advance(steps=300)
        assert (experiment.metrics()["train_loss"] or 1) < before


class TestEdits:
    def test_a_weight_is_what_was_typed_and_trains_on(self) -> None:
        experiment = MLPExperiment(config())
        edit = experiment.apply("layers.0.weight[3,1]", 2.5)
        assert (edit.step, edit.target, edit.value) == (0, "layers.0.weight[3,1]", 2.5)
        arrays = experiment.observe("r", EVERYTHING).arrays
        assert arrays["layers.0.weight"][3, 1] == 2.5
        experiment.apply("layers.2.bias[0]", -1.0)
        assert experiment.observe("r", EVERYTHING).arrays["layers.2.bias"][0] == -1.0
        experiment.advance(steps=1)
        assert experiment.observe("r", EVERYTHING).arrays["layers.0.weight"][3, 1] not in (0, 2.5)

    @pytest.mark.parametrize(
        ("target", "value"),
        [
            ("layers.0.weight[4,0]", 1.0),
            ("layers.0.weight[0,2]", 1.0),
            ("layers.9.bias[0]", 1.0),
            ("layers.0.bias[-1]", 1.0),
            ("layers.0.weight[0]", 1.0),
            ("__class__", 1.0),
            ("layers.0.bias[0]", float("nan")),
            ("layers.0.bias[0]", 1001),
            ("layers.0.bias[0]", "1"),
            ("learning_rate", -1.0),
            ("batch_size", 251),
            ("seed", 7),
            ("dataset", "moon"),
        ],
    )
    def test_a_refused_edit_changes_nothing(self, target: str, value: object) -> None:
        experiment = MLPExperiment(config())
        before = experiment.parameters_sha256(), experiment.config
        with pytest.raises(ConfigError):
            experiment.apply(target, value)
        assert (experiment.parameters_sha256(), experiment.config) == before

    def test_live_settings_keep_the_weights(self) -> None:
        experiment = MLPExperiment(config())
        experiment.advance(steps=30)
        before = experiment.parameters_sha256()
        changes = {"learning_rate": 0.1, "batch_size": 25, "l1_strength": 0.1, "weight_decay": 0.1, "data_seed": 4}
        for name, value in changes.items():
            experiment.apply(name, value)
        assert experiment.parameters_sha256() == before
        assert experiment.step == 30

    def test_epochs_count_samples_over_a_change_of_batch_size(self) -> None:
        experiment = MLPExperiment(config())
        experiment.advance(steps=25)
        assert experiment.epoch == 1
        experiment.apply("batch_size", 50)
        experiment.advance(steps=5)
        assert experiment.epoch == 2

    def test_a_dead_weight_that_is_typed_anew_learns_again(self) -> None:
        experiment = MLPExperiment(config(l1_strength=10.0))
        experiment.advance(steps=50)
        weights = experiment.observe("r", EVERYTHING).arrays["layers.0.weight"]
        row, column = np.argwhere(weights == 0)[0]
        experiment.apply("l1_strength", 0.0)
        experiment.apply(f"layers.0.weight[{row},{column}]", 0.5)
        experiment.apply(f"layers.1.weight[0,{row}]", 0.5)
        experiment.apply("layers.2.weight[0,0]", 0.5)
        experiment.advance(steps=5)
        assert experiment.observe("r", EVERYTHING).arrays["layers.0.weight"][row, column] not in (0, 0.5)


class TestDivergence:
    def test_training_stops_at_the_last_finite_state_and_says_why(self) -> None:
        experiment = MLPExperiment(config(dataset="plane", learning_rate=10.0, features=("x_squared", "y_squared")))
        experiment.advance(steps=1000)
        assert "Training stopped at step" in (experiment.notice or "")
        assert "learning rate of 10 " in (experiment.notice or "")
        assert experiment.metrics()["train_loss"] is not None
        assert np.isfinite(experiment.observe("r", EVERYTHING).arrays["layers.0.weight"]).all()
        assert experiment.advance(steps=10) == 0

    def test_the_place_does_not_depend_on_how_it_was_cut(self) -> None:
        whole, cut = (MLPExperiment(config(dataset="plane", learning_rate=10.0)) for _ in "ab")
        whole.advance(steps=1000)
        while cut.advance(steps=3):
            pass
        assert whole.step == cut.step
        assert whole.parameters_sha256() == cut.parameters_sha256()

    def test_a_lower_rate_goes_on(self) -> None:
        experiment = MLPExperiment(config(dataset="plane", learning_rate=10.0))
        experiment.advance(steps=1000)
        experiment.apply("learning_rate", 0.0)
        assert experiment.advance(steps=10) == 10


@pytest.mark.compiler
class TestCompiled:
    def test_the_switch_is_an_event_that_replays_to_the_bit(self) -> None:
        run = Run(config=COMPILED)
        live = MLPExperiment(run.config)  # type: ignore[arg-type]
        live.advance(steps=100)
        run = run.edited(live.apply("tier", "compiled"))
        live.advance(steps=1000)
        run = run.edited(live.apply("learning_rate", 0.01))
        checkpoint = live.state()
        live.advance(steps=77, budget_s=60)
        assert live.observe("r", EVERYTHING).info["tier"] == "compiled"
        assert [(edit.step, edit.target) for edit in run.edits] == [(100, "tier"), (1100, "learning_rate")]
        assert Timeline(run, step=1177).experiment.parameters_sha256() == live.parameters_sha256()
        assert Timeline(run, checkpoint, 1177).experiment.parameters_sha256() == live.parameters_sha256()
        traced = MLPExperiment(run.config)  # type: ignore[arg-type]
        traced.advance(steps=1100)
        traced.apply("learning_rate", 0.01)
        traced.advance(steps=77)
        loss, compiled_loss = (each.metrics()["train_loss"] for each in (traced, live))
        assert compiled_loss == pytest.approx(loss, rel=1e-3)

    def test_a_run_that_lasts_finds_its_compiled_loop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PLAYGROUND_COMPILE", "on")
        monkeypatch.setattr("playground.training.compiled.COMPILE_AFTER_S", 0.05)
        live = MLPExperiment(COMPILED)
        assert "ready" not in live.observe("r", EVERYTHING).info
        for _ in range(600):
            live.advance(budget_s=0.1)
            if "ready" in live.observe("r", EVERYTHING).info:
                break
        live.apply("tier", live.observe("r", EVERYTHING).info["ready"])
        assert live.observe("r", EVERYTHING).info["tier"] == "compiled"
        assert live.advance(steps=1000) == 1000
        live.apply("batch_size", 20)
        assert live.observe("r", EVERYTHING).info["tier"] == "traced"
        live.close()
        again = MLPExperiment(COMPILED)
        again.advance(steps=1)
        assert again.observe("r", EVERYTHING).info["ready"] == "compiled"  # it was kept

    def test_divergence_is_found_at_the_same_place(self) -> None:
        wild = replace(COMPILED, learning_rate=100.0, weight_decay=10.0)  # a weight grows a thousandfold each time
        both = [MLPExperiment(wild) for _ in "ab"]
        both[1].apply("tier", "compiled")
        for each in both:
            each.advance(steps=300)
        assert both[0].step == pytest.approx(both[1].step, abs=2)
        assert both[0].step < 100

    @pytest.mark.parametrize("tier", ["vectorized", None, 3])
    def test_another_tier_is_refused(self, tier: object) -> None:
        with pytest.raises(ConfigError, match="cannot train this network"):
            MLPExperiment(config()).apply("tier", tier)


@settings(max_examples=12, deadline=None)
@given(
    optimizer=st.sampled_from([*OPTIMIZERS]),
    cut=st.integers(0, 60),
    edits=st.lists(
        st.tuples(
            st.integers(1, 12),
            st.sampled_from(
                [
                    ("learning_rate", 0.1), ("batch_size", 7), ("l1_strength", 0.3), ("weight_decay", 0.2),
                    ("data_seed", 5), ("layers.1.weight[1,2]", -0.7), ("layers.0.bias[0]", 0.4),
                    ("frozen", [(1, 2), (2, 1)]), ("frozen", [(1, 2, 1), (2, 1, 0)]), ("frozen", []),
                    ("zeroed", [(1, 1)]), ("zeroed", []),
                ]
            ),
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_replay_gives_the_same_weights(optimizer: str, cut: int, edits: list[tuple[int, tuple[str, Any]]]) -> None:
    run = Run(config=config(optimizer=optimizer, dataset="xor"))
    live, checkpoint = MLPExperiment(run.config), None  # type: ignore[arg-type]
    for steps, (target, value) in edits:
        live.advance(steps=steps)
        run = run.edited(live.apply(target, value))
        if live.step <= cut:
            checkpoint = live.state()
    live.advance(steps=60 - live.step)
    assert Timeline(run, step=60).experiment.parameters_sha256() == live.parameters_sha256()
    assert Timeline(run, checkpoint, 60).experiment.parameters_sha256() == live.parameters_sha256()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_frozen_neuron_stays_as_it_is_to_the_bit(optimizer: str) -> None:
    live = MLPExperiment(config(optimizer=optimizer, l1_strength=0.001, weight_decay=0.01))
    live.advance(steps=20)
    before = weights(live)
    live.apply("frozen", [(1, 2)])
    live.advance(steps=20)
    after = weights(live)
    assert np.array_equal(after["layers.0.weight"][1], before["layers.0.weight"][1])
    assert after["layers.0.bias"][1] == before["layers.0.bias"][1]
    assert (after["layers.0.weight"][[0, 2]] != before["layers.0.weight"][[0, 2]]).any(1).all()
    assert (after["layers.1.weight"] != before["layers.1.weight"]).all(), "what it gives is still used"
    live.apply("frozen", [])
    live.advance(steps=20)
    assert (weights(live)["layers.0.weight"][1] != before["layers.0.weight"][1]).any()


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_of_a_neuron_with_a_frozen_weight_only_that_weight_stays(optimizer: str) -> None:
    live = MLPExperiment(config(optimizer=optimizer, l1_strength=0.001, weight_decay=0.01))
    live.advance(steps=20)
    before = weights(live)
    live.apply("frozen", [(1, 2, 1), (2, 1, 0)])
    live.advance(steps=20)
    after = weights(live)
    same = {name: np.argwhere(after[name] == before[name]).tolist() for name in before}
    assert {name: places for name, places in same.items() if places} == {
        "layers.0.weight": [[1, 0]],
        "layers.1.bias": [[0]],
    }


def test_a_zeroed_neuron_counts_as_nothing_and_comes_back_as_it_was() -> None:
    live = MLPExperiment(config())
    live.advance(steps=20)
    before, outputs = weights(live), live.metrics()
    live.apply("zeroed", [(1, 1)])
    model = MLP(live.config.sizes, live.config.activation)
    model.load_state_dict({name: torch.tensor(value) for name, value in before.items()})
    with torch.no_grad():
        hidden = model.activations[0](model.layers[0](live.data.features))
        hidden[:, 0] = 0
        rest = model.layers[2](model.activations[1](model.layers[1](hidden)))
        loss = LOSSES["squared_error"](
            rest[live.data.train_size :], live.data.targets[live.data.train_size :], output="tanh"
        )
    assert live.metrics()["test_loss"] == pytest.approx(loss.item(), rel=1e-6)
    assert live.metrics() != outputs
    live.apply("zeroed", [])
    assert live.metrics() == outputs
    live.apply("zeroed", [(1, 1)])
    live.advance(steps=20)
    assert not weights(live)["layers.1.weight"][:, 0].any()
    with pytest.raises(ConfigError, match="give its output back first"):
        live.apply("layers.1.weight[0,0]", 1)
    live.apply("zeroed", [])
    assert np.array_equal(weights(live)["layers.1.weight"][:, 0], before["layers.1.weight"][:, 0])


def test_a_run_with_interventions_is_never_compiled() -> None:
    live = MLPExperiment(config(frozen=((1, 1),)))
    assert live.has_faster() is False
    with pytest.raises(ConfigError, match=r"cannot train this network 'compiled'\. Where neurons or weights are"):
        live.apply("tier", "compiled")
    assert live.observe("r", View()).info["slow"].startswith("Where neurons or weights are frozen")
    live.apply("frozen", ())
    assert "slow" not in live.observe("r", View()).info


def test_neurons_that_are_not_there_are_named_and_go_with_their_layer() -> None:
    with pytest.raises(ConfigError, match=r"zeroed: there is no neuron 9 in layer 1 of \(4, 2\)"):
        MLPConfig(zeroed=((1, 9),))
    with pytest.raises(ConfigError, match=r"frozen: there is no weight 3 → 1 in layer 1 of \(4, 2, 1\)"):
        MLPConfig(frozen=((1, 1, 2), (1, 1, 3)))
    with pytest.raises(ConfigError, match=r"frozen: \(1,\) is not a list of 2 to 3 values"):
        MLPConfig(frozen=((1,),))
    fewer, problems = MLPConfig.reconciled({**config().to_json(), "hidden_sizes": (3,), "frozen": ((1, 2), (3, 1))})
    assert fewer.frozen == ((1, 2),)
    assert [each.name for each in problems] == ["frozen"]


def weights(live: MLPExperiment) -> dict[str, NDArray[Any]]:
    return dict(live.observe("r", View(panels=frozenset({"weights"}))).arrays)


def test_the_hash_is_of_the_parameters_bytes() -> None:
    experiment = MLPExperiment(config())
    arrays = experiment.observe("r", EVERYTHING).arrays
    order = [f"layers.{i}.{part}" for i in range(3) for part in ("weight", "bias")]
    data = b"".join(arrays[name].astype("<f4").tobytes() for name in order)
    assert experiment.parameters_sha256() == hashlib.sha256(data).hexdigest()


def test_a_device_that_is_not_there_is_refused_with_what_is() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(ConfigError, match=r"no GPU \('cuda'\); use auto or cpu"):
        MLPExperiment(config(device="cuda"))


def test_a_picture_that_stands_still_is_fine_and_one_that_moves_is_sharp() -> None:
    experiment = MLPExperiment(config())
    experiment.advance(steps=50)

    def seen(*panels: str) -> dict[str, Any]:
        return dict(experiment.observe("run", View(panels=frozenset(("stage", *panels)))).arrays)

    for soft in (seen(), seen("sharp")):
        assert soft["plane"].shape == (1, 100, 100)
    fine = seen("sharp", "fine")
    assert fine["plane"].shape == (1, 250, 250)
    inputs = torch.from_numpy(feature_values(experiment.config.features, grid(250), ""))
    with torch.no_grad():
        wanted = torch.tanh(experiment._model(inputs))[:, 0].reshape(250, 250).numpy()
    found = (fine["plane"][0].astype(float) - 128) / 127.5 * fine["plane_range"][1]
    np.testing.assert_allclose(found, wanted, atol=0.01)
    experiment.apply("layers.2.weight[0,0]", 1000.0)
    assert seen("sharp")["plane"].shape == (1, 199, 199)  # its boundary is steep now
