"""Measurements of the layers of many networks at once: gradients, dead and saturated units, outputs.

Pure reads of a ``Population``, which show why training fails: vanishing gradients, dead units (Lu et al. 2020, "Dying
ReLU and Initialization"), saturated units (Glorot and Bengio 2010).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, grad, vmap

from playground.labs.mlp.batched import Population, block_of, by_layer, logits, normalizer
from playground.labs.mlp.network_settings import layer_names
from playground.training.losses import LOSSES, OUTPUT_ACTIVATIONS
from playground.training.turns import give_way
from playground.training.update import unflatten, with_statistics

BINS = 24
SATURATED = 0.95  # of the distance from the middle of an activation's range to its limit
RANGES = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}  # limits of the activations that saturate

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layers:
    """Measurements of S networks' layers on their own training points; L layers, L - 1 of them hidden. They are of
    the networks as they are used: with running statistics, without dropout.

    ``gradient_norms`` (S, L): the Euclidean norm of the training loss's gradient by a layer's weights and biases.
    ``dead`` (S, L - 1): the share of a hidden layer's units that are 0 for every point; NaN where the activation is
    not ReLU. ``saturated`` (S, L - 1): the share of outputs beyond 95% of the distance to a limit; NaN where the
    activation does not have two limits. ``histograms`` (S, L - 1, BINS): shares of a layer's outputs in BINS equal
    bins over its ``ranges`` (L - 1, 2): the activation's limits, or the least and greatest finite output.
    """

    gradient_norms: Floats
    dead: Floats
    saturated: Floats
    histograms: Floats
    ranges: Floats

    @property
    def dead_or_saturated(self) -> Floats:
        """Shares (S, L - 1) of a hidden layer's dead units, or of its saturated outputs; 0 for other activations."""
        return np.nan_to_num(np.fmax(self.dead, self.saturated))


def layers(population: Population, networks: Tensor | None = None) -> Layers:
    """Measure the layers of the given networks of ``population``, or of all. Does not change them."""
    chosen = torch.arange(len(population.parameters)) if networks is None else networks
    structure, train = population.structure, slice(population.train_size)
    model = structure.model().eval()
    names = layer_names(structure.activation, len(structure.sizes) - 2)
    parameters = population.parameters[chosen]
    statistics = population.state.get("statistics", torch.zeros(len(population.parameters), 0))[chosen]
    features, targets = (part[chosen, train] for part in population.data)
    loss = partial(LOSSES[structure.loss], output=structure.output)

    def batch_loss(parameters: Tensor, statistics: Tensor, features: Tensor, targets: Tensor) -> Tensor:
        named = unflatten(parameters, model) | with_statistics(statistics, model)
        return loss(functional_call(model, named, (features,)), targets)

    size = block_of(structure, population.train_size)
    gradients = []
    for part in zip(*(torch.split(each, size) for each in (parameters, statistics, features, targets)), strict=True):
        give_way()
        gradients.append(vmap(grad(batch_loss))(*part))
    found: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    values, norms, normalized = features, [], normalizer(structure, parameters, statistics)
    ours, slopes = by_layer(structure.sizes, parameters), by_layer(structure.sizes, torch.cat(gradients))
    for index, ((weights, biases), slope) in enumerate(zip(ours, slopes, strict=True)):
        give_way()
        norms.append(torch.cat([part.flatten(1) for part in slope], dim=1).norm(dim=1))
        if index < len(ours) - 1:
            sums = values @ weights.mT + biases.unsqueeze(1)
            made = model.activations[index](normalized(sums.mT, index).mT)
            values = values + made if model.skips[index] else made
            shares = dead_or_saturated(values, names[index])
            found.append((*shares, *histogram(values, names[index])))
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
    """Returns the hidden layers' values stacked along ``dim``; of shape ``empty`` without a hidden layer."""
    return torch.stack(list(parts), dim) if parts else torch.zeros(empty)


def dead_or_saturated(values: Tensor, activation: str) -> tuple[Tensor, Tensor]:
    """Returns the shares of dead units and of saturated outputs of a layer's ``values`` (S, N, units), each (S,)."""
    unknown = torch.full_like(values[:, 0, 0], float("nan"))
    dead = (values == 0).all(dim=1).float().mean(dim=1) if activation == "relu" else unknown
    if activation not in RANGES:
        return dead, unknown
    low, high = RANGES[activation]
    distance = (values - (low + high) / 2).abs() / ((high - low) / 2)
    return dead, (distance > SATURATED).float().mean(dim=(1, 2))


def histogram(
    values: Tensor, activation: str = "", within: tuple[float, float] | None = None
) -> tuple[Tensor, Tensor]:
    """Returns shares (S, BINS) of a layer's ``values`` (S, N, units), and the range (2,) of the equal bins, which is
    ``within`` if given."""
    finite = values[values.isfinite()]
    limits = within or RANGES.get(activation) or (finite.aminmax() if finite.numel() else (0.0, 1.0))
    low, high = (float(limit) for limit in limits)
    high = max(high, low + 1e-6 * max(1.0, abs(low)))
    bins = ((values - low) / (high - low) * BINS).nan_to_num().clamp(0, BINS - 1).long().flatten(1)
    counts = torch.zeros(len(values), BINS, device=values.device)
    counts.scatter_add_(1, bins, torch.ones_like(bins, dtype=counts.dtype))
    return counts / bins.shape[1], torch.tensor([low, high])


def boundaries(population: Population, features: Tensor, networks: Tensor) -> Bytes:
    """Returns maps (S, maps, side, side) of the given networks' outputs at ``features`` (S, side², D).

    One output, or the difference of two classes' probabilities, is one map: -1 → 0, 0 → 128, +1 → 255, clipped. Of
    more classes each has a map of its probability, 0 → 0 and 1 → 255.
    """
    statistics = population.state.get("statistics")
    tracked = None if statistics is None else statistics[networks]
    sums = logits(population.structure, population.parameters[networks], features, tracked)
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


def same_channels(maps: Sequence[Bytes]) -> Bytes:
    """Returns maps (networks, K, side, side), K being the most of any network. If that is more than one, a difference
    of two classes' probabilities becomes the two probabilities."""
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
