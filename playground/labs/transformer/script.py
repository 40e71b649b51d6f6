"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone. The pairs are made by our own functions, as they stand.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from playground.catalog import OPTIMIZERS
from playground.data import numerals
from playground.export.script import joined, settled, title, training
from playground.export.source import source
from playground.labs.transformer import tasks
from playground.labs.transformer.config import FEED_FORWARD, TransformerConfig
from playground.labs.transformer.tasks import MARKS, MOST_TEST, TASKS
from playground.run import Edit, Run, element

SWITCHES = ("causal_mask", "add_positions", "cross_attention", "silent")


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers. It imports torch and NumPy."""
    config, edits = settled(run, step, TransformerConfig)
    parts = (_header(config, step), _pairs(config), _data(config), _network(config), _training(config), _MEASURE)
    return joined(*parts, training(edits, step, _edit, "train_on"))


def _header(config: TransformerConfig, step: int) -> str:
    return (
        title(config, step, "torch and NumPy")
        + """

import calendar
import hashlib
import math
from collections import namedtuple
from functools import cache
from itertools import product

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # as on the page
Pair = namedtuple("Pair", "source target alignment")  # words, words, and for each target word its source places
"""
    )


def _pairs(config: TransformerConfig) -> str:
    """The code that makes all pairs of the task, and says which are held out."""
    names: list[str]
    functions: list[Callable[..., object]]
    module: Any = numerals
    into = config.target
    if config.task == "numbers":
        names = ["_ENGLISH", "_ENGLISH_TENS", *_CONSTANTS[into, "number"]]
        functions = [numerals.aligned, numerals.english_number, *_SAID[into, "number"]]
        made = f"[aligned(english_number(n), {into}_number(n)) for n in range({numerals.LARGEST + 1})]"
    elif config.task == "dates":
        names = ["YEARS", "_ENGLISH_DAYS", "_ENGLISH_MONTHS", *_CONSTANTS[into, "date"]]
        functions = [numerals.aligned, numerals.days, numerals.english_date, *_SAID[into, "date"]]
        made = f"[aligned(english_date(day), {into}_date(day)) for day in days()]"
    elif config.task == "sentences":
        module, names, functions = tasks, ["_NOUNS", "_VERBS"], [numerals.aligned, tasks.sentences]
        made = "list(sentences())"
    else:
        made_by = tasks.reversals if config.task == "reversal" else tasks.sortings
        module, names, functions = tasks, ["LETTERS", "LENGTHS", "SEQUENCES"], [tasks.sequences, made_by]
        made = f"list({made_by.__name__}())"
    if config.held_out == "combination":
        functions.append(TASKS[config.task].holds_out)
        if config.task in ("reversal", "sorting"):
            names = [*dict.fromkeys([*names, "LENGTHS"])]
    constants = "\n".join(f"{name} = {getattr(module, name)!r}" for name in names)
    text = "\n\n\n".join([_DAY] * (config.task == "dates") + [source(each) for each in functions])
    text = text.replace(": Words =", " =")
    return f"# The pairs\n\n{constants}\n\n\n{text}\n\n\npairs = {made}"


_CONSTANTS = {
    ("french", "number"): ["_FRENCH", "_FRENCH_TENS"],
    ("french", "date"): ["_FRENCH_DAYS", "_FRENCH_MONTHS"],
    ("chinese", "number"): ["_CHINESE"],
    ("chinese", "date"): ["_CHINESE_DAYS"],
}
_SAID: dict[tuple[str, str], list[Callable[..., object]]] = {
    ("french", "number"): [numerals._french_below_20, numerals.french_number],
    ("french", "date"): [numerals.french_date],
    ("chinese", "number"): [numerals.chinese_number],
    ("chinese", "date"): [numerals.chinese_date],
}
_DAY = """class Day(namedtuple("Day", "year month day")):
    weekday = property(lambda self: calendar.weekday(*self))"""


def _data(config: TransformerConfig) -> str:
    split = f"test, train = order[:{MOST_TEST}], order[{MOST_TEST}:]"
    if config.held_out == "combination":
        holds_out = TASKS[config.task].holds_out.__name__
        split = f"""train = [pair for pair in order if not {holds_out}(pair)]
test = [pair for pair in order if {holds_out}(pair)][:{MOST_TEST}]"""
    return f"""# Words as numbers: 0 is padding; a target goes from start, 1, to end, 2

