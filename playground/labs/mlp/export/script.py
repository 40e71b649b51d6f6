"""A run as one Python file: plain PyTorch, as people write it, that prints the same losses as the page.

The text is made from the run's configuration and edits; the dataset's function is copied from ``data/points.py``.
What the run does not use (regularization, edits of some kind) is not in it.

It is the arithmetic of ``training/update.py``, operation by operation in the same order, so that the weights are the
traced loop's to the bit. Part of that are one vector for all weights, batches that are slices, scalars in float32:
where in memory a number stands may decide in which order a processor adds, and torch.optim rounds otherwise.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from math import prod
from textwrap import fill, indent

from playground.catalog import ACTIVATIONS, INITIAL_BIAS, INITIALIZERS, OPTIMIZERS, Entry
from playground.data import formula
from playground.data.own import starter
from playground.data.points import FEATURES
from playground.export.source import called
from playground.labs.mlp.config import INTERVENTIONS, MLPConfig
from playground.labs.mlp.export.parts import Epochwise, dataset_source, own_data, rule_of
from playground.labs.mlp.network_settings import layer_names
from playground.labs.mlp.training_settings import ALONE, EPOCHWISE
from playground.run import Edit, Run, element
from playground.runs.runfile import torch_version

STEPWISE = {
    "silu"
}  # torch.func differentiates these in elementary steps; loss.backward() in one, which rounds otherwise
Metrics = Mapping[str, float | None]
FEATURE_CODE = {
    "x": "x",
    "y": "y",
    "x_squared": "x * x",
    "y_squared": "y * y",
    "xy": "x * y",
    "sin_x": "np.sin(x)",
    "sin_y": "np.sin(y)",
    "cos_x": "np.cos(x)",
    "cos_y": "np.cos(y)",
    "own": formula.code(formula.USUAL),
}


def script(run: Run, step: int, shown: Metrics | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its losses. It imports numpy and torch only.

    ``shown`` are the page's metrics there, told where they may differ from the script's.
    """
    return "\n\n\n".join(sections(run, step, shown).values()) + "\n"


def sections(run: Run, step: int, shown: Metrics | None = None, watch: Sequence[str] = ()) -> dict[str, str]:
    """The script's parts by name, in order; ``watch`` are lines to run before each update, the ``step``-th."""
    edits = [edit for edit in run.edits if edit.step <= step and edit.target != "tier"]
    known = run.config.settings()
    plain = set(known) - set(INTERVENTIONS)  # which depend on the weights that they find
    at_once = {edit.target: edit.value for edit in edits if edit.step == 0 and edit.target in plain}
    edits = [edit for edit in edits if edit.step > 0 or edit.target not in plain]
    config = replace(run.config, **at_once)  # what was changed before the first update was never otherwise
    assert isinstance(config, MLPConfig)
    changed = {edit.target for edit in edits}
    regularized = _Regularization(
        l2=config.weight_decay > 0 or "weight_decay" in changed,
        l1=config.l1_strength > 0 or "l1_strength" in changed,
        clip=config.gradient_clip > 0 or "gradient_clip" in changed,
        held=bool(config.frozen or config.zeroed or changed & set(INTERVENTIONS)),
    )
    epochwise = Epochwise(
        rate=config.schedule != "constant" or "schedule" in changed, order=config.reshuffle or "reshuffle" in changed
    )
    parts = {
        "header": _header(config, step, promise(run, step, shown)),
        "data": _data(config),
        "network": _network(config),
        "loss": _loss(config),
        "schedule": epochwise.functions(),
        "training": _training(config, edits, step, regularized, epochwise, watch),
        "report": _report(config),
    }
    return {name: part.strip("\n") for name, part in parts.items() if part}


@dataclass(frozen=True)
class _Regularization:
    """Which kinds the script needs code for; ``held`` parameters do not learn at all."""

    clip: bool
    l2: bool
    l1: bool
    held: bool


def title(config: MLPConfig, step: int) -> str:
    """What the script trains, in a line: the data, the network's sizes, how many updates."""
    shape = "-".join(map(str, (len(config.features), *config.hidden_sizes, config.outputs)))
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


