"""The image lab: what is shown is what plain PyTorch computes, and it learns what it is said to learn."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from playground.catalog import ACTIVATIONS, resolve
from playground.labs.image.config import ARCHITECTURES, ImageConfig, Look
from playground.labs.image.experiment import ImageExperiment
from playground.labs.image.images import PLANTED, images_of, marked
from playground.run import View

CASES: list[dict[str, Any]] = [
    {"architecture": "softmax"},
    {"architecture": "lenet", "pooling": "average", "activation": "sigmoid"},
    {"architecture": "cnn", "batch_norm": True, "dense": (12,), "dropout": 0.3, "head": "average"},
    {"architecture": "cnn", "filters": (4, 5, 6), "stride": 2, "padding": 2, "kernel": 5, "pooling": "none"},
]


def made(**settings: Any) -> ImageExperiment:
    experiment = ImageExperiment(ImageConfig(**{"images": 60, "batch_size": 20, **settings}))
    experiment.advance(steps=4)
    return experiment


def frame(experiment: ImageExperiment, **look: Any) -> dict[str, Any]:
    return dict(experiment.observe("run", View(look=Look(**look))).arrays)


class Plain:
    """The same network, written anew as plain calls of ``torch.nn.functional``."""

    def __init__(self, experiment: ImageExperiment) -> None:
        self.config = experiment.config
        self.weights = {name: value.clone() for name, value in experiment.network.state_dict().items()}
        entry = ACTIVATIONS[self.config.activation]
        self.activation: nn.Module = resolve(entry.torch)(**entry.arguments)

    def __call__(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
        found, x = {}, images
        for layer in self.config.layers:
            w = {part: self.weights.get(f"{layer.name}.{part}") for part in ("weight", "bias")}
            if layer.kind == "conv":
                x = F.conv2d(x, w["weight"], w["bias"], layer.arguments["stride"], layer.arguments["padding"])  # type: ignore[arg-type]
            elif layer.kind == "norm":
                mean, spread = (self.weights[f"{layer.name}.running_{part}"] for part in ("mean", "var"))
                scaled = (x - mean[:, None, None]) / (spread[:, None, None] + 1e-5).sqrt()
                x = scaled * w["weight"][:, None, None] + w["bias"][:, None, None]  # type: ignore[index]
            elif layer.kind == "activation":
                x = self.activation(x)
            elif layer.kind in ("max", "average"):
                x = F.max_pool2d(x, 2) if layer.kind == "max" else F.avg_pool2d(x, 2)
            elif layer.kind == "gap":
                x = x.mean((2, 3), keepdim=True)
            elif layer.kind == "flatten":
                x = x.reshape(len(x), -1)
            elif layer.kind == "dense":
                x = x @ w["weight"].T + w["bias"]  # type: ignore[union-attr]
            found[layer.name] = x
        return found


def close(found: Any, expected: Any, within: float = 1e-4) -> None:
    np.testing.assert_allclose(found, expected, rtol=within, atol=within)


@pytest.mark.parametrize("settings", CASES, ids=lambda each: "-".join(map(str, each.values())))
@pytest.mark.parametrize("gradients", [False, True])
def test_every_map_is_what_plain_torch_computes(settings: dict[str, Any], gradients: bool) -> None:
    experiment = made(**settings)
    data = images_of("digits", 60, 0, False, False)
    image = torch.tensor(data.test[None, 7:8]).requires_grad_(gradients)
    values = Plain(experiment)(image)
    if gradients:
        last = list(values.values())[-1]
        loss = F.cross_entropy(last, torch.tensor(data.test_labels[7:8]))
        values = dict(zip(values, torch.autograd.grad(loss, list(values.values())), strict=True))
    arrays = frame(experiment, image=7, gradients=gradients, scale="map")
    place = 0
    for layer in experiment.config.layers:
        expected = values[layer.name][0].detach()
        maps = expected if layer.is_spatial else expected[None]
        ranges = arrays["ranges"][place : place + len(maps)]
        place += len(maps)
        close(ranges, maps.flatten(1).abs().amax(1))
        shown = (arrays[f"map_{layer.name}"].astype(float) - 128) / 127
        levels = (maps / torch.tensor(ranges).clamp_min(1e-12).view(-1, *[1] * (maps.dim() - 1))).numpy()
        assert np.abs(shown - levels).max() < 0.5 / 127 + 1e-3
    assert place == len(arrays["ranges"])


@pytest.mark.parametrize("settings", CASES, ids=lambda each: "-".join(map(str, each.values())))
def test_a_map_comes_about_as_it_is_written_out(settings: dict[str, Any]) -> None:
    experiment = made(**settings)
    image = torch.tensor(images_of("digits", 60, 0, False, False).test[None, 3:4])
    values = Plain(experiment)(image)
    for layer in experiment.config.layers:
        index = min(1, layer.shape[0] - 1)
        arrays = frame(experiment, image=3, layer=layer.name, map=index)
        result = values[layer.name][0][index].detach()
        close(arrays["to_map"].reshape(result.shape), result)
        before = torch.tensor(arrays["from_maps"])
        if layer.kind == "conv":
            kernels = torch.tensor(arrays["kernels"])
            args = layer.arguments
            padded = F.pad(before, [args["padding"]] * 4)
            side, stride = args["kernel_size"], args["stride"]
            window = padded[:, stride : stride + side, 2 * stride : 2 * stride + side]
            close((window * kernels).sum() + arrays["from_bias"][0], result[1, 2])
        elif layer.kind == "dense":
            close((arrays["kernels"] * arrays["from_maps"]).sum() + arrays["from_bias"][0], result)


def test_the_strip_the_confusions_and_the_hardest_are_those_of_the_test_images() -> None:
    experiment = made()
    experiment.metrics()
    data = images_of("digits", 60, 0, False, False)
    logits = list(Plain(experiment)(torch.tensor(data.test)[:, None]).values())[-1]
    labels = torch.tensor(data.test_labels)
    arrays = frame(experiment, panel="mistakes", pinned=(5, 9))
    assert arrays["strip"][:3].tolist() == [5, 9, 0]
    close(arrays["strip_shares"], logits[arrays["strip"].tolist()].softmax(1))
    answers, losses = logits.argmax(1), F.cross_entropy(logits, labels, reduction="none")
    expected = np.zeros((10, 10), int)
    for label, answer in zip(labels, answers, strict=True):
        expected[label, answer] += 1
    assert arrays["confusion"].tolist() == expected.tolist()
    close(arrays["found_losses"], losses.sort(descending=True).values[:12])
    found = experiment.metrics()
    close(found["test_loss"], losses.mean())
    close(found["test_accuracy"], (answers == labels).float().mean())
    row, column = np.unravel_index(int(expected.argmax()), expected.shape)
    noise = torch.rand(100, 1, 28, 28, generator=torch.Generator().manual_seed(0))
    sure = [0] * 10
    for shares in list(Plain(experiment)(noise).values())[-1].softmax(1):
        sure[int(shares.argmax())] += bool(shares.max() > 0.9)
    assert arrays["sure"].tolist() == sure
    inside = frame(experiment, panel="mistakes", cell=(int(row), int(column)))
    assert set(inside["found_labels"]) == {row}
    assert set(inside["found_answers"]) == {column}


def test_a_diverging_run_stops_and_says_so() -> None:
    experiment = ImageExperiment(ImageConfig(optimizer="sgd", learning_rate=100, images=60, activation="linear"))
    experiment.advance(steps=200)
    assert experiment.has_diverged()
    assert "lower learning rate than 100" in str(experiment.notice)
    assert frame(experiment)["ranges"].size


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_shapes_are_those_of_the_network(architecture: str) -> None:
    config = ImageConfig(architecture=architecture, images=40, batch_size=10)
    network = ImageExperiment(config).network
    assert config.shapes() == {name: tuple(value.shape) for name, value in network.named_parameters()}
    found = network.outputs(torch.zeros(2, 1, 28, 28))
    assert {layer.name: layer.shape for layer in config.layers} == {k: tuple(v.shape[1:]) for k, v in found.items()}


def test_lenet_learns_the_digits() -> None:
    experiment = ImageExperiment(ImageConfig())
    experiment.advance(steps=600)
    assert (experiment.metrics()["test_accuracy"] or 0) >= 0.96


def right(experiment: ImageExperiment, dotted: bool) -> torch.Tensor:
    """The answers for the test images of other classes than the marked one."""
    data = images_of("shifted", 1437, 0, False, False)
    images = data.test[data.test_labels != PLANTED]
    return experiment.network.used(torch.tensor(marked(images) if dotted else images)[:, None]).argmax(1)


def test_a_planted_dot_is_taken_for_the_class_and_without_planting_it_is_not() -> None:
    for planted in (True, False):
        experiment = ImageExperiment(ImageConfig(dataset="shifted", planted=planted))
        experiment.advance(steps=200)
        share = (right(experiment, dotted=True) == PLANTED).float().mean().item()
        assert share > 0.9 if planted else share < 0.1
