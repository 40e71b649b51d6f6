"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

from collections.abc import Iterable, Mapping

from playground.catalog import INITIAL_BIAS, INITIALIZERS, OPTIMIZERS
from playground.data.points import DATASETS, DOMAIN
from playground.export import activation
from playground.export.script import joined, settled, title, training
from playground.export.source import called, source
from playground.labs.deep.config import INTERVENTIONS, DeepConfig
from playground.run import Edit, Run, element


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers."""
    config, edits = settled(run, step, DeepConfig, never=["initial_scale"])
    parts = (_header(config, step), _data(config), _network(config), _start(config), _training(config))
    return joined(*parts, _measure(config), _calls(config, edits, step))


def _header(config: DeepConfig, step: int) -> str:
    needs = "torch and scikit-learn" if config.dataset == "digits" else "numpy and torch"
    return (
        title(config, step, needs)
        + f'''

import hashlib

import torch
from torch import nn

torch.set_num_threads(1)  # as on the page; layers as small as these are fastest so


def generator(purpose, step=0, seed={config.seed}):
    """A source of chance of its own for each purpose and step."""
    digest = hashlib.blake2b(f"{{seed}} {{purpose}} {{step}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)
'''
    )


def _data(config: DeepConfig) -> str:
    if config.dataset == "digits":
        lines = """
from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
order = torch.randperm(len(images), generator=generator("digits", seed=0))
inputs, labels = torch.tensor(images, dtype=torch.float32)[order] / 16, torch.tensor(labels)[order]
"""
    else:
        entry = DATASETS[config.dataset]
        lines = f"""
import numpy as np

{source(entry.generate)}


rng = np.random.default_rng(0)
points, labels = {called(entry.generate, entry.size, 0.0)}
order = rng.permutation({entry.size})
inputs = torch.tensor(points[order] / {DOMAIN[1]!r}, dtype=torch.float32)
labels = torch.tensor(labels[order], dtype=torch.int64)
"""
    return f"# Data\n{lines}\ntrain_size = {config.data.train_size}  # of the examples, the first ones"


def _network(config: DeepConfig) -> str:
    norm = {"none": "nn.Identity()", "batch": "nn.BatchNorm1d(width)", "layer": "nn.LayerNorm(width)"}
    return f'''
{activation.defined([config.activation])}class Network(nn.Module):
    """A hidden layer is f(norm(W h + b)); with a ``branch`` from the second on h + branch * f(norm(W h + b))."""

    def __init__(self, sizes, branch=None):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(m, n) for m, n in zip(sizes, sizes[1:]))
        self.norms = nn.ModuleList({norm[config.normalization]} for width in sizes[1:-1])
        self.activation = {activation.called(config.activation)}
        self.branch = branch

    def forward(self, current):
        for number, (layer, norm) in enumerate(zip(self.layers[:-1], self.norms), start=1):
            made = self.activation(norm(layer(current)))
            if number in zeroed:
                made = torch.zeros_like(made)
            if self.branch is not None and number > 1 and number not in cut:
                made = current + self.branch * made
            current = made
        return self.layers[-1](current)
'''


def _start(config: DeepConfig) -> str:
    entry = INITIALIZERS[config.initializer]
    arguments = "".join(f", {name}={value!r}" for name, value in entry.arguments.items())
    chance = "" if config.initializer == "zeros" else ", generator=source"
    rule = OPTIMIZERS[config.optimizer]
    options = "".join(f", {name}={value!r}" for name, value in rule.arguments.items())
    made = "\n".join(
        f'    "{name}": Network([{config.data.inputs}, *[{config.width}] * {config.depth_of(name) - 1}, '
        f"{config.data.classes}]{', branch=' + repr(config.branch_of(name)) if name == 'residual' else ''}),"
        for name in config.networks
    )
    short = (
        '\nnetworks["prefix"].layers[-1].load_state_dict(networks["plain"].layers[-1].state_dict())'
        if config.prefix
        else ""
    )
    return f"""
# The networks, which begin with the same weights; what was done to layers, by their numbers from 1

zeroed, cut, frozen = {list(config.zeroed)}, {list(config.cut)}, {list(config.frozen)}
networks = nn.ModuleDict({{
{made}
}})
for network in networks.values():
    source = torch.Generator().manual_seed({config.seed})
    with torch.no_grad():
        for layer in network.layers:
            {entry.torch.replace("torch.nn", "nn")}(layer.weight{arguments}{chance})
            layer.weight.mul_({config.initial_scale!r})
            layer.bias.fill_({INITIAL_BIAS.get(config.initializer, 0.0)!r}){short}
optimizers = {{
    name: {rule.torch}(network.parameters(), lr={config.learning_rate!r}, fused=True{options})
    for name, network in networks.items()
}}
"""


def _training(config: DeepConfig) -> str:
    return f'''
# Training: each pass over the examples has an order of its own

batch_size = {config.batch_size!r}


def rows(step):
    """The examples of an update; a batch that reaches beyond the end of a pass is completed from the next."""
    places = torch.arange(step * batch_size, (step + 1) * batch_size)
    first, last = int(places[0]) // train_size, int(places[-1]) // train_size
    passes = [torch.randperm(train_size, generator=generator("order", number)) for number in range(first, last + 1)]
    return torch.cat(passes)[places - first * train_size]


def train(first, last):
    """Make the updates ``first`` … ``last`` - 1, counted from the start."""
    for step in range(first, last):
        batch = rows(step)
        for name, network in networks.items():
            network.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
            for number in frozen:
                for part in (*network.layers[number - 1:number], *network.norms[number - 1:number]):
                    for parameter in part.parameters():
                        parameter.grad = None  # what an optimizer passes over
            optimizers[name].step()
'''


def _calls(config: DeepConfig, edits: list[Edit], step: int) -> str:
    scale = config.initial_scale

    def told(edit: Edit) -> Iterable[str]:
        nonlocal scale
        yield from _edit(edit, scale)
        scale = edit.value if edit.target == "initial_scale" else scale

    return training(edits, step, told)


def _edit(edit: Edit, scale: float) -> Iterable[str]:
    found = element(edit.target)
    if found is not None:
        name, index = found
        yield "with torch.no_grad():"
        yield f"    networks.get_parameter({name!r})[{', '.join(map(str, index))}] = {edit.value!r}"
    elif edit.target in INTERVENTIONS:
        yield f"{edit.target} = {list(edit.value)}"
    elif edit.target == "initial_scale":
        yield "with torch.no_grad():"
        yield "    for network in networks.values():"
        yield "        for layer in network.layers:"
        yield f"            layer.weight.mul_({edit.value / scale!r})"
    else:
        yield "for optimizer in optimizers.values():"
        yield f'    optimizer.param_groups[0]["lr"] = {edit.value!r}'


def _measure(config: DeepConfig) -> str:
    lines = """
@torch.no_grad()
def measure():
    found = {}
    for name, network in networks.items():
        network.eval()
        logits = network(inputs)
        network.train()
        right = (logits.argmax(1) == labels).double()
        first = "" if name == MAIN else f"{name}_"
        found[f"{first}train_loss"] = nn.functional.cross_entropy(logits[:train_size], labels[:train_size]).item()
        found[f"{first}train_accuracy"] = right[:train_size].mean().item()
        found[f"{first}test_accuracy"] = right[train_size:].mean().item()
    return found
"""
    return lines.replace("MAIN", repr(config.main))
