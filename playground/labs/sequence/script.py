"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone. Sequences and network are made by our own functions, as
they stand.
"""

from collections.abc import Iterable, Mapping

from playground.catalog import OPTIMIZERS
from playground.data import numerals
from playground.export.script import joined, settled, title, training
from playground.export.source import gathered
from playground.labs.sequence import own
from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.examples import mixed, translations
from playground.labs.sequence.tasks import DRAWN, TESTED, Task
from playground.run import Edit, Run, element

NEVER = ("zeroed", "clamped")


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers. It imports torch and NumPy."""
    config, edits = settled(run, step, SequenceConfig)
    parts = (_header(config, step), _sequences(config), _tensors(config), _network(config), _training(config))
    return joined(*parts, _MEASURE, training(edits, step, lambda edit: _edit(edit, config), "train_on"))


def _header(config: SequenceConfig, step: int) -> str:
    return (
        title(config, step, "torch and NumPy")
        + """

import calendar
import hashlib
from collections import namedtuple
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import skip_init

torch.set_num_threads(1)  # as on the page
Pair = namedtuple("Pair", "source target alignment")  # words, words, and for each target word its source places
Examples = namedtuple("Examples", "inputs targets sources truth")  # tokens or values; -1 or NaN for none"""
    )


def _sequences(config: SequenceConfig) -> str:
    """The code that makes ``train`` and ``test``."""
    task, given = config.what, ("Pair", "Examples")
    if task.cut is not None:
        made = _own(config)
        return f"# Your own, in sequences\n\n{gathered(own._windows, given=given)}\n\n\n{made}"
    generator = f"generator = np.random.default_rng([{config.data_seed}, {config.length}])"
    if task.make is not None:
        helpers = [mixed] if config.mixed else [task.held_out] if task.held_out else []
        functions = gathered(task.make, *helpers, given=given)
        call = f"mixed({task.make.__name__}, " if config.mixed else f"{task.make.__name__}("
        made = f"{generator}\ndrawn = {call}generator, {DRAWN}, {config.length})"
    else:
        functions, made = _pairs(config, generator)
    return f"# The sequences\n\n{functions}\n\n\n{made}\n{_split(task) if task.splits else 'train = test = drawn'}"


def _split(task: Task) -> str:
    rows = f"tested = min({TESTED}, len(order) // 5)\nrows = order[tested:][:{DRAWN}], order[:tested]"
    if task.held_out is not None:
        rows = f"tests = {task.held_out.__name__}(drawn.inputs[order])\nrows = order[~tests], order[tests][:{TESTED}]"
    return f"""keys = np.concatenate([drawn.sources, drawn.inputs], axis=1)
_, places = np.unique(keys, axis=0, return_index=True)
order = generator.permutation(places)
{rows}
train, test = (Examples(*(each[some] for each in drawn)) for some in rows)"""


def _own(config: SequenceConfig) -> str:
    if config.what.is_series:
        return f"""values = np.array([{", ".join(config.own.split())}])
known = values[: _split(len(values))]
train, test = _windows(((values - known.mean()) / (2 * known.std() or 1.0)).astype(np.float32), {config.length})"""
    return f"""text = {config.own!r}
letters = sorted(set(text))
train, test = _windows(np.array([letters.index(letter) for letter in text]), {config.length})"""


def _pairs(config: SequenceConfig, generator: str) -> tuple[str, str]:
    """The code of a translation: the functions, and what they are called with."""
    into, _, dates = config.task.partition("_")
    said = ("date" if dates else "number", "days()" if dates else f"range({numerals.LARGEST + 1})")
    sayings = [getattr(numerals, f"{language}_{said[0]}") for language in ("english", into)]
    extra = [numerals.days] if dates else []
    functions = gathered(numerals.aligned, *extra, *sayings, translations, given=("Pair", "Examples"))
    made = f"""pairs = [aligned({sayings[0].__name__}(each), {sayings[1].__name__}(each)) for each in {said[1]}]
reads = {{word: place for place, word in enumerate(dict.fromkeys(word for pair in pairs for word in pair.source))}}
says = {{word: place for place, word in enumerate(dict.fromkeys(word for pair in pairs for word in pair.target))}}
{generator}
drawn = translations(
    [([reads[w] for w in pair.source], [says[w] for w in pair.target], pair.alignment) for pair in pairs], len(says)
)"""
    return functions, made


