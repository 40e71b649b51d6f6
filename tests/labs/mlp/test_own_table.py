"""A person's own table of more than two columns: as scikit-learn's, in files and links, live, and the controls."""

import io
import json
import sys
from dataclasses import replace
from types import SimpleNamespace
from urllib.parse import parse_qsl

import numpy as np
import onnxruntime
import pytest
import torch
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from playground.data import csv_file
from playground.data.own import OwnPoints, encoded, own_size
from playground.data.points import grid
from playground.data.tables import lifted
from playground.export import exported
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.export.notebook import notebook
from playground.run import Run, View
from playground.runs import link, runfile
from playground.runs.timeline import Timeline
from tests.labs.mlp.export.test_script import agrees, ran

IRIS = datasets.load_iris(return_X_y=True)


def brought(columns: int = 4, rows: int = 150, **values: object) -> MLPConfig:
    """Columns of iris, from a CSV file."""
    out = io.StringIO()
    out.write(",".join([*(f"c{i}" for i in range(columns)), "kind"]) + "\n")
    for numbers, kind in list(zip(*IRIS, strict=True))[:: 150 // rows]:
        out.write(",".join([*map(str, numbers[:columns]), f"species {kind}"]) + "\n")
    found = csv_file.points(csv_file.read(out.getvalue().encode()), range(columns), columns)
    given = {"own": found.text, "own_classes": found.classes, "own_names": found.names, "loss": "cross_entropy"}
    return MLPConfig(dataset="own", **{"all_columns": True, **given, **values})  # type: ignore[arg-type]


def test_all_its_columns_are_inputs_and_the_plane_is_that_of_two_components() -> None:
    live = MLPExperiment(brought())
    assert live.config.sizes == (4, 4, 2, 3)
    assert live.config.data.class_names == ("species 0", "species 1", "species 2")
    rows = StandardScaler().fit_transform(IRIS[0])
    assert np.allclose(np.sort(live.data.features.numpy(), axis=0), np.sort(rows, axis=0), atol=1e-3)
    known = PCA(2, svd_solver="full").fit(rows)
    scene = live.observe("r", View(panels=frozenset({"scene", "stage", "sharp"}))).info["scene"]
    assert scene["plane_share"] == pytest.approx(known.explained_variance_ratio_.sum(), abs=1e-4)
    assert [each["label"] for each in scene["features"]] == ["c0", "c1", "c2", "c3"]
    assert (scene["all_columns"], scene["own"]) == (4, ""), "and nothing to paint on"
    assert replace(live.config, own_names="c0|c1").input_label("column 4") == "column 4"


@pytest.mark.parametrize("columns", [(3, 4), (-1, -2)])
def test_two_of_its_columns_or_components_are_as_those_of_a_known_table(columns: tuple[int, int]) -> None:
    own, known = (
        MLPExperiment(each).data.split
        for each in (
            brought(all_columns=False, table_columns=columns),
            MLPConfig(dataset="iris", table_columns=columns, loss="cross_entropy"),
        )
    )
    assert np.allclose(own.points, known.points, atol=1e-3)
    assert (own.labels == known.labels).all()


@pytest.mark.parametrize("values", [{}, {"all_columns": False, "table_columns": (2, -1)}, {"points": 40}])
def test_the_script_repeats_it_to_the_bit(values: dict[str, object]) -> None:
    agrees(Run(config=brought(noise=0.1, train_share=0.7, **values)), 30)


def test_values_to_predict_with_a_script() -> None:
    rng = np.random.default_rng(0)
    text = encoded(rng.uniform(-5, 5, (30, 5)), np.linspace(-1, 1, 30), 0)
    agrees(Run(config=MLPConfig(dataset="own", own=text, own_classes=0, all_columns=True)), 30)


def test_another_table_while_it_trains_is_replayed_to_the_bit_and_in_every_file() -> None:
    timeline = Timeline(Run(config=brought(rows=15, optimizer="adam", batch_size=3)))
    for target, value in [
        ("data_seed", 2),
        ("own", brought(3, rows=30).own),
        ("noise", 0.1),
        ("all_columns", False),
        ("own", brought(2, rows=10).own),
        ("own", brought(4, rows=15).own),
        ("all_columns", True),
        ("hidden_sizes", (3,)),
    ]:
        timeline.advance(steps=5)
        timeline.apply(target, value)
    timeline.advance(steps=5)
    run, step, end = timeline.run, timeline.step, timeline.experiment.parameters_sha256()
    assert replay(run, step, quiet=True).parameters_sha256 == end
    for past in (12, 33, step):
        timeline.seek(past)
    assert timeline.experiment.parameters_sha256() == end
    agrees(run, step)
    assert runfile.read(runfile.write(run, step)) == (run, step, None)
    query = link.query(run, step)
    assert query is not None
    assert link.read("mlp", dict(parse_qsl(query, keep_blank_values=True)))[0] == run


def test_what_it_keeps_when_a_column_has_another_name_or_is_gone() -> None:
    live = MLPExperiment(brought())
    live.advance(steps=10)
    before = live.parameters()
    live.apply("own_names", "")
    assert np.array_equal(live.parameters(), before)
    live.apply("own", brought(3).own)
    assert np.array_equal(live.parameters()[:12].reshape(4, 3), before[:16].reshape(4, 4)[:, :3])


def test_the_notebook_and_the_network_as_onnx(monkeypatch: pytest.MonkeyPatch) -> None:
    config = brought(rows=30)
    live = MLPExperiment(config)
    live.advance(steps=12)
    cells = json.loads(notebook(Run(config=config), 12))["cells"]
    text = "\n".join("".join(each["source"]) for each in cells if each["cell_type"] == "code")
    shown = SimpleNamespace(update=lambda figure: None)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=lambda **_: shown))
    names, _ = ran(text)
    assert np.array_equal(names["w"].numpy(), live.parameters())
    assert np.allclose(names["grid"].numpy(), lifted(config.own, grid(100)), atol=1e-5)
    session = onnxruntime.InferenceSession(exported(Run(config=config), 12, "onnx", quiet=True))
    found = session.run(None, {"columns": live.data.features.numpy()})[0]
    assert np.allclose(found, live.observe("r", View(panels=frozenset({"outputs"}))).arrays["outputs"], atol=1e-5)


