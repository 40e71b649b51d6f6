"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from textwrap import indent

from playground.catalog import ACTIVATIONS
from playground.export.script import joined, settled, title, training
from playground.labs.neuron.config import NeuronConfig
from playground.run import Edit, Run, element

LOSS = {
    "squared_error": (
        "(0.5 * (sums.sigmoid() - targets).square()).mean()",
        "half the squared distance between output and target",
    ),
    "cross_entropy": (
        "nn.functional.binary_cross_entropy_with_logits(sums, targets)",
        "-t ln a - (1 - t) ln(1 - a), of output a and target t",
    ),
    "perceptron": (
        "((output_of(sums) - targets) * sums).mean()",
        "(a - t) z: its gradient is -(t - a) x, the perceptron rule",
    ),
}


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers. It imports torch only."""
    config, edits = settled(run, step, NeuronConfig)
    parts = (_header(config, step), _data(config), _network(config), _loss(config), _training(config), _MEASURE)
    return joined(*parts, training(edits, step, _edit))


def _header(config: NeuronConfig, step: int) -> str:
    return (
        title(config, step, "torch")
        + """

import torch
from torch import nn

torch.set_num_threads(1)  # as on the page; a small network is fastest so
"""
    )


def _data(config: NeuronConfig) -> str:
    pairs = zip(config.table.rows, config.table.targets, strict=True)
    lines = "\n".join(f"    {[*row, target]}," for row, target in pairs)
    return f"""
# Data: the inputs of every row, and its target

table = torch.tensor([
{lines}
])
inputs, targets = table[:, :-1].contiguous(), table[:, -1:].contiguous()
"""


def _network(config: NeuronConfig) -> str:
    entry, sizes = ACTIVATIONS[config.activation], [*pairwise(config.sizes)]
    arguments = ", ".join(f"{name}={value!r}" for name, value in entry.arguments.items())
    layers = [f"nn.Linear({m}, {n})," for m, n in sizes]
    if len(layers) > 1:
        layers.insert(1, f"{entry.torch.replace('torch.nn', 'nn')}({arguments}),")
    is_step = config.rule == "perceptron"
    draw = (
        "parameter.random_(-3, 4, generator=generator)"
        if is_step
        else "parameter.uniform_(-1, 1, generator=generator)"
    )
    output = "(sums > 0).float()  # a step" if is_step else "sums.sigmoid()"
    return f'''
# Network and its initial weights

model = nn.Sequential(
{indent(chr(10).join(layers), "    ")}
)
layers = [layer for layer in model if isinstance(layer, nn.Linear)]
generator = torch.Generator().manual_seed({config.seed})
with torch.no_grad():
    for parameter in model.parameters():
        {draw}


def output_of(sums):
    """The output a of the last sums z."""
    return {output}
'''


def _loss(config: NeuronConfig) -> str:
    formula, meaning = LOSS[config.criterion]
    return f'''
def loss_of(sums, targets):
    """The mean over some rows of {meaning}."""
    return {formula}
'''


def _training(config: NeuronConfig) -> str:
    lines = [
        "# Training: rows in their order, round and round",
        "",
        f"learning_rate = {config.learning_rate!r}",
        f"batch_size = {config.batch_size!r}",
        "",
        "",
        "def train(first, last):",
        '    """Make the updates ``first`` … ``last`` - 1, counted from the start."""',
        "    for step in range(first, last):",
        "        rows = torch.arange(step * batch_size, (step + 1) * batch_size) % len(inputs)",
        "        loss = loss_of(model(inputs[rows]), targets[rows])",
        "        model.zero_grad()",
        "        loss.backward()",
        "        with torch.no_grad():",
        "            for parameter in model.parameters():",
        "                parameter -= learning_rate * parameter.grad",
    ]
    return "\n".join(lines)


def _edit(edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is None:
        yield f"{edit.target} = {edit.value!r}"
        return
    name, index = found
    _, layer, part = name.split(".")
    yield "with torch.no_grad():"
    yield f"    layers[{layer}].{part}[{', '.join(map(str, index))}] = {edit.value!r}"


_MEASURE = """
@torch.no_grad()
def measure():
    sums = model(inputs)
    wrong = int(((output_of(sums) > 0.5) != (targets > 0.5)).sum())
    right = (len(inputs) - wrong) / len(inputs)
    return {"loss": loss_of(sums, targets).item(), "accuracy": right, "mistakes": wrong}
"""
