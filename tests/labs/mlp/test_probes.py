import numpy as np
import pytest
import torch

from playground.data.points import grid
from playground.labs.mlp.model import MLP
from playground.labs.mlp.probes import (
    accuracy,
    forward_values,
    links,
    neuron_maps,
    plane,
    quantized_maps,
    sharpened,
    shown_neurons,
)
from playground.training.losses import OUTPUT_ACTIVATIONS


def model(sizes: tuple[int, ...] = (2, 12, 3, 1)) -> MLP:
    made = MLP(sizes, "tanh")
    with torch.no_grad():
        made.initialize("xavier", torch.Generator().manual_seed(0))
    return made


@pytest.mark.parametrize(("normalization", "skips"), [("none", False), ("batch", True), ("layer", True)])
def test_many_points_at_once_are_the_same_network(normalization: str, skips: bool) -> None:
    made = MLP((3, 5, 5, 2), "tanh,elu", normalization, skips).eval()
    with torch.no_grad():
        made.initialize("xavier", torch.Generator().manual_seed(0))
        rows = torch.randn(40, 3, generator=torch.Generator().manual_seed(1))
        for depth in (None, 2):
            torch.testing.assert_close(made.trace(rows, depth, is_wide=True), made.trace(rows, depth))


def test_maps_as_bytes_come_back_within_half_a_level() -> None:
    values = torch.tensor([[-3.0, 0.0, 1.5, 3.0], [-0.5, 0.0, 0.25, 0.5]])
    maps, ranges = quantized_maps(values)
    assert ranges.tolist() == [3.0, 1.0]
    back = (maps.reshape(2, 4) - 127.5) / 127.5 * ranges[:, None]
    assert np.abs(back - values.numpy()).max() < 3.0 / 127


def test_maps_of_a_broken_network_are_still_bytes() -> None:
    maps, ranges = quantized_maps(torch.tensor([[float("nan"), float("inf"), -float("inf"), 0.0]]))
    assert maps.dtype == np.uint8
    assert np.isfinite(ranges).all()


@torch.no_grad()
def test_the_strongest_neurons_are_drawn() -> None:
    net = model()
    net.layers[1].weight.zero_()
    net.layers[1].weight[:, [1, 4, 6, 11]] = 5.0
    assert shown_neurons(net, None, 4) == ((1, 4, 6, 11), (0, 1, 2))
    assert shown_neurons(net, ((0, 1, 2, 3), (0, 1, 2)), 4) == ((0, 1, 2, 3), (0, 1, 2))
    assert shown_neurons(net, ((0, 1, 2, 99), (0, 1, 2)), 4) == ((1, 4, 6, 11), (0, 1, 2))
    assert shown_neurons(net, ((), ()), 4) == ((1, 4, 6, 11), (0, 1, 2))


@torch.no_grad()
def test_links_are_the_weights_between_drawn_neurons() -> None:
    net, shown = model(), ((1, 5), (0, 2))
    arrays = links(net, shown)
    w1, w2, w3 = (layer.weight.numpy() for layer in net.layers)
    expected = [w1[[1, 5]].ravel(), w2[[0, 2]][:, [1, 5]].ravel(), w3[:, [0, 2]].ravel()]
    assert arrays["weights"] == pytest.approx(np.concatenate(expected))
    assert len(arrays["biases"]) == 2 + 2 + 1


@torch.no_grad()
def test_a_points_forward_pass_is_the_networks() -> None:
    net, output = model(), OUTPUT_ACTIVATIONS["tanh"]
    features = torch.tensor([[0.5, -1.0]])
    values = forward_values(net, output, features, ((0, 7), (1,)))
    first = torch.tanh(net.layers[0](features))
    second = torch.tanh(net.layers[1](first))
    expected = [0.5, -1.0, first[0, 0], first[0, 7], second[0, 1], torch.tanh(net.layers[2](second))[0, 0]]
    assert values == pytest.approx([float(v) for v in expected], abs=1e-6)


@torch.no_grad()
def test_the_planes_of_a_neuron_and_of_classes() -> None:
    features = torch.rand(100, 2)
    net = model()
    hidden = plane(net, torch.tanh, features, (1, 5))
    expected, _ = quantized_maps(torch.tanh(net.layers[0](features))[:, 5][None])
    assert np.array_equal(hidden["plane"], expected)
    out = plane(net, torch.tanh, features, (9, 0))
    assert np.array_equal(out["plane"], plane(net, torch.tanh, features, None)["plane"])
    three = plane(model((2, 4, 3)), OUTPUT_ACTIVATIONS["softmax"], features, None)["plane"]
    assert three.shape == (3, 10, 10)
    assert np.abs(three.astype(int).sum(axis=0) - 255).max() <= 2
    maps = neuron_maps(net, torch.tanh, features, ((0,), (0,)))["maps"]
    assert maps.shape == (3, 10, 10)


@pytest.mark.parametrize("classes", [1, 3])
def test_a_steep_boundary_has_no_stairs_and_little_is_asked_for_it(classes: int) -> None:
    asked: list[int] = []

    def values(at: torch.Tensor, slope: float = 200.0) -> torch.Tensor:
        asked.append(len(at))
        line = torch.tanh(slope * (at @ torch.tensor([[0.21], [1.0]])))
        return line if classes == 1 else torch.cat([line, -line, 0 * line], dim=1).softmax(dim=1)

    coarse, between = (torch.from_numpy(grid(density)).float() for density in (50, 99))
    found, wanted = sharpened(values, coarse, between), values(between)
    assert (found - wanted).abs().max() < 0.2
    assert asked[1] < len(between) / 10
    nodes = found.reshape(99, 99, classes)[::2, ::2].reshape(-1, classes)
    assert torch.allclose(nodes, values(coarse), atol=1e-6)
    assert len(sharpened(lambda at: values(at, 0.5), coarse, between)) == len(coarse)  # soft: nothing more to see


def test_accuracy() -> None:
    signs = torch.tensor([[0.5], [-0.1], [0.2], [-3.0]])
    assert accuracy(signs, torch.tensor([[1.0], [-1.0], [-1.0], [-1.0]])) == 0.75
    classes = torch.tensor([[0.1, 0.9], [0.8, 0.2]])
    assert accuracy(classes, torch.tensor([[0.0, 1.0], [0.0, 1.0]])) == 0.5
