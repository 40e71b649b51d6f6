"""A drawn digit goes the way of the data's own; the shift pad moves it as plain slicing does."""

from typing import Any

import numpy as np
import pytest
import torch
from sklearn.datasets import load_sample_image

from playground.data.digits import digits
from playground.kinds import ConfigError
from playground.labs.image import drawing, probes
from playground.labs.image.config import DRAWN, ImageConfig, Look
from playground.labs.image.experiment import ImageExperiment
from playground.run import View


def rendered(counts: np.ndarray) -> np.ndarray:
    """A bitmap with as many dark pixels in every block of 4 × 4 as its count says, the inner ones first."""
    bits = np.zeros((32, 32), bool)
    for row in range(8):
        for column in range(8):
            inner = range(4) if column > 3 else range(3, -1, -1)
            outer = range(4) if row == 0 else range(3, -1, -1)  # so that it reaches the upper and the lower edge
            places = [(4 * row + y, 4 * column + x) for x in inner for y in outer]
            for y, x in places[: int(counts[row, column])]:
                bits[y, x] = True
    return bits


def text(bits: np.ndarray) -> str:
    return np.packbits(bits).tobytes().hex()


def test_a_rendered_digit_of_the_file_comes_back() -> None:
    images, _ = digits()
    checked = 0
    for counts in images[:400]:
        bits = rendered(counts)
        columns, rows = np.flatnonzero(bits.any(0)), np.flatnonzero(bits.any(1))
        if (columns[0], columns[-1], rows[0], rows[-1]) == (6, 25, 0, 31):  # it fills its box already
            assert np.array_equal(drawing.counts(drawing.boxed(bits)), counts)
            checked += 1
    assert checked > 20


def test_place_and_size_of_a_drawing_do_not_matter() -> None:
    small = np.zeros((32, 32), bool)
    small[3:11, 2:7] = [
        [c == "#" for c in row] for row in ("#####", "#...#", "...##", "..##.", ".##..", "##...", "#....", "#####")
    ]
    moved = np.roll(small, (15, 20), (0, 1))
    twice = np.zeros((32, 32), bool)
    twice[8:24, 10:20] = small[3:11, 2:7].repeat(2, 0).repeat(2, 1)
    expected = drawing.counts(drawing.boxed(small))
    assert expected.any()
    for bits in (moved, twice):
        assert np.array_equal(drawing.counts(drawing.boxed(bits)), expected)
    assert not drawing.boxed(np.zeros((32, 32), bool)).any()
    thin = np.zeros((32, 32), bool)
    thin[4:28, 15:17] = True
    assert drawing.boxed(thin).any(0).sum() == 3  # a stroke stays a stroke


@pytest.mark.parametrize("dataset", ["digits", "centred", "shifted", "shapes"])
def test_a_drawing_goes_through_the_network(dataset: str) -> None:
    experiment = ImageExperiment(ImageConfig(dataset=dataset, images=40, batch_size=10))
    drawn = np.random.default_rng(0).random((32, 32)) > 0.7
    look = Look(image=DRAWN, drawing=text(drawn), panel="shift")
    arrays = experiment.observe("run", View(look=look)).arrays
    image = drawing.image(drawn, dataset)
    assert np.array_equal(arrays["subject"], (image * 255).round().astype(np.uint8))
    logits = experiment.network.used(torch.tensor(image)[None, None])[0]
    np.testing.assert_allclose(arrays["logits"], logits, atol=1e-5)
    answer = int(logits.argmax())
    np.testing.assert_allclose(arrays["shift_shares"][7, 7], logits.softmax(0)[answer], atol=1e-5)
    assert arrays["shift_answers"][7, 7] == answer
    with pytest.raises(ConfigError, match="drawing"):
        Look(drawing="zz")


@pytest.mark.parametrize(("down", "across"), [(0, 0), (-7, 3), (5, -7), (7, 7)])
def test_the_shift_pad_moves_the_image(down: int, across: int) -> None:
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    moved = probes.shifted(image).view(15, 15, 28, 28)[down + 7, across + 7]
    expected = torch.zeros(28, 28)
    for y in range(28):
        for x in range(28):
            if 0 <= y - down < 28 and 0 <= x - across < 28:
                expected[y, x] = image[0, 0, y - down, x - across]
    assert torch.equal(moved, expected)


def test_the_sandbox_has_the_middle_of_a_photograph_in_grey() -> None:
    experiment = ImageExperiment(ImageConfig(images=40, batch_size=10))
    photo = experiment.observe("run", View(look=Look(panel="sandbox"))).arrays["photo"]
    middle = load_sample_image("china.jpg")[:, 106:533] @ np.array([0.299, 0.587, 0.114])  # 427 × 427 of 427 × 640
    assert photo.shape == (50, 50)
    for half in (slice(0, 25), slice(25, 50)):
        whole = slice(0, 213) if half.start == 0 else slice(214, 427)
        assert photo[half, half].mean() == pytest.approx(middle[whole, whole].mean(), abs=2)
    assert "photo" not in experiment.observe("run", View(look=Look())).arrays


def test_a_silenced_filter_is_zero_and_comes_back() -> None:
    experiment = ImageExperiment(ImageConfig(images=40, batch_size=10))
    before = experiment.metrics()
    experiment.apply("silent", "conv1.2,conv2.7")
    image = torch.rand(1, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    found = experiment.network.used_outputs(image)
    assert not found["act1"][0, 2].any()
    assert not found["act2"][0, 7].any()
    assert found["act1"].any()
    assert experiment.metrics() != before
    experiment.apply("silent", "")
    assert experiment.metrics() == before
    refused: Any = [("silent", "conv1.6"), ("silent", "dense1.0")]
    for target, value in refused:
        with pytest.raises(ConfigError, match="no filter"):
            experiment.apply(target, value)
