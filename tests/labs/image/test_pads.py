"""The shift pads of three networks: each cell against moving the image by hand, the picture against the numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from playground.__main__ import main
from playground.engine.inline import InlineEngine
from playground.export import exported
from playground.labs.image import shift_pads as module
from playground.labs.image.config import ImageConfig, Look
from playground.labs.image.drawing import bitmap
from playground.labs.image.drawing import image as image_of
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.images import images_of
from playground.labs.image.pads import about, drawn_pad, pad
from playground.labs.image.shift_pads import ARMS, run_of
from playground.run import Run
from playground.runs import runfile

CONFIG = ImageConfig(dataset="centred", images=64, seed=4)
MOVED = 2
DRAWING = "0001ff0000000000" * 16  # a few strokes


def test_an_engine_and_the_command_line_hand_over_what_is_looked_at(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "shift_pads", lambda run, step, progress, look: look.drawing)
    run, look = Run(config=CONFIG), Look(image=-1, drawing=DRAWING)
    assert InlineEngine().export(run, 0, "shift_pads", look).result() == DRAWING.encode()
    (tmp_path / "run.json").write_text(runfile.write(run, 0))
    command = ["export", "--to", "shift_pads", str(tmp_path / "run.json"), "--output", str(tmp_path / "pads")]
    main([*command, "--look", f"image=-1&drawing={DRAWING}"])
    assert (tmp_path / "pads").read_text() == DRAWING
    with pytest.raises(SystemExit):
        main([*command, "--look", "drawing=12"])
    assert "look: drawing: '12' is not 256 hexadecimal digits" in capsys.readouterr().err


def test_no_drawing_is_no_pad_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ones = torch.ones(15, 15)
    monkeypatch.setattr(module, "pad_of", lambda *_: (ones, ones))
    found = json.loads(exported(Run(config=CONFIG), 0, "shift_pads", quiet=True))
    assert "drawing" not in found
    assert "said" not in found["arms"]["mlp"]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SEEDS", 2)
        patch.setattr(module.pad_of, "__defaults__", (MOVED,))
        look = Look(image=-1, drawing=DRAWING)
        found: dict[str, Any] = json.loads(exported(Run(config=CONFIG), 0, "shift_pads", quiet=True, look=look))
    return found


def test_a_cell_is_the_share_of_images_that_are_right_when_they_are_moved_so_far(made: dict[str, Any]) -> None:
    data = images_of(*CONFIG.drawn)
    for name, (down, across) in {"mlp": (-3, 2), "averaged": (5, 0), "flat": (0, 0)}.items():
        rights = []
        for seed in range(2):
            config = run_of(CONFIG, ARMS[name], seed)
            assert config.seed == 4 + seed
            experiment = ImageExperiment(config)
            experiment.advance(steps=ARMS[name].passes * 2)
            for image, label in zip(data.test[:MOVED], data.test_labels, strict=False):
                moved = np.roll(image, (down, across), (0, 1))  # in its middle, it has room
                answer = experiment.network.used(torch.tensor(moved)[None, None]).argmax()
                rights.append(bool(answer == label))
            drawn = image_of(bitmap(DRAWING), "centred")
            moved = np.roll(drawn, (down, across), (0, 1))
            answer = experiment.network.used(torch.tensor(moved)[None, None]).argmax()
            assert made["arms"][name]["said"][seed][7 + down][7 + across] == int(answer)
        assert made["arms"][name]["right"][7 + down][7 + across] == pytest.approx(np.mean(rights))
    for arm in made["arms"].values():
        assert np.mean(arm["areas"]) == pytest.approx(np.mean(arm["right"]))


def test_the_picture_has_every_cell_and_its_words_the_areas(made: dict[str, Any]) -> None:
    for arm in made["arms"].values():
        figure = pad(arm, made["reach"])
        np.testing.assert_allclose(figure.data[0].z, arm["right"])
        assert (figure.data[0].zmin, figure.data[0].zmax) == (0, 1)
        assert list(figure.data[0].x) == list(figure.data[0].y) == [*range(-7, 8)]
        assert arm["label"] in figure.layout.title.text
        assert arm["label"] in about(made)
        drawn, said = drawn_pad(arm, made), np.array(arm["said"])
        assert drawn.data[0].z[3, 4] == np.mean(said[:, 3, 4] == said[:, 7, 7])
        assert int(drawn.data[0].text[3][4]) in said[:, 3, 4]
