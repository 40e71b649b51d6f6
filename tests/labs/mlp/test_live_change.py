"""A run goes on with other data, another network, another way to train: what was there stays, and all replays."""

import json
import sys
from dataclasses import replace
from hashlib import sha256
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from safetensors.torch import load

from playground.data.own import encoded
from playground.export import exported
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.export.notebook import notebook
from playground.labs.mlp.export.script import script
from playground.run import Edit, Run, View
from playground.runs import link, runfile
from playground.runs.timeline import Timeline
from tests.labs.mlp.export.test_script import agrees, ran

ALL = View(panels=frozenset({"weights", "outputs"}))
CHANGES: list[tuple[str, Any]] = [
    ("hidden_sizes", (5, 2)),
    ("features", ("x", "y", "xy")),
    ("loss", "cross_entropy"),
    ("optimizer", "momentum"),
    ("activation", "relu"),
    ("learning_rate", 0.1),
    ("activations", ("silu",)),
    ("zeroed", ((1, 1),)),
    ("hidden_sizes", (4, 3, 2)),
    ("loss", "logistic"),
    ("noise", 0.2),
    ("dataset", "spiral"),
    ("batch_size", 7),
    ("points", 200),
    ("frozen", ((1, 2),)),
    ("dataset", "plane"),
    ("optimizer", "adam"),
    ("hidden_sizes", (2,)),
    ("dataset", "wine"),
    ("table_columns", (2, 4)),
    ("all_columns", True),
    ("data_seed", 3),
    ("all_columns", False),
    ("train_share", 0.3),
]


_TABLES = [encoded(np.arange(8.0)[:, None] * np.arange(1, k + 1) % 5, np.arange(8) % 3, 3) for k in (3, 4)]
MORE: list[tuple[str, Any]] = [
    ("dropout", 0.2),
    ("normalization", "batch"),
    ("skips", True),
    ("hidden_sizes", (3, 3)),
    ("activation", "step"),
    ("frozen", ((1, 1, 2), (2, 1))),
    ("own", _TABLES[0]),
    ("own_classes", 3),
    ("dataset", "own"),
    ("all_columns", True),
    ("own_names", "a;b|5%3B|c:d|u|v|w"),
    ("normalization", "layer"),
    ("own", _TABLES[1]),
    ("table_columns", (-1, 4)),
    ("schedule", "cosine"),
    ("schedule_epochs", 7),
    ("reshuffle", True),
    ("gradient_clip", 0.5),
    ("l1_strength", 0.001),
    ("weight_decay", 0.01),
    ("all_columns", False),
    ("dataset", "curve"),
    ("features", ("x", "own")),
    ("curve", "cos(3*x)"),
    ("formula", "x*x"),
    ("dropout", 0.0),
    ("stop_loss", 1e-6),
    ("stop_epoch", 90000),
]


def arrays(live: MLPExperiment) -> dict[str, NDArray[Any]]:
    return dict(live.observe("r", ALL).arrays)


def trained(**values: Any) -> MLPExperiment:
    live = MLPExperiment(MLPConfig(**values))
    live.advance(steps=15)
    return live


def changed(**values: Any) -> Timeline:
    """A run with all changes, five updates after each."""
    timeline = Timeline(Run(config=MLPConfig(**values)))
    for change in CHANGES:
        timeline.advance(steps=5)
        timeline.apply(*change)
    timeline.advance(steps=5)
    return timeline


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_new_neuron_leaves_all_others_and_what_they_give_as_they_are(optimizer: str) -> None:
    live = trained(optimizer=optimizer)
    before, measured = arrays(live), live.metrics()
    live.apply("hidden_sizes", (5, 2))
    after = arrays(live)
    assert np.array_equal(after["layers.0.weight"][:4], before["layers.0.weight"])
    assert np.array_equal(after["layers.0.bias"][:4], before["layers.0.bias"])
    assert np.array_equal(after["layers.1.weight"][:, :4], before["layers.1.weight"])
    assert np.array_equal(after["layers.1.weight"][:, 4], [0, 0])
    assert after["layers.0.weight"][4].all(), "its own weights are drawn"
    for name in ("layers.1.bias", "layers.2.weight", "layers.2.bias"):
        assert np.array_equal(after[name], before[name])
    assert np.allclose(after["outputs"], before["outputs"], atol=1e-6)
    assert live.metrics()["test_loss"] == pytest.approx(measured["test_loss"], rel=1e-5)
    live.advance(steps=5)
    assert arrays(live)["layers.1.weight"][:, 4].all(), "it takes part from the next update on"


