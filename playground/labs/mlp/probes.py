"""Pure reads of a network: the data of the page's pictures and numbers."""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import interpolate

from playground.labs.mlp.model import MLP

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]
Activation = Callable[[Tensor], Tensor]
Shown = tuple[tuple[int, ...], ...]  # for each hidden layer the indices of the drawn neurons

STEEP = 0.4  # of the largest magnitude, between two neighbours on the grid: such a boundary shows its stairs
_HUGE = 1e30


def quantized_maps(values: Tensor) -> tuple[Bytes, Floats]:
    """Returns maps (K, M) of M = side² values as bytes (K, side, side), and each map's half range (K,).

    -half_range → 0, 0 → 128, +half_range → 255. The half range is the largest magnitude, but at least 1.
    """
    ranges = values.abs().amax(dim=1).nan_to_num_(posinf=_HUGE).clamp_(1.0, _HUGE)
    scaled = values * (127.5 / ranges)[:, None] + 128.0
    side = math.isqrt(values.shape[1])
    maps = scaled.nan_to_num_().clamp_(0, 255).to(torch.uint8).reshape(-1, side, side)
    return maps.cpu().numpy(), ranges.cpu().numpy().copy()


def shown_neurons(model: MLP, wanted: Shown | None, most: int) -> Shown:
    """Returns the neurons of each hidden layer to draw: ``wanted`` if valid, else the strongest ``most``.

    A neuron's strength is the sum of its outgoing weights' magnitudes.
    """
    sizes = model.sizes[1:-1]
    if wanted is not None and len(wanted) == len(sizes):
        fits = all(0 <= i < n for part, n in zip(wanted, sizes, strict=True) for i in part)
        if fits and all(len(part) == min(n, most) for part, n in zip(wanted, sizes, strict=True)):
            return wanted
    chosen = []
    for layer, n in zip(model.layers[1:], sizes, strict=True):
        strength = layer.weight.abs().sum(dim=0)  # type: ignore[operator]
        chosen.append(tuple(sorted(strength.topk(min(n, most)).indices.tolist())))
    return tuple(chosen)


def links(model: MLP, shown: Shown, inputs: int | None = None) -> dict[str, Floats]:
    """Returns the weights between drawn neurons, layer by layer and row by row, and the drawn neurons' biases. Of the
    inputs all are drawn, or the first ``inputs``."""
    weights, biases = [], []
    before = list(range(model.sizes[0]))[:inputs]
    for layer, chosen in zip(model.layers, [*shown, range(model.sizes[-1])], strict=True):
        rows = list(chosen)
        assert isinstance(layer, nn.Linear)
        weight, bias = (part.numpy(force=True) for part in (layer.weight, layer.bias))
        weights.append(weight[np.ix_(rows, before)].ravel())
        biases.append(bias[rows])
        before = rows
    return {"weights": np.concatenate(weights), "biases": np.concatenate(biases)}


def neuron_maps(model: MLP, output: Activation, features: Tensor, shown: Shown) -> dict[str, Bytes | Floats]:
    """Returns a map of each drawn hidden neuron, then of each output, over the grid's ``features`` (M, D)."""
    layers = model.trace(features, is_wide=True)
    chosen = [layer.T[list(part)] for layer, part in zip(layers, shown, strict=False)]
    maps, ranges = quantized_maps(torch.cat([*chosen, output(layers[-1]).T]))
    return {"maps": maps, "map_ranges": ranges}


def plane(
    model: MLP, output: Activation, features: Tensor, neuron: tuple[int, int] | None, between: Tensor | None = None
) -> dict[str, Bytes | Floats]:
    """Returns the large map over the grid's ``features`` (M, D), of ``neuron`` (layer from 1, index) or the output.

    The output of one neuron, or the difference of two classes' probabilities, is one map with its range; of
    more classes each has a map of its probability, 0 → 0 and 1 → 255. ``between`` are the features of the grid with
    a point more between any two: where the values are steep they are taken there too, see ``sharpened``.
    """

    def values(at: Tensor) -> Tensor:
        return _on_plane(model, output, at, neuron)

    found = values(features) if between is None else sharpened(values, features, between)
    if found.shape[1] == 1:
        return value_map(found[:, 0])
    side = math.isqrt(len(found))
    shares = (found.T.nan_to_num() * 255).round().to(torch.uint8)
    return {"plane": shares.reshape(-1, side, side).cpu().numpy()}


