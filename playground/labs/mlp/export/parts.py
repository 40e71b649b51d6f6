"""Parts of the script that only some runs have: their own points, an optimizer, what changes with the epoch."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from playground.catalog import OPTIMIZERS
from playground.data import formula
from playground.data.own import own
from playground.data.tables import TABLES
from playground.export.source import gathered, source
from playground.labs.mlp.config import MLPConfig
from playground.training.schedules import factor

# As in training/batches.py, which needs torch, as a page may not.
_GENERATOR = """import hashlib


def generator(seed, purpose, step):
    digest = hashlib.blake2b(f"{seed} {purpose} {step}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest, "big") % 2**63)
"""
_SHUFFLED = """def shuffled(first, count, size, seed):
    \"\"\"The rows from place ``first`` on of a series of passes, each in an order of its own.\"\"\"
    places = torch.arange(first, first + count)
    first, last = int(places[0]) // size, int(places[-1]) // size
    passes = [torch.randperm(size, generator=generator(seed, "order", n)) for n in range(first, last + 1)]
    return torch.cat(passes)[places - first * size]
"""


_KEPT = """def kept(step, neurons, seed):
    \"\"\"Dropout's factors for an update, drawn for 16 updates at once: 0 for an output that is left out.\"\"\"
    chance = torch.rand(16 * batch_size, neurons, generator=generator(seed, "dropout", step // 16))
    return (chance[step % 16 * batch_size :][:batch_size] >= dropout) / (1 - dropout)
"""

# As in data/tables.py, which reads scikit-learn's files without loading it.
_ROWS = """def _rows(name):
    \"\"\"The numbers (N, columns); the classes as numbers, or the values of a regression from -1 to 1, (N,).\"\"\"
    from sklearn import datasets

    rows, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    if labels.dtype.kind == "i":
        return rows, labels.astype(float)
    return rows, 2 * (labels - labels.min()) / (labels.max() - labels.min()) - 1
"""


@dataclass(frozen=True)
class Epochwise:
    """What changes with the epoch: the learning ``rate``, the ``order`` of the rows. ``drops``: dropout is drawn."""

    rate: bool
    order: bool
    drops: bool

    def __bool__(self) -> bool:
        return self.rate or self.order

    def number(self, learning_rate: float) -> str:
        """The learning rate: a plain number where it is multiplied later."""
        return repr(learning_rate) if self.rate else f"torch.tensor({learning_rate!r})"

    def functions(self) -> str:
        """The functions that compute what changes; empty where nothing does."""
        known = {
            _GENERATOR: self.order or self.drops,
            _SHUFFLED: self.order,
            _KEPT: self.drops,
            f"import math\n\n\n{source(factor)}\n": self.rate,
        }
        parts = [text for text, is_needed in known.items() if is_needed]
        return "\n\n".join(["# What changes with the epoch, or is drawn for an update\n", *parts]) if parts else ""

    def begin(self) -> Iterable[str]:
        """The lines of an update that find its learning rate."""
        if self.rate:
            yield "epoch = seen // train_size"
            yield "rate = torch.tensor(learning_rate * factor(schedule, epoch, schedule_epochs))"

    def rows(self, config: MLPConfig) -> Iterable[str]:
        """The lines of an update that draw dropout's factors, and take its rows in another order."""
        seed = config.seed
        if self.drops:
            yield "factors = None"
            yield "if dropout:"
            if config.hidden_sizes:
                yield "    rows = torch.arange(start, start + batch_size) % train_size"
            yield f"    factors = kept(step, {sum(config.hidden_sizes)}, seed={seed})"
        if self.order:
            yield "if reshuffle:"
            yield f"    rows = shuffled(seen, batch_size, train_size, seed={seed})"


def rule_of(optimizer: str) -> tuple[Sequence[str], Sequence[str]]:
    """What an update remembers for the next one, vectors that begin as zeros, and the update of ``w`` by its gradient
    ``g``, which rounds as ``training/optimizers.py`` does; torch.optim rounds otherwise."""
    known = OPTIMIZERS[optimizer].arguments
    if optimizer == "sgd":
        return (), ("w[:] = w - learning_rate * g",)
    if optimizer in ("momentum", "nesterov"):
        mu = known["momentum"]
        step = "velocity" if optimizer == "momentum" else f"(g + {mu!r} * velocity)"
        return ("velocity",), (f"velocity[:] = {mu!r} * velocity + g", f"w[:] = w - learning_rate * {step}")
    if optimizer in ("rmsprop", "adagrad"):
        square = "square + g * g"
        if optimizer == "rmsprop":
            square = f"{known['alpha']!r} * square + (1 - {known['alpha']!r}) * g * g"
        step = f"(g / (square.sqrt() + {known['eps']!r}))"
        return ("square",), (f"square[:] = {square}", f"w[:] = w - learning_rate * {step}")
    decay = (f"w[:] = w - learning_rate * {known['weight_decay']!r} * w",) if optimizer == "adamw" else ()
    beta1, beta2 = known["betas"]
    return ("mean", "square"), (
        *decay,
        "count = torch.tensor(step + 1.0)",
        f"mean[:] = {beta1!r} * mean + (1 - {beta1!r}) * g",
        f"square[:] = {beta2!r} * square + (1 - {beta2!r}) * g * g",
        f"unbiased_mean = mean / (1 - {beta1!r}**count)",
        f"unbiased_square = square / (1 - {beta2!r}**count)",
        f"w[:] = w - learning_rate * (unbiased_mean / (unbiased_square.sqrt() + {known['eps']!r}))",
    )


def dataset_source(config: MLPConfig) -> str:
    """The function that draws the points, after those that it calls; a curve's has its formula in it as code."""
    generate = config.data.generate
    plain = generate.func if isinstance(generate, partial) else generate
    text = gathered(plain, given={"_rows"}) if config.table else source(plain)
    if config.dataset in TABLES:
        text = f"{_ROWS}\n\n{text}"
    if config.data.is_curve:
        text = text.replace("formula.evaluated(text, x, 0 * x)", formula.code(config.curve))
    return text


def own_data(config: MLPConfig, features: str, names: str, targets: str) -> str:
    """The data part for a person's own points, which may become others on the way."""
    entry = config.data
    text = entry.generate.keywords["text"]  # type: ignore[attr-defined]
    return f'''
# Data: own points, the first of them to train on, the others to test

{gathered(own)}


def draw():
    """Points (N, 2), features (N, {len(config.features)}), targets (N, {config.outputs}); how many to train on."""
    rng, size = np.random.default_rng(data_seed), len(text) // 8
    points, labels = own(size, {config.noise!r}, rng, text=text, classes={entry.classes})
    order = rng.permutation(size)
    points, labels = points[order], labels[order]
    targets = {targets}
    train_size = min(max(round(size * {config.train_share!r}), 1), size - 1)
    return points, features_of(points), torch.tensor(targets, dtype=torch.float32), train_size


def features_of(points):
    """What the network sees of points (N, 2): {names}, as (N, {len(config.features)})."""
    x, y = points.T
    return torch.tensor(np.stack([{features}], axis=1), dtype=torch.float32)


data_seed = {config.data_seed}
text = {text!r}
points, features, targets, train_size = draw()
'''