def _data(config: MLPConfig) -> str:
    entry, split = config.data, config.train_size
    known = FEATURE_CODE | {"own": formula.code(config.formula)}
    features = ", ".join(known[name] for name in config.features)
    names = ", ".join(FEATURES[name].label for name in config.features)
    if config.outputs > 1:
        targets = f"np.eye({config.outputs})[labels.astype(int)]  # one-hot"
    elif entry.is_regression:
        targets = "labels[:, None]"
    else:
        targets = "2 * labels[:, None] - 1  # classes are -1 and 1"
    if config.dataset == "own":
        return own_data(config, features, names, targets)
    return f'''
# Data: {entry.size} points, the first {split} to train on, the others to test

{dataset_source(config)}


def draw(seed):
    """Points (N, 2) and targets (N, {config.outputs})."""
    rng = np.random.default_rng(seed)
    points, labels = {called(entry.generate, entry.size, config.noise)}
    order = rng.permutation({entry.size})
    points, labels = points[order], labels[order]
    targets = {targets}
    return points, torch.tensor(targets, dtype=torch.float32)


def features_of(points):
    """What the network sees of points (N, 2): {names}, as (N, {len(config.features)})."""
    x, y = points.T
    return torch.tensor(np.stack([{features}], axis=1), dtype=torch.float32)


points, targets = draw(seed={config.data_seed})
features = features_of(points)
train_size = {split}
'''


def modules(config: MLPConfig) -> list[list[str]]:
    """The code of the network's modules, layer by layer: a linear map, and its activation where it has one."""
    sizes = (len(config.features), *config.hidden_sizes, config.outputs)
    names = layer_names(config.by_layer, len(config.hidden_sizes))
    output = "nn.Tanh()" if config.output_activation == "tanh" else ""
    activations = [*(_call(ACTIVATIONS[name]) for name in names), output]
    return [
        [f"nn.Linear({inputs}, {outputs})", *([activation] if activation else [])]
        for (inputs, outputs), activation in zip(pairwise(sizes), activations, strict=True)
    ]


def _network(config: MLPConfig) -> str:
    lines = [", ".join(layer) + "," for layer in modules(config)]
    entry = INITIALIZERS[config.initializer]
    arguments = ", ".join(f"{name}={value!r}" for name, value in entry.arguments.items())
    generator = "" if config.initializer == "zeros" else "generator=generator"
    scale = ""
    if config.initial_scale != 1:
        scale = f"    with torch.no_grad():\n        layer.weight *= {config.initial_scale!r}\n"
    fill = ", ".join(part for part in ("layer.weight", arguments, generator) if part)
    return f"""
# Network and its initial weights

model = nn.Sequential(
{indent(chr(10).join(lines), "    ")}
)
layers = [layer for layer in model if isinstance(layer, nn.Linear)]
{"" if not generator else f"generator = torch.Generator().manual_seed({config.seed})" + chr(10)}for layer in layers:
    {entry.torch.replace("torch.nn", "nn")}({fill})
{scale}    nn.init.constant_(layer.bias, {INITIAL_BIAS.get(config.initializer, 0.0)})
w = nn.utils.parameters_to_vector(model.parameters()).detach()  # all weights and biases, layer by layer
nn.utils.vector_to_parameters(w, model.parameters())  # the network's own are views of it: it follows w
"""


def _call(entry: Entry) -> str:
    name = entry.torch.replace("torch.nn", "nn")
    return "" if name == "nn.Identity" else f"{name}({', '.join(f'{k}={v!r}' for k, v in entry.arguments.items())})"


def _loss(config: MLPConfig) -> str:
    formula, meaning = {
        "squared_error": ("0.5 * (outputs - targets).square().mean()", "half the squared error"),
        "cross_entropy": ("nn.functional.cross_entropy(outputs, targets)", "-log softmax(outputs)[target]"),
        "logistic": ("nn.functional.softplus(-targets * outputs).mean()", "log(1 + exp(-target * output))"),
        "hinge": ("nn.functional.relu(1 - targets * outputs).mean()", "max(0, 1 - target * output)"),
        "absolute_error": ("(outputs - targets).abs().mean()", "the absolute error"),
    }[config.loss]
    return f'''
def loss_of(outputs, targets):
    """The mean over some rows, each (N, {config.outputs}), of {meaning}."""
    return {formula}
'''


