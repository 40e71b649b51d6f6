"""Why a network diverged, and a change that prevents it, tested before it is suggested."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from playground.format import scaled
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.population import PopulationExperiment

LEAST_TRIED, MOST_TRIED = 100, 1000  # updates
EXPLODES = 100.0  # gradient norm / weight norm of a layer from which the initial weights are the cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """The ``cause``, by a name that equal causes share, and in ``words`` what the numbers show.

    With ``setting`` at ``value`` a network of the same seeds stays finite for ``tried`` updates; None where none of
    the changes that were tried helps.
    """

    cause: str
    words: str
    tried: int = 0
    setting: str | None = None
    value: Any = None

    def remedy(self) -> str:
        """What to do, in a sentence."""
        if self.cause == "on the way":
            return f"From the initial weights it stays finite for {self.tried:,} updates: press Reset."
        if not self.tried:
            return "It lasted too long for a change to be tried at once; a lower learning rate is the usual one."
        if self.setting is None:
            return "None of the changes that were tried keeps it finite."
        change = MLPConfig.phrase(self.setting, self.value)
        return f"With {change} it stays finite for {self.tried:,} updates: set that, then press Reset."


@lru_cache(maxsize=256)
def explained(
    config: MLPConfig, step: int, stays_finite: Callable[[MLPConfig, int], bool], is_edited: bool = False
) -> Divergence:
    """Returns why a network of ``config`` diverged after ``step`` updates; ``is_edited``: it was edited before.

    ``stays_finite`` trains a network from its initial weights for a number of updates, here more than ``step``.
    Nothing depends on time, so the explanation is deterministic.
    """
    cause, words, candidates = _cause(config)
    tried = max(2 * step, LEAST_TRIED)
    if tried > MOST_TRIED:
        return Divergence(cause=cause, words=words)
    if is_edited and stays_finite(config, tried):
        return Divergence(cause="on the way", words="what was changed on the way was too much for it", tried=tried)
    for name, value in candidates:
        if stays_finite(replace(config, **{name: value}), tried):
            return Divergence(cause=cause, words=words, tried=tried, setting=name, value=value)
    return Divergence(cause=cause, words=words, tried=tried)


Candidates = list[tuple[str, Any]]


def _cause(config: MLPConfig) -> tuple[str, str, Candidates]:
    """Returns the most important cause, its words, and the changes that may prevent it, the smallest first."""
    start = PopulationExperiment([config])
    rate, decay = config.learning_rate, config.weight_decay
    rates, weights = _lower("learning_rate", rate), list(_weights(config))
    if not np.isfinite(start.scores()["train_loss"][0]):
        words = f"the initial weights make the loss infinite before any update ({config.words('initial_scale')})"
        return "initial weights", words, weights
    if rate * decay >= 2:
        product, factor = f"{scaled(rate, 4)} × {scaled(decay, 4)}", scaled(1 - rate * decay, 4)
        words = f"an update multiplies every weight by 1 − rate × L2 = 1 − {product} = {factor}"
        return "decay", words, [*_lower("weight_decay", decay), ("weight_decay", 0.0), *rates]
    layer, norm, ratio = _gradient(start)
    if ratio >= EXPLODES:
        size = f"{scaled(norm)}, {scaled(ratio)} times its weights" if np.isfinite(norm) else "infinite"
        return "exploding", f"at the initial weights the gradient of layer {layer} is {size}", [*weights, *rates]
    return "rate", f"a learning rate of {scaled(rate, 4)} is too high here", [*rates, *weights]


def _gradient(start: PopulationExperiment) -> tuple[int, float, float]:
    """Returns the layer, from 1, with the largest ratio of gradient norm to parameter norm; that norm and ratio."""
    ((_, seen),) = start.layers()
    norms = seen.gradient_norms[0].astype(float)
    sizes, parameters, taken = [], start.parameters(0), 0
    for shape in [shape for name, shape in start.configs[0].shapes().items() if name.startswith("layers.")]:
        count = int(np.prod(shape))
        part = parameters[taken : taken + count].astype(float)
        sizes.append(float((part**2).sum()))
        taken += count
    lengths = np.sqrt(np.add(sizes[::2], sizes[1::2]))  # weights and biases of a layer
    ratios = np.divide(norms, lengths, out=np.zeros_like(norms), where=lengths > 0)
    ratios = np.where(np.isfinite(norms), ratios, np.inf)
    layer = int(ratios.argmax())
    return layer + 1, float(norms[layer]), float(ratios[layer])


def _lower(name: str, value: float) -> Candidates:
    """Returns a tenth, a hundredth and a thousandth of a setting; no change of one that is 0."""
    return [(name, float(f"{value / factor:.2g}")) for factor in (10, 100, 1000)] if value else []


def _weights(config: MLPConfig) -> Iterator[tuple[str, Any]]:
    """Yields other initial weights."""
    if config.initial_scale > 1:
        yield from (("initial_scale", 1.0), ("initial_scale", 0.1))
    for name in ("xavier", "kaiming"):
        if config.initializer != name:
            yield "initializer", name