def test_a_new_neuron_learns_with_l1_too() -> None:
    live = trained(l1_strength=0.001)
    live.apply("hidden_sizes", (5, 2))
    live.advance(steps=5)
    assert arrays(live)["layers.1.weight"][:, 4].all()


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_adam_moves_a_new_weight_by_the_learning_rate_and_no_further(optimizer: str) -> None:
    live = MLPExperiment(MLPConfig(optimizer=optimizer, batch_size=250, learning_rate=0.003))
    live.advance(steps=200)
    live.apply("hidden_sizes", (5, 2))
    counts = live._optimizer_state["count"]
    is_new = counts == 0
    assert set(counts.tolist()) == {0, 200}
    assert is_new.sum() == 3 + 2, "the weights into the neuron, its bias, the weights out of it"
    before = live._parameters.clone()
    live.advance(steps=1)
    moved = (live._parameters - before)[is_new].abs()
    assert moved[-2:] == pytest.approx([0.003] * 2, rel=0.01)
    assert (moved[:3] < 1e-5).all(), "without effect no gradient, at most a decay"
    live.advance(steps=30)
    assert (live._parameters - before)[is_new].abs().max() < 1.2 * 31 * 0.003
    live.apply("hidden_sizes", (4, 2))
    assert set(live._optimizer_state["count"].tolist()) == {231}


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
def test_new_weights_of_adam_are_replayed_and_in_the_script(optimizer: str) -> None:
    timeline = Timeline(Run(config=MLPConfig(optimizer=optimizer)))
    for change in [("hidden_sizes", (5, 2)), ("features", ("x", "xy")), ("loss", "cross_entropy"),
                   ("optimizer", "sgd"), ("hidden_sizes", (5, 3)), ("optimizer", "adam"), ("hidden_sizes", (3, 3)),
                   ("hidden_sizes", (3, 3, 3)), ("normalization", "batch"), ("activation", "relu")]:  # fmt: skip
        timeline.advance(steps=7)
        timeline.apply(*change)
    timeline.advance(steps=7)
    run, end, last = timeline.run, timeline.step, timeline.experiment.parameters_sha256()
    for step in (60, 9, 30, end):
        timeline.seek(step)
    assert timeline.experiment.parameters_sha256() == last
    agrees(run, end)


@pytest.mark.parametrize("sizes", [(3, 2), (4,), (4, 2, 2), (4, 1), ()])
def test_what_stays_of_a_network_is_equal_to_the_bit(sizes: tuple[int, ...]) -> None:
    live = trained()
    before = arrays(live)
    live.apply("hidden_sizes", sizes)
    after = arrays(live)
    for layer in range(min(2, len(sizes))):
        rows, columns = (min(n) for n in zip((4, 2), (*sizes, 99, 99)[:2], strict=True))
        block = (slice(rows if layer == 0 else columns), slice(2 if layer == 0 else rows))
        name = f"layers.{layer}.weight"
        assert np.array_equal(after[name][block], before[name][block])
        assert np.array_equal(after[f"layers.{layer}.bias"][block[0]], before[f"layers.{layer}.bias"][block[0]])
    assert np.array_equal(after[f"layers.{len(sizes)}.bias"], before["layers.2.bias"])
    if len(sizes) == 2:
        assert np.array_equal(after["layers.2.weight"], before["layers.2.weight"][:, : sizes[1]])


def test_a_new_neuron_is_drawn_from_the_seed_and_the_step() -> None:
    def drawn(seed: int, steps: int) -> list[float]:
        live = MLPExperiment(MLPConfig(seed=seed))
        live.advance(steps=steps)
        live.apply("hidden_sizes", (5, 2))
        found: list[float] = arrays(live)["layers.0.weight"][4].tolist()
        return found

    assert drawn(0, 10) == drawn(0, 10)
    assert len({tuple(drawn(*each)) for each in [(0, 10), (1, 10), (0, 11)]}) == 3


def test_a_new_input_begins_without_effect() -> None:
    live = trained()
    before = arrays(live)
    live.apply("features", ("x", "y", "sin_x"))
    after = arrays(live)
    assert np.array_equal(after["layers.0.weight"][:, :2], before["layers.0.weight"])
    assert not after["layers.0.weight"][:, 2].any()
    assert np.allclose(after["outputs"], before["outputs"], atol=1e-6)