def _training(
    config: MLPConfig,
    edits: list[Edit],
    step: int,
    regularized: _Regularization,
    epochwise: Epochwise,
    watch: Sequence[str],
) -> str:
    entry = OPTIMIZERS[config.optimizer]
    remembered, rule = rule_of(config.optimizer)
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
    if regularized.l2:
        lines.append(f"weight_decay = torch.tensor({config.weight_decay!r})  # L2, beside the optimizer")
    if regularized.clip:
        lines.append(f"gradient_clip = torch.tensor({_limit(config.gradient_clip)})  # the longest gradient")
    if regularized.l1:
        lines.append(f"l1_strength = torch.tensor({config.l1_strength!r})  # draws weights to 0, where they stay")
        lines.append("alive = torch.ones_like(w)")
    if regularized.held:
        lines.append("learns, off, aside = torch.ones_like(w), torch.zeros_like(w), torch.zeros_like(w)")
    if regularized.l1 or regularized.l2:
        lines.append("is_weight = torch.cat([torch.full_like(p, p.dim() > 1).flatten() for p in model.parameters()])")
    lines += [f"{name} = torch.zeros_like(w)" for name in remembered]
    lines += [
        "",
        "",
        "def train(first, last):",
        '    """Make the updates ``first`` … ``last`` - 1, counted from the start."""',
        *(["    global seen"] if epochwise else []),
        "    inputs, answers = (torch.cat([part[:train_size], part[:batch_size]]) for part in (features, targets))",
        "    for step in range(first, last):",
        *[f"        {line}" for line in watch],
        *[f"        {line}" for line in epochwise.begin()],
        "        start = step * batch_size % train_size",
        "        rows = slice(start, start + batch_size)",
        *[f"        {line}" for line in epochwise.rows(config.seed)],
        "        loss = loss_of(model(inputs[rows]), answers[rows])",
        *[f"        {line}" for line in _gradient(config)],
        f"        with torch.no_grad():  # {entry.label}: {entry.formula}",
        *[f"            {line}" for line in _update(rule, regularized, epochwise)],
        *(["        seen += batch_size"] if epochwise else []),
        "",
        "",
        *(_HOLDING if regularized.held else ()),
        *_run(config, edits, step, regularized, epochwise),
    ]
    return "\n".join(lines)


_HOLDING = '''def mask(frozen=(), zeroed=()):
    """0 for the weights into and the bias of a frozen neuron (layer, place), and the weights out of a zeroed one."""
    parts = [torch.ones_like(p) for p in model.parameters()]  # weight, bias, weight, bias, ...
    for layer, number in frozen:
        parts[2 * layer - 2][number - 1] = parts[2 * layer - 1][number - 1] = 0
    for layer, number in zeroed:
        parts[2 * layer][:, number - 1] = 0
    return torch.cat([part.detach().flatten() for part in parts])


def hold(frozen, zeroed):
    """From now on these neurons learn no more, or count as 0; one that does not any more has its weights back."""
    now_off = 1 - mask(zeroed=zeroed)
    aside[:] = torch.where(now_off > off, w, aside)
    w[:] = torch.where(now_off > 0, 0, torch.where(off > 0, aside, w))
    off[:], learns[:] = now_off, mask(frozen, zeroed)


'''.splitlines()


def _gradient(config: MLPConfig) -> Iterable[str]:
    if set(layer_names(config.by_layer, len(config.hidden_sizes))) & STEPWISE:
        yield "gradients = torch.autograd.grad(loss, model.parameters(), create_graph=True)"
        yield "g = torch.cat([each.flatten() for each in gradients]).detach()"
    else:
        yield "model.zero_grad()"
        yield "loss.backward()"
        yield "g = torch.cat([p.grad.flatten() for p in model.parameters()])"


