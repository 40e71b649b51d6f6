"""What can be seen of a network: pure reads, as arrays for the stage.

Numbers are drawn as levels from 0 to 255 of a scale around 0, which is level 128; what a person reads comes as it is.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.data.digits import WHITE
from playground.data.shipped import shipped
from playground.export.palette import diverging, mosaic
from playground.labs.image.drawing import Bits, boxed, counts
from playground.labs.image.images import DOT, SIDE
from playground.labs.image.model import Network
from playground.labs.image.plan import Layer
from playground.labs.image.why import attribution

Arrays = dict[str, NDArray[Any]]
Bytes = NDArray[np.uint8]
TILE = 96  # pixels of a thumbnail's tile, about
MOST_TILES = 16
MOST_WEIGHTS = 48  # first-layer weights that are drawn as images
HARDEST = 12
STATIC, SURE = 100, 0.9  # images of noise; a share above which a network is sure of its answer
PHOTO = 50  # pixels of the sandbox's photograph, in either direction
REACH = 7  # pixels by which the shift pad moves an image
OFFSETS = range(2 * REACH, -1, -1)  # of a window over the padded image: the image moves the other way


def levels(values: Tensor, largest: Tensor) -> Bytes:
    """``values`` as levels of a scale from -``largest`` to ``largest``."""
    scaled = values / largest.clamp_min(1e-12)
    found: Bytes = (scaled.nan_to_num() * 127).round().clamp(-127, 127).add(128).to(torch.uint8).numpy()
    return found


def grey(images: Tensor) -> Bytes:
    """Images from 0 to 1 as bytes."""
    found: Bytes = (images * 255).round().clamp(0, 255).to(torch.uint8).numpy()
    return found


def first_weights(network: Network) -> Tensor:
    """The first layer's weights as images: (filters, k, k) of a convolution, (neurons, 28, 28) of a dense layer."""
    weight = next(network.parameters()).detach()
    return weight[:, 0] if weight.dim() == 4 else weight.view(-1, SIDE, SIDE)


