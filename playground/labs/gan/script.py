"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

from collections.abc import Iterable, Mapping
from pprint import pformat
from textwrap import indent

from playground.data.digits import CLASSES
from playground.export import activation
from playground.export.script import joined, settled, title, training
from playground.export.source import source
from playground.labs.gan import measures
from playground.labs.gan.config import OPTIMIZERS, PENALIZED, GANConfig
from playground.labs.gan.data import LETTERS, SETS
from playground.run import Edit, Run, element

JUDGED = 1000
_CROSS_ENTROPY = "F.softplus(-real).mean() + F.softplus(fake).mean()"
LOSSES = {  # of the discriminator and the generator, from D's outputs at real and fake examples
    "non_saturating": (_CROSS_ENTROPY, "F.softplus(-fake).mean()"),
    "minimax": (_CROSS_ENTROPY, "-F.softplus(fake).mean()"),
    "least_squares": ("(real - 1).square().mean() + fake.square().mean()", "(fake - 1).square().mean()"),
    "wgan_gp": ("fake.mean() - real.mean()", "-fake.mean()"),
    "r1": (_CROSS_ENTROPY, "F.softplus(-fake).mean()"),
}
# What the penalty weight multiplies, of the slope's squared length at the points named first.
PENALTIES = {
    "wgan_gp": ("(mix * real + (1 - mix) * fake).detach()", "((squares + 1e-12).sqrt() - 1).square().mean()"),
    "r1": ("real.detach()", "(squares.mean() / 2)"),
}
NOISES = {
    "uniform": "torch.rand(shape, generator=random) * 2 - 1",
    "gaussian": "torch.randn(shape, generator=random)",
}


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers."""
    config, edits = settled(run, step, GANConfig)
    losses = list(dict.fromkeys([config.loss, *(edit.value for edit in edits if edit.target == "loss")]))
    parts = (_header(config, step), _data(config), _players(config), _game(config, losses), _training(config, losses))
    return joined(*parts, _measure(config), training(edits, step, _edit))


def _header(config: GANConfig, step: int) -> str:
    needs = "torch, numpy and scikit-learn" if config.dataset == "digits" else "torch and numpy"
    return (
        title(config, step, needs)
        + f'''

import hashlib

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # as on the page; players as small as these are fastest so


def chance(purpose, step=0):
    """A generator for one purpose and step of the run."""
    digest = hashlib.blake2b(f"{config.seed} {{purpose}} {{step}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)
'''
    )


def _data(config: GANConfig) -> str:
    """The examples, drawn as ``data.examples`` does, and fresh ones to compare fakes with."""
    seed = config.data_seed
    return f"""
# Data: examples to learn from, and fresh ones to compare fakes with

{_examples(config)}


data = torch.from_numpy(examples({config.size}, np.random.default_rng([{seed}, 0]))).float()
fresh = examples({JUDGED}, np.random.default_rng([{seed}, 1]))
"""


def _examples(config: GANConfig) -> str:
    entry = SETS[config.dataset]
    if config.dataset == "digits":
        return _DIGITS
    if entry.mixture is not None:
        return _MIXTURE.format(
            centres=pformat(entry.mixture.centres.tolist(), width=110, compact=True),
            stds=pformat(entry.mixture.stds.tolist(), width=110, compact=True),
        )
    if entry.sample is not None:
        text = source(entry.sample).replace("found: Floats = ", "found = ")
        return f"{text}\n\n\nexamples = {entry.sample.__name__}"
    return _DRAWN.format(drawing=LETTERS if config.dataset == "letters" else config.drawing)


_MIXTURE = """centres = np.array({centres})
stds = np.array({stds})


def examples(n, rng):
    which = rng.integers(len(centres), size=n)
    return centres[which] + stds[which] * rng.normal(size=(n, 2))"""

_DRAWN = """drawing = "{drawing}"


def examples(n, rng):
    \"\"\"Points, evenly from the dark squares of the drawing.\"\"\"
    bits = np.unpackbits(np.frombuffer(bytes.fromhex(drawing), np.uint8))
    side = int(len(bits) ** 0.5)
    rows, columns = np.nonzero(bits.reshape(side, side))
    which = rng.integers(len(rows), size=n)
    x, y = columns[which] + rng.uniform(size=n), rows[which] + rng.uniform(size=n)
    return 2.5 * np.stack([x / side - 0.5, 0.5 - y / side], 1)"""

_DIGITS = """from sklearn.datasets import load_digits

images, labels = load_digits(return_X_y=True)
images = images.astype(np.float32)