order = [pairs[place] for place in np.random.default_rng({config.data_seed}).permutation(len(pairs))]
{split}
source_words = [{MARKS[0]!r}, *dict.fromkeys(word for pair in pairs for word in pair.source)]
target_words = [*{MARKS!r}, *dict.fromkeys(word for pair in pairs for word in pair.target)]
source_length = max(len(pair.source) for pair in train + test)
target_length = max(len(pair.target) for pair in train + test) + 1


def tensors(pairs):
    numbers = [{{word: number for number, word in enumerate(words)}} for words in (source_words, target_words)]
    source = torch.zeros(len(pairs), source_length, dtype=torch.int64)
    target = torch.zeros(len(pairs), target_length + 1, dtype=torch.int64)
    is_true = torch.zeros(len(pairs), target_length, source_length, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        source[row, : len(pair.source)] = torch.tensor([numbers[0][word] for word in pair.source])
        target[row, : len(pair.target) + 2] = torch.tensor([1, *(numbers[1][word] for word in pair.target), 2])
        for place, places in enumerate(pair.alignment):
            is_true[row, place, list(places)] = True
    return source, target, is_true


train_source, train_target, _ = tensors(train)
test_source, test_target, is_true = tensors(test)"""


def _network(config: TransformerConfig) -> str:
    switches = "\n".join(f"{name} = {getattr(config, name)!r}" for name in SWITCHES)
    return _NETWORK.format(
        switches=switches,
        width=config.width,
        heads=config.heads,
        dropout=config.dropout,
        hidden=FEED_FORWARD * config.width,
        positions=config.positions,
        is_pre=config.norm == "pre",
        encoder_layers=config.encoder_layers,
        decoder_layers=config.decoder_layers,
        seed=config.seed,
    )


_NETWORK = """
# The network; what is switched on and off

{switches}
width, heads, dropout, is_pre = {width}, {heads}, {dropout!r}, {is_pre}
masks = None  # the generator of the dropout masks, while training
seen = {{}}  # attention weights by name, where they are wanted
is_seen = False


def dropped(x):
    if masks is None or dropout == 0:
        return x
    return x * (torch.rand(x.shape, generator=masks) >= dropout) / (1 - dropout)


class Attention(nn.Module):
    def __init__(self, name):
        super().__init__()
        self.name = name
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.output = nn.Linear(width, width), nn.Linear(width, width)

    def forward(self, x, memory, mask):
        pairs = ((self.query, x), (self.key, memory), (self.value, memory))
        queries, keys, values = (layer(y).unflatten(-1, (heads, -1)).transpose(1, 2) for layer, y in pairs)
        if is_seen or masks is not None and dropout:
            scores = queries @ keys.transpose(-2, -1) / queries.shape[-1] ** 0.5
            weights = F.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)
            seen[self.name] = weights
        if masks is None or dropout == 0:
            found = F.scaled_dot_product_attention(queries, keys, values, mask)
        else:
            found = dropped(weights) @ values
        is_on = torch.tensor([float(f"{{self.name}}.{{head}}" not in silent.split(",")) for head in range(heads)])
        return self.output((found * is_on[:, None, None]).transpose(1, 2).flatten(-2))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.LayerNorm(width)

    def forward(self, x, part):
        if is_pre:
            return x + dropped(part(self.norm(x)))
        return self.norm(x + dropped(part(x)))


class Layer(nn.Module):
    def __init__(self, side, number):
        super().__init__()
        self.attention, self.attention_residual = Attention(f"{{side}}.{{number}}"), Residual()
        if side == "decoder":
            self.cross, self.cross_residual = Attention(f"cross.{{number}}"), Residual()
        self.feed_forward = nn.Sequential(nn.Linear(width, {hidden}), nn.ReLU(), nn.Linear({hidden}, width))
        self.feed_forward_residual = Residual()

    def forward(self, x, mask, memory=None, is_word=None):
        x = self.attention_residual(x, lambda y: self.attention(y, y, mask))
        if memory is not None:
            cross = (lambda y: self.cross(y, memory, is_word)) if cross_attention else torch.zeros_like
            x = self.cross_residual(x, cross)
        return self.feed_forward_residual(x, self.feed_forward)


class Positions(nn.Module):
    def __init__(self, kind, places):
        super().__init__()
        if kind == "learned":
            self.weight = nn.Parameter(torch.zeros(places, width))
        else:
            angles = torch.arange(places)[:, None] / 10000 ** (torch.arange(0, width, 2) / width)
            waves = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
            self.register_buffer("weight", waves * (kind == "sinusoidal"), persistent=False)