def thumbnail(network: Network) -> Bytes:
    """The first layer's weights, at most 16 of them, as a picture (h, w, 3)."""
    weights = first_weights(network)[:MOST_TILES]
    colors = diverging(levels(weights, weights.abs().max()))
    grown = max(TILE // colors.shape[1], 1)
    large = colors.repeat(grown, 1).repeat(grown, 2)
    return mosaic([*np.pad(large, ((0, 0), (2, 2), (2, 2), (0, 0)), constant_values=255)])


def weight_images(network: Network) -> Arrays:
    """The first layer's ``weights`` (n, k, k) as levels of ``weights_range`` (1,), the largest of them."""
    weights = first_weights(network)[:MOST_WEIGHTS]
    largest = weights.abs().max()
    return {"weights": levels(weights, largest), "weights_range": _floats(largest.view(1))}


def strip(images: Tensor, labels: Tensor, shown: Sequence[int], logits: Tensor) -> Arrays:
    """Some test images and what the network makes of them: their numbers ``strip`` (n,) and ``strip_labels`` (n,),
    ``strip_images`` (n, 28, 28), and ``strip_shares`` (n, C), the softmax of their ``logits`` (n, C)."""
    return {
        "strip": np.array(shown, np.int32),
        "strip_labels": labels[list(shown)].numpy().astype(np.int32),
        "strip_images": grey(images[list(shown), 0]),
        "strip_shares": _floats(logits.softmax(1)),
    }


def why(networks: Sequence[Network], layers: Sequence[Layer], image: Tensor, target: int, method: str) -> Arrays:
    """How much each part of the image speaks for the ``target`` in each of n networks: ``why`` (n, h, w) as levels of
    ``why_ranges`` (n,). Of the first network also ``why_numbers`` (4,): the sum of all, the target's logit for the
    image and for black, and the share, by size, of what lies in the corner where a dot is planted."""
    maps = torch.stack([attribution(network, layers, image, target, method) for network in networks])
    largest = maps.flatten(1).abs().amax(1)
    first = maps[0].abs()
    edge = round((DOT + 1) * maps.shape[1] / SIDE) or 1
    numbers = [
        maps[0].sum(),
        networks[0].used(image)[0, target],
        networks[0].used(torch.zeros_like(image))[0, target],
        first[-edge:, -edge:].sum() / first.sum().clamp_min(1e-12),
    ]
    return {
        "why": levels(maps, largest[:, None, None]),
        "why_ranges": _floats(largest),
        "why_numbers": _floats(torch.stack([number.float() for number in numbers])),
    }


def stages(drawn: Bits) -> Arrays:
    """What becomes of a drawing: ``drawn_box`` (32, 32), 0 or 255, and ``drawn_counts`` (8, 8), 0 to 255."""
    box = boxed(drawn)
    return {
        "drawn_box": box.astype(np.uint8) * 255,
        "drawn_counts": (counts(box) * 255 / WHITE).round().astype(np.uint8),
    }


def shifted(image: Tensor) -> Tensor:
    """The image (1, 1, H, W) moved by -REACH … REACH rows and columns: ((2 · REACH + 1)², 1, H, W), row by row. What
    comes in is 0, what goes beyond the edge is lost."""
    _, _, height, width = image.shape
    padded = F.pad(image, [REACH] * 4)
    return torch.cat(
        [padded[:, :, y : y + height, x : x + width] for y in OFFSETS for x in OFFSETS],
    )


def shifts(network: Network, image: Tensor, target: int) -> Arrays:
    """What the network gives for the image at every offset, up to REACH pixels: the share of the ``target`` class as
    ``shift_shares`` (side, side), from the upper left, and the ``shift_answers`` (side, side)."""
    shares = network.used(shifted(image)).softmax(1)
    side = len(OFFSETS)
    return {
        "shift_shares": _floats(shares[:, target].view(side, side)),
        "shift_answers": shares.argmax(1).view(side, side).numpy().astype(np.int32),
    }


def gradients(network: Network, image: Tensor, target: int) -> dict[str, Tensor]:
    """The gradient of the cross-entropy of ``target`` at every layer's output for ``image`` (1, 1, H, W), by the
    layer's name, each (1, …)."""
    network.eval()
    found = network.outputs(image.clone().requires_grad_())
    loss = F.cross_entropy(list(found.values())[-1], torch.tensor([target]))
    slopes = torch.autograd.grad(loss, list(found.values()), materialize_grads=True)
    return dict(zip(found, slopes, strict=True))


def overview(layers: Sequence[Layer], values: Mapping[str, Tensor], scale: str) -> Arrays:
    """Every layer's ``values`` for one image, (1 or more, …) of which the first counts: ``map_NAME`` as levels,
    (C, H, W) or (1, D), and their ``ranges`` (all maps,), where a dense layer counts as one map.

    ``scale`` says what shares a range: each ``map``, each ``layer``, or the whole ``network``.
    """
    found = [values[layer.name][0] if layer.is_spatial else values[layer.name][:1] for layer in layers]
    whole = torch.stack([maps.abs().max() for maps in found]).max() if scale == "network" else None
    arrays, ranges = {}, []
    for layer, maps in zip(layers, found, strict=True):
        if scale == "map":
            largest = maps.flatten(1).abs().amax(1)
        else:
            largest = (maps.abs().max() if whole is None else whole).expand(len(maps))
        arrays[f"map_{layer.name}"] = levels(maps, largest.view(-1, *[1] * (maps.dim() - 1)))
        ranges.append(largest)
    return {**arrays, "ranges": _floats(torch.cat(ranges))}


def origin(network: Network, layers: Sequence[Layer], image: Tensor, name: str, index: int) -> Arrays:
    """How one map, or one number, of the layer ``name`` comes about from the layer before, as it is.

    ``from_maps`` (n, H, W) or (1, D) are what the layer reads: all maps before a convolution, else the map of the
    same number; ``to_map`` (H, W) or (1,) is what it makes of them. A convolution has its ``kernels`` (n, k, k), a
    dense layer its ``kernels`` (1, D); both ``from_bias`` (1,).
    """
    names = [layer.name for layer in layers]
    place = names.index(name)
    layer = layers[place]
    found = network.used_outputs(image)
    before = found[names[place - 1]][0] if place else image[0]
    after = found[name][0]
    index = min(index, len(after) - 1)
    arrays = {"to_map": _floats(after[index].view(after[index].shape or (1,)))}
    if layer.kind in ("conv", "dense"):
        module: Any = network.get_submodule(name)
        weight, bias = module.weight.detach()[index], module.bias.detach()[index]
        arrays["kernels"] = _floats(weight if layer.kind == "conv" else weight[None])
        arrays["from_bias"] = _floats(bias.view(1))
        arrays["from_maps"] = _floats(before if layer.kind == "conv" else before.view(1, -1))
    elif layer.is_spatial:
        arrays["from_maps"] = _floats(before[index][None])
    else:
        arrays["from_maps"] = _floats(before.reshape(1, -1) if before.dim() == 1 else before)
    return arrays


def mistakes(logits: Tensor, labels: Tensor, cell: tuple[int, int] | None, images: Tensor) -> Arrays:
    """What was measured on the test images: ``confusion`` (C, C), how many of each class (row) were taken for each
    (column); and of some images, their numbers ``found`` (n,), ``found_images`` (n, 28, 28), ``found_losses`` (n,)
    and ``found_answers`` (n,): those of a ``cell`` (row, column), or the hardest ones, which have the largest losses.
    """
    classes = logits.shape[1]
    answers, losses = logits.argmax(1), F.cross_entropy(logits, labels, reduction="none").nan_to_num(1e9, 1e9)
    counts = torch.bincount(labels * classes + answers, minlength=classes**2)
    order = losses.argsort(descending=True, stable=True)
    if cell is not None:
        order = order[((labels == cell[0]) & (answers == cell[1]))[order]]
    found = order[:HARDEST]
    return {
        "confusion": counts.view(classes, classes).numpy().astype(np.int32),
        "found": found.numpy().astype(np.int32),
        "found_images": grey(images[found, 0]),
        "found_losses": _floats(losses[found]),
        "found_answers": answers[found].numpy().astype(np.int32),
        "found_labels": labels[found].numpy().astype(np.int32),
    }


@cache
def static() -> Tensor:
    """Images of noise (100, 1, 28, 28), each pixel evenly from 0 to 1; always the same."""
    return torch.rand(STATIC, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(0))


def surely(network: Network) -> Arrays:
    """Of STATIC images of noise, of how many the network is SURE that they are of each class: ``sure`` (C,)."""
    shares, answers = network.used(static()).softmax(1).max(1)
    sure = torch.bincount(answers[shares > SURE], minlength=len(next(reversed(list(network.parameters())))))
    return {"sure": sure.numpy().astype(np.int32)}


@cache
def photograph() -> Bytes:
    """The middle of scikit-learn's photograph of a temple, in grey, (PHOTO, PHOTO)."""
    from PIL import Image

    with Image.open(shipped("images/china.jpg")) as photo:
        (wide, high), edge = photo.size, min(photo.size)
        left, top = (wide - edge) // 2, (high - edge) // 2
        grey = photo.convert("L").crop((left, top, left + edge, top + edge))
        found: Bytes = np.asarray(grey.resize((PHOTO, PHOTO), Image.Resampling.BOX))
    found.flags.writeable = False
    return found


def _floats(values: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = values.detach().numpy().astype(np.float32)
    return found
