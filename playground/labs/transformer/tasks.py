"""What is translated: pairs of sentences with their true alignment, and which of them are held out for the test.

To add a task, write a function that returns its pairs and give it an entry in ``TASKS``. Free of torch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import product

import numpy as np

from playground.data.numerals import LANGUAGES, Pair, aligned, dates, english_number, numbers, vocabulary

MOST_TEST = 200  # pairs
PADDING, START, END = "<pad>", "<start>", "<end>"
MARKS = (PADDING, START, END)  # the first words of the target's vocabulary; the source's has PADDING alone
LETTERS = "abcdefghij"
LENGTHS = range(2, 8)  # of the sequences of letters
SEQUENCES = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is learned. ``pairs`` gives all pairs, for a language where it ``has_target``.

    ``holds_out`` says which pairs are of a combination that training never shows, ``combination`` says it in words.
    ``example`` is a source to begin with.
    """

    label: str
    formula: str
    pairs: Callable[[str], tuple[Pair, ...]]
    holds_out: Callable[[Pair], bool]
    combination: str
    example: str
    has_target: bool = False


@dataclass(frozen=True)  # without slots, which leave no place for what is computed once
class Corpus:
    """Pairs to train on and to test with, and the words of each side: ``MARKS`` first in the target, ``PADDING``
    first in the source."""

    train: tuple[Pair, ...]
    test: tuple[Pair, ...]
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]

    @cached_property
    def source_length(self) -> int:
        """The words of the longest source."""
        return max(len(pair.source) for pair in (*self.train, *self.test))

    @cached_property
    def target_length(self) -> int:
        """The words of the longest target, with its END."""
        return max(len(pair.target) for pair in (*self.train, *self.test)) + 1


@lru_cache(maxsize=8)
def corpus(task: str, target: str, held_out: str, seed: int) -> Corpus:
    """Returns the pairs of a task, shuffled by ``seed``. ``held_out`` is a key of ``HELD_OUT``."""
    found = TASKS[task]
    pairs = found.pairs(target)
    order = [pairs[place] for place in np.random.default_rng(seed).permutation(len(pairs))]
    if held_out == "combination":
        test = [pair for pair in order if found.holds_out(pair)]
        train = [pair for pair in order if not found.holds_out(pair)]
    else:
        test, train = order[:MOST_TEST], order[MOST_TEST:]
    return Corpus(
        train=tuple(train),
        test=tuple(test[:MOST_TEST]),
        source_words=(PADDING, *vocabulary(pair.source for pair in pairs)),
        target_words=(*MARKS, *vocabulary(pair.target for pair in pairs)),
    )


# Latin: the verb stands last, and agrees with the subject, whose number English shows only in the noun.

_NOUNS = {  # English in the singular and plural; Latin as a subject, singular and plural, then as an object
    "boy": ("boys", "puer", "pueri", "puerum", "pueros"),
    "girl": ("girls", "puella", "puellae", "puellam", "puellas"),
    "dog": ("dogs", "canis", "canes", "canem", "canes"),
    "king": ("kings", "rex", "reges", "regem", "reges"),
    "servant": ("servants", "servus", "servi", "servum", "servos"),
    "farmer": ("farmers", "agricola", "agricolae", "agricolam", "agricolas"),
    "wolf": ("wolves", "lupus", "lupi", "lupum", "lupos"),
    "lion": ("lions", "leo", "leones", "leonem", "leones"),
}
_VERBS = {
    "saw": ("vidit", "viderunt"),
    "loved": ("amavit", "amaverunt"),
    "heard": ("audivit", "audiverunt"),
    "warned": ("monuit", "monuerunt"),
    "feared": ("timuit", "timuerunt"),
    "called": ("vocavit", "vocaverunt"),
}


@cache
def sentences() -> tuple[Pair, ...]:
    """Returns all sentences of a subject, a verb and another object, English into Latin."""
    found = []
    for subject, obj, verb in product(_NOUNS, _NOUNS, _VERBS):
        for is_many, are_many in product((0, 1), repeat=2):
            if subject != obj:
                found.append(_sentence(subject, is_many, obj, are_many, verb))
    return tuple(found)