class Side(nn.Module):
    def __init__(self, name, words, places, layers):
        super().__init__()
        self.embedding, self.positions = nn.Embedding(words, width), Positions({positions!r}, places)
        self.layers = nn.ModuleList(Layer(name, number) for number in range(layers))
        self.norm = nn.LayerNorm(width) if is_pre else nn.Identity()

    def forward(self, words, mask, *memory):
        x = self.embedding(words) * math.sqrt(width)
        if add_positions:
            x = x + self.positions.weight[: words.shape[1]]
        x = dropped(x)
        for layer in self.layers:
            x = layer(x, mask, *memory)
        return self.norm(x)


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = Side("encoder", len(source_words), source_length, {encoder_layers})
        self.decoder = Side("decoder", len(target_words), target_length, {decoder_layers})
        self.output = nn.Linear(width, len(target_words))

    def forward(self, source, target):
        is_word, before = (source != 0)[:, None, None], torch.ones(target.shape[1], target.shape[1], dtype=torch.bool)
        memory = self.encoder(source, is_word)
        return self.output(self.decoder(target, before.tril() if causal_mask else before, memory, is_word))


model = Transformer()
chance = torch.Generator().manual_seed({seed})
with torch.no_grad():
    for module in model.modules():
        if isinstance(module, nn.Embedding):
            module.weight.normal_(0, width**-0.5, generator=chance)
        elif isinstance(module, Positions) and list(module.parameters()):
            module.weight.normal_(0, 0.02, generator=chance)
        elif isinstance(module, nn.Linear):
            for parameter in module.parameters():
                parameter.uniform_(-(module.in_features**-0.5), module.in_features**-0.5, generator=chance)
"""


def _training(config: TransformerConfig) -> str:
    rule = OPTIMIZERS[config.optimizer]
    options = "".join(f", {name}={value!r}" for name, value in rule.arguments.items())
    return f'''
# Training: each pass over the pairs has an order of its own

optimizer = {rule.torch}(model.parameters(), lr={config.learning_rate!r}, fused=True{options})
batch_size = {config.batch_size}


def generator(purpose, step):
    """A source of chance of its own for each purpose and step."""
    digest = hashlib.blake2b(f"{config.seed} {{purpose}} {{step}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)


@cache
def order_of(number):
    return torch.randperm(len(train), generator=generator("order", number))


def rows(step):
    """The pairs of an update; a batch that reaches beyond the end of a pass is completed from the next."""
    places = torch.arange(step * batch_size, (step + 1) * batch_size)
    first, last = int(places[0]) // len(train), int(places[-1]) // len(train)
    return torch.cat([order_of(number) for number in range(first, last + 1)])[places - first * len(train)]


def loss_of(logits, target):
    return F.cross_entropy(logits.transpose(1, 2), target[:, 1:], ignore_index=0)


def train_on(first, last):
    """Make the updates ``first`` … ``last`` - 1, counted from the start."""
    global masks
    for step in range(first, last):
        batch = rows(step)
        masks = generator("dropout", step)
        loss = loss_of(model(train_source[batch], train_target[batch][:, :-1]), train_target[batch])
        masks = None
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
'''


def _edit(edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is not None:
        name, index = found
        yield "with torch.no_grad():"
        yield f"    model.get_parameter({name!r})[{', '.join(map(str, index))}] = {edit.value!r}"
    elif edit.target in SWITCHES:
        yield f"{edit.target} = {edit.value!r}"
    else:
        yield f'optimizer.param_groups[0]["lr"] = {edit.value!r}'


_MEASURE = """
# The page's numbers: given the right words before; then word by word without help


@torch.no_grad()
def measure():
    global is_seen
    known = slice(0, len(test))
    is_seen = True
    logits = model(train_source[known], train_target[known, :-1])
    found = {"train_loss": loss_of(logits, train_target[known]).item()}
    logits = model(test_source, test_target[:, :-1])
    is_seen = False
    found["test_loss"] = loss_of(logits, test_target).item()
    right = (logits.argmax(-1) == test_target[:, 1:])[test_target[:, 1:] != 0]
    found["token_accuracy"] = right.float().mean().item()
    written = torch.ones(len(test), 1, dtype=torch.int64)
    for _ in range(target_length):
        chosen = model(test_source, written)[:, -1].argmax(-1)
        chosen[(written == 2).any(1)] = 0
        written = torch.cat([written, chosen[:, None]], dim=1)
    found["exact_match"] = (written == test_target).all(1).float().mean().item()
    has_source, best = is_true.any(-1), []
    for name, weights in seen.items():
        if name.startswith("cross"):
            on_true = (weights * is_true[:, None]).sum(-1) * has_source[:, None]
            best.append((on_true.sum((0, 2)) / has_source.sum()).max().item())
    found["alignment"] = max(best)
    return found
"""
