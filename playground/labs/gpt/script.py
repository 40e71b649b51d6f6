"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pprint import pformat

from playground.catalog import OPTIMIZERS
from playground.export.script import joined, settled, title, training
from playground.labs.gpt import texts
from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.rules import Rules
from playground.run import Edit, Run, element


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """Returns the Python source that trains ``run`` up to ``step``, prints its losses, and writes a text.

    It imports torch and NumPy.
    """
    config, edits = settled(run, step, GPTConfig)
    parts = (_header(config, step), _text(config), _pieces(config), _network(config), _training(config), _MEASURE)
    return joined(*parts, training(edits, step, partial(_edit, config), "train_from"))


def _header(config: GPTConfig, step: int) -> str:
    return (
        title(config, step, "torch and NumPy")
        + """

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # as on the page"""
    )


def _text(config: GPTConfig) -> str:
    """The lines, drawn and divided as ``texts.text_of`` does."""
    corpus, seed = config.text.corpus, config.data_seed
    if corpus.rules is not None:
        rules = f"RULES = {pformat(dict(corpus.rules.rules), width=110, sort_dicts=False)}"
        made = f"Rules(RULES, {corpus.rules.between!r}, {corpus.rules.start!r})"
        source = f"{_source(Rules)}\n\n{rules}\nrules = {made}"
        lines = f"[rules.line(generator) for _ in range({len(config.text.train) + len(config.text.test)})]"
    elif corpus.lines is None:
        source, lines = "", f"[line for line in {config.own!r}.split({texts.BREAK!r}) if line.strip()]"
    else:
        source, lines = _source(corpus.lines), f"{corpus.lines.__name__}(generator)"
    return f"""
# The text: one of {texts.HELD_OUT} different lines is for the test

SUM_COUNT, CIRCLE_COUNT = {texts.SUM_COUNT}, {texts.CIRCLE_COUNT}
{source}

generator = np.random.default_rng({seed})
lines = {lines}
different = list(dict.fromkeys(lines))
order = np.random.default_rng([{seed}, 1]).permutation(len(different))
held_out = {{different[index] for index in order[: max(1, len(different) // {texts.HELD_OUT})]}}
train = [line for line in lines if line not in held_out]
test = [line for line in lines if line in held_out]
vocabulary = "\\n" + "".join(sorted(set("".join(lines))))
"""


def _source(thing: object) -> str:
    """Returns our own source of a function or class, without long docstrings."""
    text = inspect.getsource(thing)  # type: ignore[arg-type]
    return re.sub(r'^ *""".*?"""\n', "", text, flags=re.S | re.M)


def _pieces(config: GPTConfig) -> str:
    ask = config.text.corpus.ask
    places = config.places
    starts, mask = f"torch.arange(max(len(tokens) - {places}, 1))", ""
    if config.text.corpus.by_line:
        starts = f"torch.arange(len(lines)) * {places}"
    if ask is not None:
        asked = config.text.train[0].index(ask) + 1
        mask = f"    targets[(torch.arange(len(tokens)) - 1) % {places} < {asked}] = -100  # only answers count\n"
    return f'''
def chance(purpose, step=0):
    """A generator for one purpose and step of the run."""
    digest = hashlib.blake2b(f"{config.seed} {{purpose}} {{step}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)


def pieces(lines):
    """The tokens of some lines, those to be expected, and where pieces of the text may begin."""
    stream = "\\n" + "".join(f"{{line}}\\n" for line in lines)
    tokens = torch.tensor([vocabulary.index(character) for character in stream])
    targets = tokens.clone()
{mask}    return tokens, targets, {starts}


def at(tokens, targets, starts):
    """The pieces that begin at ``starts``, and the token behind each of theirs."""
    places = starts[:, None] + torch.arange(min({places}, len(tokens) - 1))
    return tokens[places], targets[places + 1]


tokens, targets, starts = pieces(train)'''


def _network(config: GPTConfig) -> str:
    sizes = f"WIDTH, HEADS, LAYERS, PLACES = {config.width}, {config.heads}, {config.layers}, {config.places}"
    parts = (_ATTENTION, _residual(config), _BLOCK, _positions(config), _gpt(config), _untrained(config))
    return "\n\n\n".join((f"# The network\n\n{sizes}\nDROPOUT = {config.dropout}", *parts))


_ATTENTION = '''def dropped(values, generator):
    """Some numbers left out, in training only."""
    if generator is None or DROPOUT == 0:
        return values
    return values * (torch.rand(values.shape, generator=generator) >= DROPOUT) / (1 - DROPOUT)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.query, self.key = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.value, self.output = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.head_scales = torch.ones(HEADS)  # 0 switches a head off

    def forward(self, inputs, generator):
        layers = (self.query, self.key, self.value)
        q, k, v = (layer(inputs).unflatten(-1, (HEADS, -1)).transpose(1, 2) for layer in layers)
        mask = torch.ones(inputs.shape[1], inputs.shape[1], dtype=torch.bool).tril()
        if generator is None or DROPOUT == 0:
            heads = F.scaled_dot_product_attention(q, k, v, mask)
        else:
            scores = (q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5).masked_fill(~mask, -torch.inf)
            heads = dropped(F.softmax(scores, dim=-1), generator) @ v
        return self.output((heads * self.head_scales[:, None, None]).transpose(1, 2).flatten(-2))'''


