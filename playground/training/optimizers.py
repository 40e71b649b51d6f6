"""Update rules as pure functions of vectors: parameters, gradient and state in, new ones out.

All parameters of a network are one vector θ (P,), so a rule reads like its formula. The rules are those of
``torch.optim``, and the tests hold them to it.
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


def nesterov(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """v ← μ v + g;  θ ← θ − η (g + μ v)  (Sutskever et al. 2013, in torch.optim's form)."""
    mu = CATALOG["nesterov"].arguments["momentum"]
    velocity = mu * state["velocity"] + gradient
    return parameters - learning_rate * (gradient + mu * velocity), {"velocity": velocity}


def rmsprop(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """s ← α s + (1 − α) g²;  θ ← θ − η g / (√s + ε)  (Tieleman and Hinton 2012, lecture 6.5)."""
    alpha, eps = (CATALOG["rmsprop"].arguments[name] for name in ("alpha", "eps"))
    square = alpha * state["square"] + (1 - alpha) * gradient * gradient
    return parameters - learning_rate * (gradient / (square.sqrt() + eps)), {"square": square}


def adagrad(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """s ← s + g²;  θ ← θ − η g / (√s + ε)  (Duchi et al. 2011)."""
    square = state["square"] + gradient * gradient
    step = gradient / (square.sqrt() + CATALOG["adagrad"].arguments["eps"])
    return parameters - learning_rate * step, {"square": square}


def adamw(
    parameters: Tensor, gradient: Tensor, state: State, learning_rate: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Adam beside a decay of all parameters, biases too (Loshchilov and Hutter 2019, in torch.optim's form)."""
    decayed = parameters - learning_rate * CATALOG["adamw"].arguments["weight_decay"] * parameters
    return adam(decayed, gradient, state, learning_rate)


OPTIMIZERS: dict[str, Rule] = {
    "sgd": sgd,
    "momentum": momentum,
    "adam": adam,
    "nesterov": nesterov,
    "rmsprop": rmsprop,
    "adagrad": adagrad,
    "adamw": adamw,
}


def initial_state(optimizer: str, parameters: Tensor) -> dict[str, Tensor]:
    """Returns the state before the first update: zeros, with the dtype and device of ``parameters`` (P,)."""
    zeros = torch.zeros_like(parameters)
    moments = {"count": zeros.new_zeros(()), "mean": zeros, "square": zeros}
    states = {
        "sgd": {},
        "momentum": {"velocity": zeros},
        "nesterov": {"velocity": zeros},
        "rmsprop": {"square": zeros},
        "adagrad": {"square": zeros},
        "adam": moments,
        "adamw": moments,
    }
    return states[optimizer]