def _update(rule: Sequence[str], regularized: _Regularization, epochwise: Epochwise) -> Iterable[str]:
    """The optimizer's ``rule``, and what regularization and interventions do beside it."""
    lines = _update_lines(rule, regularized)
    return (line.replace("learning_rate", "rate") for line in lines) if epochwise.rate else lines


def _update_lines(rule: Sequence[str], regularized: _Regularization) -> Iterable[str]:
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


def _run(
    config: MLPConfig, edits: list[Edit], step: int, regularized: _Regularization, epochwise: Epochwise
) -> Iterable[str]:
    """The training, and what a person changed at the steps at which they did."""
    done, held = 0, {name: getattr(config, name) for name in INTERVENTIONS}
    if any(held.values()):
        yield _hold_code(held)
    for number, together in groupby(edits, key=lambda edit: edit.step):
        if number > done:
            yield f"train({done}, {number})"
        for edit in together:
            if edit.target in held:
                held[edit.target] = edit.value
                yield _hold_code(held)
            else:
                before = config.train_size
                if edit.target in config.settings():
                    config = replace(config, **{edit.target: edit.value})
                yield from _edit_code(config, edit, regularized, epochwise, before)
        done = number
    yield f"train({done}, {step})"


def _hold_code(held: Mapping[str, Sequence[tuple[int, int]]]) -> str:
    return f"hold({', '.join(f'{name}={list(neurons)}' for name, neurons in held.items())})"


def _edit_code(
    config: MLPConfig, edit: Edit, regularized: _Regularization, epochwise: Epochwise, before: int
) -> Iterable[str]:
    found, batch = element(edit.target), config.batch
    if found is not None:
        name, index = found
        _, layer, part = name.split(".")
        yield "with torch.no_grad():"
        yield f"    layers[{layer}].{part}[{', '.join(map(str, index))}] = {edit.value!r}"
        if regularized.l1:
            yield f"alive[{_place(config, name, index)}] = 1"
    elif edit.target in ("own", "data_seed") and config.dataset == "own":
        value = edit.value or starter(config.own_classes) if edit.target == "own" else edit.value
        yield f"{'text' if edit.target == 'own' else 'data_seed'} = {value!r}"
        yield "points, features, targets, train_size = draw()"
        if edit.target == "own":
            yield f"batch_size = {batch}"
        if edit.target == "own" and epochwise:
            yield f"seen = round(seen / {before} * train_size)"
    elif edit.target == "own":
        yield "# the points of another dataset are changed: that makes no difference"
    elif edit.target == "data_seed":
        yield f"points, targets = draw(seed={edit.value!r})"
        yield "features = features_of(points)"
    elif edit.target == "batch_size":
        yield f"batch_size = {batch}"
    elif edit.target in ALONE or (edit.target in EPOCHWISE and not epochwise):
        yield f"# {edit.target} is changed: that makes no difference to these updates"
    elif edit.target in EPOCHWISE:
        yield f"{edit.target} = {edit.value!r}"
    elif edit.target == "learning_rate":
        yield f"learning_rate = {epochwise.number(edit.value)}"
    elif edit.target == "gradient_clip":
        yield f"gradient_clip = torch.tensor({_limit(edit.value)})"
    else:
        yield f"{edit.target} = torch.tensor({edit.value!r})"


def _limit(clip: float) -> str:
    return repr(clip) if clip else 'float("inf")'


def _place(config: MLPConfig, name: str, index: Sequence[int]) -> int:
    """Where in the vector of all weights and biases an element of a parameter is."""
    shapes = config.shapes()
    before = list(shapes)[: list(shapes).index(name)]
    row, *column = index
    within = row * shapes[name][-1] + column[0] if column else row
    return sum(prod(shapes[each]) for each in before) + within


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
    return f"""
with torch.no_grad():
    outputs = model(features)
    for name, rows in (("train", slice(train_size)), ("test", slice(train_size, None))):
        print(f"{{name}} loss {{loss_of(outputs[rows], targets[rows]).item():.6f}}"){accuracy}
"""