def _residual(config: GPTConfig) -> str:
    is_pre = config.norm == "pre"
    entered = "self.norm(inputs)" if is_pre else "inputs"
    residual = "inputs + changes" if is_pre else "self.norm(inputs + changes)"
    return f"""class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)

    def forward(self, inputs, sublayer, generator):
        changes = dropped(sublayer({entered}), generator)
        return {residual}"""


_BLOCK = """class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.around_attention = Attention(), Residual()
        self.feed_forward = nn.Sequential(nn.Linear(WIDTH, 4 * WIDTH), nn.ReLU(), nn.Linear(4 * WIDTH, WIDTH))
        self.around_feed_forward = Residual()

    def forward(self, inputs, generator):
        middle = self.around_attention(inputs, lambda x: self.attention(x, generator), generator)
        return self.around_feed_forward(middle, self.feed_forward, generator)"""


def _positions(config: GPTConfig) -> str:
    weight = {
        "learned": "nn.Parameter(torch.zeros(PLACES, WIDTH))",
        "sinusoidal": "torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)",
        "none": "torch.zeros(PLACES, WIDTH)",
    }[config.positions]
    return f"""class Positions(nn.Module):
    def __init__(self):
        super().__init__()
        angles = torch.arange(PLACES)[:, None] / 10000 ** (torch.arange(0, WIDTH, 2) / WIDTH)
        self.weight = {weight}"""


def _gpt(config: GPTConfig) -> str:
    last = "nn.LayerNorm(WIDTH)" if config.norm == "pre" else "nn.Identity()"
    return f'''class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(len(vocabulary), WIDTH), Positions()
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.norm, self.output = {last}, nn.Linear(WIDTH, len(vocabulary), bias=False)
        self.skipped = set()  # layers that are switched off

    def forward(self, tokens, generator=None):
        stream = dropped(self.tokens(tokens) + self.positions.weight[: tokens.shape[1]], generator)
        for index, block in enumerate(self.blocks):
            if index not in self.skipped:
                stream = block(stream, generator)
        return self.output(self.norm(stream))


def switch_off(heads, layers):
    """Switch off some heads, by layer, and whole layers; no others."""
    model.skipped = set(layers)
    for index, block in enumerate(model.blocks):
        block.attention.head_scales = torch.ones(HEADS)
        block.attention.head_scales[heads.get(index, [])] = 0'''


def _untrained(config: GPTConfig) -> str:
    heads, layers = config.parts_off
    return f"""model = GPT()
generator = chance("weights")
with torch.no_grad():
    for part in model.modules():
        for name, parameter in part.named_parameters(recurse=False):
            if isinstance(part, nn.LayerNorm):
                parameter.fill_(float(name == "weight"))
            elif name.endswith("bias"):
                parameter.zero_()
            else:
                parameter.normal_(0, 0.02, generator=generator)
switch_off({heads}, {layers})"""


def _training(config: GPTConfig) -> str:
    entry = OPTIMIZERS[config.optimizer]
    arguments = dict(entry.arguments) | ({"fused": True} if config.optimizer == "adam" else {})
    options = "".join(f", {name}={value!r}" for name, value in arguments.items())
    lines = [
        "# Training",
        "",
        f"optimizer = {entry.torch}(model.parameters(), lr={config.learning_rate!r}{options})",
        "",
        "",
        "def loss_of(logits, targets):",
        "    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)",
        "",
        "",
        "def train_from(first, last):",
        '    """Make the updates ``first`` … ``last`` - 1, counted from the start."""',
        "    for step in range(first, last):",
        f"        drawn = torch.randint(len(starts), ({config.batch_size},), generator=chance('batch', step))",
        "        inputs, expected = at(tokens, targets, starts[drawn])",
        "        loss = loss_of(model(inputs, chance('dropout', step) if DROPOUT else None), expected)",
        "        optimizer.zero_grad()",
        "        loss.backward()",
        "        optimizer.step()",
    ]
    return "\n".join(lines)


def _edit(config: GPTConfig, edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is not None:
        yield "with torch.no_grad():"
        yield f"    model.get_parameter({found[0]!r})[{', '.join(map(str, found[1]))}] = {edit.value!r}"
    elif edit.target == "learning_rate":
        yield "for group in optimizer.param_groups:"
        yield f"    group['lr'] = {edit.value!r}"
    elif edit.target == "off":
        heads, layers = replace(config, off=edit.value).parts_off
        yield f"switch_off({heads}, {layers})"


_MEASURE = """
@torch.no_grad()
def measure():
    found = {}
    for name, lines in (("train_loss", train), ("test_loss", test)):
        tokens, targets, starts = pieces(lines)
        apart = starts[:: PLACES] if len(starts) > len(lines) else starts
        inputs, expected = at(tokens, targets, apart[:: -(-len(apart) // 48)])
        found[name] = loss_of(model(inputs), expected).item()
    return found
"""