def test_one_output_becomes_the_difference_of_two_and_back() -> None:
    live = trained(optimizer="adam")
    before = arrays(live)
    live.apply("loss", "cross_entropy")
    assert np.allclose(np.diff(arrays(live)["outputs"]), before["outputs"], atol=1e-6)
    live.advance(steps=5)
    two = arrays(live)
    live.apply("loss", "squared_error")
    assert np.allclose(arrays(live)["outputs"], np.diff(two["outputs"]), atol=1e-6)


def test_an_optimizer_begins_without_memory_and_the_weights_stay() -> None:
    live = trained(optimizer="adam")
    before = live.parameters()
    live.apply("optimizer", "momentum")
    assert np.array_equal(live.parameters(), before)
    assert {name: bool(vector.any()) for name, vector in live._optimizer_state.items()} == {"velocity": False}
    live.apply("optimizer", "adam")
    assert not any(vector.any() for vector in live._optimizer_state.values())


@pytest.mark.parametrize(
    ("target", "value"), [("activation", "relu"), ("noise", 0.3), ("dataset", "spiral"), ("loss", "hinge")]
)
def test_weights_stay_when_all_around_them_changes(target: str, value: Any) -> None:
    live = trained()
    before, measured = live.parameters(), live.metrics()
    live.apply(target, value)
    assert np.array_equal(live.parameters(), before)
    assert live.metrics() != measured


@pytest.mark.parametrize(
    ("values", "change"),
    [
        ({"dataset": "curve"}, ("curve", "cos(3*x)")),
        ({"dataset": "wine", "loss": "cross_entropy"}, ("table_columns", (2, 4))),
        ({}, ("noise", 0.2)),
        ({}, ("points", 100)),
        ({}, ("train_share", 0.3)),
        ({"features": ("x", "own")}, ("formula", "x*x")),
    ],
)
def test_other_points_are_those_of_a_new_run(values: dict[str, Any], change: tuple[str, Any]) -> None:
    live, former = trained(**values), MLPExperiment(MLPConfig(**values))
    live.apply(*change)
    new = MLPExperiment(live.config)
    assert live.data.features.equal(new.data.features)
    assert live.data.targets.equal(new.data.targets)
    assert live.data.train_size == new.data.train_size
    same = [each.equal(old) for each, old in zip(new.data.train, former.data.train, strict=True)]
    assert not all(same), "the change makes a difference"
    assert live.epoch == pytest.approx(15 * former.config.batch / former.data.train_size, rel=0.02)


@pytest.mark.parametrize(
    ("change", "frozen"),
    [
        (("hidden_sizes", (4, 2, 3)), ((1, 2, 1), (1, 4), (2, 1, 4), (4, 1))),
        (("hidden_sizes", (3,)), ((1, 2, 1), (2, 1))),
        (("features", ("y", "xy")), ((1, 4), (2, 1, 4), (3, 1))),
        (("features", ("x", "y", "xy")), ((1, 2, 1), (1, 4), (2, 1, 4), (3, 1))),
        (("loss", "cross_entropy"), ((1, 2, 1), (1, 4), (2, 1, 4), (3, 1), (3, 2))),
    ],
)
def test_what_is_frozen_goes_with_its_neuron(change: tuple[str, Any], frozen: Any) -> None:
    live = trained(frozen=((1, 2, 1), (1, 4), (2, 1, 4), (3, 1)))
    live.apply(*change)
    assert live.config.frozen == frozen
    before = live.parameters()
    live.advance(steps=5)
    assert ((live.parameters() == before) == (live._optimizer_state["learns"].numpy() == 0)).all()


def test_settings_that_no_longer_fit_are_settled() -> None:
    live = trained(batch_size=200, frozen=((1, 4), (2, 1)))
    live.apply("hidden_sizes", (3, 2))
    assert live.config.frozen == ((2, 1),)
    live.apply("dataset", "wine")
    assert (live.config.loss, live.config.batch_size) == ("cross_entropy", 10)
    with pytest.raises(ConfigError, match="does not fit wine"):
        live.apply("loss", "hinge")
    with pytest.raises(ConfigError, match="initializer cannot change during a run"):
        live.apply("initializer", "zeros")


@pytest.mark.parametrize("values", [{}, {"optimizer": "rmsprop", "l1_strength": 0.001, "schedule": "step"}])
def test_a_run_with_every_change_is_a_value(values: dict[str, Any]) -> None:
    timeline = changed(**values)
    run, end, last = timeline.run, timeline.step, timeline.experiment.parameters_sha256()
    assert run.config_after(len(run.edits)) == timeline.experiment.config  # type: ignore[attr-defined]
    for step in (33, 71, 2, end):
        timeline.seek(step)
    assert timeline.experiment.parameters_sha256() == last
    assert Timeline(run, step=end).experiment.parameters_sha256() == last
    query = link.query(run, end)
    assert query is not None
    assert link.read("mlp", dict(parse_qsl(query, keep_blank_values=True)))[:3] == (run, end, [])
    assert runfile.read(runfile.write(run, end))[:2] == (run, end)
    agrees(run, end)


