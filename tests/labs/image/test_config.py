"""The settings: shapes that fit, shapes that do not, and what is said of them; the images."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from playground.data.digits import digits
from playground.kinds import ConfigError
from playground.labs.image.config import ImageConfig
from playground.labs.image.images import SETS, SIDE, TEST, enlarged, images_of, nearest_accuracy


def test_an_impossible_shape_is_explained_and_cut() -> None:
    with pytest.raises(ConfigError, match=r"block 3 gets maps of 2 × 2, into which a kernel of 7 × 7 does not fit"):
        ImageConfig(architecture="cnn", filters=(4, 4, 4), kernel=7, padding=0, pooling="max")
    config, problems = ImageConfig.from_text(
        {"architecture": "cnn", "filters": "4,4,4,4", "kernel": "7", "padding": "0", "images": "9999"}
    )
    assert (config.filters, config.images) == ((4, 4), 1437)
    assert {problem.name for problem in problems} == {"filters", "images"}


@pytest.mark.parametrize("kernel", range(1, 8))
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("padding", [0, 3])
def test_every_set_of_parts_comes_to_a_network_that_fits(kernel: int, stride: int, padding: int) -> None:
    asked = {"architecture": "cnn", "filters": (2,) * 4, "kernel": kernel, "stride": stride, "padding": padding}
    config, _ = ImageConfig.reconciled({**ImageConfig.defaults(), **asked})
    assert config.layers[-1].shape == (10,)


def test_the_largest_network_of_the_article_is_allowed() -> None:
    from playground.stream.limits import Limits

    config = ImageConfig(architecture="mlp")
    assert config.demands()["parameters"] == 669_706
    assert not Limits().problems(config)


@pytest.mark.parametrize("name", SETS)
def test_images_are_as_they_are_described(name: str) -> None:
    found = images_of(name, 500, 3, False, False)
    again = images_of.__wrapped__(name, 500, 3, False, False)
    assert found.train.shape == (500, SIDE, SIDE)
    assert found.test.shape == (TEST, SIDE, SIDE)
    assert np.array_equal(found.train, again.train)
    assert not np.array_equal(found.train, images_of(name, 500, 4, False, False).train)
    assert (found.train.min(), found.train.max() <= 1) == (0, True)
    for labels in (found.train_labels, found.test_labels):
        assert set(labels) == set(range(len(SETS[name].classes)))
    planted = images_of(name, 500, 3, False, True)
    changed = (planted.train != found.train).any((1, 2))
    assert not changed[found.train_labels != 4].any()
    assert (planted.train[found.train_labels == 4, -3:-1, -3:-1] == 1).all()


def test_digits_are_enlarged_as_torch_does() -> None:
    counts, _ = digits()
    expected = F.interpolate(torch.tensor(counts[:20] / 16)[:, None], size=28, mode="bilinear")[:, 0]
    np.testing.assert_allclose(enlarged(counts[:20], 28), expected, atol=1e-6)


def test_training_and_test_digits_are_different_ones() -> None:
    for by_place in (False, True):
        found = images_of("digits", 1437, 0, by_place, False)
        train = {each.tobytes() for each in found.train}
        assert sum(each.tobytes() in train for each in found.test) == 0
    _, labels = digits()
    assert found.test_labels.tolist() == labels[-TEST:].tolist()


def test_the_nearest_training_image_is_found() -> None:
    found = images_of("shifted", 300, 2, False, False)
    distances = torch.cdist(torch.tensor(found.test).flatten(1), torch.tensor(found.train).flatten(1))
    right = found.train_labels[distances.argmin(1).numpy()] == found.test_labels
    assert nearest_accuracy("shifted", 300, 2, False, False) == right.mean()
    assert nearest_accuracy("digits", 1437, 0, False, False) > 0.98
