"""Pairs of sentences as tensors of word numbers, and what a guess without a network would reach."""

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from playground.data.numerals import Pair
from playground.labs.transformer.tasks import END, MARKS, PADDING, START, Corpus, corpus

PADDING_NUMBER, START_NUMBER, END_NUMBER = (MARKS.index(mark) for mark in (PADDING, START, END))


@dataclass(frozen=True, slots=True)
class Batch:
    """N pairs: ``source`` (N, S) and ``target`` (N, T + 1), from START to END, with PADDING behind. ``is_true``
    (N, T, S) says which source words a target word translates; END and words without a source have none."""

    source: Tensor
    target: Tensor
    is_true: Tensor

    def __len__(self) -> int:
        return len(self.source)

    def __getitem__(self, rows: Tensor | slice) -> "Batch":
        return Batch(self.source[rows], self.target[rows], self.is_true[rows])

    @property
    def inputs(self) -> Tensor:
        """The words (N, T) that the decoder is given: each but the last."""
        return self.target[:, :-1]

    @property
    def answers(self) -> Tensor:
        """The words (N, T) that are right at each place: each but START."""
        return self.target[:, 1:]


def batch_of(pairs: Sequence[Pair], known: Corpus) -> Batch:
    """Returns pairs as tensors."""
    source_numbers, target_numbers = numbers_of(known.source_words), numbers_of(known.target_words)
    source = torch.zeros(len(pairs), known.source_length, dtype=torch.int64)
    target = torch.zeros(len(pairs), known.target_length + 1, dtype=torch.int64)
    is_true = torch.zeros(len(pairs), known.target_length, known.source_length, dtype=torch.bool)
    for row, pair in enumerate(pairs):
        source[row, : len(pair.source)] = torch.tensor([source_numbers[word] for word in pair.source])
        words = [target_numbers[word] for word in (START, *pair.target, END)]
        target[row, : len(words)] = torch.tensor(words)
        for place, places in enumerate(pair.alignment):
            is_true[row, place, list(places)] = True
    return Batch(source, target, is_true)


def numbers_of(words: Sequence[str]) -> dict[str, int]:
    """Returns the number of each word of a vocabulary."""
    return {word: number for number, word in enumerate(words)}


@lru_cache(maxsize=4)
def batches(task: str, target: str, held_out: str, seed: int) -> tuple[Batch, Batch]:
    """Returns the pairs of training and of the test. Runs of the same pairs share them: nobody writes into them."""
    known = corpus(task, target, held_out, seed)
    return batch_of(known.train, known), batch_of(known.test, known)


@lru_cache(maxsize=8)
def baselines(task: str, target: str, held_out: str, seed: int) -> tuple[Mapping[str, str | float], ...]:
    """Returns reference values for a run's curves.

    Without the source the best guess is the distribution of the next word after the words so far, over the training
    pairs: its mean entropy, and how often its commonest word is right. Attention that is spread evenly has the mean
    share of true source words.
    """
    known = corpus(task, target, held_out, seed)
    after: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for pair in known.train:
        words = (*pair.target, END)
        for place, word in enumerate(words):
            after[words[:place]][word] += 1
    total = sum(map(Counter.total, after.values()))
    blind = sum(-n * math.log(n / words.total()) for words in after.values() for n in words.values()) / total
    right = sum(max(words.values()) for words in after.values()) / total
    shares = [len(places) / len(pair.source) for pair in known.test for places in pair.alignment if places]
    return (
        {
            "label": "guessing",
            "value": math.log(len(known.target_words)),
            "axes": "loss",
            "help": "all words of the target's vocabulary alike",
        },
        {
            "label": "without the source",
            "value": blind,
            "axes": "loss",
            "help": "the entropy of the next word, given only the target's words so far, in the training pairs",
        },
        {
            "label": "without the source",
            "value": right,
            "axes": "accuracy",
            "help": "always the commonest next word after the target's words so far",
        },
        {
            "label": "spread evenly",
            "value": sum(shares) / len(shares),
            "axes": "alignment",
            "help": "attention that is the same for all words of the source",
        },
    )