def test_columns_that_say_nothing_are_left_out_and_named() -> None:
    content = "a,b,c,kind\n" + "".join(f"{i},7,{i * i},{i % 2}\n" for i in range(9)) + "9,7,,1\n"
    found = csv_file.points(csv_file.read(content.encode()), (0, 1, 2), 3)
    assert (found.names, own_size(found.text)) == ("a|c|0|1", 9)
    assert found.left_out == (
        "Row 11 has no value in column 'c'.",
        "Column 'b' is 7 in every row, and is left out.",
    )


def test_a_wide_file_is_thinned_and_its_names_fit() -> None:
    rows = ["|".join(f"a very long name of column {i}" for i in range(60)).replace("|", ";") + ";kind"]
    rows += [";".join(str((row * i) % 97) for i in range(1, 61)) + f";{row % 2}" for row in range(3000)]
    found = csv_file.points(csv_file.read("\n".join(rows).encode()), range(60), 60)
    assert OwnPoints().check(found.text) == found.text
    assert (own_size(found.text), len(found.names) <= 1200) == (2500, True)
    assert MLPConfig(dataset="own", own=found.text, own_names=found.names, all_columns=True).sizes[0] == 60


@pytest.mark.parametrize("text", ["2.00000000", "3.00000", "03." + "0" * 44, "101." + "0" * 1220, ".", "4.!"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        MLPConfig(dataset="own", own=text)


@pytest.mark.parametrize("rows", [np.zeros((6, 3)), np.outer(np.arange(6.0) - 3, [1, -1, 0.5])])
@pytest.mark.parametrize("values", [{"all_columns": True}, {"table_columns": (-1, -2)}, {}])
def test_columns_that_are_the_same_do_no_harm(rows: np.ndarray, values: dict[str, object]) -> None:
    text = encoded(rows, np.arange(6) % 2, 2)
    live = MLPExperiment(MLPConfig(dataset="own", own=text, **values))  # type: ignore[arg-type]
    live.advance(steps=3)
    assert torch.isfinite(live.data.features).all()
    assert np.isfinite(live.data.split.points).all()
    assert live.metrics()["test_loss"] is not None


def test_the_columns_that_there_are() -> None:
    with pytest.raises(ConfigError, match=r"table_columns: 7 is not one of Your own's 4 columns, nor -1 or -2"):
        brought(all_columns=False, table_columns=(7, 1))
    assert brought(2, all_columns=True, table_columns=(7, 1)).sizes[0] == 2, "painted points have no others"
