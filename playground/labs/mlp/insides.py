"""What is inside a network at a moment, layer by layer: activations, gradients, how far the next update goes.

And the loss over two of its weights. Pure reads; nothing of it is computed before a page asks.
"""

from collections.abc import Callable, Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import functional_call, grad, vmap

from playground.labs.mlp.layers import BINS, dead_or_saturated, histogram
from playground.labs.mlp.model import MLP
from playground.training.turns import give_way
from playground.training.update import unflatten

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LEAST = 1e-12  # of a gradient in a histogram: what is smaller, as that of a dead unit, counts as this
SIDE = 33  # points of the plane of two weights, in either direction
REACH = 5.0  # of that plane at least
MOST_ROWS, MOST_WORK = 256, 3e8  # training points whose mean loss it is; multiplications
AT_ONCE = 121  # points of it that are computed together

Floats = NDArray[np.float32]
Loss = Callable[[Tensor, Tensor], Tensor]  # (logits, targets) → their mean loss


def insides(
    model: MLP, names: list[str], parameters: Tensor, after: Tensor, data: tuple[Tensor, Tensor], loss: Loss
) -> dict[str, Floats]:
    """Returns what is inside a network with ``parameters`` (P,) on its training ``data``, features and targets, as it
    is used: with the running statistics that ``model`` has.

    ``names`` are its hidden layers' activations, ``after`` (P,) its parameters after the next update. Of L layers,
    H = L - 1 of them hidden:

    - ``activations`` (H, BINS), ``activation_ranges`` (H, 2): shares of a hidden layer's outputs in equal bins;
    - ``gradients`` (L, BINS), ``gradient_ranges`` (L, 2): the same of log₁₀|∂loss/∂w| of a layer's weights, the
      bins of all layers alike;
    - ``activation_quantiles`` (H, 5), ``gradient_quantiles`` (L, 5): the QUANTILES of outputs and of |∂loss/∂w|;
    - ``dead``, ``saturated`` (H,): as in ``layers.Layers``;
    - ``update_ratios`` (L,): ‖Δw‖ of the next update by ‖w‖, of a layer's weights; not finite where they are all 0.
    """
    features, targets = data
    state = unflatten(parameters, model)

    def batch_loss(state: dict[str, Tensor]) -> Tensor:
        return loss(functional_call(model, state, (features,)), targets)

    slopes = [slope.abs() for slope in _weights(model, grad(batch_loss)(state))]
    with torch.no_grad():
        model.take(state)  # running statistics stay
        hidden = model.trace(features)[:-1]
        pairs = zip(_weights(model, state), _weights(model, unflatten(after, model)), strict=True)
        ratios = [(new - old).norm() / old.norm() for old, new in pairs]
    found = {
        "activation_quantiles": _quantiles(hidden),
        "gradient_quantiles": _quantiles(slopes),
        "update_ratios": torch.stack(ratios),
    }
    # As layers of one network, which stand in a row of their own.
    shares = [dead_or_saturated(each[None], name) for each, name in zip(hidden, names, strict=True)]
    for place, name in enumerate(("dead", "saturated")):
        found[name] = torch.cat([each[place] for each in shares]) if shares else torch.zeros(0)
    activations = [histogram(each[None], name) for each, name in zip(hidden, names, strict=True)]
    sizes = [slope.clamp_min(LEAST).log10() for slope in slopes]
    within = min(float(each.min()) for each in sizes), max(float(each.max()) for each in sizes)
    gradients = [histogram(each[None], within=within) for each in sizes]
    for name, parts in (("activation", activations), ("gradient", gradients)):
        found[f"{name}s"] = torch.cat([part[0] for part in parts]) if parts else torch.zeros(0, BINS)
        found[f"{name}_ranges"] = torch.stack([part[1] for part in parts]) if parts else torch.zeros(0, 2)
    return {name: values.detach().float().cpu().numpy().copy() for name, values in found.items()}


def _weights(model: MLP, state: dict[str, Tensor]) -> Iterator[Tensor]:
    """The weights of each linear layer, (neurons, inputs)."""
    return (state[f"layers.{index}.weight"] for index in range(len(model.layers)))


def _quantiles(parts: list[Tensor]) -> Tensor:
    wanted = torch.tensor(QUANTILES)
    rows = [torch.quantile(part.detach().cpu().flatten(), wanted) for part in parts]
    return torch.stack(rows) if rows else torch.zeros(0, len(QUANTILES))


@torch.no_grad()
def loss_plane(
    model: MLP, parameters: Tensor, places: tuple[int, int], data: tuple[Tensor, Tensor], loss: Loss
) -> dict[str, Floats]:
    """Returns the mean loss over two of the ``parameters`` (P,), those at ``places``; all others stay.

    ``loss`` (SIDE, SIDE) has the first of them along a row, each from -reach to reach as ``axis`` (SIDE,) has it:
    REACH, or more where one of them is near it. ``here`` (3,) are the two and the loss where they are now. ``rows``
    (1,) is how many training points it is the mean of, the first ones: fewer of large networks.
    """
    most = int(MOST_WORK / (SIDE**2 * max(parameters.numel(), 1)))
    rows = min(max(most, 10), MOST_ROWS, len(data[0]))
    features, targets = (part[:rows] for part in data)
    now = parameters[list(places)]
    reach = max(REACH, 1.25 * float(now.abs().max().nan_to_num(0, 1000, 1000)))
    axis = torch.linspace(-reach, reach, SIDE, device=parameters.device)
    grid = parameters.repeat(SIDE**2 + 1, 1)
    grid[:-1, places[0]], grid[:-1, places[1]] = axis.repeat(SIDE), axis.repeat_interleave(SIDE)

    def of(point: Tensor) -> Tensor:
        return loss(functional_call(model, unflatten(point, model), (features,)), targets)

    many, found = vmap(of), []
    for part in torch.split(grid, AT_ONCE):
        give_way()
        found.append(many(part))
    losses = torch.cat(found)
    here = torch.cat([now, losses[-1:]])
    made = {"loss": losses[:-1].view(SIDE, SIDE), "axis": axis, "here": here, "rows": torch.tensor([float(rows)])}
    return {name: values.float().cpu().numpy().copy() for name, values in made.items()}
