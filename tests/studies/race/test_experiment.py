"""The race: every racer is an ordinary run, the plane is the one of most movement, its loss is the model's own."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from playground.kinds import ConfigError
from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.model import MLP
from playground.labs.mlp.training_settings import ALONE, EPOCHWISE
from playground.run import Run, View
from playground.runs.timeline import Timeline
from playground.studies.race.config import RACERS, RaceConfig
from playground.studies.race.experiment import RaceExperiment
from playground.studies.race.landscape import principal_plane
from playground.studies.race.trajectory import MEMORY_BYTES, MOST_POINTS, Trajectory
from playground.training.losses import LOSSES
from playground.training.update import flatten, unflatten

STAGE = View(panels=frozenset({"stage", "scene"}))


def config_of(**settings: object) -> RaceConfig:
    """A race with some settings of its base and its own."""
    own = {name: settings.pop(name) for name in list(settings) if name in RaceConfig.declared()}
    return RaceConfig(base=MLPConfig(**settings), **own)  # type: ignore[arg-type]


def raced(steps: int, **settings: object) -> RaceExperiment:
    experiment = RaceExperiment(config_of(**settings))  # type: ignore[arg-type]
    experiment.advance(steps)
    return experiment


def test_every_optimizer_has_a_rate_and_nothing_is_live() -> None:
    settings = RaceConfig.settings()
    assert {f"{name}_learning_rate" for name in RACERS} <= set(settings)
    assert not any(known.can_change for known in settings.values())
    assert set(MLPConfig.settings()) - set(settings) == {
        "optimizer",
        "learning_rate",
        "dropout",
        "normalization",
        "skips",
        *INTERVENTIONS,
        *ALONE,
        *EPOCHWISE,
    }
    config = config_of(optimizers=("adam", "sgd"), sgd_learning_rate=0.1, adam_learning_rate=0.01, seed=5)
    rates = [(name, each.optimizer, each.learning_rate, each.seed) for name, each in config.racers().items()]
    assert rates == [("sgd", "sgd", 0.1, 5), ("adam", "adam", 0.01, 5)]
    assert RaceConfig.from_text(config.to_text()) == (config, [])
    with pytest.raises(ConfigError, match="nothing is chosen"):
        RaceConfig(optimizers=())


@pytest.mark.parametrize(
    "settings", [{}, {"l1_strength": 0.01, "dataset": "rings", "loss": "cross_entropy"}], ids=str
)
def test_every_racer_is_an_ordinary_run(settings: dict[str, object]) -> None:
    experiment = RaceExperiment(config_of(weight_decay=0.01, **settings))  # type: ignore[arg-type]
    starts = [racer.parameters for racer in experiment.racers.values()]
    assert all(torch.equal(start, starts[0]) for start in starts)
    experiment.advance(300)
    for racer in experiment.racers.values():
        alone = MLPExperiment(racer.config)
        alone.advance(300)
        assert_allclose(racer.parameters.numpy(), alone.state()["parameters"], atol=1e-4, rtol=0)
        assert racer.loss == pytest.approx(alone.metrics()["train_loss"])


@pytest.mark.parametrize("dataset", ["circle", "rings", "plane"])
def test_the_surface_is_the_loss_of_the_plain_model(dataset: str) -> None:
    loss = "cross_entropy" if dataset == "rings" else "squared_error"
    experiment = raced(150, dataset=dataset, loss=loss)
    surface = experiment._shown()
    config = experiment.config
    model = MLP(config.sizes, config.activation)
    side = len(surface.losses)
    features, targets = (
        part[: experiment._train_size] for part in (experiment._features, experiment._targets)
    )  # fmt: skip
    low_a, high_a, low_b, high_b = surface.plane.extent
    for row, column in [(0, 0), (side - 1, 0), (7, 31), (side // 2, side // 2)]:
        a = low_a + (high_a - low_a) * column / (side - 1)
        b = low_b + (high_b - low_b) * row / (side - 1)
        point = surface.plane.centre + a * surface.plane.directions[0] + b * surface.plane.directions[1]
        model.load_state_dict(unflatten(torch.tensor(point, dtype=torch.float32), model))
        with torch.no_grad():
            expected = LOSSES[config.loss](model(features), targets, config.output_activation).item()
        assert surface.losses[row, column] == pytest.approx(expected, rel=1e-5)


def test_the_directions_are_numpys_principal_components() -> None:
    experiment = raced(400)
    plane = experiment._shown().plane
    points = np.concatenate([*experiment.trajectory.points, experiment._heads()]).astype(np.float64)
    centred = points - points.mean(axis=0)
    values, vectors = np.linalg.eigh(centred.T @ centred)
    for direction, expected in zip(plane.directions, (vectors[:, -1], vectors[:, -2]), strict=True):
        assert abs(direction @ expected) == pytest.approx(1, abs=1e-6)
    assert_allclose(plane.shares, values[[-1, -2]] / values.sum(), rtol=1e-6)
    assert sum(plane.shares) <= 1
    coordinates = plane.project(points)
    low_a, high_a, low_b, high_b = plane.extent
    assert low_a < coordinates[:, 0].min() < coordinates[:, 0].max() < high_a
    assert low_b < coordinates[:, 1].min() < coordinates[:, 1].max() < high_b


def test_shares_of_a_path_that_is_known() -> None:
    """An ellipse in a plane and a third, independent wave: variances 4 : 1 : 0.25, each times a half."""
    angle = np.linspace(0, 2 * np.pi, 400, endpoint=False)
    points = np.zeros((400, 6))
    points[:, 1], points[:, 4], points[:, 2] = 2 * np.cos(angle), np.sin(angle), 0.5 * np.cos(2 * angle)
    plane = principal_plane(points + 7, points[0])
    assert_allclose(plane.shares, [4 / 5.25, 1 / 5.25], rtol=1e-9)
    assert_allclose(np.abs(plane.directions), np.eye(6)[[1, 4]], atol=1e-9)
    assert_allclose(plane.place(plane.project(plane.centre)), plane.centre)


def test_the_picture_does_not_flip_and_starts_somewhere() -> None:
    rng = np.random.default_rng(1)
    points = rng.normal(size=(50, 5)) * [3, 2.9, 1, 0.5, 0.1]
    former = principal_plane(points, points[0])
    for _ in range(5):
        points = points + rng.normal(size=points.shape) * 0.2
        plane = principal_plane(points, points[0], former)
        assert (np.diag(plane.directions @ former.directions.T) > 0).all()
        former = plane
    alone = principal_plane(points[:1], points[0])
    assert alone.shares == (0, 0)
    assert_allclose(alone.directions @ alone.directions.T, np.eye(2), atol=1e-12)
    line = principal_plane(np.array([[0.0, 0, 0], [0, 2, 0]]), np.zeros(3))
    assert line.shares == (1, 0)
    assert_allclose(line.directions[0], [0, 1, 0], atol=1e-12)  # from the start to the right


def test_the_path_is_bounded_even_and_free_of_slices() -> None:
    whole, sliced = raced(1000), RaceExperiment(RaceConfig())
    for count in (1, 2, 130, 67, 300, 499, 1):
        sliced.advance(count)
    for one, other in zip(whole.trajectory.state().values(), sliced.trajectory.state().values(), strict=True):
        assert np.array_equal(one, other)
    assert whole.parameters_sha256() == sliced.parameters_sha256()
    assert set(np.diff(whole.trajectory.steps)) == {whole.trajectory.spacing}
    assert MOST_POINTS / 2 <= whole.trajectory.count <= MOST_POINTS
    assert Trajectory(3, 7800).nbytes <= 2 * MEMORY_BYTES
    assert Trajectory(3, 100).nbytes <= MEMORY_BYTES
    state = whole.state()["trajectory"]
    assert state["points"].nbytes + state["losses"].nbytes <= whole.trajectory.nbytes <= MEMORY_BYTES


def test_there_and_back_to_the_bit() -> None:
    timeline = Timeline(Run(config=RaceConfig()))
    for count in (50, 150, 200, 200):
        timeline.advance(count)
    sha, end = timeline.experiment.parameters_sha256(), timeline.observe("r", STAGE).arrays["paths"]
    timeline.seek(130)
    assert timeline.experiment.parameters_sha256() == raced(130).parameters_sha256()
    assert np.array_equal(timeline.observe("r", STAGE).arrays["path_losses"], path_losses(raced(130)))
    timeline.seek(600)
    assert timeline.experiment.parameters_sha256() == sha == raced(600).parameters_sha256()
    assert timeline.observe("r", STAGE).arrays["paths"].shape == end.shape


def path_losses(experiment: RaceExperiment) -> object:
    return experiment.observe("r", STAGE).arrays["path_losses"]


def test_looking_changes_nothing() -> None:
    looked, blind = RaceExperiment(RaceConfig()), RaceExperiment(RaceConfig())
    for _ in range(10):
        looked.prepare()
        looked.observe("r", STAGE)
        looked.advance(20)
        blind.advance(20)
    assert looked.parameters_sha256() == blind.parameters_sha256()


def test_what_is_shown() -> None:
    experiment = raced(200)
    seen = experiment.observe("r", STAGE)
    racers = seen.info["racers"]
    assert sorted(racer["place"] for racer in racers) == [1, 2, 3]
    best = min(racers, key=lambda racer: racer["train_loss"])
    assert best["place"] == 1
    assert seen.metrics["train_loss"] == best["train_loss"]
    assert [each["title"] for each in seen.info["scene"]["racers"]] == ["SGD", "Momentum", "Adam"]
    paths, losses = seen.arrays["paths"], seen.arrays["path_losses"]
    assert paths.shape == (3, len(seen.arrays["path_steps"]), 2)
    assert np.isfinite(paths).all()
    assert_allclose(paths[:, 0], np.broadcast_to(paths[0, 0], (3, 2)))
    assert_allclose(losses[:, -1], [racer["train_loss"] for racer in racers], rtol=1e-5)
    assert len(seen.arrays["surface"]) == 48
    assert seen.info["left_out"] == []
    # Without the rest of the space the plane's loss at a head is the racer's own: two parameters are one plane.
    flat = raced(50, features=("x",), hidden_sizes=(), dataset="plane").observe("r", STAGE)
    assert sum(flat.info["shares"]) == pytest.approx(1)
    for racer in flat.info["racers"]:
        assert racer["plane_loss"] == pytest.approx(racer["train_loss"], rel=1e-4)


def test_a_plane_stands_while_they_run_and_is_exact_when_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.studies.race.experiment.REDRAW_S", 1e9)
    monkeypatch.setattr("playground.studies.race.experiment.LONGEST_S", 1e9)
    monkeypatch.setattr("playground.studies.race.experiment.REDRAW_SHARE", 1e-9)
    experiment = raced(100)
    first = experiment._shown()
    experiment.advance(50)
    assert experiment._shown() is first
    assert experiment._shown().step == 150  # nothing has moved since the last look
    monkeypatch.setattr("playground.studies.race.experiment.LONGEST_S", 0.0)
    while experiment._is_inside(experiment._surface.plane):  # type: ignore[union-attr]
        experiment.advance(50)
    assert experiment._shown().step == experiment.step
    assert experiment._is_inside(experiment._shown().plane)


def test_one_that_diverges_stops_alone() -> None:
    settings = {"dataset": "plane", "activation": "relu", "sgd_learning_rate": 50.0}
    experiment = raced(300, **settings)
    stopped, *others = experiment.racers.values()
    assert stopped.has_diverged
    assert stopped.step < 300
    assert np.isfinite(stopped.loss)
    assert torch.isfinite(stopped.parameters).all()
    assert all(racer.step == 300 and not racer.has_diverged for racer in others)
    assert experiment.notice is None
    seen = experiment.observe("r", STAGE)
    assert [racer["has_diverged"] for racer in seen.info["racers"]] == [True, False, False]
    assert seen.info["racers"][0]["place"] == 3
    assert np.isfinite(seen.arrays["surface"]).all()
    assert seen.info["left_out"] == ["SGD"]  # the shares of movement are those of what is left
    plane, heads = experiment._shown().plane, experiment._heads().astype(np.float64)
    distances = np.linalg.norm(heads - experiment._start, axis=1)
    assert distances[0] > 3 * distances[1:].max()
    assert sum(plane.shares) > 0.5
    alone = MLPExperiment(stopped.config)
    alone.advance(300)
    assert alone.step == stopped.step
    single = raced(300, **settings, optimizers=("sgd",))
    assert single.step == stopped.step
    assert single.notice is not None
    assert single.advance(10) == 0
    state = single.state()
    again = RaceExperiment(single.config)
    again.restore(state)
    assert again.notice == single.notice


def test_nothing_changes_on_the_way() -> None:
    experiment = raced(3)
    for target in ("learning_rate", "data_seed", "layers.0.weight[0,0]", "tier"):
        with pytest.raises(ConfigError, match="cannot change during a race"):
            experiment.apply(target, 1)
    assert experiment.has_faster() is False
    assert replace(experiment.config, base=MLPConfig(seed=1)).racers()["sgd"].seed == 1
    assert flatten(MLP((2, 4, 2, 1), "tanh")).numel() == experiment._start.size
