"""Check me: a gradient beside what a small change of its weight makes of the loss, in both precisions."""

import copy
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from playground.labs.neuron.config import SMALLEST_STEP

PRECISIONS = {"float32": torch.float32, "float64": torch.float64}
POWERS = [half / 2 for half in range(1, 2 * SMALLEST_STEP + 1)]  # of the picture: every half power of ten


def check(model: nn.Module, loss: Callable[[Any], Tensor], place: int, power: int, gradient: float) -> dict[str, Any]:
    """A central finite difference of ``loss`` along the parameter at ``place``, with a step of 10^-power.

    Returns for each precision ``plus`` and ``minus``, the losses with the weight moved up and down; ``slope``, their
    difference divided by twice the step; and ``errors``, how far the slope is from ``gradient``, autograd's in
    float32, for each of ``POWERS``.
    """
    found: dict[str, Any] = {"place": place, "power": power, "powers": POWERS, "gradient": gradient}
    for name, precision in PRECISIONS.items():
        net = copy.deepcopy(model).to(precision)
        here = parameters_to_vector(net.parameters()).detach()

        def moved(by: float, net: nn.Module = net, here: Tensor = here) -> float:
            there = here.clone()
            there[place] += by  # in this precision: what is too small for it is no change
            vector_to_parameters(there, net.parameters())
            with torch.no_grad():
                return loss(net).item()

        def slope(step: float, moved: Callable[[float], float] = moved) -> float:
            return (moved(step) - moved(-step)) / (2 * step)

        step = 10.0**-power
        found[name] = {
            "plus": moved(step),
            "minus": moved(-step),
            "slope": slope(step),
            "errors": [abs(slope(10.0**-each) - gradient) for each in POWERS],
        }
    return found