def examples(n, rng):
    return 2.0 * images[rng.permutation(len(images))[:n]] / 16 - 1"""


def _players(config: GANConfig) -> str:
    names = ("generator", "discriminator")
    is_normed = any(getattr(config, f"{name}_batch_norm") for name in names)
    is_digits = config.dataset == "digits"
    made = "\n".join(f'    "{name}": {_player(config, name, is_normed, is_digits)},' for name in names)
    widths = "(sizes[1:-1] if batch_norm else ())"
    norms = f"\n        self.norms = nn.ModuleList(nn.BatchNorm1d(width) for width in {widths})" if is_normed else ""
    squashed = "\n        self.squashed = squashed  # pixels are in [-1, 1]" if is_digits else ""
    return f"""
# Players


{activation.defined(getattr(config, f"{name}_activation") for name in names)}class Player(nn.Module):
    def __init__(self, sizes, activation{", batch_norm" * is_normed}{", squashed" * is_digits}):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(m, n) for m, n in zip(sizes, sizes[1:])){norms}
        self.activation = activation{squashed}

    def forward(self, values):
        for index, layer in enumerate(self.layers):
            values = layer(values)
            if index < len(self.layers) - 1:
                values = self.activation({"self.norms[index](values) if self.norms else " * is_normed}values)
        return {"values.tanh() if self.squashed else " * is_digits}values


model = nn.ModuleDict({{
{made}
}})
generator, discriminator = model["generator"], model["discriminator"]
random = torch.Generator().manual_seed({config.seed})
with torch.no_grad():
    for player in (generator, discriminator):
        for layer in player.layers:
            bound = layer.in_features**-0.5
            layer.weight.uniform_(-bound, bound, generator=random)
            layer.bias.uniform_(-bound, bound, generator=random)
"""


def _player(config: GANConfig, name: str, is_normed: bool, is_digits: bool) -> str:
    arguments = [str([*config.sizes(name)]), activation.called(getattr(config, f"{name}_activation"))]
    if is_normed:
        arguments.append(f"batch_norm={getattr(config, f'{name}_batch_norm')}")
    if is_digits:
        arguments.append(f"squashed={name == 'generator'}")
    return f"Player({', '.join(arguments)})"


def _game(config: GANConfig, losses: list[str]) -> str:
    def cases(values: Mapping[str, str]) -> str:
        """An expression where one loss is played, else a choice by ``loss``."""
        if len(set(values.values())) == 1:
            return f"    return {next(iter(values.values()))}"
        return "\n".join(f"    if loss == {name!r}:\n        return {value}" for name, value in values.items())

    return f"""
# The game; D's outputs are logits of being real, or scores

loss, penalty = {config.loss!r}, {config.penalty!r}


def noise(n, random):
    shape = (n, {config.noise_size})
    return {NOISES[config.noise]}


def discriminator_loss(real, fake):
{cases({name: LOSSES[name][0] for name in losses})}


def generator_loss(fake):
{cases({name: LOSSES[name][1] for name in losses})}
"""


def _training(config: GANConfig, losses: list[str]) -> str:
    optimizers = "\n".join(f'    "{name}": {_optimizer(config, name)},' for name in ("generator", "discriminator"))
    return f'''
# Training: in a round first D learns, then G; each update has a new batch

optimizers = {{
{optimizers}
}}
updates_per_round = {{
    "generator": {config.generator_updates_per_round},
    "discriminator": {config.discriminator_updates_per_round},
}}
plays, done = {config.plays!r}, {{"generator": 0, "discriminator": 0}}


def descend(name, value):
    parameters = list(model[name].parameters())
    for parameter, gradient in zip(parameters, torch.autograd.grad(value, parameters)):
        parameter.grad = gradient
    optimizers[name].step()
    done[name] += 1


def update_discriminator(random):
    real = data[torch.randint(len(data), ({config.batch_size},), generator=random)]
    with torch.no_grad():
        fake = generator(noise({config.batch_size}, random))
    value = discriminator_loss(discriminator(real), discriminator(fake)){_penalties(config, losses)}
    descend("discriminator", value)


def update_generator(random):
    fake = generator(noise({config.batch_size}, random))
    descend("generator", generator_loss(discriminator(fake)))


def train(first, last):
    """Play the rounds ``first`` … ``last`` - 1, counted from the start."""
    model.train()
    for step in range(first, last):
        random = chance("round", step)
        for _ in range(0 if plays == "generator" else updates_per_round["discriminator"]):
            update_discriminator(random)
        for _ in range(0 if plays == "discriminator" else updates_per_round["generator"]):
            update_generator(random)
'''


def _optimizer(config: GANConfig, player: str) -> str:
    name, rate = getattr(config, f"{player}_optimizer"), getattr(config, f"{player}_learning_rate")
    arguments = dict(OPTIMIZERS[name].arguments) | ({"fused": True} if name == "adam" else {})
    options = "".join(f", {each}={value!r}" for each, value in arguments.items())
    return f"{OPTIMIZERS[name].torch}({player}.parameters(), lr={rate!r}{options})"


def _penalties(config: GANConfig, losses: list[str]) -> str:
    """The lines that add a penalty, for each of the losses that have one."""
    lines = ""
    for name in losses:
        if name not in PENALIZED:
            continue
        at, value = PENALTIES[name]
        code = f"""
