"""The tasks of the lab, each with its examples. Free of torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.data.numerals import Pair, dates, numbers, vocabulary
from playground.kinds import ConfigError, short
from playground.labs.sequence import examples, grammar, own
from playground.labs.sequence.examples import (
    ALPHABET,
    DAYS,
    DEEPEST,
    END,
    LETTERS,
    MELODIES,
    NOISE,
    NOTES,
    SYMBOLS,
    Examples,
    Ints,
    translations,
)

DRAWN, TESTED = 2400, 200  # examples that are drawn; at most so many test
MOST_TYPED = 100  # tokens that a person may type

Facts = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One task. ``reads`` and ``says`` are its tokens; a task with no tokens reads and says one value a step.

    ``make`` draws so many examples of a length; ``pairs`` are all there are of a translation; ``cut`` cuts a person's
    own into those that train and those that test. ``length`` is the range of that setting, None where the task has
    its own; ``span`` says what is so long. ``splits`` is false where every possible example is trained on and tested;
    ``held_out`` says of inputs (N, T) which test, by default any. ``suits`` are settings that a page sets when the
    task is chosen: it is learned with them within seconds, and not with the usual ones.
    ``glue`` joins tokens to a text. ``facts`` are what a unit may go with: of inputs and targets (N, T), numbers
    (N, T) by name.
    """

    label: str
    formula: str
    shape: str
    make: Callable[[np.random.Generator, int, int], Examples] | None = None
    pairs: Callable[[], tuple[Pair, ...]] | None = None
    cut: Callable[[str, int], tuple[Examples, Examples]] | None = None
    reads: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    length: tuple[int, int] | None = None
    span: str = ""
    glue: str = " "
    splits: bool = True
    held_out: Callable[[Ints], NDArray[np.bool_]] | None = None
    suits: Mapping[str, Any] = field(default_factory=dict)
    generates: bool = False  # its own answer so far is its next input
    facts: Callable[[NDArray[Any], NDArray[Any]], Facts] = lambda inputs, targets: {}

    @property
    def is_series(self) -> bool:
        """Whether it is about values in place of tokens."""
        return not self.says

    @property
    def mixes(self) -> bool:
        """Whether its sequences, else all of one length, can be of every length up to that."""
        return self.shape == "many_to_one" and self.length is not None

    @property
    def continues(self) -> bool:
        """Whether the target of each step is the next input."""
        return self.is_series or self.cut is not None

    def tokens(self, text: str) -> NDArray[Any]:
        """Returns what a person typed, (T,): tokens, or values of a series. Raises ConfigError, which names the
        unknown one."""
        if self.is_series or self.glue:
            parts = self._words(text)
        else:
            parts = [*text] if " " in self.reads else [*text.replace(" ", "")]
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

    def _words(self, text: str) -> list[str]:
        if text in self.reads:
            return [text]
        return text.split() if "," in self.reads else text.replace(",", " ").split()


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


