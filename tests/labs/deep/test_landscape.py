"""The loss landscape: its values against direct evaluation, its planes against their definitions."""

import json
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from playground.export import exported
from playground.labs.deep.config import DeepConfig
from playground.labs.deep.data import examples
from playground.labs.deep.experiment import DeepExperiment
from playground.labs.deep.landscape import ROWS, SIDE, explained, losses, path_plane, random_plane
from playground.run import Run
from playground.training.update import flatten

SMALL: dict[str, Any] = {"depth": 5, "width": 8, "activation": "tanh", "learning_rate": 0.01}


def network(**settings: Any) -> Any:
    made = DeepExperiment(DeepConfig(**{**SMALL, **settings}))
    made.advance(steps=5)
    return made.network["residual"]


@pytest.mark.parametrize("normalization", ["none", "batch", "layer"])
def test_a_loss_is_that_of_a_network_with_these_weights(normalization: str) -> None:
    made = network(normalization=normalization)
    batch = tuple(part[:ROWS] for part in examples("digits"))
    plane = random_plane(made, seed=3)
    points = plane.points()[[0, 7, SIDE * SIDE // 2, SIDE * SIDE - 1]]
    found, here = losses(made, points, batch), flatten(made)
    for point, loss in zip(points, found, strict=True):
        torch.nn.utils.vector_to_parameters(point, made.parameters())
        assert F.cross_entropy(made(batch[0]), batch[1]).item() == pytest.approx(loss.item(), rel=1e-4)
    torch.testing.assert_close(points[2], here, atol=1e-6, rtol=0)


def test_a_random_direction_is_as_long_as_the_weights_of_each_neuron() -> None:
    made = network()
    plane = random_plane(made, seed=0)
    assert not torch.equal(*plane.directions)
    for direction in plane.directions:
        start = 0
        for parameter in made.parameters():
            part = direction[start : start + parameter.numel()].view_as(parameter)
            start += parameter.numel()
            if parameter.dim() == 1:
                assert not part.any()
            else:
                torch.testing.assert_close(part.norm(dim=1), parameter.norm(dim=1))


def test_the_plane_of_a_path_that_lies_in_one_holds_all_of_it() -> None:
    chance = torch.Generator().manual_seed(0)
    basis = torch.linalg.qr(torch.randn(30, 2, generator=chance)).Q.T
    path = torch.randn(12, 2, generator=chance) @ basis + 1
    plane = path_plane(path)
    assert plane is not None
    assert explained(path) == pytest.approx(1)
    places = (path - plane.centre) @ plane.directions.T
    torch.testing.assert_close(plane.centre + places @ plane.directions, path, atol=1e-5, rtol=0)
    assert ((places > plane.low) & (places < plane.high)).all()
    assert path_plane(path[:1]) is None
    assert path_plane(path[:1].repeat(5, 1)) is None


def test_the_landscape_of_a_run_is_around_its_end_and_shows_its_way() -> None:
    shares: list[float] = []
    run = Run(config=DeepConfig(**SMALL))
    made = exported(run, 30, "landscape", progress=lambda done, total: shares.append(done / total))
    assert shares == sorted(shares)
    assert shares[-1] == 1
    found = json.loads(made)
    experiment = DeepExperiment(DeepConfig(**SMALL))
    experiment.advance(steps=30)
    batch = tuple(part[:ROWS] for part in examples("digits"))
    assert set(found["networks"]) == {"plain", "residual"}
    for name, planes in found["networks"].items():
        model: Any = experiment.network[name]
        here = F.cross_entropy(model(batch[0]), batch[1]).item()
        assert planes["random"]["loss"][SIDE // 2][SIDE // 2] == pytest.approx(here, rel=1e-3)
        for plane in planes.values():
            assert np.shape(plane["loss"]) == (SIDE, SIDE)
            assert plane["way"]["loss"][-1] == pytest.approx(here, rel=1e-3)
            assert plane["way"]["distance"][-1] == pytest.approx(0, abs=1e-3)
        assert (len(planes["random"]["way"]["a"]), len(planes["path"]["way"]["a"])) == (1, 31)
        assert 0 < planes["path"]["share"] <= 1


def test_before_the_first_update_there_is_no_path() -> None:
    found = json.loads(exported(Run(config=DeepConfig(**SMALL, skip="off")), 0, "landscape", quiet=True))
    assert list(found["networks"]["plain"]) == ["random"]
