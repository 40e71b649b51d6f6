import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import datasets
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from playground.data.own import OwnPoints, encoded, highest_label
from playground.data.points import DATASETS, FEATURES, dataset_of, draw, feature_values, grid, own_dataset
from playground.data.tables import TABLES
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig


@pytest.mark.parametrize("name", [*DATASETS])
class TestEveryDataset:
    def test_the_same_seed_gives_the_same_points(self, name: str) -> None:
        one, two, other = (draw(DATASETS[name], 0.2, 0.5, seed) for seed in (7, 7, 8))
        assert np.array_equal(one.points, two.points)
        assert np.array_equal(one.labels, two.labels)
        assert not np.array_equal(one.points, other.points)

    @pytest.mark.parametrize("noise", [0.0, 0.25, 0.5])
    def test_shapes_and_values(self, name: str, noise: float) -> None:
        entry = DATASETS[name]
        split = draw(entry, noise, 0.3, 1)
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
        if not (entry.is_regression or entry.is_table):
            shares = np.bincount(draw(DATASETS[name], 0.0, 0.5, 3).labels.astype(int)) / entry.size
            assert np.abs(shares - 1 / entry.classes).max() < 0.08

    def test_without_noise_points_stay_in_the_domain(self, name: str) -> None:
        within = np.abs(draw(DATASETS[name], 0.0, 0.5, 0).points).max(axis=1) <= 6
        assert within.mean() > 0.99

    def test_noise_makes_it_harder(self, name: str) -> None:
        if name == "own":  # a person's points may be few and far from each other
            return
        clean, noisy = (draw(DATASETS[name], noise, 0.5, 5) for noise in (0.0, 0.5))
        assert _neighbour_disagreement(noisy) > _neighbour_disagreement(clean) + 0.02


