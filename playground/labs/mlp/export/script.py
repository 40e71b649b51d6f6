"""A run as one Python file: plain PyTorch, as people write it, that prints the same losses as the page.

The text is made from the run's configuration and edits; the dataset's function is copied from ``data/points.py``.
What the run does not use (regularization, edits of some kind) is not in it.

It is the arithmetic of ``training/update.py``, operation by operation in the same order, so that the weights are the
traced loop's to the bit. Part of that are one vector for all weights, batches that are slices, scalars in float32:
where in memory a number stands may decide in which order a processor adds, and torch.optim rounds otherwise.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from textwrap import fill

from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.export.building import data, drawn, drops, loss, model
from playground.labs.mlp.export.edits import training
from playground.labs.mlp.export.parts import Epochwise, rule_of
from playground.labs.mlp.export.recipe import Recipe, Regularization, limit
from playground.run import Edit, Run
from playground.runs.runfile import torch_version

Metrics = Mapping[str, float | None]


def script(run: Run, step: int, shown: Metrics | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its losses. It imports numpy and torch only.

    ``shown`` are the page's metrics there, told where they may differ from the script's.
    """
    return "\n\n\n".join(sections(run, step, shown).values()) + "\n"


def sections(
    run: Run,
    step: int,
    shown: Metrics | None = None,
    watch: Sequence[str] = (),
    pictures: Callable[[MLPConfig], str] = lambda config: "",
) -> dict[str, str]:
    """The script's parts by name, in order; ``watch`` are lines to run before each update, the ``step``-th; they
    need what ``pictures`` returns."""
    edits = [edit for edit in run.edits if edit.step <= step and edit.target != "tier"]
    known = run.config.settings()
    goes_on = {name for name, each in known.items() if each.goes_on}
    plain = set(known) - goes_on - set(INTERVENTIONS)  # those depend on the weights that they find
    beginning = list(takewhile(lambda edit: edit.step == 0 and edit.target not in goes_on, edits))
    at_once = {edit.target: edit.value for edit in beginning if edit.target in plain}
    edits = [edit for edit in beginning if edit.target not in plain] + edits[len(beginning) :]
    config = replace(run.config, **at_once)  # what was changed before the first update was never otherwise
    assert isinstance(config, MLPConfig)
    changed = {edit.target for edit in edits}
    regularized = Regularization(
        l2=config.weight_decay > 0 or "weight_decay" in changed,
        l1=config.l1_strength > 0 or "l1_strength" in changed,
        clip=config.gradient_clip > 0 or "gradient_clip" in changed,
        held=bool(config.frozen or config.zeroed or changed & set(INTERVENTIONS)),
    )
    epochwise = Epochwise(
        rate=config.schedule != "constant" or "schedule" in changed,
        order=config.reshuffle or "reshuffle" in changed,
        drops=drops(run, step),
    )
    final = run.config_after(sum(edit.step <= step for edit in run.edits))
    assert isinstance(final, MLPConfig)
    parts = {
        "header": _header(config, step, promise(run, step, shown)),
        "data": data(config),
        "network": f"# Network and its initial weights\n{model(config, epochwise.drops)}{drawn(config, config.seed)}",
        "loss": loss(config),
        "schedule": epochwise.functions(),
        "training": _training(config, edits, step, Recipe(regularized, epochwise, watch, pictures)),
        "report": _report(final),
    }
    return {name: part.strip("\n") for name, part in parts.items() if part}


def title(config: MLPConfig, step: int) -> str:
    """What the script trains, in a line: the data, the network's sizes, how many updates."""
    shape = "-".join(map(str, config.sizes))
    return f"{config.data.label}, a network {shape}, {step:,} updates"


def promise(run: Run, step: int, shown: Metrics | None) -> str:
    """How exactly the script comes to the page's numbers."""
    compiled = [edit.step for edit in run.edits if edit.target == "tier" and edit.step < step]
    if not compiled:
        return (
            f"It repeats the run operation by operation: with torch {torch_version()}, in one thread, on a processor "
            "of the same kind, it ends at the same weights, to the bit. Elsewhere last bits may differ, and where "
            "training is sensitive that grows."
        )
    numbers = ""
    if shown:
        losses = (f"{name} loss {_written(shown.get(f'{name}_loss'))}" for name in ("train", "test"))
        numbers = f" The page's numbers are {', '.join(losses)}; this prints its own."
    return (
        f"It repeats the run operation by operation. From update {compiled[0]:,} on the page computed the run in a "
        "compiled loop, which adds in another order: last bits differ from there on, and where training is sensitive "
        f"that grows.{numbers}"
    )


