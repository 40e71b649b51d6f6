"""A run as one Python file of plain PyTorch that ends at the same weights, to the bit.

The text is made from the run's configuration and edits alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from playground.catalog import OPTIMIZERS
from playground.data.digits import SIDE as MEASURED
from playground.data.digits import WHITE
from playground.export import activation
from playground.export.script import joined, settled, title, training
from playground.export.source import source
from playground.labs.image import images
from playground.labs.image.config import ImageConfig
from playground.labs.image.plan import Layer
from playground.run import Edit, Run, element


def script(run: Run, step: int, shown: Mapping[str, float | None] | None = None) -> str:
    """The Python source that trains ``run`` up to ``step`` and prints its numbers.

    It imports torch, NumPy, and for digits scikit-learn.
    """
    config, edits = settled(run, step, ImageConfig)
    is_silenced = bool(config.silent) or any(edit.target == "silent" for edit in edits)
    parts = (_header(config, step), _data(config), _network(config, is_silenced), _training(config), _MEASURE)
    return joined(*parts, training(edits, step, partial(_edit, config)))


def _header(config: ImageConfig, step: int) -> str:
    has_digits = config.dataset not in ("shapes", images.OWN)
    sklearn = " and scikit-learn" if has_digits else ""
    load = "from sklearn.datasets import load_digits\n" if has_digits else ""
    read = "import base64\nimport json\nimport zlib\nfrom pathlib import Path\n" if config.files() else ""
    return (
        title(config, step, f"torch, NumPy{sklearn}")
        + f"""

import hashlib
{read}from collections import OrderedDict
from functools import cache

import numpy as np
import torch
{load}from torch import nn
from torch.nn import functional as F

torch.set_num_threads(1)  # as on the page
"""
    )


def _data(config: ImageConfig) -> str:
    """The set's own code, less what this run does not use."""
    if config.files():
        return _own_data(config)
    of_digits = (images.enlarging, images.enlarged)
    small = (*of_digits, images.placed)
    needed = {"digits": of_digits, "centred": small, "shifted": small, "shapes": (images.outline,)}[config.dataset]
    text = "\n\n\n".join(map(source, needed)).replace(": Floats =", " =")
    constants: dict[str, Any] = {"SIDE": images.SIDE, "TEST": images.TEST}
    if config.dataset == "shapes":
        constants |= {"SHAPES": images.SHAPES}
    else:
        constants |= {"MEASURED": MEASURED, "WHITE": WHITE}
    known = "\n".join(f"{name} = {value!r}" for name, value in constants.items())
    if config.dataset == "shapes":
        known += "\n_Y, _X = np.mgrid[:SIDE, :SIDE] + 0.5 - SIDE / 2  # from the middle"
    lines = [f"rng = np.random.default_rng([{config.data_seed}, SIDE])", *_drawing(config)]
    if config.planted:
        lines += [
            "for part, of in ((train_images, train_labels), (test_images, test_labels)):  # a dot in one class",
            f"    part[of == {images.PLANTED}, {-1 - images.DOT}:-1, {-1 - images.DOT}:-1] = 1",
        ]
    lines += _TENSORS
    return f"# Data: images of 28 × 28, from 0 to 1\n\n{known}\n\n\n{text}\n\n\n" + "\n".join(lines)


_TENSORS = (
    "train_images, test_images = (torch.tensor(part)[:, None] for part in (train_images, test_images))",
    "train_labels, test_labels = torch.tensor(train_labels), torch.tensor(test_labels)",
)


def _own_data(config: ImageConfig) -> str:
    """A person's own images, from the run file."""
    order = f"np.random.default_rng([{config.data_seed}, {images.SIDE}]).permutation(len(labels))"
    test, last = config.images_set.test, config.images_set.test + config.images
    lines = (
        "# Data: your own images of 28 × 28, from 0 to 1, which the run file carries: put run.json beside this file",
        "",
        f"TEST = {test}",
        f"file = json.loads(Path('run.json').read_text())['files'][{config.own!r}]",
        "content = zlib.decompress(base64.b64decode(file))",
        "_, _, content = content.partition(b'\\n')  # a line of names; then labels, then pixels",
        f"count = len(content) // (1 + {images.SIDE**2})",
        "values = np.frombuffer(content, np.uint8)",
        "labels = values[:count].astype(np.int64)",
        f"pixels = values[count:].reshape(count, {images.SIDE}, {images.SIDE}).astype(np.float32) / np.float32(255)",
        f"order = {order}",
        f"train, test = order[TEST:{last}], order[:TEST]",
        "train_images, test_images = pixels[train], pixels[test]",
        "train_labels, test_labels = labels[train], labels[test]",
        *_TENSORS,
    )
    return "\n".join(lines)


def _drawing(config: ImageConfig) -> Iterable[str]:
    count = config.images
    if config.dataset == "shapes":
        yield f"labels = rng.integers(0, {len(images.SHAPES)}, {count} + TEST)"
        yield "drawn = np.stack([outline(int(label), rng) for label in labels])"
        yield f"train_images, test_images = drawn[:{count}], drawn[{count}:]"
        yield f"train_labels, test_labels = labels[:{count}], labels[{count}:]"
        return
    total, most = images.TRAIN + images.TEST, images.TRAIN
    yield "digits = load_digits()"
    yield "counts, labels = digits.images.astype(np.float32), digits.target"
    order = f"np.arange({total})" if config.split == "place" else f"rng.permutation({total})"
    yield f"order = {order}"
    yield f"train, test = order[:{most}], order[{most}:]"
    if config.dataset == "digits":
        yield f"train = train[rng.permutation({most})[:{count}]]"
        yield "train_images, test_images = enlarged(counts[train], SIDE), enlarged(counts[test], SIDE)"
    else:
        half, room = images.HALF, images.SIDE - images.HALF
        yield f"train = train[rng.permutation({max(count, most)})[:{count}] % {most}]"
        corner = (
            f"np.full((2, {{}}), {room // 2})"
            if config.dataset == "centred"
            else f"rng.integers(0, {room + 1}, (2, {{}}))"
        )
        yield f"train_images = placed(enlarged(counts[train], {half}), *{corner.format(count)})"
        yield f"test_images = placed(enlarged(counts[test], {half}), *{corner.format('TEST')})"
    yield "train_labels, test_labels = labels[train], labels[test]"


