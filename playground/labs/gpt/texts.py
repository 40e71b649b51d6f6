"""The texts to learn from: made by rules, Python's own manual, or pasted. Free of torch.

A text is a list of lines; whole lines are held out for the test. Tokens are characters.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from playground.labs.gpt.rules import ELMAN, NAMES, SENTENCES, Rules

HELD_OUT = 10  # one of so many different lines is for the test
SENTENCE_COUNT, NAME_COUNT, SUM_COUNT, CIRCLE_COUNT = 4000, 6000, 5000, 4000
BREAK = "¶"  # a line's end within a pasted text, which is kept as one line
LEAST_OWN, MOST_OWN = 200, 3000  # characters of a pasted text
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A kind of text. ``prompt`` begins what the network continues.

    ``ask`` is the character behind which a line's answer stands: only the answers count, and only they are learned.
    ``rules`` can tell whether a line is one of theirs. ``kinds`` are names for the alternatives of their start: what
    a line can be classified by. From the character ``again`` on, a line only says again what it has said.
    """

    label: str
    formula: str
    lines: Callable[[np.random.Generator], list[str]] | None
    prompt: str = ""
    ask: str | None = None
    rules: Rules | None = None
    kinds: tuple[str, ...] = ()
    again: int = 0
    has_words: bool = False

    @property
    def by_line(self) -> bool:
        """Whether its lines are of one length, and each is read by itself."""
        return self.ask is not None or self.again > 0


@dataclass(frozen=True)
class Text:
    """A text, drawn and divided. ``vocabulary`` are its characters, the line's end first."""

    corpus: Corpus
    train: tuple[str, ...]
    test: tuple[str, ...]
    vocabulary: str

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of the training lines."""
        return frozenset(word for line in self.train for word in WORD.findall(line))

    @cached_property
    def stream(self) -> str:
        """The training lines, each with its end."""
        return joined(self.train)

    def tokens(self, text: str) -> list[int]:
        """Returns the tokens of ``text`` without characters that are not in the vocabulary."""
        return [self.vocabulary.index(character) for character in text if character in self.vocabulary]


def joined(lines: Sequence[str]) -> str:
    """Returns lines as one text. It begins with a line's end, so that a first character has one before it."""
    return "\n" + "".join(f"{line}\n" for line in lines)


@lru_cache(maxsize=8)
def text_of(name: str, seed: int, own: str) -> Text:
    """Returns the text ``name`` of ``CORPORA``, drawn from ``seed``; ``own`` is a pasted one."""
    corpus = CORPORA[name]
    if corpus.lines is None:
        lines = [line for line in own.split(BREAK) if line.strip()]
    else:
        lines = corpus.lines(np.random.default_rng(seed))
    different = list(dict.fromkeys(lines))
    order = np.random.default_rng([seed, 1]).permutation(len(different))
    held_out = {different[index] for index in order[: max(1, len(different) // HELD_OUT)]}
    train = tuple(line for line in lines if line not in held_out)
    test = tuple(line for line in lines if line in held_out)
    vocabulary = "\n" + "".join(sorted(set("".join(lines))))
    return Text(corpus, train, test, vocabulary)


def longest_copy(text: str, source: str) -> tuple[int, int]:
    """Returns where the longest span of ``text`` that occurs in ``source`` begins and ends; the first of several."""
    start = end = begin = 0
    for stop in range(1, len(text) + 1):
        while begin < stop and text[begin:stop] not in source:
            begin += 1
        if stop - begin > end - start:
            start, end = begin, stop
    return start, end


def word_share(texts: Sequence[str], words: frozenset[str]) -> float:
    """Returns the share of the words in ``texts`` that are among ``words``; 0 for no word. The last word of a text,
    which may be unfinished, does not count."""
    found = [match.group() for text in texts for match in WORD.finditer(text) if match.end() < len(text)]
    return sum(word in words for word in found) / len(found) if found else 0.0


def _manual(_: np.random.Generator) -> list[str]:
    """The paragraphs of the manual of the Python that runs this, without code and tables."""
    from pydoc_data.topics import topics

    paragraphs = "\n\n".join(topics[name] for name in sorted(topics)).split("\n\n")
    lines = [" ".join(paragraph.split()) for paragraph in paragraphs]
    return [line for line in lines if len(line) > 60 and line.isascii() and line[0].isalpha()]


def _sorting(_: np.random.Generator) -> list[str]:
    """All 729 words of six letters A, B, C, and their letters in order."""
    words = ["".join("ABC"[index // 3**place % 3] for place in range(6)) for index in range(3**6)]
    return [f"{word}:{''.join(sorted(word))}" for word in words]


def _sums(generator: np.random.Generator) -> list[str]:
    """Sums of two numbers below 100, the digits of the result in reverse: the ones come first, as one carries."""
    pairs = generator.permutation(10_000)[:SUM_COUNT]
    return [f"{pair // 100:02}+{pair % 100:02}={f'{pair // 100 + pair % 100:03}'[::-1]}" for pair in pairs.tolist()]


def _circles(generator: np.random.Generator) -> list[str]:
    """Ten letters in any order, and the same again from any of them on, as in a circle."""
    lines = []
    for _ in range(CIRCLE_COUNT):
        letters = "".join(generator.permutation([*"abcdefghij"]))
        start = int(generator.integers(len(letters)))
        lines.append(letters + letters[start:] + letters[:start])
    return lines


def _from(rules: Rules, count: int) -> Callable[[np.random.Generator], list[str]]:
    return lambda generator: [rules.line(generator) for _ in range(count)]


CORPORA = {
    "grammar": Corpus(
        label="Toy sentences",
        formula="the small dogs see a bird .",
        lines=_from(SENTENCES, SENTENCE_COUNT),
        prompt="the ",
        rules=SENTENCES,
        kinds=("one does it", "several do it"),
        has_words=True,
    ),
    "elman": Corpus(
        label="Elman's grammar",
        formula="boys who Mary chases see dogs .",
        lines=_from(ELMAN, SENTENCE_COUNT),
        prompt="boys who ",
        rules=ELMAN,
        kinds=("one does it", "several do it"),
        has_words=True,
    ),
    "names": Corpus(
        label="Made-up names",
        formula="Malira, Dorben, Tiel",
        lines=_from(NAMES, NAME_COUNT),
        rules=NAMES,
        kinds=("two syllables", "three syllables"),
    ),
    "manual": Corpus(
        label="Python's manual", formula="help() of this Python", lines=_manual, prompt="The ", has_words=True
    ),
    "sort": Corpus(label="Sort letters", formula="CABBAC:AABBCC", lines=_sorting, prompt="CABBAC:", ask=":"),
    "addition": Corpus(
        label="Add numbers", formula="17+25=240: 42, ones first", lines=_sums, prompt="17+25=", ask="="
    ),
    "circles": Corpus(
        label="Circles of letters",
        formula="hcjadbfgei|dbfgeihcja: the same again, from any letter on",
        lines=_circles,
        prompt="hcjadbfgeid",
        again=11,
    ),
    "own": Corpus(
        label="Your own text", formula=f"{LEAST_OWN} to {MOST_OWN:,} characters", lines=None, has_words=True
    ),
}
