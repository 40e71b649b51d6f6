"""Update rules as pure functions of vectors: parameters, gradient and state in, new ones out.

All parameters of a network are one vector θ (P,), so a rule reads like its formula. The rules are those of
``torch.optim`` (SGD, SGD with momentum 0.9, Adam), and the tests hold them to it.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from playground.catalog import OPTIMIZERS as CATALOG

State = Mapping[str, Tensor]  # vectors (P,) or scalars by name: "velocity", "mean", …
Rule = Callable[[Tensor, Tensor, State, Tensor], tuple[Tensor, dict[str, Tensor]]]


def sgd(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """θ ← θ − η g."""
    return parameters - learning_rate * gradient, {}


def momentum(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """v ← μ v + g;  θ ← θ − η v  (Sutskever et al. 2013, in torch.optim's form)."""
    velocity = CATALOG["momentum"].arguments["momentum"] * state["velocity"] + gradient
    return parameters - learning_rate * velocity, {"velocity": velocity}


def adam(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Kingma and Ba 2015, algorithm 1; ``count`` is its t, ``mean`` its m, ``square`` its v."""
    beta1, beta2 = CATALOG["adam"].arguments["betas"]
    count = state["count"] + 1
    mean = beta1 * state["mean"] + (1 - beta1) * gradient
    square = beta2 * state["square"] + (1 - beta2) * gradient * gradient
    unbiased_mean = mean / (1 - beta1**count)
    unbiased_square = square / (1 - beta2**count)
    step = unbiased_mean / (unbiased_square.sqrt() + CATALOG["adam"].arguments["eps"])
    return parameters - learning_rate * step, {"count": count, "mean": mean, "square": square}


OPTIMIZERS: dict[str, Rule] = {"sgd": sgd, "momentum": momentum, "adam": adam}


def initial_state(optimizer: str, parameters: Tensor) -> dict[str, Tensor]:
    """Returns the state before the first update: zeros, with the dtype and device of ``parameters`` (P,)."""
    zeros = torch.zeros_like(parameters)
    states = {
        "sgd": {},
        "momentum": {"velocity": zeros},
        "adam": {"count": zeros.new_zeros(()), "mean": zeros, "square": zeros},
    }
    return states[optimizer]
