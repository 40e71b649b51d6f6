"""Every form of a run, used as its reader would: it has the page's numbers."""

import base64
import contextlib
import csv
import hashlib
import io
import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from itertools import cycle
from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load

from playground.__main__ import main
from playground.catalog import ACTIVATIONS
from playground.data.points import DATASETS, FEATURES, draw, feature_values, grid
from playground.export import exported, palette
from playground.export.notebook import PICTURES
from playground.headless.runs import replay
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export import notebook, predictor
from playground.labs.mlp.export.script import script
from playground.run import Edit, Run, View
from playground.runs import replay as replaying
from playground.runs.replay import advanced, moments
from playground.runs.runfile import read, write

STEP = 60
METRICS = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


def usual(edits: tuple[Edit, ...] = (), **values: Any) -> Run:
    config, _ = MLPConfig.from_text({name: str(value) for name, value in values.items()})
    return Run(config=config, edits=edits)


EDITED = usual(
    dataset="spiral",
    features="x,y,sin_x,xy",
    hidden_sizes="6,4",
    edits=(Edit(step=20, target="learning_rate", value=0.1), Edit(step=STEP, target="layers.0.bias[1]", value=0.5)),
)
THREE_CLASSES = usual(dataset="pinwheel", hidden_sizes="12,3", activation="relu")


@pytest.fixture(scope="module", autouse=True)
def short_films() -> Iterator[None]:
    """Films of a few frames, where no test asks for more: a frame takes 0.1 s to draw."""
    patch = pytest.MonkeyPatch()
    patch.setattr("playground.export.figure.FRAMES", 8)
    yield
    patch.undo()


class Made(dict[str, bytes]):
    """The forms of EDITED at STEP, each made once, when a test asks for it."""

    def __missing__(self, to: str) -> bytes:
        self[to] = exported(EDITED, STEP, to)
        return self[to]


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    return Made()


def test_a_form_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="'exe' is not one of script, notebook"):
        exported(EDITED, STEP, "exe")


