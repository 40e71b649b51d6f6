"""A run's recording: its page holds the run's own frames, and nothing that could break out of its place."""

import base64
import json
import re
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground.__main__ import main
from playground.export import exported, recording
from playground.format import loss, percent
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run, View
from playground.runs.frame import unpack
from playground.runs.replay import advanced
from playground.runs.runfile import read, write

STEPS = 300
EDITED = Run(
    config=MLPConfig(hidden_sizes=(10, 3)),  # more neurons than are drawn
    edits=(
        Edit(step=40, target="learning_rate", value=0.1),
        Edit(step=151, target="layers.0.weight[2,1]", value=2.5),
        Edit(step=151, target="data_seed", value=7),
    ),
)


def part(page: str, name: str) -> str:
    """The content of the page's element with that id."""
    found = re.search(f'id="{name}">(.*?)</script>', page, re.S)
    assert found
    return found[1]


def frames_in(page: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The header and arrays of each moment of the page."""
    data, offset, frames = zlib.decompress(base64.b64decode(part(page, "frames"))), 0, []
    while offset < len(data):
        (length,) = struct.unpack_from("<I", data, offset)
        frames.append(unpack(data[offset + 4 : offset + 4 + length]))
        offset += 4 + length
    return frames


@pytest.fixture(scope="module")
def page() -> str:
    return exported(EDITED, STEPS, "html").decode()


def test_its_frames_are_the_run(page: str) -> None:
    frames = frames_in(page)
    for header, arrays in [*frames[::13], *(frame for frame in frames if frame[0]["step"] in (40, 151)), frames[-1]]:
        view = View(panels=frozenset({"stage", "scene"}), held=tuple(map(tuple, header["held"])))
        seen = advanced(EDITED, header["step"]).observe("recording", view)
        assert (header["epoch"], header["metrics"], header["edits"]) == (seen.epoch, seen.metrics, seen.info["edits"])
        assert {"maps", "map_ranges", "plane", "plane_range", "weights", "biases"} <= set(arrays)
        for name in set(arrays) - {"curves"}:
            assert arrays[name].tobytes() == seen.arrays[name].tobytes(), name
            assert arrays[name].shape == seen.arrays[name].shape


def test_it_ends_where_replay_ends(page: str) -> None:
    header, _ = frames_in(page)[-1]
    result = replay(EDITED, STEPS)
    assert header["step"] == header["furthest"] == STEPS
    assert header["metrics"] == result.metrics


def test_which_moments_and_losses_it_holds(page: str) -> None:
    frames = frames_in(page)
    steps = [header["step"] for header, _ in frames]
    assert steps == sorted(set(steps))
    assert {0, 40, 151, STEPS} <= set(steps)
    assert 90 <= len(steps) <= 120
    assert sum(step < STEPS / 4 for step in steps) > len(steps) / 3
    assert [header["step"] for header, _ in frames if "scene" in header] == [
        0,
        151,
    ]  # and where other points are drawn
    columns, curves = frames[0][0]["columns"], frames[0][1]["curves"]
    assert columns == ["step", "epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy"]
    assert set(steps) <= set(curves[:, 0])
    for column, name in enumerate(columns[2:], 2):
        assert curves[-1, column] == np.float32(frames[-1][0]["metrics"][name])


def test_its_title_says_where_the_run_has_come_to(page: str) -> None:
    metrics = replay(EDITED, STEPS).metrics
    said = [f"training loss {loss(metrics['train_loss'])}", f"test accuracy {percent(metrics['test_accuracy'] or 0)}"]
    for text in ("300 updates, 12.0 epochs: ", *said):
        assert text in page


def test_it_is_small_and_holds_the_run_file(page: str) -> None:
    assert len(page) < 3_000_000
    run, step, _ = read(part(page, "run"))
    assert (run, step) == (EDITED, STEPS)


def test_nothing_breaks_out_of_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "</script><script>alert(1)</script>"
    monkeypatch.setattr(recording, "write", lambda run, step: json.dumps({"name": hostile}))
    monkeypatch.setattr(MLPConfig, "title", lambda run: hostile)
    page = exported(Run(config=MLPConfig()), 2, "html").decode()
    assert "alert(1)</script>" not in page
    assert json.loads(part(page, "run")) == {"name": hostile}


def test_a_run_that_stops_by_itself_says_so() -> None:
    run = Run(config=MLPConfig(dataset="plane", learning_rate=10.0))
    frames = frames_in(exported(run, STEPS, "html").decode())
    stopped = replay(run, STEPS)
    assert [header["notice"] for header, _ in frames[:-1]] == [None] * (len(frames) - 1)
    assert (frames[-1][0]["notice"], frames[-1][0]["step"]) == (stopped.notice, stopped.step)
    assert {header["furthest"] for header, _ in frames} == {stopped.step}


def test_from_the_command_line(tmp_path: Path) -> None:
    run, output = tmp_path / "run.json", tmp_path / "run.html"
    run.write_text(write(Run(config=MLPConfig()), 5))
    assert main(["export", str(run), "--to", "html", "--output", str(output)]) == 0
    assert [header["step"] for header, _ in frames_in(output.read_text("utf-8"))] == [0, 1, 2, 3, 4, 5]
