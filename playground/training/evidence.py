"""Why networks learn or fail: what goes on in their layers over many seeds, and the evidence against one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from playground.configs.mlp import MLPConfig
from playground.statistics import quantiles
from playground.training.layers import Layers

MANY = 0.5  # the share of a layer's units from which on their being dead or saturated is worth a word
VANISHED = 1e-3  # a first layer whose gradient is this much below the last one's hardly moves
LONG = 10  # epochs; noise makes a loss rise for a few


def summary(found: Layers, rows: Sequence[int]) -> list[dict[str, Any]]:
    """The networks in ``rows`` of ``found``, layer by layer from the first.

    ``gradient`` is their median gradient norm with ``low`` and ``high`` (10 and 90 %); ``dead`` and ``saturated``
    are median shares; ``histogram`` the mean shares of outputs in equal bins over ``range``. What a layer does not
    have is None.
    """
    chosen, result = list(rows), []
    for layer in range(found.gradient_norms.shape[1]):
        norms = quantiles(found.gradient_norms[chosen, layer])
        each: dict[str, Any] = {
            "gradient": norms and norms.median,
            "low": norms and norms.q10,
            "high": norms and norms.q90,
            "dead": None,
            "saturated": None,
            "histogram": None,
            "range": None,
        }
        if layer < found.dead.shape[1]:
            each |= {
                "dead": _median(found.dead[chosen, layer]),
                "saturated": _median(found.saturated[chosen, layer]),
                "histogram": np.round(found.histograms[chosen, layer].mean(axis=0), 5).tolist(),
                "range": found.ranges[layer].tolist(),
            }
        result.append(each)
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What speaks for the cause of a failure, in words, the weightiest first; and the ``setting`` and ``value`` with
    which to see whether it was that, None where there is nothing to suggest."""

    words: tuple[str, ...]
    setting: str | None
    value: Any


def evidence(
    config: MLPConfig, found: Layers, row: int, *, step: int, rising_epochs: int, has_diverged: bool
) -> Evidence:
    """Look for causes in the network that is ``row`` of ``found``, at ``step``. ``rising_epochs`` is for how many
    epochs its test loss has risen now."""
    norms = found.gradient_norms[row]
    causes: list[tuple[str, str, Any]] = []
    if has_diverged:
        text = f"after step {step} the loss was no longer finite, with a learning rate of {config.learning_rate:g}"
        causes.append((text, "learning_rate", _shorter(config.learning_rate)))
    if not norms.any():
        text = f"the gradient is exactly 0 in every layer at step {step}"
        causes.append((text, *_other_start(config)))
    elif len(norms) > 1 and not norms[:-1].any():
        text = f"no gradient at all comes to the hidden layers at step {step}"
        causes.append((text, *_other_start(config)))
    for name, shares in (("dead", found.dead[row]), ("saturated", found.saturated[row])):
        causes += [
            (
                f"{share:.0%}".replace("%", " %") + f" of layer {layer + 1} {name} at step {step}",
                *_awake(name, config),
            )
            for layer, share in sorted(enumerate(shares), key=lambda each: -each[1])
            if share >= MANY
        ]
    if len(norms) > 2 and norms[-1] > 0 and 0 < norms[0] / norms[-1] < VANISHED:
        text = f"the gradient of the first layer is {norms[0] / norms[-1]:.0e} of the last one's"
        causes.append((text, *_steeper(config)))
    if rising_epochs >= LONG:
        text = f"test loss rose for {round(rising_epochs * config.steps_per_epoch):,} steps"
        causes.append((text, "learning_rate", _shorter(config.learning_rate)))
    if not causes:
        causes.append(_plain_reason(config, float(norms.max()), step))
    return Evidence(words=tuple(text for text, _, _ in causes), setting=causes[0][1], value=causes[0][2])


def _median(values: ArrayLike) -> float | None:
    found = quantiles(values)
    return None if found is None else found.median


def _shorter(rate: float) -> float:
    return float(f"{rate / 10:.2g}")


def _other_start(config: MLPConfig) -> tuple[str, Any]:
    """Equal units get equal gradients and stay equal; other initial weights tell them apart."""
    return ("initializer", "xavier") if config.initializer == "zeros" else ("seed", config.seed + 1)


def _awake(name: str, config: MLPConfig) -> tuple[str, Any]:
    if name == "dead":
        return "activation", "leaky_relu"
    return ("initializer", "xavier") if config.initializer != "xavier" else ("activation", "relu")


def _steeper(config: MLPConfig) -> tuple[str, Any]:
    """What lets more of the gradient through."""
    return ("activation", "relu") if config.activation in ("sigmoid", "tanh") else ("initializer", "kaiming")


def _plain_reason(config: MLPConfig, norm: float, step: int) -> tuple[str, str, Any]:
    if not config.hidden_sizes:
        return "without a hidden layer it can only draw a straight line", "hidden_sizes", [4, 2]
    if config.activation == "linear":
        return "with a linear activation its layers together are one", "activation", "relu"
    if norm < 1e-2:
        text = f"the largest gradient norm is {norm:.1e} at step {step}: it hardly moves"
        return text, "learning_rate", min(config.learning_rate * 10, 100.0)
    text = f"its gradient is alive (norm {norm:.2g} at step {step}): it is still learning, or too small"
    wider = [min(2 * size, 32) for size in config.hidden_sizes]
    return text, "hidden_sizes", wider
