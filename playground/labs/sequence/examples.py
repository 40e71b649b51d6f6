"""Sequences drawn by rule: counted, remembered, waved, spelled. Free of torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data.numerals import english_number

Ints = NDArray[np.int64]
NOTHING = -1  # in place of a token: no input, or no target, at this step
DEEPEST = 6  # brackets
END = "·"


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """N examples of one task. ``inputs`` and ``targets`` (N, T) are tokens, or values (float32, NaN for no target).
    ``sources`` (N, S) are what an encoder reads before, (N, 0) where there is none; ``truth`` (N, T, S) says which of
    them an answer stands for."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    sources: Ints
    truth: NDArray[np.bool_]

    def __getitem__(self, rows: Any) -> "Examples":
        return Examples(
            inputs=self.inputs[rows], targets=self.targets[rows], sources=self.sources[rows], truth=self.truth[rows]
        )


def alone(inputs: NDArray[Any], targets: NDArray[Any]) -> Examples:
    """Returns examples that no encoder reads."""
    count, length = inputs.shape
    sources, truth = np.zeros((count, 0), dtype=np.int64), np.zeros((count, length, 0), dtype=bool)
    return Examples(inputs=inputs, targets=targets, sources=sources, truth=truth)


def at_the_end(inputs: NDArray[Any], answers: Any) -> Examples:
    """Many to one: the only target is at the last token of each row."""
    targets = np.full(inputs.shape, NOTHING)
    targets[np.arange(len(inputs)), (inputs != NOTHING).sum(1) - 1] = answers
    return alone(inputs, targets)


def padded(rows: list[list[int]]) -> Ints:
    """Returns rows of unequal length as one array, NOTHING behind their ends."""
    found = np.full((len(rows), max(map(len, rows))), NOTHING)
    for place, row in enumerate(rows):
        found[place, : len(row)] = row
    return found


# Many to one

SYMBOLS, NOISE = ("A", "B", "C", "D"), ("w", "x", "y", "z")


def recall(generator: np.random.Generator, count: int, length: int) -> Examples:
    """A symbol, ``length`` distractors, a question mark: which symbol was it?"""
    first = generator.integers(len(SYMBOLS), size=count)
    noise = generator.integers(len(SYMBOLS), len(SYMBOLS) + len(NOISE), size=(count, length))
    asks = np.full((count, 1), len(SYMBOLS) + len(NOISE))
    return at_the_end(np.concatenate([first[:, None], noise, asks], axis=1), first)


