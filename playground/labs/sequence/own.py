"""A person's own series or text, cut into sequences: at every step the next value or letter is asked for."""

import csv
import io
import math

import numpy as np

from playground.kinds import ConfigError, short
from playground.labs.sequence.examples import Examples, Ints, alone

LEAST, MOST = 40, 2000  # values
LONGEST, MOST_LETTERS = 4000, 80  # letters of a text, and different ones
WINDOWS, TESTED = 2400, 200  # sequences to train on and to test, at most
BREAK = "¶"  # a line's end within a text, which is kept as one line
SERIES = " ".join(str(abs(place % 16 - 8) + place % 5) for place in range(240))
TEXT = BREAK.join(
    f"The {noun} ({who} called it {other}) is {main}."
    for noun in ("film", "book", "play", "song")
    for who in ("critics", "friends", "we")
    for other in ("good", "dull")
    for main in ("fine", "not fine", "weak")
)


def values_of(text: str) -> list[float]:
    """Returns the numbers of a text. Raises ConfigError, which names what is none."""
    return [_value(word, f"value {place}") for place, word in enumerate(text.replace(",", " ").split(), 1)]


def values_of_csv(name: str, content: bytes) -> list[float]:
    """Returns the numbers in the first column of a CSV file that holds any; a first row of names is left out. Raises
    ConfigError, which names the file, and the line of what is no number."""
    try:
        rows = [row for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) if any(map(str.strip, row))]
    except (UnicodeDecodeError, csv.Error):
        raise ConfigError(f"{short(name)} is not a CSV file in UTF-8") from None
    if not rows:
        raise ConfigError(f"{short(name)} is empty")
    places = [place for place, word in enumerate(rows[-1]) if _is_number(word)]
    if not places:
        raise ConfigError(f"{short(name)}: its last line, {short(','.join(rows[-1]))!r}, has no number")
    column = [row[places[0]] if places[0] < len(row) else "" for row in rows]
    start = 0 if _is_number(column[0]) else 1
    return [_value(word, f"{short(name)}, line {line}") for line, word in enumerate(column[start:], start + 1)]


def _is_number(word: str) -> bool:
    try:
        return math.isfinite(float(word))
    except ValueError:
        return False


def _value(word: str, place: str) -> float:
    if not _is_number(word):
        raise ConfigError(f"{place}: {short(word)!r} is not a number")
    return float(word)


def kept(values: list[float]) -> str:
    """Returns a series as it is kept in a run: five significant digits a value. Raises ConfigError."""
    if not LEAST <= len(values) <= MOST:
        raise ConfigError(f"{len(values):,} values are not {LEAST} to {MOST:,}")
    return " ".join(f"{value:.5g}" for value in values)


def problem_of_series(text: str, length: int) -> str | None:
    """Why no sequences of ``length`` values can be cut from a series, or None."""
    try:
        values = values_of(text)
        kept(values)
    except ConfigError as error:
        return str(error)
    if len(values) < 3 * (length + 1):
        return f"{len(values)} values are too few for sequences of {length}; use a length of {len(values) // 3 - 1}"
    return (
        None if max(values) > min(values) else f"all {len(values)} values are {values[0]:g}: nothing is to be learned"
    )


def problem_of_text(text: str, length: int) -> str | None:
    """Why no sequences of ``length`` letters can be cut from a text, or None."""
    if not LEAST <= len(text) <= LONGEST:
        return f"your text has {len(text):,} characters; use {LEAST} to {LONGEST:,}"
    if len(letters_of(text)) > MOST_LETTERS:
        return f"your text has {len(letters_of(text))} different characters; use at most {MOST_LETTERS}"
    if len(text) < 3 * (length + 1):
        return f"{len(text)} characters are too few for sequences of {length}; use a length of {len(text) // 3 - 1}"
    return None


def letters_of(text: str) -> tuple[str, ...]:
    """Returns the different characters of a text in their order."""
    return tuple(sorted(set(text)))


def series_windows(text: str, length: int) -> tuple[Examples, Examples]:
    """Returns the sequences of ``length`` values to train on, and those of the last third, which test. Values are
    less the mean of the former, in two of their standard deviations."""
    values = np.array(values_of(text))
    known = values[: _split(len(values))]
    scaled = ((values - known.mean()) / (2 * known.std() or 1.0)).astype(np.float32)
    return _windows(scaled, length)


def text_windows(text: str, length: int) -> tuple[Examples, Examples]:
    """Returns the sequences of ``length`` letters to train on, and those of the last third, which test."""
    letters = letters_of(text)
    return _windows(np.array([letters.index(letter) for letter in text]), length)


def _split(count: int) -> int:
    return count - count // 3


def _windows(stream: "np.ndarray[tuple[int], np.dtype[np.float32]] | Ints", length: int) -> tuple[Examples, Examples]:
    found = []
    for part, most in ((stream[: _split(len(stream))], WINDOWS), (stream[_split(len(stream)) :], TESTED)):
        count = len(part) - length
        starts = np.linspace(0, count - 1, min(count, most)).astype(int)
        places = starts[:, None] + np.arange(length + 1)
        found.append(alone(part[places][:, :-1], part[places][:, 1:]))
    return found[0], found[1]
