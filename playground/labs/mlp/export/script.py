"""A run as one Python file: plain PyTorch, as people write it, that prints the same losses as the page.

The text is made from the run's configuration and edits; the dataset's function is copied from ``data/points.py``.
What the run does not use (regularization, edits of some kind) is not in it.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from textwrap import indent

from playground.catalog import ACTIVATIONS, INITIAL_BIAS, INITIALIZERS, OPTIMIZERS, Entry
from playground.data import points
from playground.data.points import DATASETS, FEATURES, train_size
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run

ELEMENT = re.compile(r"layers\.(\d+)\.(weight|bias)\[([\d,]+)\]")
FEATURE_CODE = {
    "x": "x",
    "y": "y",
    "x_squared": "x * x",
    "y_squared": "y * y",
    "xy": "x * y",
    "sin_x": "np.sin(x)",
    "sin_y": "np.sin(y)",
}


def script(run: Run, step: int) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its losses. It imports numpy and torch only."""
    return "\n\n\n".join(sections(run, step).values()) + "\n"


def sections(run: Run, step: int, watch: Sequence[str] = ()) -> dict[str, str]:
    """The script's parts by name, in order; ``watch`` are lines to run before each update, the ``step``-th."""
    edits = [edit for edit in run.edits if edit.step <= step and edit.target != "tier"]
    known = run.config.settings()
    at_once = {edit.target: edit.value for edit in edits if edit.step == 0 and edit.target in known}
    edits = [edit for edit in edits if edit.step > 0 or edit.target not in known]
    config = replace(run.config, **at_once)  # what was changed before the first update was never otherwise
    assert isinstance(config, MLPConfig)
    changed = {edit.target for edit in edits}
    regularized = _Regularization(
        l2=config.weight_decay > 0 or "weight_decay" in changed, l1=config.l1_strength > 0 or "l1_strength" in changed
    )
    parts = {
        "header": _header(config, step),
        "data": _data(config),
        "network": _network(config),
        "loss": _loss(config),
        "training": _training(config, edits, step, regularized, watch),
        "report": _report(config),
    }
    return {name: part.strip("\n") for name, part in parts.items()}


@dataclass(frozen=True)
class _Regularization:
    """Which kinds the script needs code for."""

    l2: bool
    l1: bool


def title(config: MLPConfig, step: int) -> str:
    """What the script trains, in a line: the data, the network's sizes, how many updates."""
    shape = "-".join(map(str, (len(config.features), *config.hidden_sizes, config.outputs)))
    return f"{DATASETS[config.dataset].label}, a network {shape}, {step:,} updates"


def _header(config: MLPConfig, step: int) -> str:
    return f'''"""{title(config, step)}.

From the neural network playground; needs numpy and torch.
"""

import numpy as np
import torch
from torch import nn
'''


def _data(config: MLPConfig) -> str:
    entry, split = DATASETS[config.dataset], train_size(config.dataset, config.train_share)
    features = ", ".join(FEATURE_CODE[name] for name in config.features)
    names = ", ".join(FEATURES[name].label for name in config.features)
    if config.outputs > 1:
        targets = f"np.eye({config.outputs})[labels.astype(int)]  # one-hot"
    elif entry.is_regression:
        targets = "labels[:, None]"
    else:
        targets = "2 * labels[:, None] - 1  # classes are -1 and 1"
    return f'''
# Data: {entry.size} points, the first {split} to train on, the others to test

{_source(entry.generate)}


def draw(seed):
    """Points (N, 2) and targets (N, {config.outputs})."""
    rng = np.random.default_rng(seed)
    points, labels = {entry.generate.__name__}({entry.size}, {config.noise!r}, rng)
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


def _source(function: Callable[..., object]) -> str:
    """The function as it stands in our source, less its types, after what it calls there."""
    text = inspect.getsource(function)
    helpers = [name for name in vars(points) if name.startswith("_") and f"{name}(" in text]
    parts = [inspect.getsource(getattr(points, name)) for name in helpers] + [text]
    untyped = (re.sub(r"^def (\w+)\((.*?)\) -> .*?:$", _without_types, part, flags=re.M) for part in parts)
    return "\n\n".join(part.strip("\n") + "\n" for part in untyped).strip("\n")


def _without_types(match: "re.Match[str]") -> str:
    names = (argument.partition(":")[0].strip() for argument in match[2].split(","))
    return f"def {match[1]}({', '.join(names)}):"


def modules(config: MLPConfig) -> list[list[str]]:
    """The code of the network's modules, layer by layer: a linear map, and its activation where it has one."""
    sizes = (len(config.features), *config.hidden_sizes, config.outputs)
    hidden = _call(ACTIVATIONS[config.activation])
    output = {"tanh": "nn.Tanh()", "linear": "", "softmax": ""}[config.output_activation]
    activations = [hidden] * len(config.hidden_sizes) + [output]
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
"""


def _call(entry: Entry) -> str:
    name = entry.torch.replace("torch.nn", "nn")
    return "" if name == "nn.Identity" else f"{name}({', '.join(f'{k}={v!r}' for k, v in entry.arguments.items())})"


def _loss(config: MLPConfig) -> str:
    formula, meaning = {
        "squared_error": ("0.5 * nn.functional.mse_loss", "half the squared error"),
        "cross_entropy": ("nn.functional.cross_entropy", "-log softmax(logits)[target]"),
    }[config.loss]
    return f'''