def _sentence(subject: str, is_many: int, obj: str, are_many: int, verb: str) -> Pair:
    """The parts of the meaning: s the subject, n its number, v the verb, o the object and its number."""
    english = [(subject, _NOUNS[subject][0])[is_many], (obj, _NOUNS[obj][0])[are_many]]
    return aligned(
        [("the", ""), (english[0], "sn"), (verb, "v"), ("the", ""), (english[1], "o")],
        [(_NOUNS[subject][1 + is_many], "sn"), (_NOUNS[obj][3 + are_many], "o"), (_VERBS[verb][is_many], "vn")],
    )


# Letters


@cache
def sequences() -> tuple[tuple[str, ...], ...]:
    """Returns different sequences of letters, as many of each of the ``LENGTHS`` as there can be or are needed."""
    rng, each = np.random.default_rng(0), SEQUENCES // len(LENGTHS)
    found: dict[tuple[str, ...], None] = {}
    for length in LENGTHS:
        wanted = len(found) + min(each, len(LETTERS) ** length)
        while len(found) < wanted:
            found[tuple(LETTERS[place] for place in rng.integers(len(LETTERS), size=length))] = None
    return tuple(found)


@cache
def reversals() -> tuple[Pair, ...]:
    """Returns sequences of letters and the same from behind: each letter is aligned with itself."""
    return tuple(
        Pair(letters, letters[::-1], tuple((place,) for place in reversed(range(len(letters)))))
        for letters in sequences()
    )


@cache
def sortings() -> tuple[Pair, ...]:
    """Returns sequences of letters and the same in the order of the alphabet: each is aligned with all its equals."""
    found = []
    for letters in sequences():
        target = tuple(sorted(letters))
        equals = {word: tuple(place for place, each in enumerate(letters) if each == word) for word in target}
        found.append(Pair(letters, target, tuple(equals[word] for word in target)))
    return tuple(found)


# What is held out


def eighty_after_hundred(pair: Pair) -> bool:
    return "hundred" in pair.source and "eighty" in pair.source


def march_from_2020(pair: Pair) -> bool:
    return "March" in pair.source and pair.source[-1] >= "2020"


def wild_hearers(pair: Pair) -> bool:
    return pair.source[1] in ("lion", "lions", "wolf", "wolves") and pair.source[2] in ("heard", "feared")


def longest(pair: Pair) -> bool:
    return len(pair.source) == LENGTHS[-1]


_LONGEST = f"sequences of {LENGTHS[-1]} letters, where training shows at most {LENGTHS[-2]}"

TASKS = {
    "numbers": Task(
        label="Numbers",
        formula="five hundred and eighty four",
        pairs=numbers,
        holds_out=eighty_after_hundred,
        combination="the numbers with eighty after hundred: training shows each, but never together",
        example="five hundred and eighty four",
        has_target=True,
    ),
    "dates": Task(
        label="Dates",
        formula="Monday , March 9 , 2026",
        pairs=dates,
        holds_out=march_from_2020,
        combination="March from 2020 on: training shows every month and every year, but never these together",
        example="Monday , March 9 , 2026",
        has_target=True,
    ),
    "sentences": Task(
        label="Sentences",
        formula="the boys saw the dog → pueri canem viderunt",
        pairs=lambda target: sentences(),
        holds_out=wild_hearers,
        combination="lions and wolves that heard or feared: training shows them with other verbs",
        example="the boys saw the dog",
    ),
    "reversal": Task(
        label="Reversal",
        formula="a b c → c b a",
        pairs=lambda target: reversals(),
        holds_out=longest,
        combination=_LONGEST,
        example="a b c d e",
    ),
    "sorting": Task(
        label="Sorting",
        formula="c a b → a b c",
        pairs=lambda target: sortings(),
        holds_out=longest,
        combination=_LONGEST,
        example="e b d a c",
    ),
}


def spelled(task: str, text: str) -> tuple[str, ...]:
    """Returns the words of a source that a person has typed. A number in digits is spelled where numbers are
    translated."""
    words = text.split()
    if task == "numbers" and len(words) == 1 and words[0].isascii() and words[0].isdigit() and len(words[0]) <= 3:
        return tuple(word for word, _ in english_number(int(words[0])))
    return tuple(words)


def joined(task: str, target: str, words: tuple[str, ...]) -> str:
    """Returns the words of a translation as one writes them."""
    separator = LANGUAGES[target].separator if TASKS[task].has_target else " "
    return separator.join(words)
