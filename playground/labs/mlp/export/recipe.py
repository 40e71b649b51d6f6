"""The update of a script, as code: the arithmetic of ``training/update.py`` in its order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from playground.catalog import OPTIMIZERS
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.export.parts import Epochwise, rule_of
from playground.labs.mlp.network_settings import layer_names

COUNT = "torch.tensor(step + 1.0)"
# torch.func differentiates these in elementary steps; loss.backward() in one, which rounds otherwise.
STEPWISE = {"silu"}


@dataclass(frozen=True)
class Regularization:
    """Which kinds the script needs code for; ``held`` parameters do not learn at all."""

    clip: bool
    l2: bool
    l1: bool
    held: bool


_WHOLE = "torch.cat([part[:train_size], part[:batch_size]])"  # a batch may reach beyond the end


@dataclass(frozen=True)
class Recipe:
    """What an update needs code for.

    ``watch`` are lines to run before each update, the ``step``-th; ``pictures`` returns the functions that they call.
    """

    regularized: Regularization
    epochwise: Epochwise
    watch: Sequence[str]
    pictures: Callable[[MLPConfig], str]

    def train(self, config: MLPConfig, began: int | None = 0) -> list[str]:
        """The function that makes updates; its optimizer ``began`` at this step, with None for each parameter at the
        step that ``born`` says."""
        regularized, epochwise, entry = self.regularized, self.epochwise, OPTIMIZERS[config.optimizer]
        count = f"torch.tensor(step - {began} + 1.0)" if began else COUNT  # the optimizer's updates
        count = "step + 1.0 - born" if began is None else count
        rule = [line.replace(COUNT, count) for line in rule_of(config.optimizer)[1]]
        return [
            "def train(first, last):",
            '    """Make the updates ``first`` … ``last`` - 1, counted from the start."""',
            *(["    global seen"] if epochwise else []),
            f"    inputs, answers = ({_WHOLE} for part in (features, targets))",
            "    for step in range(first, last):",
            *[f"        {line}" for line in self.watch],
            *(
                ["        model.train()  # by each batch's own mean and variance"]
                if config.normalization == "batch"
                else []
            ),
            *[f"        {line}" for line in epochwise.begin()],
            "        start = step * batch_size % train_size",
            "        rows = slice(start, start + batch_size)",
            *[f"        {line}" for line in epochwise.rows(config)],
            f"        loss = loss_of(model(inputs[rows]{', factors' * epochwise.drops}), answers[rows])",
            *[f"        {line}" for line in _gradient(config)],
            f"        with torch.no_grad():  # {entry.label}: {entry.formula}",
            *[f"            {line}" for line in _update(rule, regularized, epochwise)],
            *(["        seen += batch_size"] if epochwise else []),
        ]


def _gradient(config: MLPConfig) -> Iterable[str]:
    if set(layer_names(config.by_layer, len(config.hidden_sizes))) & STEPWISE:
        yield "gradients = torch.autograd.grad(loss, model.parameters(), create_graph=True)"
        yield "g = torch.cat([each.flatten() for each in gradients]).detach()"
    else:
        yield "model.zero_grad()"
        yield "loss.backward()"
        yield "g = torch.cat([p.grad.flatten() for p in model.parameters()])"


def _update(rule: Sequence[str], regularized: Regularization, epochwise: Epochwise) -> Iterable[str]:
    """The optimizer's ``rule``, and what regularization and interventions do beside it."""
    lines = _update_lines(rule, regularized)
    return (line.replace("learning_rate", "rate") for line in lines) if epochwise.rate else lines


def _update_lines(rule: Sequence[str], regularized: Regularization) -> Iterable[str]:
    if regularized.held:
        yield "g = g * learns"
    if regularized.l1:
        yield "g = g * alive"
    if regularized.clip:
        yield "g = g * (gradient_clip / ((g * g).sum().sqrt() + 1e-6)).clamp(max=1.0)"
    if regularized.l1 or regularized.l2 or regularized.held:
        yield "before = w.clone()"
    yield from rule
    if regularized.l2:
        yield "w[:] = w - learning_rate * weight_decay * is_weight * before"
    if regularized.l1:
        yield f"shrink = learning_rate * l1_strength * is_weight{' * learns' if regularized.held else ''}"
        yield "nearer = w - shrink * before.sign()"
        yield "alive[:] = alive * ~((shrink > 0) & (w * nearer < 0))  # one that would cross 0 stops there"
        yield "w[:] = nearer * alive"
    if regularized.held:
        yield "w[:] = torch.where(learns > 0, w, before)"


def limit(clip: float) -> str:
    """The longest gradient as code; 0 is any length."""
    return repr(clip) if clip else 'float("inf")'