def loss_of(rows):
    """The mean over some rows of {meaning}."""
    return {formula}(model(features[rows]), targets[rows])
'''


def _training(
    config: MLPConfig, edits: list[Edit], step: int, regularized: _Regularization, watch: Sequence[str]
) -> str:
    entry = OPTIMIZERS[config.optimizer]
    arguments = "".join(f", {name}={value!r}" for name, value in entry.arguments.items())
    lines = [
        "# Training: batches of consecutive rows, round and round",
        "",
        f"batch_size = {config.batch_size}",
        f"optimizer = {entry.torch}(model.parameters(), lr={config.learning_rate!r}{arguments})",
    ]
    if regularized.l2:
        lines.append(f"weight_decay = {config.weight_decay!r}  # L2, beside the optimizer, on weights alone")
    if regularized.l1:
        lines.append(f"l1_strength = {config.l1_strength!r}  # draws weights to 0, where they stay")
        lines.append("alive = [torch.ones_like(layer.weight) for layer in layers]")
    lines.append(f"for step in range({step}):")
    lines += _edit_lines([edit for edit in edits if edit.step < step], regularized, "    ")
    lines += [f"    {line}" for line in watch]
    lines += [
        "    rows = torch.arange(step * batch_size, (step + 1) * batch_size) % train_size",
        "    optimizer.zero_grad()",
        "    loss = loss_of(rows)",
        "    loss.backward()",
    ]
    lines += [f"    {line}" for line in _before_step(regularized)]
    lines.append("    optimizer.step()")
    lines += [f"    {line}" for line in _after_step(regularized)]
    lines += _edit_lines([edit for edit in edits if edit.step == step], regularized, "", at_end=True)
    return "\n".join(lines)


def _before_step(regularized: _Regularization) -> Iterable[str]:
    if regularized.l1:
        yield "before = [layer.weight.detach().clone() for layer in layers]"
    if not (regularized.l1 or regularized.l2):
        return
    yield "with torch.no_grad():"
    if regularized.l1:
        yield "    for layer, mask in zip(layers, alive):"
        yield "        layer.weight.grad *= mask"
    if regularized.l2:
        yield "    for layer in layers:"
        yield "        layer.weight *= 1 - optimizer.param_groups[0]['lr'] * weight_decay"


def _after_step(regularized: _Regularization) -> Iterable[str]:
    if regularized.l1:
        yield "with torch.no_grad():"
        yield "    shrink = optimizer.param_groups[0]['lr'] * l1_strength"
        yield "    for layer, old, mask in zip(layers, before, alive):"
        yield "        nearer = layer.weight - shrink * old.sign()"
        yield "        mask *= ~((shrink > 0) & (layer.weight * nearer < 0))  # one that would cross 0 stops there"
        yield "        layer.weight.copy_(nearer * mask)"


def _edit_lines(edits: list[Edit], regularized: _Regularization, margin: str, at_end: bool = False) -> list[str]:
    """What a person changed, at the steps at which they did."""
    lines: list[str] = []
    for number in sorted({edit.step for edit in edits}):
        if not at_end:
            lines.append(f"{margin}if step == {number}:")
        inner = margin + ("" if at_end else "    ")
        for edit in edits:
            if edit.step == number:
                lines += [inner + line for line in _edit_code(edit, regularized)]
    return lines


def _edit_code(edit: Edit, regularized: _Regularization) -> list[str]:
    if edit.target == "learning_rate":
        return [f"optimizer.param_groups[0]['lr'] = {edit.value!r}"]
    if edit.target == "data_seed":
        return [f"points, targets = draw(seed={edit.value!r})", "features = features_of(points)"]
    match = ELEMENT.fullmatch(edit.target)
    if match is None:
        return [f"{edit.target} = {edit.value!r}"]
    layer, part, index = match.groups()
    index = index.replace(",", ", ")
    lines = ["with torch.no_grad():", f"    layers[{layer}].{part}[{index}] = {edit.value!r}"]
    if regularized.l1 and part == "weight":
        lines.append(f"alive[{layer}][{index}] = 1")
    return lines


def _report(config: MLPConfig) -> str:
    accuracy = ""
    if not DATASETS[config.dataset].is_regression:
        right = (
            "(model(features[rows]) > 0) == (targets[rows] > 0)"
            if config.outputs == 1
            else "model(features[rows]).argmax(1) == targets[rows].argmax(1)"
        )
        accuracy = (
            f'\n        right = ({right}).float().mean().item()\n        print(f"{{name}} accuracy {{right:.6f}}")'
        )
    return f"""
with torch.no_grad():
    everything = torch.arange(len(features))
    for name, rows in (("train", everything[:train_size]), ("test", everything[train_size:])):
        print(f"{{name}} loss {{loss_of(rows).item():.6f}}"){accuracy}
"""
