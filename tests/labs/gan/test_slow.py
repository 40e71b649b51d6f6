"""The slow round against the round that the run then makes."""

from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from playground.labs.gan import probes
from playground.labs.gan.config import GANConfig, Look
from playground.labs.gan.experiment import GANExperiment
from playground.labs.gan.slow import mean_cosine
from playground.run import View
from playground.training.batches import generator

SMALL: dict[str, Any] = {
    "generator_layers": (8,),
    "discriminator_layers": (8,),
    "batch_size": 16,
    "generator_learning_rate": 0.05,
}
SLOW = View(look=Look(slow=True))


def _belief(experiment: GANExperiment, points: torch.Tensor) -> NDArray[Any]:
    with torch.no_grad():
        found: NDArray[Any] = experiment.network["discriminator"](points).sigmoid()[:, 0].numpy()
    return found


def test_it_tells_the_round_that_the_run_then_makes() -> None:
    experiment = GANExperiment(GANConfig(**SMALL, loss="non_saturating", discriminator_updates_per_round=2))
    experiment.advance(steps=5)
    found = experiment.observe("run", SLOW)
    told, arrays = found.info["round"], found.arrays
    random, plane = generator(0, "round", 5), torch.from_numpy(probes.plane_points())
    d, g, data = experiment.network["discriminator"], experiment.network["generator"], experiment.duel.data
    real = data[torch.randint(len(data), (16,), generator=random)]
    fake = g(torch.randn(16, 2, generator=random)).detach()
    before = _belief(experiment, plane)
    np.testing.assert_array_equal(arrays["slow_real"], real.numpy())
    np.testing.assert_array_equal(arrays["slow_fake"], fake.numpy())
    np.testing.assert_allclose(arrays["slow_beliefs"], _belief(experiment, torch.cat([real, fake])), rtol=1e-5)
    loss = -d(real).sigmoid().log().mean() - (1 - d(fake).sigmoid()).log().mean()
    slopes = torch.autograd.grad(loss, list(d.parameters()))
    assert told["d_loss"] == pytest.approx(loss.item(), rel=1e-5)
    assert told["d_gradient"] == pytest.approx(torch.cat([each.flatten() for each in slopes]).norm().item(), rel=1e-4)
    torch.randint(len(data), (16,), generator=random)  # the second update's batch
    torch.randn(16, 2, generator=random)
    noise = torch.randn(16, 2, generator=random)
    pushed = g(noise).detach()
    experiment.advance(steps=1)
    np.testing.assert_allclose(arrays["slow_change"], _belief(experiment, plane) - before, atol=1e-6)
    np.testing.assert_allclose(arrays["slow_after"], _belief(experiment, torch.cat([real, fake])), rtol=1e-4)
    at = pushed.clone().requires_grad_()
    (slope,) = torch.autograd.grad(F.softplus(-d(at)).sum(), at)
    moved = g(noise).detach()
    np.testing.assert_allclose(arrays["slow_push"], -slope.numpy(), rtol=1e-4, atol=1e-7)
    np.testing.assert_array_equal(arrays["slow_moved"], moved.numpy())
    cosine = F.cosine_similarity(-slope, moved - pushed, dim=1).mean().item()
    assert told["cosine"] == pytest.approx(cosine, abs=1e-4)
    assert told["g_loss_after"] == pytest.approx(F.softplus(-d(moved)).mean().item(), rel=1e-4)


@pytest.mark.parametrize("dataset", ["ring", "digits"])
def test_telling_changes_nothing_and_a_frozen_player_does_not_move(dataset: str) -> None:
    config = GANConfig(**SMALL, dataset=dataset, generator_batch_norm=True, discriminator_batch_norm=True)
    watched, alone = GANExperiment(config), GANExperiment(config)
    for experiment in (watched, alone):
        experiment.advance(steps=3)
        experiment.apply("plays", "generator")
    found = watched.observe("run", SLOW)
    assert found.info["round"]["d_moved"] == 0
    assert found.info["round"]["g_moved"] > 0
    assert ("slow_change" in found.arrays) is (dataset == "ring")
    assert not found.arrays.get("slow_change", np.zeros(1)).any()
    for experiment in (watched, alone):
        experiment.advance(steps=3)
    assert watched.parameters_sha256() == alone.parameters_sha256()


def test_the_mean_cosine_leaves_out_vectors_without_a_length() -> None:
    first, second = np.array([[1.0, 0], [0, 2], [0, 0]]), np.array([[3.0, 0], [1, 0], [1, 1]])
    assert mean_cosine(first, second) == pytest.approx(0.5)
    assert mean_cosine(np.zeros((2, 2)), second[:2]) is None