def _written(value: float | None) -> str:
    return "not finite" if value is None else f"{value:.6f}"


def _header(config: MLPConfig, step: int, promise: str) -> str:
    needs = "numpy, torch and scikit-learn" if config.data.is_table else "numpy and torch"
    return f'''"""{title(config, step)}.

From the neural network playground; needs {needs}.
{fill(promise, 110)}
"""

import numpy as np
import torch
from torch import nn

torch.set_num_threads(1)  # as on the page; small networks are fastest so
'''


def _training(config: MLPConfig, edits: list[Edit], step: int, recipe: Recipe) -> str:
    regularized, epochwise = recipe.regularized, recipe.epochwise
    lines = [
        "# Training: batches of rows, round and round",
        "",
        f"batch_size = {config.batch}",
        f"learning_rate = {epochwise.number(config.learning_rate)}  # float32, as all numbers here",
    ]
    if epochwise:
        lines.append("seen = 0  # training points so far")
    if epochwise.rate:
        lines.append(f"schedule, schedule_epochs = {config.schedule!r}, {config.schedule_epochs}")
    if epochwise.order:
        lines.append(f"reshuffle = {config.reshuffle}")
    if epochwise.drops:
        lines.append(f"dropout = {config.dropout!r}  # the share of hidden outputs that an update leaves out")
    if regularized.l2:
        lines.append(f"weight_decay = torch.tensor({config.weight_decay!r})  # L2, beside the optimizer")
    if regularized.clip:
        lines.append(f"gradient_clip = torch.tensor({limit(config.gradient_clip)})  # the longest gradient")
    if regularized.l1:
        lines.append(f"l1_strength = torch.tensor({config.l1_strength!r})  # draws weights to 0, where they stay")
        lines.append("alive = torch.ones_like(w)")
    if regularized.held:
        lines.append("learns, off, aside = torch.ones_like(w), torch.zeros_like(w), torch.zeros_like(w)")
    if regularized.l1 or regularized.l2:
        lines.append("is_weight = torch.cat([torch.full_like(p, p.dim() > 1).flatten() for p in model.parameters()])")
    lines += [f"{name} = torch.zeros_like(w)" for name in rule_of(config.optimizer)[0]]
    lines += ["", "", *recipe.train(config), "", "", *(_HOLDING if regularized.held else ())]
    return "\n".join([*lines, *training(config, edits, step, recipe)])


_HOLDING = '''def mask(frozen=(), zeroed=()):
    """0 for the weights into and the bias of a frozen neuron (layer, place), a frozen weight (layer, place, input;
    0 is the bias), the weights out of a zeroed neuron."""
    parts = [torch.ones_like(p) for p in model.parameters()]  # weight, bias, weight, bias, ...
    for layer, number, *source in frozen:
        norm = 2 * (len(layers) + layer - 1)  # its scale and shift stand behind all layers, if it has any
        if not source:
            for part in parts[2 * layer - 2 : 2 * layer] + parts[norm : norm + 2]:
                part[number - 1] = 0
        elif source[0]:
            parts[2 * layer - 2][number - 1, source[0] - 1] = 0
        else:
            parts[2 * layer - 1][number - 1] = 0
    for layer, number in zeroed:
        parts[2 * layer][:, number - 1] = 0
    return torch.cat([part.detach().flatten() for part in parts])


def hold(frozen, zeroed):
    """From now on these learn no more, or count as 0; a neuron that does not any more has its weights back."""
    now_off = 1 - mask(zeroed=zeroed)
    aside[:] = torch.where(now_off > off, w, aside)
    w[:] = torch.where(now_off > 0, 0, torch.where(off > 0, aside, w))
    off[:], learns[:] = now_off, mask(frozen, zeroed)


'''.splitlines()


def _report(config: MLPConfig) -> str:
    accuracy = ""
    if not config.data.is_regression:
        right = (
            "(outputs[rows] > 0) == (targets[rows] > 0)"
            if config.outputs == 1
            else "outputs[rows].argmax(1) == targets[rows].argmax(1)"
        )
        accuracy = (
            f'\n        right = ({right}).float().mean().item()\n        print(f"{{name}} accuracy {{right:.6f}}")'
        )
    used = "model.eval()  # with the running means and variances\n" * (config.normalization == "batch")
    return f"""
{used}with torch.no_grad():
    outputs = model(features)
    for name, rows in (("train", slice(train_size)), ("test", slice(train_size, None))):
        print(f"{{name}} loss {{loss_of(outputs[rows], targets[rows]).item():.6f}}"){accuracy}
"""
