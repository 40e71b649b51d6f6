"""Why this answer: Captum's maps against closed forms and plain loops."""

import numpy as np
import pytest
import torch

from playground.labs.image.config import METHODS, ImageConfig, Look
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.why import STRIDE, WINDOW, attribution
from playground.run import View


@pytest.fixture(scope="module")
def trained() -> ImageExperiment:
    experiment = ImageExperiment(ImageConfig(images=200, batch_size=20))
    experiment.advance(steps=40)
    return experiment


def image(experiment: ImageExperiment) -> torch.Tensor:
    return torch.tensor(experiment.observe("run", View()).arrays["subject"] / np.float32(255))[None, None]


def test_integrated_gradients_are_complete(trained: ImageExperiment) -> None:
    x = image(trained)
    parts = attribution(trained.network, trained.config.layers, x, 3, "integrated")
    with torch.no_grad():
        gained = trained.network(x)[0, 3] - trained.network(torch.zeros_like(x))[0, 3]
    assert float(parts.sum()) == pytest.approx(float(gained), abs=0.05 * abs(float(gained)) + 0.02)


def test_saliency_is_the_gradient(trained: ImageExperiment) -> None:
    x = image(trained).requires_grad_()
    (slope,) = torch.autograd.grad(trained.network(x)[0, 3], x)
    parts = attribution(trained.network, trained.config.layers, x.detach(), 3, "saliency")
    torch.testing.assert_close(parts, slope[0, 0])


def test_occlusion_is_what_a_cover_takes_away(trained: ImageExperiment) -> None:
    x, network = image(trained), trained.network
    lost, covers = torch.zeros(28, 28), torch.zeros(28, 28)
    with torch.no_grad():
        whole = network(x)[0, 3]
        for top in range(0, 28 - WINDOW + 1, STRIDE):
            for left in range(0, 28 - WINDOW + 1, STRIDE):
                part = slice(top, top + WINDOW), slice(left, left + WINDOW)
                covered = x.clone()
                covered[(0, 0, *part)] = 0
                lost[part] += whole - network(covered)[0, 3]
                covers[part] += 1
    parts = attribution(network, trained.config.layers, x, 3, "occlusion")
    torch.testing.assert_close(parts, lost / covers, atol=1e-4, rtol=1e-4)


def test_grad_cam_weighs_the_last_maps_by_their_mean_gradient(trained: ImageExperiment) -> None:
    x = image(trained).requires_grad_()
    trained.network.eval()
    outputs = trained.network.outputs(x)
    (slope,) = torch.autograd.grad(outputs["dense3"][0, 3], outputs["act2"])
    expected = (slope.mean((2, 3), keepdim=True) * outputs["act2"]).sum(1)[0].detach()
    parts = attribution(trained.network, trained.config.layers, x.detach(), 3, "gradcam")
    torch.testing.assert_close(parts, expected)
    assert parts.shape == (10, 10)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("architecture", ["softmax", "cnn"])
def test_every_network_has_its_map_and_looking_changes_nothing(method: str, architecture: str) -> None:
    experiment = ImageExperiment(
        ImageConfig(architecture=architecture, images=40, batch_size=10, dense=(8,), dropout=0.2)
    )
    before = experiment.parameters_sha256()
    state = torch.random.get_rng_state()
    arrays = experiment.observe("run", View(look=Look(panel="why", method=method))).arrays
    assert experiment.parameters_sha256() == before
    assert torch.equal(state, torch.random.get_rng_state())
    assert arrays["why"].shape[0] == 2
    assert np.array_equal(arrays["why"][0], arrays["why"][1])  # the network is untrained itself
    assert np.isfinite(arrays["why_numbers"]).all()
