"""What goes on inside many networks at once, layer by layer: gradients, units that no longer answer, activations.

Pure reads of a ``Population``. They show why training fails: a gradient that vanishes on its way to the first
layer, units that are dead (Lu et al. 2020, "Dying ReLU and Initialization") or saturated (Glorot and Bengio 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, grad, vmap

from playground.labs.mlp.batched import Population, block_of, by_layer, logits
from playground.labs.mlp.model import MLP
from playground.training.losses import LOSSES, OUTPUT_ACTIVATIONS
from playground.training.turns import give_way
from playground.training.update import unflatten

BINS = 24
SATURATED = 0.95  # of the way from the middle of an activation's range to its limit
RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}  # the activations that saturate, and their limits

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """What every layer of S networks does with their own training points; L layers, of which L - 1 are hidden.

    ``gradient_norms`` (S, L): the Euclidean norm of the training loss's gradient by a layer's weights and biases.
    ``dead`` (S, L - 1): the share of a hidden layer's units that are 0 for every point; NaN where the activation is
    not ReLU. ``saturated`` (S, L - 1): the share of outputs closer to a limit than 5 % of the way to it; NaN where
    the activation has no two limits. ``histograms`` (S, L - 1, BINS): shares of a layer's outputs in BINS equal bins
    over its ``ranges`` (L - 1, 2): the activation's limits, or the least and greatest finite output of all networks.
    """

    gradient_norms: Floats
    dead: Floats
    saturated: Floats
    histograms: Floats
    ranges: Floats

    @property
    def asleep(self) -> Floats:
        """The shares (S, L - 1) of a hidden layer's units that are dead, or of its outputs that are saturated; 0
        where the activation knows neither."""
        return np.nan_to_num(np.fmax(self.dead, self.saturated))


def layers(population: Population, networks: Tensor | None = None) -> Layers:
    """Look into the given networks of ``population``, or all. Leaves them as they were."""
    chosen = torch.arange(len(population.parameters)) if networks is None else networks
    structure, train = population.structure, slice(population.train_size)
    model = MLP(structure.sizes, structure.activation)
    parameters = population.parameters[chosen]
    features, targets = (part[chosen, train] for part in population.data)
    loss = partial(LOSSES[structure.loss], output=structure.output)

    def batch_loss(parameters: Tensor, features: Tensor, targets: Tensor) -> Tensor:
        return loss(functional_call(model, unflatten(parameters, model), (features,)), targets)

    size = block_of(structure, population.train_size)
    gradients = []
    for part in zip(*(torch.split(each, size) for each in (parameters, features, targets)), strict=True):
        give_way()
        gradients.append(vmap(grad(batch_loss))(*part))
    found: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    values, norms = features, []
    ours, slopes = by_layer(structure.sizes, parameters), by_layer(structure.sizes, torch.cat(gradients))
    for index, ((weights, biases), slope) in enumerate(zip(ours, slopes, strict=True)):
        give_way()
        norms.append(torch.cat([part.flatten(1) for part in slope], dim=1).norm(dim=1))
        if index < len(ours) - 1:
            values = model.activation(values @ weights.mT + biases.unsqueeze(1))
            found.append((*_asleep(values, structure.activation), *_histogram(values, structure.activation)))
    count = len(chosen)
    dead, saturated, histograms, ranges = map(list, zip(*found, strict=True)) if found else ([], [], [], [])
    return Layers(
        gradient_norms=_numpy(torch.stack(norms, dim=1)),
        dead=_numpy(_columns(dead, (count, 0))),
        saturated=_numpy(_columns(saturated, (count, 0))),
        histograms=_numpy(_columns(histograms, (count, 0, BINS))),
        ranges=_numpy(_columns(ranges, (0, 2), dim=0)),
    )


def _columns(parts: Sequence[Tensor], empty: tuple[int, ...], dim: int = 1) -> Tensor:
    """One value of each hidden layer side by side; of shape ``empty`` where there is no hidden layer."""
    return torch.stack(list(parts), dim) if parts else torch.zeros(empty)


def _asleep(values: Tensor, activation: str) -> tuple[Tensor, Tensor]:
    """The shares of dead units and of saturated outputs of a layer's ``values`` (S, N, units), each (S,)."""
    unknown = torch.full_like(values[:, 0, 0], float("nan"))
    dead = (values == 0).all(dim=1).float().mean(dim=1) if activation == "relu" else unknown
    if activation not in RANGES:
        return dead, unknown
    low, high = RANGES[activation]
    distance = (values - (low + high) / 2).abs() / ((high - low) / 2)
    return dead, (distance > SATURATED).float().mean(dim=(1, 2))


def _histogram(values: Tensor, activation: str) -> tuple[Tensor, Tensor]:
    """Shares (S, BINS) of a layer's ``values`` (S, N, units), and the range (2,) that the bins divide equally."""
    finite = values[values.isfinite()]
    limits = RANGES.get(activation) or (finite.aminmax() if finite.numel() else (0.0, 1.0))
    low, high = (float(limit) for limit in limits)
    high = max(high, low + 1e-6 * max(1.0, abs(low)))
    bins = ((values - low) / (high - low) * BINS).nan_to_num().clamp(0, BINS - 1).long().flatten(1)
    counts = torch.zeros(len(values), BINS, device=values.device)
    counts.scatter_add_(1, bins, torch.ones_like(bins, dtype=counts.dtype))
    return counts / bins.shape[1], torch.tensor([low, high])


def boundaries(population: Population, features: Tensor, networks: Tensor) -> Bytes:
    """Small maps of what the given networks answer at ``features`` (S, side², D): (S, maps, side, side).

    One output, or the difference of two classes' probabilities, is one map from -1 → 0 over 0 → 128 to +1 → 255,
    cut there; of more classes each has a map of its probability, 0 → 0 and 1 → 255.
    """
    sums = logits(population.structure, population.parameters[networks], features)
    outputs = OUTPUT_ACTIVATIONS[population.structure.output](sums)
    if outputs.shape[-1] > 2:
        scaled = outputs * 255
    else:
        value = outputs if outputs.shape[-1] == 1 else outputs[..., 1:] - outputs[..., :1]
        scaled = value * 127.5 + 128
    side = round(features.shape[1] ** 0.5)
    maps = scaled.nan_to_num().clamp(0, 255).to(torch.uint8).mT
    result: Bytes = maps.reshape(len(maps), -1, side, side).cpu().numpy()
    return result


def alike(maps: Sequence[Bytes]) -> Bytes:
    """Maps (networks, K, side, side) with as many each; among those of several classes the difference of two classes
    becomes the two probabilities that it is of."""
    most = max(len(each) for each in maps)
    if all(len(each) == most for each in maps):
        return np.stack(maps)
    found = np.zeros((len(maps), most, *maps[0].shape[1:]), dtype=np.uint8)
    for row, each in zip(found, maps, strict=True):
        row[: max(2, len(each))] = each if len(each) > 1 else np.concatenate([255 - each, each])
    return found


def _numpy(tensor: Tensor) -> Floats:
    result: Floats = tensor.detach().float().cpu().numpy().copy()
    return result
