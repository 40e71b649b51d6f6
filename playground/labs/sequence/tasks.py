"""The tasks of the lab, each with its examples: all are drawn by rule. Free of torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data.numerals import english_number, numbers, vocabulary
from playground.kinds import ConfigError, short

Ints = NDArray[np.int64]
NOTHING = -1  # in place of a token: no input, or no target, at this step
DRAWN, TESTED = 2400, 200  # examples that are drawn; at most so many test
DEEPEST = 6  # brackets
MOST_TYPED = 100  # tokens that a person may type

SHAPES = {
    "one_to_one": "one to one",
    "one_to_many": "one to many",
    "many_to_one": "many to one",
    "aligned": "many to many, aligned",
    "unaligned": "many to many, unaligned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """N examples of one task. ``inputs`` and ``targets`` (N, T) are tokens, or values (float32, NaN for no target).
    ``sources`` (N, S) are what an encoder reads before, (N, 0) where there is none."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    sources: Ints

    def __getitem__(self, rows: Any) -> "Examples":
        return Examples(inputs=self.inputs[rows], targets=self.targets[rows], sources=self.sources[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. ``reads`` and ``says`` are its tokens; a task with no tokens reads and says one value a step.

    ``make`` draws so many examples. ``length`` is the range of that setting, None where the task has its own;
    ``span`` says what is so long. ``splits`` is false where every possible example is trained on and tested.
    ``glue`` joins tokens to a text.
    """

    label: str
    formula: str
    shape: str
    make: Callable[[np.random.Generator, int, int], Examples]
    reads: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    length: tuple[int, int] | None = None
    span: str = ""
    glue: str = " "
    splits: bool = True
    generates: bool = False  # its own answer so far is its next input

    @property
    def is_series(self) -> bool:
        """Whether it is about values in place of tokens."""
        return not self.says

    def tokens(self, text: str) -> NDArray[Any]:
        """Returns what a person typed, (T,): tokens, or values of a series. Raises ConfigError, which names the
        unknown one."""
        parts = text.replace(",", " ").split() if self.is_series or self.glue else [*text.replace(" ", "")]
        if len(parts) > MOST_TYPED:
            raise ConfigError(f"{len(parts)} steps are more than {MOST_TYPED}")
        if self.is_series:
            return np.array([_value(part) for part in parts], dtype=np.float32)
        asks = self.reads[: -len(self.says)] if self.shape == "one_to_many" else self.reads
        places = {word: place for place, word in enumerate(asks) if word != END}
        unknown = [part for part in parts if part not in places]
        if unknown:
            raise ConfigError(f"{short(unknown[0])!r} is unknown; use {short_list(asks)}")
        return np.array([places[part] for part in parts], dtype=np.int64)


def short_list(words: tuple[str, ...]) -> str:
    """Returns some words for a message, the first dozen of them."""
    return ", ".join(words[:12]) + (", …" if len(words) > 12 else "")


def _value(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not abs(value) <= 100:
        raise ConfigError(f"{short(text)!r} is not a number from -100 to 100")
    return value


def examples_of(task: Task, length: int, seed: int) -> tuple[Examples, Examples]:
    """Returns the examples that are trained on, and those that test: of different sequences where the task splits."""
    generator = np.random.default_rng([seed, length])
    drawn = task.make(generator, DRAWN, length)
    if not task.splits:
        return drawn, drawn
    keys = np.concatenate([drawn.sources, drawn.inputs], axis=1)
    _, places = np.unique(keys, axis=0, return_index=True)
    order = generator.permutation(places)
    tested = min(TESTED, len(order) // 5)
    return drawn[order[tested:]], drawn[order[:tested]]


def _no_source(count: int) -> Ints:
    return np.zeros((count, 0), dtype=np.int64)


def _at_the_end(inputs: NDArray[Any], answers: Any) -> Examples:
    """Many to one: the only target is at the last token of each row."""
    targets = np.full(inputs.shape, NOTHING)
    targets[np.arange(len(inputs)), (inputs != NOTHING).sum(1) - 1] = answers
    return Examples(inputs=inputs, targets=targets, sources=_no_source(len(inputs)))


def padded(rows: list[list[int]]) -> Ints:
    """Returns rows of unequal length as one array, NOTHING behind their ends."""
    found = np.full((len(rows), max(map(len, rows))), NOTHING)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found


# Many to one

SYMBOLS, NOISE = ("A", "B", "C", "D"), ("w", "x", "y", "z")


def _recall(generator: np.random.Generator, count: int, length: int) -> Examples:
    """A symbol, ``length`` distractors, a question mark: which symbol was it?"""
    first = generator.integers(len(SYMBOLS), size=count)
    noise = generator.integers(len(SYMBOLS), len(SYMBOLS) + len(NOISE), size=(count, length))
    asks = np.full((count, 1), len(SYMBOLS) + len(NOISE))
    return _at_the_end(np.concatenate([first[:, None], noise, asks], axis=1), first)


def _parity(generator: np.random.Generator, count: int, length: int) -> Examples:
    bits = generator.integers(2, size=(count, length))
    return _at_the_end(bits, bits.sum(1) % 2)


GOOD, BAD = ("good", "great", "fine", "fun"), ("bad", "dull", "poor", "weak")
SENTIMENT = (
    *("the", "film", "book", "play", "song", "that", "critics", "friends", "we", "called", "found"),
    *("was", "is", "but", "it", "not", *GOOD, *BAD),
)


def _sentence(generator: np.random.Generator) -> tuple[list[int], int]:
    """A sentence, and whether its main clause praises. The other clause says anything."""

    def pick(*words: str) -> str:
        return words[int(generator.integers(len(words)))]

    def opinion() -> tuple[list[str], int]:
        is_not, is_good = generator.integers(2), generator.integers(2)
        return [*(["not"] if is_not else []), pick(*(GOOD if is_good else BAD))], int(is_not != is_good)

    (main, praises), (other, _) = opinion(), opinion()
    noun, verb = pick("film", "book", "play", "song"), pick("was", "is")
    said = [pick("critics", "friends", "we"), pick("called", "found")]
    if generator.integers(2):
        words = ["the", noun, "that", *said, *other, verb, *main]
    else:
        words = ["the", noun, verb, *main, "but", *said, "it", *other]
    return [SENTIMENT.index(word) for word in words], praises


def _sentiment(generator: np.random.Generator, count: int, length: int) -> Examples:
    rows = [_sentence(generator) for _ in range(count)]
    return _at_the_end(padded([words for words, _ in rows]), [praises for _, praises in rows])


# Many to many, aligned


def _depth(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Brackets and letters; the target is how many brackets are open."""
    depth = np.zeros(count, dtype=np.int64)
    inputs, targets = [], []
    for _ in range(length):
        change = generator.integers(-1, 2, size=count)
        change = np.where(depth + change < 0, 1, np.where(depth + change > DEEPEST, -1, change))
        depth = depth + change
        inputs.append(np.where(change == 1, 0, np.where(change == -1, 1, 2)))
        targets.append(depth)
    return Examples(inputs=np.stack(inputs, 1), targets=np.stack(targets, 1), sources=_no_source(count))


def _series(generator: np.random.Generator, count: int, length: int, wave: Callable[[Any], Any]) -> Examples:
    """Two waves added; the target of a value is the next one."""
    shape = (count, 2, 1)
    periods, phases = generator.uniform(6, 24, shape), generator.uniform(0, 1, shape)
    strengths = generator.uniform(0.2, 0.5, shape)
    values = (strengths * wave(np.arange(length + 1) / periods + phases)).sum(1).astype(np.float32)
    return Examples(inputs=values[:, :-1], targets=values[:, 1:], sources=_no_source(count))


def _sine(generator: np.random.Generator, count: int, length: int) -> Examples:
    return _series(generator, count, length, lambda turns: np.sin(2 * np.pi * turns))


def _sawtooth(generator: np.random.Generator, count: int, length: int) -> Examples:
    return _series(generator, count, length, lambda turns: 2 * (turns % 1) - 1)


# One to one, one to many

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _day(generator: np.random.Generator, count: int, length: int) -> Examples:
    days = np.arange(len(DAYS))[:, None]
    return Examples(inputs=days, targets=(days + 1) % len(DAYS), sources=_no_source(len(DAYS)))


END = "·"
LETTERS = (*"abcdefghijklmnopqrstuvwxyz-", END)


def spelled(number: int) -> str:
    """Returns the English word of 0 to 99: "forty-two"."""
    return "-".join(word for word, _ in english_number(number))


def _spell(generator: np.random.Generator, count: int, length: int) -> Examples:
    """The first input is the number; the others are the letters so far, which come behind the numbers."""
    words = [[LETTERS.index(letter) for letter in spelled(number) + END] for number in range(100)]
    inputs = padded([[number, *(100 + letter for letter in word[:-1])] for number, word in enumerate(words)])
    return Examples(inputs=inputs, targets=padded(words), sources=_no_source(100))


# Many to many, unaligned

ALPHABET = (*"abcdefgh", END)


def translations(pairs: list[tuple[list[int], list[int]]], end: int) -> Examples:
    """Pairs of a source and its answer, for an encoder and a decoder. The decoder reads ``end`` first, then its
    answer so far; it ends with ``end``."""
    targets = padded([[*answer, end] for _, answer in pairs])
    inputs = padded([[end, *answer] for _, answer in pairs])
    return Examples(inputs=inputs, targets=targets, sources=padded([source for source, _ in pairs]))


def _reverse(generator: np.random.Generator, count: int, length: int) -> Examples:
    lengths = generator.integers(max(length // 2, 1), length + 1, size=count)
    rows = [generator.integers(len(ALPHABET) - 1, size=each).tolist() for each in lengths]
    return translations([(row, row[::-1]) for row in rows], ALPHABET.index(END))


def _words(language: str, side: str) -> tuple[str, ...]:
    """The words of all numbers on one side, ``source`` or ``target``."""
    return vocabulary(getattr(pair, side) for pair in numbers(language))


def _numbers(language: str) -> Callable[[np.random.Generator, int, int], Examples]:
    """Makes the maker of all numbers from 0 to 999, from English into a language."""

    def make(generator: np.random.Generator, count: int, length: int) -> Examples:
        reads, says = ({word: i for i, word in enumerate(_words(language, side))} for side in ("source", "target"))
        pairs = [([reads[w] for w in pair.source], [says[w] for w in pair.target]) for pair in numbers(language)]
        return translations(pairs, len(says))

    return make


def _translation(language: str, label: str) -> Task:
    return Task(
        label=label,
        formula="0 to 999 in words, from English",
        shape="unaligned",
        make=_numbers(language),
        reads=_words(language, "source"),
        says=(*_words(language, "target"), END),
        generates=True,
    )


TASKS = {
    "sentiment": Task(
        label="Sentiment with “not”",
        formula="does the main clause praise?",
        shape="many_to_one",
        make=_sentiment,
        reads=SENTIMENT,
        says=("blames", "praises"),
    ),
    "recall": Task(
        label="Recall",
        formula="which letter came first?",
        shape="many_to_one",
        make=_recall,
        reads=(*SYMBOLS, *NOISE, "?"),
        says=SYMBOLS,
        length=(2, 98),
        span="distractors between the letter and the question",
    ),
    "parity": Task(
        label="Parity",
        formula="is the number of 1s odd?",
        shape="many_to_one",
        make=_parity,
        reads=("0", "1"),
        says=("even", "odd"),
        length=(5, 40),
        span="bits",
        glue="",
    ),
    "depth": Task(
        label="Bracket depth",
        formula="how many brackets are open?",
        shape="aligned",
        make=_depth,
        reads=("(", ")", "a"),
        says=tuple(map(str, range(DEEPEST + 1))),
        length=(4, 100),
        span="characters",
        glue="",
    ),
    "sine": Task(
        label="Sine mixes",
        formula="the next value of two sines",
        shape="aligned",
        make=_sine,
        length=(5, 100),
        span="values",
    ),
    "sawtooth": Task(
        label="Sawtooth mixes",
        formula="the next value of two sawtooths",
        shape="aligned",
        make=_sawtooth,
        length=(5, 100),
        span="values",
    ),
    "spell": Task(
        label="Spelling",
        formula="a number becomes its letters",
        shape="one_to_many",
        make=_spell,
        reads=(*map(str, range(100)), *LETTERS),
        says=LETTERS,
        splits=False,
        generates=True,
    ),
    "day": Task(
        label="Next day",
        formula="a weekday becomes the next one",
        shape="one_to_one",
        make=_day,
        reads=DAYS,
        says=DAYS,
        splits=False,
    ),
    "french": _translation("french", "Numbers, English to French"),
    "chinese": _translation("chinese", "Numbers, English to 中文"),
    "reverse": Task(
        label="Reversed letters",
        formula="letters, read from the end",
        shape="unaligned",
        make=_reverse,
        reads=ALPHABET,
        says=ALPHABET,
        length=(2, 20),
        span="letters at most",
        glue="",
        generates=True,
    ),
}
