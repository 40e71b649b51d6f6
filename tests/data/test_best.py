"""The best loss that the noise allows, against what the generators really draw."""

import numpy as np
import pytest

from playground.data.best import best_loss
from playground.data.points import DATASETS

DRAWN, CELLS = 2_000_000, 120


def seen(dataset: str, noise: float, loss: str) -> float:
    """The loss of the best answer that is the same within each small cell of the plane: a little too good, for a
    cell's mean is taken over the points that it is held against."""
    points, labels = DATASETS[dataset].generate(DRAWN, noise, np.random.default_rng(0))
    if not DATASETS[dataset].is_regression:
        labels = 2 * labels - 1
    low, high = points.min(), points.max()
    column, row = np.minimum((points - low) / (high - low) * CELLS, CELLS - 1).astype(int).T
    cell = column * CELLS + row
    count = np.maximum(1, np.bincount(cell, minlength=CELLS**2))
    mean = np.bincount(cell, labels, CELLS**2) / count
    if loss == "hinge":
        return float(np.abs(labels - np.sign(mean[cell] + 1e-9)).mean())
    if loss == "squared_error":
        return float(0.5 * ((labels - mean[cell]) ** 2).mean())
    share = np.clip((1 + labels * mean[cell]) / 2, 1e-12, 1)
    return float(-np.log(share).mean())


@pytest.mark.parametrize("loss", ["squared_error", "cross_entropy", "hinge"])
@pytest.mark.parametrize("noise", [0.1, 0.5])
@pytest.mark.parametrize("dataset", ["gauss", "xor", "circle"])
def test_no_answer_to_noisy_points_is_better(dataset: str, noise: float, loss: str) -> None:
    assert best_loss(dataset, noise, loss) == pytest.approx(seen(dataset, noise, loss), rel=0.05)


@pytest.mark.parametrize("noise", [0.1, 0.5])
def test_no_value_fits_a_noisy_plane_better(noise: float) -> None:
    assert best_loss("plane", noise, "squared_error") == pytest.approx(
        seen("plane", noise, "squared_error"), rel=0.05
    )


@pytest.mark.parametrize("dataset", ["xor", "circle", "plane"])
def test_without_noise_the_best_loss_is_0(dataset: str) -> None:
    assert best_loss(dataset, 0, "squared_error") == pytest.approx(0, abs=1e-9)


def test_where_it_is_not_known_there_is_none() -> None:
    assert best_loss("spiral", 0.2, "squared_error") is None