def _neighbour_disagreement(split) -> float:  # type: ignore[no-untyped-def]
    """How far a point's label is from its nearest neighbour's, on average."""
    distance = np.linalg.norm(split.points[:, None] - split.points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    return float(np.abs(split.labels - split.labels[distance.argmin(axis=1)]).mean())


class TestTensorFlowPlaygroundsFormulas:
    def test_circle(self) -> None:
        split = draw(DATASETS["circle"], 0.0, 0.5, 0)
        radius = np.hypot(*split.points.T)
        assert radius[split.labels == 1].max() < 2.5
        assert radius[split.labels == 0].min() >= 3.5
        assert radius.max() <= 5

    def test_xor_keeps_off_the_axes(self) -> None:
        split = draw(DATASETS["xor"], 0.0, 0.5, 0)
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
        split = draw(DATASETS["plane"], 0.0, 0.5, 0)
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
    assert values[0] == pytest.approx([2, -3, 4, 9, -6, np.sin(2), np.sin(-3), np.cos(2), np.cos(-3), -6 + np.sin(4)])
    assert values.dtype == np.float32


def test_the_grid_starts_at_the_top_left() -> None:
    points = grid(25)
    assert points.shape == (625, 2)
    assert points[0].tolist() == [-6, 6]
    assert points[1].tolist() == [-5.5, 6]
    assert points[-1].tolist() == [6, -6]


@pytest.mark.parametrize("name", [*TABLES])
def test_a_table_is_scikit_learns(name: str) -> None:
    known = getattr(datasets, f"load_{name}")()
    table = TABLES[name]
    assert (table.rows, len(table.columns)) == known.data.shape
    assert [each.replace("_", " ") for each in table.columns] == [
        each.replace("_", " ") for each in known.feature_names
    ]
    assert table.classes == tuple(getattr(known, "target_names", ()))
    entry = dataset_of(name, None, (3, 2), "", 2)
    points, labels = entry.generate(entry.size, 0.0, np.random.default_rng(0))
    assert (points.min(axis=0).tolist(), points.max(axis=0).tolist()) == ([-5, -5], [5, 5])
    low, high = known.data[:, 2].min(), known.data[:, 2].max()
    values = known.target
    if not table.classes:
        values = 2 * (values - values.min()) / (values.max() - values.min()) - 1
    pairs = zip(10 * (known.data[:, 2] - low) / (high - low) - 5, values, strict=True)
    assert sorted(zip(points[:, 0].tolist(), labels.tolist(), strict=True)) == sorted(
        (float(x), float(c)) for x, c in pairs
    )
    assert entry.columns == (known.feature_names[2], known.feature_names[1])


@pytest.mark.parametrize("name", [*TABLES])
def test_components_are_scikit_learns(name: str) -> None:
    data = getattr(datasets, f"load_{name}")().data
    theirs = PCA(2).fit_transform(StandardScaler().fit_transform(data))
    entry = dataset_of(name, None, (-2, -1))
    assert entry.columns == ("principal component 2", "principal component 1")
    points, _ = entry.generate(entry.size, 0.0, np.random.default_rng(0))
    for ours, component in zip(points.T, theirs.T[::-1], strict=True):
        low, high = component.min(), component.max()
        scaled = np.sort(10 * (component - low) / (high - low) - 5)
        same, mirrored = (np.abs(np.sort(ours) - each).max() < 1e-6 for each in (scaled, np.sort(-scaled)))
        assert same or mirrored


def test_a_curve_is_its_formula() -> None:
    entry = dataset_of("curve", 300, (1, 2), formula_of_x="abs(x)/3 - 1")
    points, labels = entry.generate(300, 0.0, np.random.default_rng(0))
    assert labels == pytest.approx(np.abs(points[:, 0]) / 3 - 1)
    assert (points[:, 1] == 0).all()
    noisy = entry.generate(300, 0.2, np.random.default_rng(0))[1]
    assert 0.1 < np.abs(noisy - labels).max() <= 0.2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x*y/40", "has a y"),
        ("x*x", "36 at x = -6; a curve is from -1 to 1"),
        ("2*sin(x)", "at x = "),
        ("1/x", "not a number|more than"),
        ("__import__('os')", "is not allowed"),
    ],
)
def test_what_is_no_curve_is_told(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        MLPConfig(dataset="curve", curve=text)


def test_how_many_points_are_drawn() -> None:
    entry = dataset_of("spiral", 33, (1, 2), "", 2)
    assert (len(draw(entry, 0.1, 0.5, 0).labels), entry.train_size(0.5)) == (33, 16)
    with pytest.raises(ConfigError, match="200 is more than the 150 rows of Iris"):
        MLPConfig(dataset="iris", points=200)
    for column in (5, 0):
        with pytest.raises(ConfigError, match=f"{column} is not one of Iris's 4 columns"):
            MLPConfig(dataset="iris", table_columns=(column, 1))
    config, problems = MLPConfig.from_text({"dataset": "iris", "points": "200", "batch_size": "90"})
    assert (config.points, config.batch_size, len(problems)) == (None, 10, 2)


@given(st.lists(st.tuples(*[st.floats(-8, 8)] * 2, st.integers(0, 5)), min_size=4, max_size=40))
def test_own_points_come_back_from_their_text(rows: list[tuple[float, float, int]]) -> None:
    points, labels = np.array([row[:2] for row in rows]), np.array([row[2] for row in rows], dtype=float)
    text = OwnPoints().check(encoded(points, labels, 6))
    entry = own_dataset(text, 6)
    back, classes = entry.generate(entry.size, 0.0, np.random.default_rng(0))
    assert np.abs(back - points).max() < 4e-5
    assert classes.tolist() == labels.tolist()
    assert highest_label(text) == labels.max()
    values = own_dataset(encoded(points, points[:, 0] / 8, 0), 0).generate(len(rows), 0.0, np.random.default_rng(0))[
        1
    ]
    assert np.abs(values - points[:, 0] / 8).max() < 3e-4


@pytest.mark.parametrize("text", ["abc", "0" * 24, "0" * 8 * 5001, "ü" * 32, 7, None])
def test_what_is_no_list_of_points_is_refused(text: object) -> None:
    with pytest.raises(ConfigError):
        MLPConfig(dataset="own", own=text)  # type: ignore[arg-type]


def test_the_text_of_own_points_is_the_stages() -> None:
    assert encoded(np.array([[-5.0, -5.0]]), np.array([1.0]), 2) == "C00C0001"
    assert encoded(np.array([[99.0, -99.0]]), np.array([1.0]), 0) == "___000__"