def _tensors(config: SequenceConfig) -> str:
    task = config.what
    size, classes, source = config.sizes
    if task.is_series:
        lines = ["inputs, sources, lengths = torch.from_numpy(examples.inputs)[..., None], None, None"]
    elif source:
        lines = [
            f"inputs = one_hot(torch.from_numpy(examples.inputs), {size})",
            f"sources = one_hot(torch.from_numpy(examples.sources), {source})",
            "lengths = torch.from_numpy((examples.sources >= 0).sum(1))",
        ]
    else:
        lines = [f"inputs, sources, lengths = one_hot(torch.from_numpy(examples.inputs), {size}), None, None"]
    body = "\n".join(f"    {line}" for line in lines)
    return f"""# As tensors: tokens are one-hot, nothing is zeros


def one_hot(tokens, size):
    return F.one_hot(tokens + 1, size + 1)[..., 1:].float()


def tensors(examples):
    \"\"\"The inputs, what is to be said, the source and its lengths, and which of it each answer stands for.\"\"\"
{body}
    return inputs, torch.from_numpy(examples.targets), sources, lengths, torch.from_numpy(examples.truth)


def of(batch, rows):
    return tuple(None if each is None else each[rows] for each in batch)


train, test = tensors(train), tensors(test)
generates, continues, size, classes = {task.generates}, {task.continues}, {size}, {classes}"""


def _network(config: SequenceConfig) -> str:
    from playground.labs.sequence.model import Network  # brings torch

    size, classes, source = config.sizes
    arguments = (config.cell, size, config.units, classes, source, config.attention)
    return f"""# The network

{gathered(Network)}


def intervene(clamped, zeroed):
    \"\"\"Hold gates at these values, and the h of these units at 0; no others.\"\"\"
    for cell in filter(None, (model.encoder, model.cell)):
        cell.clamped, cell.zeroed = clamped, None
        if zeroed:
            cell.zeroed = torch.ones(cell.hidden)
            cell.zeroed[zeroed] = 0


model = Network({", ".join(map(repr, arguments))})
model.initialize(torch.Generator().manual_seed({config.seed}), {config.forget_bias!r})
intervene({config.gates!r}, {config.silent!r})"""


def _training(config: SequenceConfig) -> str:
    from playground.labs.sequence.data import loss_of  # brings torch
    from playground.training.batches import rows

    rule = OPTIMIZERS[config.optimizer]
    arguments = dict(rule.arguments) | ({"fused": True} if config.optimizer == "adam" else {})
    options = "".join(f", {name}={value!r}" for name, value in arguments.items())
    return f"""# Training: each pass over the sequences has an order of its own

{gathered(rows, loss_of)}


optimizer = {rule.torch}(model.parameters(), lr={config.learning_rate!r}{options})
clip, truncate, batch_size = {config.clip!r}, {config.truncate}, {config.batch_size}


def train_on(first, last):
    \"\"\"Make the updates ``first`` … ``last`` - 1, counted from the start.\"\"\"
    for step in range(first, last):
        inputs, targets, sources, lengths, _ = of(train, rows(step, len(train[0]), batch_size, {config.seed}))
        loss = loss_of(model(inputs, sources, lengths, truncate), targets)
        optimizer.zero_grad()
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()"""


_MEASURE = """# The page's numbers: given the right answers before; then answer by answer without help


@torch.no_grad()
def generated(inputs, sources, lengths):
    read = None if sources is None else model.read(sources, lengths)
    state, inputs, said = model.handed_over(read, lengths, len(inputs)), inputs.clone(), []
    for place in range(inputs.shape[1]):
        (step,) = model.cell(inputs[:, place : place + 1], state)
        outputs, _ = model.outputs(step.h[:, None], read, lengths)
        said.append(outputs[:, 0].argmax(-1))
        state = step.h, step.c
        if place < inputs.shape[1] - 1:
            inputs[:, place + 1] = one_hot(said[-1] + size - classes, size)
    return torch.stack(said, 1)


@torch.no_grad()
def measure():
    inputs, targets, sources, lengths, truth = test
    known = of(train, torch.arange(min(len(train[0]), len(inputs))))
    outputs, attention = model.attending(inputs, sources, lengths)
    found = {"train_loss": loss_of(model(known[0], known[2], known[3]), known[1]).item()}
    found["test_loss"] = loss_of(outputs, targets).item()
    if not targets.is_floating_point():
        said, counts = outputs.argmax(-1), targets >= 0
        found["token_accuracy"] = (said == targets)[counts].float().mean().item()
        if not continues:
            answers = generated(inputs, sources, lengths) if generates else said
            found["exact_match"] = ((answers == targets) | ~counts).all(1).float().mean().item()
    if attention is not None:
        found["alignment"] = (attention * truth).sum(-1)[truth.any(-1)].mean().item()
    return found
"""


def _edit(edit: Edit, config: SequenceConfig) -> Iterable[str]:
    """The lines that make an edit; ``config`` follows it."""
    found = element(edit.target)
    if found is not None:
        name, index = found
        yield "with torch.no_grad():"
        yield f"    model.get_parameter({name!r})[{', '.join(map(str, index))}] = {edit.value!r}"
    elif edit.target == "learning_rate":
        yield f'optimizer.param_groups[0]["lr"] = {edit.value!r}'
    elif edit.target in NEVER:
        object.__setattr__(config, edit.target, edit.value)
        yield f"intervene({config.gates!r}, {config.silent!r})"
    else:
        yield f"{edit.target} = {edit.value!r}"
