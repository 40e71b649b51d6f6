"""What a lab declares of its metrics is what every room keeps, draws, writes and prints of it; whatever they are."""

import contextlib
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.__main__ import main
from playground.engine.inline import InlineEngine
from playground.export import exported
from playground.headless.runs import replay
from playground.lab import LABS, Lab, said
from playground.pages.charts import curves_figure, overlay
from playground.pages.runs import _numbers
from playground.run import Edit, Run, View
from playground.runs.runfile import write
from playground.runs.store import Kept, Store
from playground.runs.timeline import Timeline
from playground.stream.hub import Hub, use_hub
from playground.stream.socket import routes
from tests.browser import ROOT
from tests.export.test_recording import frames_in
from tests.stream.page import PATH, Page
from tests.walk import BASELINE, WalkConfig, walk

STEP = 40
RUN_AT = Edit(step=20, target="rate", value=0.2)
DISTANCE = 5 * 0.9**20 * 0.8**20
COLUMNS = ("step", "epoch", "covered", "shadow", "distance", "reward")


@pytest.fixture(autouse=True)
def lab() -> Iterator[Lab]:
    with walk() as made:
        yield made


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    with contextlib.closing(Hub(InlineEngine(), store=Store(f"sqlite:///{tmp_path / 'runs.sqlite'}"))) as made:
        use_hub(made)
        yield made
        use_hub(None)


@pytest.fixture
def run() -> Run:
    return Run(config=WalkConfig()).edited(RUN_AT)


def test_only_labs_and_readers_of_old_data_know_the_names_of_metrics() -> None:
    named = re.compile(r"(train|test)_(loss|accuracy)")
    known = {"lab.py", "runs/store.py", "outcomes.py"}
    for path in (ROOT / "playground").rglob("*.*"):
        place = path.relative_to(ROOT / "playground").as_posix()
        if path.suffix in (".py", ".js", ".css", ".html") and place.split("/")[0] not in ("labs", "studies"):
            assert place in known or not named.search(path.read_text()), place


def test_the_stage_and_the_charts_get_the_declaration_and_all_measurements(run: Run) -> None:
    timeline = Timeline(run, step=STEP)
    whole = timeline.observe("r", View(panels=frozenset({"scene", "stage"})))
    assert [metric["name"] for metric in whole.info["scene"]["metrics"]] == list(COLUMNS[2:])
    assert whole.info["scene"]["metrics"][0] == {
        "name": "covered", "label": "way covered", "better": "high", "unit": "share", "axes": "way",
        "help": "", "wins": "",
    }  # fmt: skip
    assert whole.info["scene"]["score"] == "distance"
    assert whole.info["scene"]["baselines"] == [BASELINE]
    read = timeline.observe("r", View(panels=frozenset({"curves"})))
    assert "scene" not in read.info
    for snapshot in (whole, read):
        assert snapshot.info["columns"] == COLUMNS
        assert snapshot.arrays["curves"].dtype == np.float32
        assert snapshot.arrays["curves"] == pytest.approx(timeline.experiment.history.array())
        assert not snapshot.arrays["curves"].flags.writeable
    seen = timeline.observe("r", View())
    assert "curves" not in seen.arrays
    assert "columns" not in seen.info
    elsewhere = Timeline(run, timeline.state(), step=STEP)
    assert np.array_equal(elsewhere.experiment.history.array(), timeline.experiment.history.array())


