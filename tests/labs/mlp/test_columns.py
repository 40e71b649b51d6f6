"""A network that sees all columns of a table: its inputs, its plane, its files, held against scikit-learn."""

import json
import sys
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from playground.data.points import DOMAIN, grid
from playground.data.tables import TABLES, lifted, onto_plane, plane_share
from playground.export import exported
from playground.labs.mlp.config import Look, MLPConfig
from playground.labs.mlp.ensemble import MLPEnsemble
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.export.notebook import notebook
from playground.run import Run, View
from tests.labs.mlp.export.test_script import agrees, ran, usual

TUMOURS = MLPConfig(dataset="breast_cancer", all_columns=True)


@pytest.mark.parametrize("name", TABLES)
def test_the_plane_is_that_of_the_first_two_principal_components(name: str) -> None:
    rows = StandardScaler().fit_transform(getattr(datasets, f"load_{name}")(return_X_y=True)[0])
    known = PCA(2, svd_solver="full").fit(rows)
    assert plane_share(name) == pytest.approx(known.explained_variance_ratio_.sum())
    points = onto_plane(name, rows)
    assert (points.min(axis=0), points.max(axis=0)) == (pytest.approx(-5), pytest.approx(5))
    assert np.allclose(lifted(name, points), known.inverse_transform(known.transform(rows)), atol=1e-9)
    somewhere = np.array([[-6.0, 2.5], [0.3, 6.0]])
    assert np.allclose(onto_plane(name, lifted(name, somewhere)), somewhere)


def test_the_network_learns_from_all_columns_and_the_points_are_where_they_are_projected() -> None:
    live, two = MLPExperiment(TUMOURS), MLPExperiment(MLPConfig(dataset="breast_cancer", table_columns=(-1, -2)))
    assert live.config.sizes == (30, 4, 2, 1)
    assert np.allclose(live.data.split.points, two.data.split.points), "the same rows, in the same places"
    assert (live.data.split.labels == two.data.split.labels).all()
    rows = StandardScaler().fit_transform(datasets.load_breast_cancer(return_X_y=True)[0])
    assert np.allclose(np.sort(rows, axis=0), np.sort(live.data.features.numpy(), axis=0), atol=1e-5)


def test_the_plane_shows_the_network_at_the_lifted_points() -> None:
    live = MLPExperiment(TUMOURS)
    live.advance(steps=20)
    view = View(panels=frozenset({"stage", "scene"}), look=Look(probe=(1.0, -2.0)))
    seen = live.observe("r", view)
    with torch.no_grad():
        at = torch.tensor(lifted("breast_cancer", grid(100)), dtype=torch.float32)
        wanted = torch.tanh(live._model(at)).reshape(100, 100).numpy()
        probed = torch.tensor(lifted("breast_cancer", np.array([[1.0, -2.0]])), dtype=torch.float32)
    arrays = seen.arrays
    found = (arrays["plane"][0].astype(float) - 128) / 127.5 * arrays["plane_range"][1]
    np.testing.assert_allclose(found, wanted, atol=0.01)
    assert np.allclose(arrays["probe"][:10], probed[0, :10]), "of the inputs those that are drawn"
    assert arrays["weights"].size == 10 * 4 + 4 * 2 + 2
    scene = seen.info["scene"]
    assert [each["label"] for each in scene["features"]] == list(TABLES["breast_cancer"].columns[:10])
    assert (scene["all_columns"], scene["domain"]) == (30, DOMAIN)
    assert scene["plane_share"] == pytest.approx(0.632, abs=0.001)


def test_between_the_points_of_the_plane_it_is_the_network_too() -> None:
    made = MLPExperiment(MLPConfig(dataset="breast_cancer", all_columns=True, initial_scale=10.0))  # steep
    made.advance(steps=20)
    seen = made.observe("r", View(panels=frozenset({"stage", "sharp"}))).arrays
    assert seen["plane"].shape[1:] == (199, 199)
    fine = made.observe("r", View(panels=frozenset({"stage"}))).arrays["plane"][0]
    low, high = seen["plane_range"]
    assert np.abs(seen["plane"][0][::2, ::2].astype(int) - fine).max() <= 1
    with torch.no_grad():
        values = made._model(torch.tensor(lifted("breast_cancer", grid(199)), dtype=torch.float32))[:, 0].tanh()
    drawn = low + (high - low) * seen["plane"][0].reshape(-1) / 255
    assert np.abs(drawn - values.numpy()).max() < 0.2


def test_all_columns_of_tumours_beat_two() -> None:
    accuracies = []
    for values in ({"all_columns": True}, {}):
        live = MLPExperiment(MLPConfig(dataset="breast_cancer", seed=1, **values))  # type: ignore[arg-type]
        live.advance(steps=800)
        accuracies.append(live.metrics()["test_accuracy"] or 0)
    assert accuracies[0] > 0.95 > accuracies[1]


@pytest.mark.parametrize("dataset", TABLES)
def test_the_script_repeats_it_to_the_bit(dataset: str) -> None:
    agrees(usual(dataset=dataset, all_columns="on", noise=0.1, points=100, train_share=0.7), 40)


def test_the_notebook_and_the_network_as_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    run = Run(config=TUMOURS)
    live = MLPExperiment(TUMOURS)
    live.advance(steps=12)
    cells = json.loads(notebook(run, 12))["cells"]
    text = "\n".join("".join(each["source"]) for each in cells if each["cell_type"] == "code")
    shown = SimpleNamespace(update=lambda figure: None)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=lambda **_: shown))
    names, _ = ran(text)
    assert np.array_equal(names["w"].numpy(), live.parameters())
    assert np.allclose(names["grid"].numpy(), lifted("breast_cancer", grid(100)), atol=1e-5)
    session = onnxruntime.InferenceSession(exported(run, 12, "onnx", quiet=True))
    found = session.run(None, {"columns": live.data.features.numpy()})[0]
    outputs = live.observe("r", View(panels=frozenset({"outputs"}))).arrays["outputs"]
    assert np.allclose(found, outputs, atol=1e-5)


def test_many_networks_at_once_see_them_too() -> None:
    networks = MLPEnsemble([TUMOURS, MLPConfig(dataset="breast_cancer", all_columns=True, seed=1)])
    networks.advance_to([5, 5])
    live = MLPExperiment(TUMOURS)
    live.advance(steps=5)
    assert networks.scores()["test_loss"][0] == pytest.approx(live.metrics()["test_loss"], rel=1e-5)
    assert networks.tiles([0, 1]).shape[0] == 2