mix = torch.rand(({config.batch_size}, 1), generator=random){"  # of WGAN-GP; drawn in any case" * (name == "r1")}
at = {at}.requires_grad_()
(slope,) = torch.autograd.grad(discriminator(at).sum(), at, create_graph=True)
squares = slope.square().sum(1)
value = value + penalty * {value}"""
        if len(losses) > 1:
            code = f"\nif loss == {name!r}:{indent(code, '    ')}"
        lines += indent(code, "    ")
    return lines


def _edit(edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is not None:
        yield "with torch.no_grad():"
        yield f"    model.get_parameter({found[0]!r})[{', '.join(map(str, found[1]))}] = {edit.value!r}"
        return
    player, _, what = edit.target.partition("_")
    if what == "learning_rate":
        yield f"for group in optimizers[{player!r}].param_groups:"
        yield f"    group['lr'] = {edit.value!r}"
    elif what == "updates_per_round":
        yield f"updates_per_round[{player!r}] = {edit.value!r}"
    else:
        yield f"{edit.target} = {edit.value!r}"


def _measure(config: GANConfig) -> str:
    judge, modes = "", ""
    entry = SETS[config.dataset]
    if config.dataset == "digits":
        judge, modes = _JUDGE, _modes("labels[nearest]", CLASSES)
    elif entry.mixture is not None:
        modes = _modes("nearest", len(entry.mixture.centres))
        judge = f"""
def judged(points):
    \"\"\"The mode nearest to each point, and whether it is within {measures.WITHIN:g} standard deviations.\"\"\"
    distance = np.sqrt((((points[:, None] - centres) / stds) ** 2).sum(2))
    return distance.argmin(1), distance.min(1) < {measures.WITHIN}

"""
    directions = (
        "turn = np.pi * np.arange(64) / 64\ndirections = np.stack([np.cos(turn), np.sin(turn)])"
        if config.features == 2
        else "directions = np.random.default_rng(0).normal(size=(64, 64))\n"
        "directions /= np.linalg.norm(directions, axis=0)"
    )
    return f'''
# How well fakes of fixed noise imitate

fixed = noise({JUDGED}, chance("fixed noise"))
real = torch.tensor(fresh, dtype=torch.float32)
{directions}

{judge}
def distance(first, second):
    """The sliced Wasserstein distance."""
    return np.abs(np.sort(first @ directions, 0) - np.sort(second @ directions, 0)).mean()


@torch.no_grad()
def measure():
    model.eval()
    fakes = generator(fixed)
    outputs = discriminator(fakes)
    points = fakes.double().numpy(){modes}
    return {{
        "generator_loss": generator_loss(outputs).item(),
        "discriminator_loss": discriminator_loss(discriminator(real), outputs).item(),{_MODES if modes else ""}
        "sliced_wasserstein": distance(points, fresh),
        "discriminator_updates": done["discriminator"],
        "generator_updates": done["generator"],
    }}
'''


def _modes(kind: str, count: int) -> str:
    return f"""
    nearest, is_on = judged(points)
    share = np.bincount({kind}[is_on], minlength={count})  # a mode is found that has a fifth of its even share"""


_MODES = """
        "modes": int((share >= 0.2 * len(points) / len(share)).sum()),
        "share_on_mode": is_on.mean(),"""

_JUDGE = f"""
scaled = 2 * images.astype(float) / 16 - 1
squares = (scaled**2).sum(1)[:, None] - 2 * scaled @ scaled.T + (scaled**2).sum(1)
np.fill_diagonal(squares, np.inf)
reach = np.quantile(squares.min(1), {measures.USUAL})  # as near real digits are to each other


def judged(points):
    \"\"\"The real digit nearest to each fake, and whether that is near.\"\"\"
    squares = (points**2).sum(1)[:, None] - 2 * points @ scaled.T + (scaled**2).sum(1)
    nearest = squares.argmin(1)
    return nearest, np.take_along_axis(squares, nearest[:, None], 1)[:, 0] < reach

"""