def parity(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Bits: is the number of 1s odd?"""
    bits = generator.integers(2, size=(count, length))
    return at_the_end(bits, bits.sum(1) % 2)


def mixed(
    make: Callable[[np.random.Generator, int, int], Examples],
    generator: np.random.Generator,
    count: int,
    length: int,
) -> Examples:
    """Examples that ``make`` draws, of every length from 1 to ``length`` as many: at least ``count`` in all."""
    drawn = [make(generator, -(-count // length), each) for each in range(1, length + 1)]
    short = [drawn[-1].inputs.shape[1] - each.inputs.shape[1] for each in drawn]
    inputs, targets = (
        np.concatenate(
            [np.pad(x, ((0, 0), (0, by)), constant_values=NOTHING) for x, by in zip(side, short, strict=True)]
        )
        for side in ([each.inputs for each in drawn], [each.targets for each in drawn])
    )
    return alone(inputs, targets)


# Many to many, aligned


def depth(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Brackets and letters; the target is how many brackets are open."""
    now = np.zeros(count, dtype=np.int64)
    inputs, targets = [], []
    for _ in range(length):
        change = generator.integers(-1, 2, size=count)
        change = np.where(now + change < 0, 1, np.where(now + change > DEEPEST, -1, change))
        now = now + change
        inputs.append(np.where(change == 1, 0, np.where(change == -1, 1, 2)))
        targets.append(now)
    return alone(np.stack(inputs, 1), np.stack(targets, 1))


def waves(generator: np.random.Generator, count: int, length: int, wave: Callable[[Any], Any]) -> Examples:
    """Two waves added; the target of a value is the next one."""
    shape = (count, 2, 1)
    periods, phases = generator.uniform(6, 24, shape), generator.uniform(0, 1, shape)
    strengths = generator.uniform(0.2, 0.5, shape)
    values = (strengths * wave(np.arange(length + 1) / periods + phases)).sum(1).astype(np.float32)
    return alone(values[:, :-1], values[:, 1:])


def sine(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Two sines added."""
    return waves(generator, count, length, lambda turns: np.sin(2 * np.pi * turns))


def sawtooth(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Two sawtooths added."""
    return waves(generator, count, length, lambda turns: 2 * (turns % 1) - 1)


# One to one, one to many

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LETTERS = (*"abcdefghijklmnopqrstuvwxyz-", END)


def day(generator: np.random.Generator, count: int, length: int) -> Examples:
    """A day of the week, and the one after it."""
    days = np.arange(len(DAYS))[:, None]
    return alone(days, (days + 1) % len(DAYS))


def unrolled(words: list[list[int]]) -> Examples:
    """One to many: the first input is the number of an answer; the others are the answer so far, whose tokens come
    behind the numbers."""
    inputs = [[number, *(len(words) + token for token in word[:-1])] for number, word in enumerate(words)]
    return alone(padded(inputs), padded(words))


def spell(generator: np.random.Generator, count: int, length: int) -> Examples:
    """The numbers from 0 to 99 and their English letters: "forty-two"."""
    words = ["-".join(word for word, _ in english_number(number)) for number in range(100)]
    return unrolled([[LETTERS.index(letter) for letter in word + END] for word in words])


NOTES = (*"CDEFGAB", *"cdefgab", END)  # two octaves of white keys
PATTERNS = {
    "up": (0, 1, 2, 3, 4, 5, 6, 7),
    "down": (7, 6, 5, 4, 3, 2, 1, 0),
    "there and back": (0, 1, 2, 3, 4, 3, 2, 1, 0),
    "chord": (0, 2, 4, 7, 4, 2, 0),
    "thirds": (0, 2, 1, 3, 2, 4, 3, 5),
    "turn": (1, 2, 1, 0, 1),
    "neighbours": (0, 1, 0, 2, 0, 3, 0, 4),
}
MELODIES = tuple(f"{note} {pattern}" for note in "CDEFG" for pattern in PATTERNS)


def melody(generator: np.random.Generator, count: int, length: int) -> Examples:
    """A first note and a pattern, and its notes."""
    steps = [(start, pattern) for start in range(5) for pattern in PATTERNS.values()]
    return unrolled([[*(start + by for by in pattern), len(NOTES) - 1] for start, pattern in steps])


# Many to many, unaligned

ALPHABET = (*"abcdefgh", END)


def translations(pairs: list[tuple[list[int], list[int], list[tuple[int, ...]]]], end: int) -> Examples:
    """Pairs of a source and its answer, for an encoder and a decoder, and the places of the source that each token of
    the answer stands for. The decoder reads ``end`` first, then its answer so far; it ends with ``end``."""
    targets, inputs = (padded(rows) for rows in ([[*a, end] for _, a, _ in pairs], [[end, *a] for _, a, _ in pairs]))
    sources = padded([source for source, _, _ in pairs])
    truth = np.zeros((*targets.shape, sources.shape[1]), dtype=bool)
    for row, (_, _, places) in enumerate(pairs):
        for token, true in enumerate(places):
            truth[row, token, list(true)] = True
    return Examples(inputs=inputs, targets=targets, sources=sources, truth=truth)


def reverse(generator: np.random.Generator, count: int, length: int) -> Examples:
    """Letters, and the same from their end."""
    lengths = generator.integers(max(length // 2, 1), length + 1, size=count)
    rows = [generator.integers(len(ALPHABET) - 1, size=each).tolist() for each in lengths]
    mirrored: list[list[tuple[int, ...]]] = [[(place,) for place in reversed(range(len(row)))] for row in rows]
    pairs = [(row, row[::-1], places) for row, places in zip(rows, mirrored, strict=True)]
    return translations(pairs, ALPHABET.index(END))
