"""The shift pads of three networks: each cell against moving the image by hand, the picture against the numbers."""

import json
from typing import Any

import numpy as np
import pytest
import torch

from playground.export import exported
from playground.labs.image import shift_pads as module
from playground.labs.image.config import ImageConfig
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.images import images_of
from playground.labs.image.pads import about, pad
from playground.labs.image.shift_pads import ARMS, run_of
from playground.run import Run

CONFIG = ImageConfig(dataset="centred", images=64, seed=4)
MOVED = 2


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SEEDS", 2)
        patch.setattr(module.pad_of, "__defaults__", (MOVED,))
        found: dict[str, Any] = json.loads(exported(Run(config=CONFIG), 0, "shift_pads", quiet=True))
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