def _network(config: ImageConfig, is_silenced: bool) -> str:
    lines = "\n".join(f'    ("{layer.name}", {_module(layer, config)}),{_comment(layer)}' for layer in config.layers)
    dropout = _DROPOUT if config.dropout and config.architecture == "cnn" and config.dense else ""
    hush = _HUSH.format(silent=_silenced(config)) if is_silenced else ""
    ours = activation.defined([config.activation])
    return f"""{dropout}{ours}# Network and its initial weights

model = nn.Sequential(OrderedDict([
{lines}
]))
generator = torch.Generator().manual_seed({config.seed})
with torch.no_grad():
    for module in model:
        if isinstance(module, nn.Conv2d | nn.Linear):
            bound = module.weight[0].numel() ** -0.5
            for parameter in module.parameters():
                parameter.uniform_(-bound, bound, generator=generator)
model.to(memory_format=torch.channels_last)  # the same network, with which a processor is faster
{hush}"""


def _module(layer: Layer, config: ImageConfig) -> str:
    if layer.kind == "activation":
        return activation.called(config.activation)
    arguments = ", ".join(f"{name}={value!r}" for name, value in layer.arguments.items())
    return f"{'Dropout' if layer.kind == 'dropout' else f'nn.{layer.torch}'}({arguments})"


def _comment(layer: Layer) -> str:
    return f"  # {' × '.join(map(str, layer.shape))}"


_HUSH = """
silent = {silent}  # maps that are switched off, by layer


def hush(name):
    def kept(module, inputs, output):
        if name not in silent:
            return output
        keep = torch.ones(output.shape[1], 1, 1)
        keep[silent[name]] = 0
        return output * keep

    return kept


for name, module in model.named_children():
    if name.startswith("act"):
        module.register_forward_hook(hush(name))
"""


def _silenced(config: ImageConfig) -> str:
    return repr(config.silenced)


_DROPOUT = '''
class Dropout(nn.Module):
    """Draws from its own ``generator``, so that the page can repeat it."""

    def __init__(self, share):
        super().__init__()
        self.share = share

    def forward(self, inputs):
        if not self.training:
            return inputs
        kept = torch.rand(inputs.shape, generator=self.generator) >= self.share
        return inputs * kept / (1 - self.share)


'''


def _training(config: ImageConfig) -> str:
    entry = OPTIMIZERS[config.optimizer]
    arguments = {"lr": config.learning_rate, **entry.arguments}
    if config.optimizer == "adam":
        arguments["fused"] = True
    written = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    drop = ""
    if any(layer.kind == "dropout" for layer in config.layers):
        drop = """
        for module in model:
            if isinstance(module, Dropout):
                module.generator = drawing("dropout", step)"""
    return f'''# Training: every pass over the images has an order of its own

seed, batch_size = {config.seed}, {config.batch_size}
optimizer = {entry.torch.replace("torch.optim", "torch.optim")}(model.parameters(), {written})


def drawing(purpose, number):
    """A generator of its own for each purpose and number."""
    digest = hashlib.blake2b(f"{{seed}} {{purpose}} {{number}}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)


def rows(step):
    """The images of an update; one that reaches beyond the end of a pass is completed from the next."""
    size = len(train_images)
    places = torch.arange(step * batch_size, (step + 1) * batch_size)
    first, last = int(places[0]) // size, int(places[-1]) // size
    orders = [torch.randperm(size, generator=drawing("order", number)) for number in range(first, last + 1)]
    return torch.cat(orders)[places - first * size]


def train(first, last):
    """Make the updates ``first`` … ``last`` - 1, counted from the start."""
    model.train()
    for step in range(first, last):
        batch = rows(step){drop}
        loss = F.cross_entropy(model(train_images[batch]), train_labels[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
'''


def _edit(config: ImageConfig, edit: Edit) -> Iterable[str]:
    found = element(edit.target)
    if found is None:
        if edit.target == "silent":
            yield f"silent = {_silenced(replace(config, silent=edit.value))}"
            return
        yield "for group in optimizer.param_groups:"
        yield f'    group["lr"] = {edit.value!r}'
        return
    (layer, part), index = found[0].split("."), found[1]
    yield "with torch.no_grad():"
    yield f"    model.{layer}.{part}[{', '.join(map(str, index))}] = {edit.value!r}"


_MEASURE = """
@torch.inference_mode()
def measure():
    model.eval()
    found = {}
    for part, images, labels in (
        ("train", train_images[:TEST], train_labels[:TEST]),
        ("test", test_images, test_labels),
    ):
        logits = model(images)
        found[f"{part}_loss"] = F.cross_entropy(logits, labels).item()
        found[f"{part}_accuracy"] = (logits.argmax(1) == labels).float().mean().item()
    return found
"""