class TestNotebook:
    @pytest.mark.filterwarnings("ignore")
    def test_it_runs_in_jupyter_and_prints_and_draws(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import nbclient
        import nbformat

        monkeypatch.delenv("MPLBACKEND", raising=False)  # Streamlit sets it, and the kernel would inherit it
        content = nbformat.reads(notebook.notebook(EDITED, STEP), 4)
        nbformat.validate(content)
        nbclient.NotebookClient(content, timeout=120).execute()
        (printed,) = content.cells[-1].outputs
        assert f"train loss {replay(EDITED, STEP).metrics['train_loss']:.4f}" in printed.text
        (drawn,) = [output for cell in content.cells for output in cell.get("outputs", []) if "data" in output]
        picture = Image.open(io.BytesIO(base64.b64decode(drawn.data["image/png"])))
        assert len(picture.convert("RGB").getcolors(10**6) or []) > 500

    @pytest.mark.parametrize("run", [THREE_CLASSES, usual(loss="cross_entropy"), usual(dataset="plane")])
    def test_its_cells_are_the_script_with_pictures(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        cells = json.loads(notebook.notebook(run, STEP))["cells"]
        code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
        shown: list[Any] = []
        monkeypatch.setattr("IPython.display.display", lambda **options: _Handle(shown))
        monkeypatch.setenv("MPLBACKEND", "agg")
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            names: dict[str, Any] = {}
            for cell in code:
                exec(cell, names)
        expected = replay(run, STEP)
        assert f"test loss {expected.metrics['test_loss']:.4f}" in printed.getvalue()
        assert hashlib.sha256(names["w"].numpy().tobytes()).hexdigest() == expected.parameters_sha256
        assert [step for step, _, _ in names["history"]] == [*range(0, STEP, 2), STEP]
        assert len(shown) == PICTURES + 1


class _Handle:
    def __init__(self, shown: list[Any]) -> None:
        self.update = shown.append


def test_the_table_is_the_page_s_numbers(made: dict[str, bytes]) -> None:
    rows = list(csv.DictReader(io.StringIO(made["csv"].decode())))
    assert [int(row["step"]) for row in rows] == list(range(STEP + 1))
    for step in (0, 19, 20, 21, STEP):
        expected = replay(EDITED, step)
        assert float(rows[step]["epoch"]) == expected.epoch
        assert [float(rows[step][name]) for name in METRICS] == [expected.metrics[name] for name in METRICS]


def test_a_long_table_is_thinned_evenly_and_a_regression_has_no_accuracy() -> None:
    run = usual(dataset="plane")
    rows = list(csv.DictReader(io.StringIO(exported(run, 2500, "csv").decode())))
    steps = [int(row["step"]) for row in rows]
    assert (len(steps), steps[0], steps[-1]) == (1001, 0, 2500)
    assert set(np.diff(steps)) == {2, 3}
    assert {row["test_accuracy"] for row in rows} == {""}
    assert float(rows[-1]["test_loss"]) == replay(run, 2500).metrics["test_loss"]


def test_a_run_that_explodes_ends_where_it_stopped() -> None:
    run = usual(dataset="plane", learning_rate=10)
    rows = list(csv.DictReader(io.StringIO(exported(run, 500, "csv").decode())))
    assert int(rows[-1]["step"]) == replay(run, 500).step < 500
    assert Image.open(io.BytesIO(exported(run, 500, "gif"))).n_frames >= 1


def test_the_weights_fit_the_script_s_network(made: dict[str, bytes], tmp_path: Any) -> None:
    for run in (EDITED, usual(activation="linear", dataset="plane"), THREE_CLASSES):
        names: dict[str, Any] = {}
        with contextlib.redirect_stdout(io.StringIO()):
            exec(script(run, 0), names)
        names["model"].load_state_dict(load(exported(run, STEP, "safetensors")))
        with torch.no_grad():
            rows = slice(names["train_size"])
            loss = names["loss_of"](names["model"](names["features"][rows]), names["targets"][rows]).item()
        assert loss == pytest.approx(replay(run, STEP).metrics["train_loss"], abs=1e-6)
    (tmp_path / "run.safetensors").write_bytes(made["safetensors"])
    with safe_open(tmp_path / "run.safetensors", "numpy") as file:
        metadata = file.metadata()
    assert read(metadata["run"])[:2] == (EDITED, STEP)
    assert (metadata["step"], metadata["torch"]) == (str(STEP), torch.__version__.partition("+")[0])


def runs_of_every_kind() -> Iterator[Run]:
    """Every activation, each on another dataset; two outputs for two classes; no hidden layer."""
    for dataset, activation in zip(cycle(DATASETS), ACTIVATIONS, strict=False):
        yield usual(dataset=dataset, activation=activation, features=",".join(FEATURES), hidden_sizes="5,3")
    yield usual(loss="cross_entropy", hidden_sizes="")


@pytest.mark.parametrize(
    "run", [*runs_of_every_kind()], ids=lambda run: f"{run.config.dataset}-{run.config.activation}"
)
def test_onnx_gives_the_network_s_outputs(run: Run) -> None:
    config = run.config
    assert isinstance(config, MLPConfig)
    session = onnxruntime.InferenceSession(exported(run, STEP, "onnx"))
    points = draw(config.data, config.noise, config.train_share, config.data_seed).points
    for inside in (points, points[:1], grid(30)):
        (found,) = session.run(["output"], {"points": inside.astype(np.float32)})
        experiment: Any = advanced(run, STEP).experiment
        features = torch.from_numpy(feature_values(config.features, inside))
        with torch.no_grad():
            logits = experiment._model(features)
        expected = {"tanh": torch.tanh, "softmax": lambda z: z.softmax(1), "linear": lambda z: z}
        np.testing.assert_allclose(found, expected[config.output_activation](logits).numpy(), atol=1e-5)


def test_onnx_has_its_run_and_every_feature(made: dict[str, bytes]) -> None:
    session = onnxruntime.InferenceSession(made["onnx"])
    assert read(session.get_modelmeta().custom_metadata_map["run"])[:2] == (EDITED, STEP)
    (points,), (output,) = session.get_inputs(), session.get_outputs()
    assert (points.name, points.shape) == ("points", ["N", 2])
    assert (output.name, output.shape) == ("output", ["N", 1])
    assert set(predictor.FEATURES) == set(FEATURES)


@pytest.mark.parametrize("run", [EDITED, THREE_CLASSES])
def test_the_vector_picture_has_a_line_for_every_link(run: Run) -> None:
    root = ElementTree.fromstring(exported(run, STEP, "svg"))
    links = [element for element in root.iter() if element.get("id", "").startswith("link-")]
    moment = advanced(run, STEP).observe("", View())
    assert len(links) == len({link.get("id") for link in links}) == len(moment.arrays["weights"])
    styles = ["".join(path.get("style", "") for path in link.iter()) for link in links]
    for style, weight in zip(styles, moment.arrays["weights"], strict=True):
        assert (palette.POSITIVE if weight > 0 else palette.NEGATIVE) in style
    widths = [float(style.partition("stroke-width: ")[2].partition(";")[0]) for style in styles]
    assert np.argsort(widths)[-1] == np.abs(moment.arrays["weights"]).argmax()


def test_the_picture_shows_the_boundary(made: dict[str, bytes]) -> None:
    picture = np.array(Image.open(io.BytesIO(made["png"])).convert("RGB")).astype(int)
    colors = palette.plane_colors(advanced(EDITED, STEP).observe("", View()).arrays["plane"])
    for color in (colors[2, 2], colors[2, -3], colors[-3, 2], colors[-3, -3]):
        assert (np.abs(picture - color).max(axis=2) <= 1).any()


@pytest.mark.parametrize(("run", "frames"), [(EDITED, 8), (usual(dataset="multi_gauss"), 5)])
def test_the_animation_ends_with_the_run_s_picture(run: Run, frames: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.export.figure.FRAMES", frames)
    film = Image.open(io.BytesIO(exported(run, 200, "gif")))
    assert 0.8 * frames <= film.n_frames <= frames
    first = np.array(film.convert("RGB")).astype(int)
    film.seek(film.n_frames - 1)
    last = np.array(film.convert("RGB")).astype(int)
    picture = np.array(Image.open(io.BytesIO(exported(run, 200, "png"))).convert("RGB").resize(film.size))
    assert np.median(np.abs(last - picture)) <= 4  # of 255: the palette is smaller than the colours
    assert np.abs(last - picture).mean() < 0.5 * np.abs(first - picture).mean()


def test_moments_are_those_of_a_replay() -> None:
    steps = [0, 7, 20, 21, STEP]
    found = [(t.step, t.experiment.parameters_sha256()) for t in moments(EDITED, steps)]
    assert found == [(step, replay(EDITED, step).parameters_sha256) for step in steps]


class TestCommandLine:
    @pytest.mark.parametrize("to", ["notebook", "onnx", "gif"])
    def test_a_file(self, to: str, tmp_path: Any, made: dict[str, bytes]) -> None:
        (tmp_path / "run.json").write_text(write(EDITED, STEP))
        file = tmp_path / "out"
        assert main(["export", str(tmp_path / "run.json"), "--to", to, "--output", str(file)]) == 0
        assert file.read_bytes() == made[to]

    def test_no_bytes_on_a_terminal(
        self, tmp_path: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "run.json").write_text(write(EDITED, STEP))
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        with pytest.raises(SystemExit):
            main(["export", str(tmp_path / "run.json"), "--to", "gif"])
        assert "--output run.gif" in capsys.readouterr().err

    def test_a_progress_bar(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(replaying, "BAR_AFTER_S", 0.0)
        exported(EDITED, STEP, "csv")
        assert f"{STEP}/{STEP}" in capsys.readouterr().err
        exported(EDITED, STEP, "csv", quiet=True)
        assert capsys.readouterr().err == ""


def test_a_curves_picture_has_its_points_and_what_the_network_makes_of_x() -> None:
    run = Run(config=MLPConfig(dataset="curve", curve="tanh(6*x)", features=("x",), hidden_sizes=(3,)))
    text = exported(run, STEP, "svg").decode()
    assert text.count('id="curve"') == 1
    assert "f(x)" in text
    assert 'id="curve"' not in exported(Run(config=MLPConfig(dataset="plane")), 0, "svg").decode()