def test_a_result_its_json_and_its_summary(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    result = replay(run, STEP)
    assert result.metrics["distance"] == pytest.approx(DISTANCE)
    assert list(result.to_json())[:6] == ["epoch", "step", "covered", "shadow", "distance", "reward"]
    (tmp_path / "run.json").write_text(write(run, STEP))
    assert main(["replay", str(tmp_path / "run.json")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "epoch 4, step 40"
    assert lines[1:5] == [
        "way covered             99.9%",
        "shadow's distance       0.0042",
        "distance to the origin  0.0070",
        "reward                  −0.0070",
    ]


def test_what_is_not_finite_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run = Run(config=WalkConfig(rate=1000.0))
    (tmp_path / "run.json").write_text(write(run, 300))
    with np.errstate(all="ignore"):
        assert replay(run, 300).to_json()["distance"] is None
        main(["replay", str(tmp_path / "run.json")])
    assert re.search(r"^distance to the origin  not finite$", capsys.readouterr().out, re.MULTILINE)


def test_its_table(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(run, STEP, "csv").decode())))
    assert tuple(rows[0]) == COLUMNS
    assert [int(row["step"]) for row in rows] == list(range(STEP + 1))
    for step in (0, 20, STEP):
        assert {name: float(rows[step][name]) for name in COLUMNS[2:]} == replay(run, step).metrics


def test_its_recording(run: Run) -> None:
    page = exported(run, STEP, "html").decode()
    assert "40 updates, 4.0 epochs: way covered 99.9%, shadow&#x27;s distance 0.0042, " in page
    frames = frames_in(page)
    header, arrays = frames[0]
    assert header["scene"]["score"] == "distance"
    assert tuple(header["columns"]) == COLUMNS
    assert arrays["curves"][:, 0].tolist() == list(range(STEP + 1))
    assert arrays["curves"][-1, 4] == pytest.approx(DISTANCE)
    assert all("curves" not in arrays for _, arrays in frames[1:])


def test_it_is_kept_and_listed_with_its_own_curves(hub: Hub) -> None:
    token = hub.issue("walk")
    channel = hub.channel(token)
    channel.configure(WalkConfig(seed=7))
    with TestClient(Starlette(routes=routes(""))) as client, client.websocket_connect(PATH) as socket:
        page = Page(socket, token)
        page.send(type="visitor", secret="s" * 48)
        header, arrays = page.frame()
        assert header["scene"]["baselines"] == [BASELINE]
        assert arrays["curves"].shape == (1, len(COLUMNS))
        page.send(type="step", unit="epoch")
        header = page.frame_when(step=10)
        writing = channel.keep()
        assert writing is not None
        writing.result()
    assert hub.store is not None
    hub.store.flush()
    (kept,) = hub.store.of(channel.keeper.owner or "")
    assert (kept.name, kept.step, kept.metrics) == ("Walk 7", 10, header["metrics"])
    assert tuple(kept.curves) == COLUMNS
    assert kept.curves["step"].tolist() == [0, 10]
    assert kept.curves["distance"] == pytest.approx([5, 5 * 0.9**10])
    assert _numbers(kept) == "step 10 · distance to the origin 1.743 · way covered 65.1%"


def curves_of(run: Run, step: int) -> dict[str, Any]:
    history = Timeline(run, step=step).experiment.history
    return dict(zip(history.columns, history.array().astype(np.float32).T, strict=True))


def lines_of(figure: Any) -> dict[str, Any]:
    return {line.name: line for line in figure.data if line.name}


def test_its_charts(run: Run, lab: Lab) -> None:
    curves = curves_of(run, STEP)
    figure = curves_figure(lab, curves, baselines=[BASELINE], is_log=True, cursor=2.0)
    lines = lines_of(figure)
    assert list(lines) == ["Way covered", "Shadow's distance", "Distance to the origin", "Reward"]
    assert [lines[name].yaxis for name in lines] == ["y", "y2", "y2", "y3"]
    assert list(lines["Distance to the origin"].y) == curves["distance"].tolist()
    assert lines["Way covered"].text[-1] == "99.9%"
    assert [figure.layout[f"yaxis{row}"].title.text for row in ("", "2", "3")] == ["way", "distance", "reward"]
    assert [figure.layout[f"yaxis{row}"].type for row in ("", "2", "3")] == [None, "log", "linear"]
    assert figure.layout.yaxis.tickformat == ".0%"
    (baseline,) = (line for line in figure.data if not line.name)
    assert (baseline.yaxis, list(baseline.y), baseline.text[-1]) == ("y2", [5.0, 5.0], "standing still")
    assert len(figure.layout.shapes) == 3  # the cursor, in every plot


@pytest.mark.parametrize(
    ("value", "is_log", "is_shown"), [(1e-300, False, True), (1e-300, True, False), (1.0, True, True)]
)
def test_a_line_that_is_far_below_the_curves_leaves_them_a_logarithmic_axis(
    run: Run, lab: Lab, value: float, is_log: bool, is_shown: bool
) -> None:
    figure = curves_figure(lab, curves_of(run, 10), baselines=[{**BASELINE, "value": value}], is_log=is_log)
    assert any(not line.name for line in figure.data) == is_shown


def test_a_chart_leaves_out_what_the_run_does_not_have(run: Run, lab: Lab) -> None:
    curves = {**curves_of(run, STEP), "covered": np.full(2, np.nan)}
    assert "Way covered" not in lines_of(curves_figure(lab, curves))
    nothing = {name: np.full(1, np.nan) for name in lab.columns} | {"epoch": np.zeros(1)}
    assert not curves_figure(lab, nothing).data


def test_runs_of_two_labs_over_each_other(run: Run, lab: Lab) -> None:
    mlp, other = LABS["mlp"], {name: np.array([0.0, 1e-7]) for name in LABS["mlp"].columns}
    figure = overlay([("a <b>", lab, curves_of(run, STEP)), ("c", mlp, other)])
    found = {line.name: (line.yaxis, line.line.dash, line.line.width) for line in figure.data}
    assert found == {
        "a &lt;b&gt;, distance to the origin": ("y", "solid", 2),
        "a &lt;b&gt;, shadow's distance": ("y", "dot", 1),
        "c, test loss": ("y2", "solid", 2),
        "c, training loss": ("y2", "dot", 1),
    }
    assert [figure.layout.yaxis.title.text, figure.layout.yaxis2.title.text] == ["distance", "loss"]
    assert figure.data[-1].text[-1] == "10⁻⁷"
    older = {name: values for name, values in other.items() if name != "train_loss"}
    assert [line.name for line in overlay([("d", mlp, older)]).data] == ["d, test loss"]


def test_words_are_of_what_there_is(lab: Lab) -> None:
    assert said(lab.metrics, {"reward": None, "covered": 1.0}) == ["way covered 100%", "reward not finite"]
    assert [metric.name for metric in lab.headline] == ["distance", "covered", "reward"]
    assert [metric.name for metric in LABS["mlp"].headline] == ["test_loss", "test_accuracy"]


def test_an_mlp_s_card_says_what_it_always_said() -> None:
    from playground.labs.mlp.config import MLPConfig

    kept = Kept(
        id="a", owner="b", run=Run(config=MLPConfig()), step=2500, curves={}, thumbnail=b"",
        metrics={"train_loss": 0.1, "test_loss": 2e-5, "train_accuracy": 1.0, "test_accuracy": 0.954},
    )  # fmt: skip
    assert _numbers(kept) == "step 2,500 · test loss 2·10⁻⁵ · test accuracy 95.4%"
