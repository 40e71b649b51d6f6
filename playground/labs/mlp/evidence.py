"""Why networks learn or fail: a summary of their layers over many seeds, and the evidence for a failure's cause."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from playground.format import percent
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.layers import Floats, Layers
from playground.labs.mlp.network_settings import MAX_NEURONS
from playground.statistics import quantiles

DEAD_SHARE = 0.5  # report a layer when at least half its units are dead or saturated
DEAD_GROWTH = 0.25  # training caused it, not the initial weights, when the share has grown by this
VANISHED = 1 / 10  # first layer's gradient / last layer's: vanishing under sigmoid and tanh
FAINT = 2 / 3  # the same ratio: vanishing under sigmoid when stuck
TINY = 1e-3  # the same ratio: tiny under any activation
STUCK = 0.9  # training loss / guessing loss: stuck from here on
OVERSHOT = 1.1  # training loss / guessing loss: worse than guessing
ROSE = 1.05  # test loss / best test loss: risen
OVERFIT_RATIO = 0.75  # train loss / test loss: overfit below it, if the test loss has risen or the network has
FITTED = 0.1  # training loss / guessing loss below this: fitted its training points
LONG = 10  # epochs before a network can count as failed for being slow
CLEARLY = 0.25  # of the seeds: another variant is clearly better with so many more successes


def summary(found: Layers, rows: Sequence[int]) -> list[dict[str, Any]]:
    """Returns a summary of the networks in ``rows`` of ``found`` for each layer, from the first.

    ``gradient`` is their median gradient norm with ``low`` and ``high`` (10 and 90%); ``dead`` and ``saturated``
    are median shares; ``histogram`` has the mean shares of outputs in equal bins over ``range``. None where a value
    does not apply to a layer.
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
class Case:
    """A network that failed at a classification, at ``step``. It has the ``gradient_norms`` (L,) of its L layers, and
    the shares ``dead_or_saturated`` (L - 1,) of the hidden ones, see ``Layers``, now and at the start."""

    config: MLPConfig
    step: int
    train_loss: float
    test_loss: float
    best_loss: float  # the lowest test loss after an epoch
    best_epoch: int
    has_diverged: bool
    gradient_norms: Floats
    dead_or_saturated: Floats
    dead_or_saturated_at_start: Floats

    @property
    def guessing(self) -> float:
        """The loss of the best constant output."""
        known = {
            "cross_entropy": math.log(self.config.outputs),
            "logistic": math.log(2),
            "hinge": 1,
            "absolute_error": 1,
        }
        return known.get(self.config.loss, 0.5)

    @property
    def is_stuck(self) -> bool:
        """Whether it is hardly better than guessing."""
        return self.train_loss >= STUCK * self.guessing


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The ``cause`` of a failure, as a short name; the evidence for it, in ``words``; and a ``setting`` and ``value``
    for a counter-experiment, None without one."""

    cause: str
    words: tuple[str, ...]
    setting: str | None = None
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sibling:
    """Another variant, with its ``value`` of the varied setting, and the ``successes`` among its ``runs``."""

    name: str
    value: Any
    did: str  # "reached"
    successes: int
    runs: int


def evidence(case: Case) -> Evidence:
    """Returns the most important cause that the network shows. A setting that it already has is not suggested."""
    found = next(chain(_by_design(case), _by_units(case), _by_gradients(case), _by_losses(case)))
    has_it = found.setting and getattr(case.config, found.setting) == found.value
    return replace(found, setting=None, value=None) if has_it else found


def beside(found: Evidence, varied: str, successes: int, siblings: Sequence[Sibling]) -> Evidence:
    """Returns ``found`` with the result of another variant in place of the suggestion, if it did clearly better than
    the ``successes`` of this one, or has the suggested value of the ``varied`` setting: then the counter-experiment
    has been made."""
    best = max(siblings, key=lambda each: each.successes)
    shown = [each for each in siblings if found.setting == varied and each.value == found.value]
    if best.successes - successes >= CLEARLY * best.runs:
        shown = [best]
    if not shown:
        return found
    words = f"{shown[0].name}, beside it, {shown[0].did} {shown[0].successes} of {shown[0].runs}"
    return Evidence(cause=found.cause, words=(*found.words, words))


def _by_design(case: Case) -> Iterator[Evidence]:
    """Yields divergence, and causes that no training removes."""
    config = case.config
    if case.has_diverged:
        yield Evidence(cause="diverged", words=(f"after step {case.step:,} its loss was no longer finite",))
    if not config.hidden_sizes:
        words = "without a hidden layer it can only draw a straight line"
        yield _found("straight", words, "hidden_sizes", (4, 2))
    elif config.initializer == "zeros":
        words = "all weights start at 0, so the neurons of a layer cannot become different"
        if not case.gradient_norms[:-1].any():
            words += ": no gradient comes to the hidden layers"
        yield _found("zeros", words, "initializer", "xavier")
    elif config.by_layer == "linear":
        yield _found("linear", "with a linear activation its layers together are one", "activation", "relu")


def _by_units(case: Case) -> Iterator[Evidence]:
    """Yields dead or saturated units, caused by too large updates or by the initial weights."""
    config = case.config
    layer = int(case.dead_or_saturated.argmax())
    now, start = case.dead_or_saturated[layer], case.dead_or_saturated_at_start[layer]
    name = "dead" if config.by_layer == "relu" else "saturated"
    if now < DEAD_SHARE or (name == "saturated" and not case.is_stuck):
        return
    words = f"{percent(float(now), 0)} of layer {layer + 1} is {name}, {percent(float(start), 0)} at the start"
    if case.is_stuck and now - start >= DEAD_GROWTH:
        words += f": updates at a learning rate of {config.learning_rate:g} are too large"
        yield _found(f"driven {name}", words, "learning_rate", _lower(config.learning_rate))
    elif config.initial_scale > 1:
        yield _found(name, words, "initial_scale", 1.0)
    elif name == "saturated" and config.initializer != "xavier":
        yield _found(name, words, "initializer", "xavier")
    else:
        yield _found(name, words, "activation", "leaky_relu" if name == "dead" else "relu")


def _by_gradients(case: Case) -> Iterator[Evidence]:
    """Yields gradients that vanish before the first layer."""
    config, norms = case.config, case.gradient_norms
    if not norms[:-1].any():
        yield _found("no gradient", "no gradient comes to the hidden layers", "initializer", "xavier")
        return
    if len(norms) < 3 or not norms[-1] or _is_overfit(case):
        return
    share, closes = norms[0] / norms[-1], config.by_layer in ("sigmoid", "tanh")
    # Sigmoid's slope is at most 1/4, so a mild loss of gradient is enough; tanh's slope is 1 at 0.
    is_faint = config.by_layer == "sigmoid" and case.is_stuck and share <= FAINT
    if is_faint or (closes and share <= VANISHED):
        words = f"the first layer's gradient is {_fraction(share)} of the last one's: "
        words += f"{len(norms) - 1} {config.by_layer} layers let little of it through"
        yield _found("vanishing", words, "activation", "relu")
    yield from _held_back(case)
    if share <= TINY:
        words = f"the first layer's gradient is {_fraction(share)} of the last one's"
        setting, value = ("initial_scale", 1.0) if config.initial_scale < 1 else ("initializer", "kaiming")
        yield _found("tiny", words, setting, value)


def _held_back(case: Case) -> Iterator[Evidence]:
    for name in ("weight_decay", "l1_strength"):
        if case.is_stuck and getattr(case.config, name):
            words = f"{_level(case)}: {case.config.words(name)} draws its weights to 0"
            yield _found("held back", words, name, 0.0)


def _by_losses(case: Case) -> Iterator[Evidence]:
    """Yields causes that the losses show."""
    config, rate = case.config, case.config.learning_rate
    rise = f"its test loss rose from {case.best_loss:.2g} at epoch {case.best_epoch} to {case.test_loss:.2g}"
    if _is_overfit(case):
        test = rise if _has_risen(case) else f"its test loss is {case.test_loss:.2g}"
        words = f"its training loss is {case.train_loss:.2g}, but {test}: it learns its training points by heart"
        more = float(f"{min(3 * config.weight_decay, 10.0) or 0.03:.2g}")
        yield _found("by heart", words, "weight_decay", more)
    yield from _held_back(case)
    is_worse = case.train_loss > OVERSHOT * case.guessing and case.test_loss > ROSE * case.best_loss
    if is_worse or (case.is_stuck and rate >= 1):
        words = f"{_level(case)}: updates at a learning rate of {rate:g} are too large"
        yield _found("overshooting", words, "learning_rate", _lower(rate))
    if case.is_stuck:
        words = f"{_level(case)}: updates at a learning rate of {rate:g} are too small"
        yield _found("slow", words, "learning_rate", _higher(rate))
    if _has_risen(case):
        yield _found("unsteady", f"{rise}; updates may be too large", "learning_rate", _lower(rate))
    wider = tuple(min(2 * size, MAX_NEURONS) for size in config.hidden_sizes)
    yield _found("unfinished", f"{_level(case)}: it is still learning, or too small", "hidden_sizes", wider)


def _level(case: Case) -> str:
    """Returns a comparison of the training loss with the loss of guessing."""
    how = "no better than" if case.train_loss > case.guessing else "close to" if case.is_stuck else "below"
    return f"its training loss is {case.train_loss:.2g}, {how} that of guessing ({case.guessing:.2g})"


def _found(cause: str, words: str, setting: str, value: Any) -> Evidence:
    return Evidence(cause=cause, words=(words,), setting=setting, value=value)


def _has_risen(case: Case) -> bool:
    epoch = case.step / case.config.steps_per_epoch
    return case.test_loss > ROSE * case.best_loss and epoch - case.best_epoch >= LONG


def _is_overfit(case: Case) -> bool:
    is_possible = _has_risen(case) or case.train_loss < FITTED * case.guessing
    return is_possible and not case.is_stuck and case.train_loss < OVERFIT_RATIO * case.test_loss


def _median(values: ArrayLike) -> float | None:
    found = quantiles(values)
    return None if found is None else found.median


def _lower(rate: float) -> float:
    return float(f"{rate / 10:.2g}")


def _higher(rate: float) -> float:
    return float(f"{min(rate * 10, 1.0) or 0.03:.2g}")


def _fraction(share: float) -> str:
    """Returns a share below 1 as a fraction: ``1/14``."""
    return f"1/{1 / share:,.0f}" if share > 1e-4 else "less than 1/10,000"
