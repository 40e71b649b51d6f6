"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from textwrap import indent

from playground.export import activation
from playground.export.script import joined, settled, title, training
from playground.labs.neuron.config import NeuronConfig
from playground.labs.neuron.tables import TUMOUR_COLUMNS
from playground.run import Edit, Run, element

LOSS = {
    "squared_error": (
        "(0.5 * (output_of(sums) - targets).square()).mean()",
        "half the squared distance between output and target",
    ),
    "linear_error": (
        "(0.5 * (output_of(sums) - targets).square()).mean()",
        "half the squared distance between output and target",
    ),
    "cross_entropy": (
        "nn.functional.binary_cross_entropy_with_logits(sums, targets)",
        "-t ln a - (1 - t) ln(1 - a), of output a and target t",
    ),
    "softmax": (
        "nn.functional.cross_entropy(sums, targets[:, 0].long())",
        "-ln a of the target's class: its gradient by the sums is p - y",
    ),
    "perceptron": (
        "((output_of(sums) - targets) * sums).mean()",
        "(a - t) z: its gradient is -(t - a) x, the perceptron rule",
    ),
}
OUTPUT = {
    "step": "(sums > 0).float()  # a step",
    "sigmoid": "sums.sigmoid()",
    "linear": "sums",
    "softmax": "sums.softmax(dim=-1)",
}
# What an update makes of a gradient, and what it remembers of each parameter.
UPDATE = {
    "sgd": ("parameter -= learning_rate * parameter.grad", ()),
    "momentum": (
        "memory.velocity = 0.9 * memory.velocity + parameter.grad\nparameter -= learning_rate * memory.velocity",
        ("velocity",),
    ),
    "adam": (
        "memory.count += 1\n"
        "memory.mean = beta1 * memory.mean + (1 - beta1) * parameter.grad\n"
        "memory.square = beta2 * memory.square + (1 - beta2) * parameter.grad * parameter.grad\n"
        "mean = memory.mean / (1 - beta1**memory.count)  # as they begin at 0, they are too small at first\n"
        "square = memory.square / (1 - beta2**memory.count)\n"
        "parameter -= learning_rate * (mean / (square.sqrt() + 1e-8))",
        ("mean", "square"),
    ),
}


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers. It imports torch, and
    scikit-learn where the data are from there.
    """
    config, edits = settled(run, step, NeuronConfig)
    parts = (
        _header(config, step),
        _data(config),
        _network(config),
        _loss(config),
        _training(config),
        _measure(config),
    )
    return joined(*parts, training(edits, step, _edit))


def _header(config: NeuronConfig, step: int) -> str:
    needs = "torch and scikit-learn" if config.data == "tumours" else "torch"
    memories = "" if config.optimizer == "sgd" else "from types import SimpleNamespace\n\n"
    return f"""{title(config, step, needs)}

{memories}import torch
from torch import nn

torch.set_num_threads(1)  # as on the page; a small network is fastest so
"""


def _data(config: NeuronConfig) -> str:
    if config.data == "tumours":
        return _TUMOURS.replace("COLUMNS", repr(list(TUMOUR_COLUMNS)))
    pairs = zip(config.table.rows, config.table.targets, strict=True)
    lines = "\n".join(f"    {[*row, target]}," for row, target in pairs)
    return f"""
# Data: the inputs of every row, and its target

table = torch.tensor([
{lines}
])
inputs, targets = table[:, :-1].contiguous(), table[:, -1:].contiguous()
"""


_TUMOURS = """
# Data: two measurements of each tumour, standardised; 1 is malignant

from sklearn.datasets import load_breast_cancer

measured, is_benign = load_breast_cancer(return_X_y=True)
measured = measured[:, COLUMNS]
measured = (measured - measured.mean(0)) / measured.std(0)
inputs = torch.tensor(measured, dtype=torch.float32)
targets = torch.tensor(1 - is_benign, dtype=torch.float32)[:, None]
"""


def _network(config: NeuronConfig) -> str:
    layers, ours = [f"nn.Linear({m}, {n})," for m, n in pairwise(config.sizes)], ""
    if len(layers) > 1:
        layers.insert(1, f"{activation.called(config.activation)},")
        ours = activation.defined([config.activation])
    is_step = config.rule == "perceptron"
    draw = (
        "parameter.random_(-3, 4, generator=generator)"
        if is_step
        else "parameter.uniform_(-1, 1, generator=generator)"
    )
    return f'''
# Network and its initial weights

{ours and chr(10) + ours}model = nn.Sequential(
{indent(chr(10).join(layers), "    ")}
)
layers = [layer for layer in model if isinstance(layer, nn.Linear)]
generator = torch.Generator().manual_seed({config.seed})
with torch.no_grad():
    for parameter in model.parameters():
        {draw}


def output_of(sums):
    """The output a of the last sums z."""
    return {OUTPUT[config.output]}
'''


def _loss(config: NeuronConfig) -> str:
    formula, meaning = LOSS[config.criterion]
    return f'''
def loss_of(sums, targets):
    """The mean over some rows of {meaning}."""
    return {formula}
'''


def _training(config: NeuronConfig) -> str:
    update, memories = UPDATE[config.optimizer]
    each = "for parameter in model.parameters():"
    begin = ""
    if memories:
        each = "for parameter, memory in zip(model.parameters(), memories):"
        zeros = ", ".join(f"{name}=torch.zeros_like(each)" for name in memories)
        count = ", count=torch.tensor(0.0)" if config.optimizer == "adam" else ""
        begin = (
            "beta1, beta2 = 0.9, 0.999\n" if config.optimizer == "adam" else ""
        ) + f"memories = [\n    SimpleNamespace({zeros}{count})\n    for each in model.parameters()\n]\n"
    return f'''
# Training: rows in their order, round and round

learning_rate = {config.learning_rate!r}
batch_size = {config.batch_size!r}
{begin}

def train(first, last):
    """Make the updates ``first`` … ``last`` - 1, counted from the start."""
    for step in range(first, last):
        rows = torch.arange(step * batch_size, (step + 1) * batch_size) % len(inputs)
        loss = loss_of(model(inputs[rows]), targets[rows])
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            {each}
{indent(update, " " * 16)}


'''


def _edit(edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is None:
        yield f"{edit.target} = {edit.value!r}"
        return
    name, index = found
    if name in ("inputs", "targets"):
        yield f"{name}[{', '.join(map(str, index))}] = {edit.value!r}"
        return
    _, layer, part = name.split(".")
    yield "with torch.no_grad():"
    yield f"    layers[{layer}].{part}[{', '.join(map(str, index))}] = {edit.value!r}"


def _measure(config: NeuronConfig) -> str:
    wrong = "sums.argmax(1) != targets[:, 0]"
    if config.output in ("step", "sigmoid"):
        wrong = "(output_of(sums) > 0.5) != (targets > 0.5)"
    found = """
@torch.no_grad()
def measure():
    sums = model(inputs)
"""
    if config.output == "linear":
        return found + '    return {"loss": loss_of(sums, targets).item()}\n'
    return f"""{found}    wrong = int(({wrong}).sum())
    right = (len(inputs) - wrong) / len(inputs)
    return {{"loss": loss_of(sums, targets).item(), "accuracy": right, "mistakes": wrong}}
"""