def examples_of(task: Task, length: int, mixed: bool, seed: int, text: str) -> tuple[Examples, Examples]:
    """Returns the examples that are trained on, and those that test: of different sequences where the task splits.

    With ``mixed`` they are of all lengths up to ``length``. ``text`` is a person's own; a series or text is parted in
    time.
    """
    if task.cut is not None:
        return task.cut(text, length)
    generator = np.random.default_rng([seed, length])
    if task.make is None:
        drawn = _paired(task)
    else:
        drawn = (partial(examples.mixed, task.make) if mixed else task.make)(generator, DRAWN, length)
    if not task.splits:
        return drawn, drawn
    keys = np.concatenate([drawn.sources, drawn.inputs], axis=1)
    _, places = np.unique(keys, axis=0, return_index=True)
    order = generator.permutation(places)
    if task.held_out is not None:
        tests = task.held_out(drawn.inputs[order])
        return drawn[order[~tests]], drawn[order[tests][:TESTED]]
    tested = min(TESTED, len(order) // 5)
    return drawn[order[tested:][:DRAWN]], drawn[order[:tested]]


def _paired(task: Task) -> Examples:
    """Returns all pairs of a translation."""
    assert task.pairs is not None
    reads, says = ({word: place for place, word in enumerate(words)} for words in (task.reads, task.says))
    pairs = [
        ([reads[word] for word in pair.source], [says[word] for word in pair.target], list(pair.alignment))
        for pair in task.pairs()
    ]
    return translations(pairs, says[END])


def _translation(label: str, formula: str, pairs: Callable[[], tuple[Pair, ...]]) -> Task:
    reads, says = (vocabulary(getattr(pair, side) for pair in pairs()) for side in ("source", "target"))
    return Task(
        label=label, formula=formula, shape="unaligned", pairs=pairs, reads=reads, says=(*says, END), generates=True
    )


def _own(label: str, formula: str, cut: Callable[[str, int], tuple[Examples, Examples]], **more: Any) -> Task:
    return Task(label=label, formula=formula, shape="aligned", cut=cut, length=(5, 60), glue="", **more)


# What a unit may go with


def _after_not(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    seen = (inputs == grammar.SENTIMENT.index("not")).cumsum(1) > 0
    return {"a “not” was read": seen, "praises": _known(targets)}


def _who_and_what(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    def one_of(words: tuple[str, ...]) -> NDArray[Any]:
        return np.isin(inputs, [grammar.MESSAGES.index(word) for word in words])

    is_stranger = np.broadcast_to(one_of(grammar.STRANGERS)[:, 1:2], inputs.shape)
    after = {"a gift": one_of(grammar.GIFTS), "a secret": one_of(grammar.SECRETS), "“never”": one_of(("never",))}
    seen = {f"{name} was read": found.cumsum(1) > 0 for name, found in after.items()}
    return {"from a stranger": is_stranger, **seen, "spam": _known(targets)}


def _first(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    came = {f"{symbol} came first": inputs[:, :1] == place for place, symbol in enumerate(SYMBOLS)}
    return {name: np.broadcast_to(first, inputs.shape) for name, first in came.items()}


def _ones(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    ones = (inputs == 1).cumsum(1)
    return {"odd so far": ones % 2, "1s so far": ones}


def _open(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    return {"depth": targets, "inside brackets": targets > 0}


def _classes(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    return {f"is {name}": targets == place for place, name in enumerate(grammar.CLASSES)}


def _next(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
    return {"value": inputs, "next value": targets, "rise": targets - inputs}


def _inside(letters: tuple[str, ...]) -> Callable[[NDArray[Any], NDArray[Any]], Facts]:
    """Of a text: inside brackets, and vowels."""

    def facts(inputs: NDArray[Any], targets: NDArray[Any]) -> Facts:
        sign = np.array([int(letter in "([{") - int(letter in ")]}") for letter in letters])
        depth = sign[inputs].cumsum(1)  # from an unknown one
        found: dict[str, NDArray[Any]] = {"a space": np.array([letter in " ¶" for letter in letters])[inputs]}
        return found | ({"inside brackets": depth - depth.min(1, keepdims=True) > 0} if sign.any() else {})

    return facts


def _known(targets: NDArray[Any]) -> NDArray[Any]:
    return np.where(targets >= 0, targets, np.nan)


TASKS = {
    "sentiment": Task(
        label="Sentiment with “not”",
        formula="does the main clause praise?",
        shape="many_to_one",
        make=grammar.sentiment,
        reads=grammar.SENTIMENT,
        says=("blames", "praises"),
        facts=_after_not,
    ),
    "spam": Task(
        label="Spam by rules",
        formula="who promises what, and is “never” meant?",
        shape="many_to_one",
        make=grammar.spam,
        reads=grammar.MESSAGES,
        says=("welcome", "spam"),
        held_out=grammar.never_met,
        facts=_who_and_what,
    ),
    "recall": Task(
        label="Recall",
        formula="which letter came first?",
        shape="many_to_one",
        make=examples.recall,
        reads=(*SYMBOLS, *NOISE, "?"),
        says=SYMBOLS,
        length=(2, 98),
        span="distractors between the letter and the question",
        facts=_first,
    ),
    "parity": Task(
        label="Parity",
        formula="is the number of 1s odd?",
        shape="many_to_one",
        make=examples.parity,
        reads=("0", "1"),
        says=("even", "odd"),
        length=(5, 40),
        span="bits",
        glue="",
        suits={"length": 8, "mixed": True, "cell": "lstm"},
        facts=_ones,
    ),
    "depth": Task(
        label="Bracket depth",
        formula="how many brackets are open?",
        shape="aligned",
        make=examples.depth,
        reads=("(", ")", "a"),
        says=tuple(map(str, range(DEEPEST + 1))),
        length=(4, 100),
        span="characters",
        glue="",
        facts=_open,
    ),
    "word_class": Task(
        label="Word class",
        formula="is “can” a noun here, or an auxiliary?",
        shape="aligned",
        make=grammar.word_class,
        reads=grammar.WORDS,
        says=grammar.CLASSES,
        length=(4, 30),
        span="words",
        facts=_classes,
    ),
    "sine": Task(
        label="Sine mixes",
        formula="the next value of two sines",
        shape="aligned",
        make=examples.sine,
        length=(5, 100),
        span="values",
        facts=_next,
    ),
    "sawtooth": Task(
        label="Sawtooth mixes",
        formula="the next value of two sawtooths",
        shape="aligned",
        make=examples.sawtooth,
        length=(5, 100),
        span="values",
        facts=_next,
    ),
    "own_series": _own("Your own series", "its next value", own.series_windows, span="values", facts=_next),
    "own_text": _own("Your own text", "its next letter", own.text_windows, span="letters", says=(END,)),
    "spell": Task(
        label="Spelling",
        formula="a number becomes its letters",
        shape="one_to_many",
        make=examples.spell,
        reads=(*map(str, range(100)), *LETTERS),
        says=LETTERS,
        splits=False,
        generates=True,
    ),
    "melody": Task(
        label="Melody",
        formula="a first note and a pattern become a tune",
        shape="one_to_many",
        make=examples.melody,
        reads=(*MELODIES, *NOTES),
        says=NOTES,
        splits=False,
        generates=True,
    ),
    "day": Task(
        label="Next day",
        formula="a weekday becomes the next one",
        shape="one_to_one",
        make=examples.day,
        reads=DAYS,
        says=DAYS,
        splits=False,
    ),
    "french": _translation("Numbers, English to French", "0 to 999 in words", lambda: numbers("french")),
    "chinese": _translation("Numbers, English to 中文", "0 to 999 in words", lambda: numbers("chinese")),
    "french_dates": _translation("Dates, English to French", "Monday , March 9 , 2026", lambda: dates("french")),
    "chinese_dates": _translation("Dates, English to 中文", "Monday , March 9 , 2026", lambda: dates("chinese")),
    "reverse": Task(
        label="Reversed letters",
        formula="letters, read from the end",
        shape="unaligned",
        make=examples.reverse,
        reads=ALPHABET,
        says=ALPHABET,
        length=(2, 20),
        span="letters at most",
        glue="",
        generates=True,
    ),
}


@lru_cache(maxsize=64)
def task_of(name: str, text: str) -> Task:
    """Returns the task of that name; the letters of a person's own text are the tokens of that."""
    task = TASKS[name]
    if name != "own_text":
        return task
    letters = own.letters_of(text)
    return replace(task, reads=letters, says=letters, facts=_inside(letters))