def test_every_setting_that_can_change_is_among_the_changes() -> None:
    can_change = {name for name, each in MLPConfig.settings().items() if each.can_change}
    assert {target for target, _ in CHANGES + MORE} == can_change


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_a_run_with_all_other_changes_is_a_value_too(optimizer: str) -> None:
    timeline = Timeline(Run(config=MLPConfig(optimizer=optimizer)))
    for change in MORE:
        timeline.advance(steps=3)
        timeline.apply(*change)
    timeline.advance(steps=3)
    run, end, last = timeline.run, timeline.step, timeline.experiment.parameters_sha256()
    for step in (38, 20, end):
        timeline.seek(step)
    assert timeline.experiment.parameters_sha256() == last
    query = link.query(run, end)
    assert query is not None
    assert link.read("mlp", dict(parse_qsl(query, keep_blank_values=True)))[:3] == (run, end, [])
    assert runfile.read(runfile.write(run, end))[:2] == (run, end)
    agrees(run, end)


def test_a_state_of_a_run_with_changes_is_taken_up_again() -> None:
    timeline = changed()
    kept = timeline.state()
    timeline.advance(steps=9)
    again = Timeline(timeline.run, kept, timeline.step)
    assert again.experiment.parameters_sha256() == timeline.experiment.parameters_sha256()


def test_marks_say_what_was_changed() -> None:
    marks = [words for _, words in changed().observe("r", ALL).info["marks"]]
    assert marks[:4] == [
        "hidden layers set to 5-2",
        "features set to x,y,xy",
        "loss set to Cross-entropy",
        "optimizer set to Momentum, its memory anew",
    ]


def test_a_change_before_the_first_update_is_repeated_by_the_script() -> None:
    timeline = Timeline(Run(config=MLPConfig()))
    for change in [("learning_rate", 0.1), ("hidden_sizes", (5, 2)), ("batch_size", 5)]:
        timeline.apply(*change)
    agrees(timeline.run, 10)
    alone = Run(config=replace(MLPConfig(), hidden_sizes=(5, 2)))
    assert Timeline(alone).experiment.parameters_sha256() != timeline.experiment.parameters_sha256()


def test_edits_of_live_settings_alone_are_read_as_before() -> None:
    edits = (Edit(step=3, target="learning_rate", value=0.1), Edit(step=5, target="batch_size", value=7))
    run = Run(config=MLPConfig(), edits=edits)
    assert run.config_after(1) == replace(MLPConfig(), learning_rate=0.1)
    assert run.config_after(2) == replace(MLPConfig(), learning_rate=0.1, batch_size=7)


def test_the_notebook_of_a_run_with_changes_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = changed()
    cells = json.loads(notebook(timeline.run, timeline.step))["cells"]
    text = "\n".join("".join(each["source"]) for each in cells if each["cell_type"] == "code")
    shown = SimpleNamespace(update=lambda figure: None)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=lambda **_: shown))
    names, _ = ran(text)
    assert sha256(names["w"].numpy().tobytes()).hexdigest() == timeline.experiment.parameters_sha256()


def test_files_of_a_run_with_changes_have_the_network_that_it_has_become() -> None:
    timeline = changed()
    run, end = timeline.run, timeline.step
    names, _ = ran(script(run, end))
    names["model"].load_state_dict(load(exported(run, end, "safetensors", quiet=True)))
    session = onnxruntime.InferenceSession(exported(run, end, "onnx", quiet=True))
    points = dict(timeline.observe("r", View(panels=frozenset({"outputs"}))).arrays)
    found = session.run(None, {"points": points["points"]})[0]
    assert np.allclose(found, points["outputs"], atol=1e-5)
    early = replace(run, edits=run.edits[:2])
    assert exported(early, 12, "gif", quiet=True).startswith(b"GIF")


def test_another_curve_is_repeated_by_the_script() -> None:
    timeline = Timeline(Run(config=MLPConfig(dataset="curve")))
    timeline.advance(steps=5)
    timeline.apply("curve", "cos(3*x)")
    agrees(timeline.run, 12)
