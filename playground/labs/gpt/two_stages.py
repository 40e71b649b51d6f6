"""Two stages, as in GPT-1 (Radford et al., 2018): a network that has learned to continue text learns to classify.

It gets a linear layer on its last place and trains on with few labelled lines; beside it the same network from fresh
weights does the same, and a third learner leaves the trained network as it is and fits the linear layer alone.
"""

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground.kinds import ConfigError
from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.experiment import GPTExperiment
from playground.labs.gpt.model import GPT
from playground.labs.gpt.texts import CORPORA, Text
from playground.run import Run
from playground.runs.replay import Progress, moments
from playground.training.batches import generator

LEARNERS = {"tuned": "Fine-tuned", "scratch": "From scratch", "frozen": "Linear layer alone"}
LABELS = (10, 20, 50, 100, 200)
DRAWS = 5
UPDATES, BATCH = 100, 16
RATES = {"tuned": 1e-3, "scratch": 1e-3, "frozen": 3e-2}  # of Adam
MOST_TEST = 200  # lines
REPLAY_SHARE = 0.3  # of the progress


@dataclass(frozen=True, slots=True)
class Labelled:
    """Lines of a text as ``tokens`` (N, T) behind a line's end; ``last`` (N,) is a line's last place, ``kinds`` (N,)
    which of the text's kinds it is."""

    tokens: Tensor
    last: Tensor
    kinds: Tensor

    def __len__(self) -> int:
        return len(self.kinds)

    def __getitem__(self, rows: Tensor) -> "Labelled":
        longest = int(self.last[rows].max()) + 1
        return Labelled(self.tokens[rows, :longest], self.last[rows], self.kinds[rows])


class Classifier(nn.Module):
    """The ``network`` without its output, and a linear layer to ``kinds`` logits, which starts at 0."""

    def __init__(self, network: GPT, kinds: int) -> None:
        super().__init__()
        self.network = network
        self.weight = nn.Parameter(torch.zeros(kinds, network.tokens.embedding_dim))
        self.bias = nn.Parameter(torch.zeros(kinds))

    def features(self, lines: Labelled) -> Tensor:
        """Returns what the network makes of each line at its last place, (N, D)."""
        last = self.network.stream(lines.tokens)[torch.arange(len(lines)), lines.last]
        features: Tensor = self.network.norm(last)
        return features

    def classified(self, features: Tensor) -> Tensor:
        """Returns the logits (N, K) of features (N, D)."""
        return F.linear(features, self.weight, self.bias)


def two_stages(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns the accuracy of each of the ``LEARNERS`` on test lines, by number of labels, as JSON.

    ``accuracy`` has for each learner a row for each of ``labels``, in it a share for each of the ``draws``: of the
    labelled lines, of the order in which they come, and of the fresh weights. Raises ConfigError for a text whose
    lines are of no kinds, or where few of them fit into the context.
    """
    config = cast(GPTConfig, run.config)
    text = config.text
    train, test = labelled(text, text.train, config.places), labelled(text, text.test, config.places)
    sizes = _sizes(config, train)

    def tell(share: float) -> None:
        if progress is not None:
            progress(round(1000 * share), 1000)

    (timeline,) = moments(run, [step], lambda done, total: tell(REPLAY_SHARE * done / max(total, 1)))
    network = cast(GPTExperiment, timeline.experiment).network
    test = test[_even(test, min(MOST_TEST, _most_even(test)), 0, config.seed)]
    accuracy: dict[str, list[list[float]]] = {name: [[] for _ in sizes] for name in LEARNERS}
    for draw in range(DRAWS):
        known = _even(train, sizes[-1], draw + 1, config.seed)
        for place, size in enumerate(sizes):
            for name in LEARNERS:
                learned = trained(name, network, train[known[:size]], draw, config.seed)
                accuracy[name][place].append(_accuracy(learned, test))
            tell(REPLAY_SHARE + (1 - REPLAY_SHARE) * (draw + (place + 1) / len(sizes)) / DRAWS)
    about = {"step": timeline.step, "kinds": text.corpus.kinds, "test": len(test), "updates": UPDATES, "draws": DRAWS}
    return json.dumps({**about, "labels": sizes, "accuracy": accuracy}, separators=(",", ":"))


def labelled(text: Text, lines: Sequence[str], places: int) -> Labelled:
    """Returns the ``lines`` that have a kind and fit into ``places``, each once. ``Rules.kind`` says which."""
    rules = text.corpus.rules
    found = (
        [(text.tokens(f"\n{line}"), rules.kind(line)) for line in dict.fromkeys(lines) if len(line) < places]
        if rules
        else []
    )
    known = [(tokens, kind) for tokens, kind in found if kind is not None]
    padded = torch.zeros(len(known), places, dtype=torch.int64)
    for row, (tokens, _) in zip(padded, known, strict=True):
        row[: len(tokens)] = torch.tensor(tokens)
    last = torch.tensor([len(tokens) - 1 for tokens, _ in known], dtype=torch.int64)
    return Labelled(padded, last, torch.tensor([kind for _, kind in known], dtype=torch.int64))


def trained(name: str, network: GPT, lines: Labelled, draw: int, seed: int) -> Classifier:
    """Returns one of the ``LEARNERS`` after ``UPDATES`` updates with ``lines``. ``network`` stays as it is."""
    learner = Classifier(copy.deepcopy(network), int(lines.kinds.max()) + 1)
    if name == "scratch":
        learner.network.initialize(generator(seed, "fresh", draw))
    if name == "frozen":
        learner.network.requires_grad_(False)
    used = [parameter for parameter in learner.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(used, lr=RATES[name], fused=True)
    features = learner.features(lines) if name == "frozen" else None
    for step in range(UPDATES):
        rows = torch.randint(len(lines), (BATCH,), generator=generator(seed, f"labels {draw}", step))
        logits = learner.classified(learner.features(lines[rows]) if features is None else features[rows])
        loss = F.cross_entropy(logits, lines.kinds[rows])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return learner


@torch.inference_mode()
def _accuracy(learner: Classifier, test: Labelled) -> float:
    right = learner.classified(learner.features(test)).argmax(-1) == test.kinds
    return right.float().mean().item()


def _sizes(config: GPTConfig, train: Labelled) -> list[int]:
    """Returns the numbers of labels for which there are lines."""
    kinds = CORPORA[config.corpus].kinds
    if not kinds:
        known = ", ".join(each.label for each in CORPORA.values() if each.kinds)
        raise ConfigError(f"the lines of {CORPORA[config.corpus].label} are of no kinds to tell apart; use {known}")
    sizes = [size for size in LABELS if size <= _most_even(train)]
    if not sizes:
        raise ConfigError(
            f"a context of {config.places} holds {len(train)} whole lines of this text, too few to tell apart; use a "
            "longer one"
        )
    return sizes


def _most_even(lines: Labelled) -> int:
    """Returns how many lines there can be with as many of each of two kinds."""
    return 2 * int(lines.kinds.bincount(minlength=2).min())


def _even(lines: Labelled, count: int, draw: int, seed: int) -> Tensor:
    """Returns ``count`` rows that are drawn, the kinds in turn."""
    order = torch.randperm(len(lines), generator=generator(seed, "lines", draw))
    each = [order[lines.kinds[order] == kind][: count // 2] for kind in (0, 1)]
    return torch.stack(each, 1).flatten()
