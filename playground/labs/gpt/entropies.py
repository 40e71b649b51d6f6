"""What tables of counts reach on the text: the lines that a network should pass."""

import math
from collections import Counter
from collections.abc import Sequence

from playground.labs.gpt.texts import Text, joined
from playground.training.turns import give_way

SMOOTHING = 0.01  # is added to each count, so that nothing is impossible
AT_ONCE = 10_000  # places that are counted before others on this worker have their turn


def uniform(text: Text) -> float:
    """Returns the loss of guessing among all tokens: ln V, in nats."""
    return math.log(len(text.vocabulary))


def ngram_loss(text: Text, n: int) -> float:
    """Returns the mean loss, in nats a token, of an n-gram model on the test lines.

    It counts in the training lines which token follows the last n - 1 ones. In a task only answers count.
    """
    train, test = joined(text.train), joined(text.test)
    following, before = Counter[str](), Counter[str]()
    for place in _places(text, train):
        if place % AT_ONCE == 0:
            give_way()
        start = max(0, place - n + 1)
        following[train[start : place + 1]] += 1
        before[train[start:place]] += 1
    losses = []
    for place in _places(text, test):
        start = max(0, place - n + 1)
        count = following[test[start : place + 1]] + SMOOTHING
        losses.append(-math.log(count / (before[test[start:place]] + SMOOTHING * len(text.vocabulary))))
    return sum(losses) / len(losses)


def _places(text: Text, stream: str) -> Sequence[int]:
    """Returns the places of the tokens that count."""
    if text.corpus.ask is None:
        return range(1, len(stream))
    places, is_answer = [], False
    for place, character in enumerate(stream):
        if is_answer:
            places.append(place)
        is_answer = character == text.corpus.ask or (is_answer and character != "\n")
    return places