def _on_plane(model: MLP, output: Activation, features: Tensor, neuron: tuple[int, int] | None) -> Tensor:
    """Returns what the large map shows at ``features`` (M, D): (M, 1), or (M, outputs) for three classes and more."""
    if neuron is not None and 0 < neuron[0] < len(model.sizes) and neuron[1] < model.sizes[neuron[0]]:
        depth, index = neuron
        values = model.trace(features, depth, is_wide=True)[-1]
        return (values if depth < len(model.layers) else output(values))[:, index, None]
    outputs = output(model.trace(features, is_wide=True)[-1])
    return outputs[:, 1:] - outputs[:, :1] if outputs.shape[1] == 2 else outputs


def sharpened(values: Activation, features: Tensor, between: Tensor) -> Tensor:
    """Returns ``values`` over a grid's ``features`` (side², D), as (side², K); where they are steep somewhere, over
    the grid ``between`` with 2·side − 1 points along each axis, without asking for all of these.

    Between four points of nearly the same value the new ones are interpolated; where they differ by more than STEEP
    of the largest magnitude, at least 1, ``values`` is asked. So a steep boundary costs little and has no stairs.
    """
    coarse = values(features)
    side = math.isqrt(len(features))
    image = coarse.T.reshape(1, -1, side, side).nan_to_num()
    corners = torch.cat([image[..., i : side - 1 + i, j : side - 1 + j] for i in (0, 1) for j in (0, 1)])
    steps = (corners.amax(dim=0) - corners.amin(dim=0)).amax(dim=0)
    steep = steps > STEEP * image.abs().max().clamp(min=1.0)
    if not steep.any():
        return coarse
    wide = 2 * side - 1
    asked = torch.zeros(wide, wide, dtype=torch.bool, device=steep.device)
    for i in range(3):
        for j in range(3):
            asked[i : i + wide - 2 : 2, j : j + wide - 2 : 2] |= steep
    fine = interpolate(image, size=(wide, wide), mode="bilinear", align_corners=True)[0].reshape(-1, wide * wide)
    places = asked.reshape(-1).nonzero()[:, 0]
    return fine.index_copy_(1, places, values(between[places]).T).T  # along rows: ten times as fast


def value_map(values: Tensor) -> dict[str, Bytes | Floats]:
    """Returns the map of values (M,) at the points of the plane, with the range of its bytes."""
    maps, ranges = quantized_maps(values[None])
    return {"plane": maps, "plane_range": np.concatenate([-ranges, ranges])}


def forward_values(
    model: MLP, output: Activation, features: Tensor, shown: Shown, inputs: int | None = None
) -> Floats:
    """Returns one point's forward pass, ``features`` (1, D): the features, or the first ``inputs`` of them, the drawn
    neurons' values, the outputs."""
    layers = model.trace(features)
    chosen = [layer[0, list(part)] for layer, part in zip(layers, shown, strict=False)]
    return torch.cat([features[0, :inputs], *chosen, output(layers[-1])[0]]).cpu().numpy().copy()


def accuracy(outputs: Tensor, targets: Tensor) -> float:
    """Returns the share of correctly classified points, in [0, 1].

    One output column: its sign against targets ±1; several: the largest against one-hot targets (N, C).
    """
    if outputs.shape[1] == 1:
        right = (outputs > 0) == (targets > 0)
    else:
        right = outputs.argmax(dim=1) == targets.argmax(dim=1)
    return right.float().mean().item()


def is_finite(*tensors: Tensor) -> bool:
    return all(bool(tensor.isfinite().all()) for tensor in tensors)
