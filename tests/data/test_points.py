import numpy as np
import pytest

from playground.data.points import DATASETS, FEATURES, draw, feature_values, grid


@pytest.mark.parametrize("name", [*DATASETS])
class TestEveryDataset:
    def test_the_same_seed_gives_the_same_points(self, name: str) -> None:
        one, two, other = (draw(name, 0.2, 0.5, seed) for seed in (7, 7, 8))
        assert np.array_equal(one.points, two.points)
        assert np.array_equal(one.labels, two.labels)
        assert not np.array_equal(one.points, other.points)

    @pytest.mark.parametrize("noise", [0.0, 0.25, 0.5])
    def test_shapes_and_values(self, name: str, noise: float) -> None:
        entry = DATASETS[name]
        split = draw(name, noise, 0.3, 1)
        assert split.points.shape == (entry.size, 2)
        assert split.labels.shape == (entry.size,)
        assert split.train_size == round(0.3 * entry.size)
        assert np.isfinite(split.points).all()
        if entry.is_regression:
            assert np.abs(split.labels).max() <= 1
        else:
            assert set(split.labels) == set(range(entry.classes))

    def test_classes_are_balanced(self, name: str) -> None:
        entry = DATASETS[name]
        if not entry.is_regression:
            shares = np.bincount(draw(name, 0.0, 0.5, 3).labels.astype(int)) / entry.size
            assert np.abs(shares - 1 / entry.classes).max() < 0.08

    def test_without_noise_points_stay_in_the_domain(self, name: str) -> None:
        within = np.abs(draw(name, 0.0, 0.5, 0).points).max(axis=1) <= 6
        assert within.mean() > 0.99

    def test_noise_makes_it_harder(self, name: str) -> None:
        clean, noisy = (draw(name, noise, 0.5, 5) for noise in (0.0, 0.5))
        assert _neighbour_disagreement(noisy) > _neighbour_disagreement(clean) + 0.02


def _neighbour_disagreement(split) -> float:  # type: ignore[no-untyped-def]
    """How far a point's label is from its nearest neighbour's, on average."""
    distance = np.linalg.norm(split.points[:, None] - split.points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return float(np.abs(split.labels - split.labels[distance.argmin(axis=1)]).mean())


class TestTensorFlowPlaygroundsFormulas:
    def test_circle(self) -> None:
        split = draw("circle", 0.0, 0.5, 0)
        radius = np.hypot(*split.points.T)
        assert radius[split.labels == 1].max() < 2.5
        assert radius[split.labels == 0].min() >= 3.5
        assert radius.max() <= 5

    def test_xor_keeps_off_the_axes(self) -> None:
        split = draw("xor", 0.0, 0.5, 0)
        assert np.abs(split.points).min() >= 0.3
        assert ((split.points.prod(axis=1) > 0) == (split.labels == 1)).all()

    @pytest.mark.parametrize(("noise", "variance"), [(0.0, 0.5), (0.5, 4.0)])
    def test_gauss(self, noise: float, variance: float) -> None:
        points, labels = DATASETS["gauss"].generate(40_000, noise, np.random.default_rng(0))
        for label, centre in ((1, 2.0), (0, -2.0)):
            cloud = points[labels == label]
            assert cloud.mean(axis=0) == pytest.approx([centre, centre], abs=0.06)
            assert cloud.var(axis=0) == pytest.approx([variance, variance], rel=0.05)

    def test_spiral(self) -> None:
        points, labels = DATASETS["spiral"].generate(500, 0.0, np.random.default_rng(0))
        i = np.arange(250)
        angle, radius = 1.75 * 2 * np.pi * i / 250, 5 * i / 250
        arm = np.stack([radius * np.sin(angle), radius * np.cos(angle)], axis=1)
        assert points[labels == 1] == pytest.approx(arm)
        assert points[labels == 0] == pytest.approx(-arm)

    def test_plane(self) -> None:
        split = draw("plane", 0.0, 0.5, 0)
        assert split.labels == pytest.approx(np.clip(split.points.sum(axis=1) / 10, -1, 1))

    def test_multi_gauss(self) -> None:
        points, labels = DATASETS["multi_gauss"].generate(20_000, 0.0, np.random.default_rng(0))
        near = np.linalg.norm(points - [-4, 2.5], axis=1) < 0.2
        assert labels[near].mean() == pytest.approx(1, abs=0.1)
        near = np.linalg.norm(points - [0, 2.5], axis=1) < 0.2
        assert labels[near].mean() == pytest.approx(-1, abs=0.1)
        assert (labels[np.abs(points[:, 1]) > 4.6] == 0).all()


def test_features_of_a_point() -> None:
    values = feature_values(tuple(FEATURES), np.array([[2.0, -3.0]]))
    assert values[0] == pytest.approx([2, -3, 4, 9, -6, np.sin(2), np.sin(-3)])
    assert values.dtype == np.float32


def test_the_grid_starts_at_the_top_left() -> None:
    points = grid(25)
    assert points.shape == (625, 2)
    assert points[0].tolist() == [-6, 6]
    assert points[1].tolist() == [-5.5, 6]
    assert points[-1].tolist() == [6, -6]
