"""A person's own table from a CSV file: what its columns are, and two or more of them with a label as points.

Fields may be quoted. Commas, semicolons and tabs separate them, whichever fits. A number may have a decimal comma
where commas do not separate. What cannot be used is named by its row, counted as a spreadsheet does, and its column.
"""

import codecs
import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground import numbers
from playground.data.files import SENT_MB
from playground.data.own import LEAST_POINTS, MOST_CLASSES, MOST_NUMBERS, MOST_POINTS, encoded
from playground.data.own import MOST_COLUMNS as MOST_INPUTS
from playground.kinds import ConfigError, short

MOST_BYTES = SENT_MB * 2**20
MOST_COLUMNS, MOST_NAMED, MOST_SAID = 200, 3, 8
MOST_IN_NAMES = 1200  # characters of all names
MISSING = {"", "na", "n/a", "nan", "null", "none", "?", "-"}
TO = 5.0  # the least value of a column is at -5 in the plane, the greatest at 5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, the text of each row, and the numbers, NaN where the text is none."""

    name: str
    texts: tuple[str, ...]
    numbers: Floats

    @property
    def is_numeric(self) -> bool:
        """Whether most of its values are numbers."""
        given = sum(not is_missing(text) for text in self.texts)
        return given > 0 and int(np.isfinite(self.numbers).sum()) > given / 2

    @property
    def classes(self) -> tuple[str, ...]:
        """Its different values, numbers by size."""
        found = {text for text in self.texts if not is_missing(text)}
        return tuple(sorted(found, key=_by_size))


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file, and the number in the file of each row."""

    columns: tuple[Column, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """Points for the settings ``own``, ``own_classes`` and ``own_names``, and what was left out, in sentences."""

    text: str
    classes: int
    names: str
    left_out: tuple[str, ...]


def is_missing(text: str) -> bool:
    return text.lower() in MISSING


def read(content: bytes) -> Table:
    """Returns the table of a CSV file. Raises ConfigError, which says what is wrong, and where."""
    if len(content) > MOST_BYTES:
        raise ConfigError(f"the file has {len(content):,} bytes; use at most {MOST_BYTES:,} ({SENT_MB} MB)")
    rows, separator = _rows(_text(content))
    if len(rows) < LEAST_POINTS + 1:
        raise ConfigError(f"the file has {len(rows)} rows; it needs a row of names and {LEAST_POINTS} or more others")
    (_, first), width = rows[0], len(rows[0][1])
    if not 3 <= width <= MOST_COLUMNS:
        raise ConfigError(
            f"row {rows[0][0]} has {width} column{'s' * (width != 1)}; use 3 to {MOST_COLUMNS}, two numbers and a "
            "label, with commas, semicolons or tabs between them"
        )
    for line, row in rows:
        if len(row) != width:
            raise ConfigError(f"row {line} has {len(row)} fields, but row {rows[0][0]} has {width}")
    has_names = not any(math.isfinite(_number(text, separator)) for text in first)
    names = _distinct(first) if has_names else [f"column {number}" for number in range(1, width + 1)]
    body = rows[1:] if has_names else rows
    columns = [
        Column(name, texts, np.array([_number(text, separator) for text in texts]))
        for name, texts in zip(names, zip(*(row for _, row in body), strict=True), strict=True)
    ]
    return Table(tuple(columns), tuple(line for line, _ in body))


def _text(content: bytes) -> str:
    """Returns the text of a file: UTF-8, UTF-16 with its mark, or else Windows' Western European."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ConfigError("this is not a text file: it contains zero bytes")
    return text


def _number(text: str, separator: str) -> float:
    """Returns a number; NaN where it is none, or where its comma may be for decimals or for thousands."""
    try:
        found = float(text.replace(",", ".") if separator != "," else text)
    except ValueError:
        return numbers.read(text)
    return found if math.isfinite(found) and "_" not in text else math.nan


def _rows(text: str) -> tuple[list[tuple[int, list[str]]], str]:
    """Returns the rows that are not empty, each with its number, and the separator: the one that makes the most
    columns of equal length."""
    parsed = []
    for separator in (",", ";", "\t"):
        try:
            found = [
                (line, [field.strip() for field in row])
                for line, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1)
                if any(field.strip() for field in row)
            ]
        except csv.Error as error:
            raise ConfigError(f"this is not a CSV file: {error}") from None
        widths = [len(row) for _, row in found]
        is_even = len(set(widths)) == 1
        parsed.append((is_even and widths[0] > 1, widths[0] if widths else 0, found, separator))
    return max(parsed, key=lambda each: each[:2])[2:]


def _distinct(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for number, name in enumerate(names, 1):
        plain = re.sub(r"[|\s]+", " ", "".join(sign for sign in name if sign.isprintable() or sign.isspace())).strip()
        wanted = short(plain) or f"column {number}"
        found.append(wanted if wanted not in found else f"{wanted} ({number})")
    return found


def points(table: Table, inputs: Sequence[int], label: int) -> Points:
    """Returns the points of two or more columns, ``inputs``, with another as their label, all by index.

    A label of at most six different values is a class; other numbers are the values of a regression, stretched to
    [-1, 1]. Rows without a value in one of the columns are left out, and of more than two inputs those that are the
    same in every row. Raises ConfigError where too little is left.
    """
    if not 2 <= len(inputs) <= MOST_INPUTS:
        raise ConfigError(f"{len(inputs)} columns are chosen; choose 2 to {MOST_INPUTS}")
    seen, target = [table.columns[index] for index in inputs], table.columns[label]
    is_regression = target.is_numeric and len(target.classes) > MOST_CLASSES
    keep, left_out = _whole(table, [*seen, target], is_regression)
    if keep.sum() < LEAST_POINTS:
        what = "all three values" if len(seen) == 2 else f"all {len(seen) + 1} values"
        raise ConfigError(f"{keep.sum()} rows have {what}; {LEAST_POINTS} are needed. {' '.join(left_out)}")
    if len(seen) > 2:
        left_out += [_same(column, keep) for column in seen if not _differs(column, keep)]
        seen = [column for column in seen if _differs(column, keep)]
    if len(seen) < 2:
        raise ConfigError(f"fewer than two columns differ from row to row. {' '.join(left_out)}")
    places = np.stack([_stretched(column, keep, TO) for column in seen], axis=1)
    names = [column.name for column in seen]
    if is_regression:
        labels, classes = _stretched(target, keep, 1.0), 0
    else:
        texts = [target.texts[row] for row in np.flatnonzero(keep)]
        known = [name for name in target.classes if name in set(texts)]
        if not 2 <= len(known) <= MOST_CLASSES:
            message = f"column '{target.name}' has {len(known)} different label{'s' * (len(known) != 1)}"
            raise ConfigError(f"{message}; use one with 2 to {MOST_CLASSES}, or with numbers")
        labels, classes = np.array([known.index(text) for text in texts], dtype=float), len(known)
        names += _distinct(known)
    most = min(MOST_POINTS, MOST_NUMBERS // len(seen))
    if len(places) > most:
        left_out.append(f"Of {len(places):,} rows {most:,} are taken, spread evenly over the file.")
        rows = np.linspace(0, len(places) - 1, most).round().astype(int)
        places, labels = places[rows], labels[rows]
    return Points(encoded(places, labels, classes), classes, _joined(names), tuple(left_out))


def _joined(names: Sequence[str]) -> str:
    """Returns names with ``|`` between them, each shortened where all are too long."""
    most = MOST_IN_NAMES // len(names) - 1
    if sum(map(len, names)) + len(names) > MOST_IN_NAMES:
        names = [name if len(name) <= most else name[: most - 1] + "…" for name in names]
    return "|".join(names)


def _whole(table: Table, chosen: Sequence[Column], is_regression: bool) -> tuple[NDArray[np.bool_], list[str]]:
    """Returns which rows (N,) have a value in each of the columns, the last of which is the label, and sentences that
    name the others."""
    keep, said = np.ones(len(table.lines), dtype=bool), list[str]()
    for column in chosen:
        needs_number = column is not chosen[-1] or is_regression
        lacks = [is_missing(text) for text in column.texts]
        bad = np.array(lacks) | (needs_number & ~np.isfinite(column.numbers))
        for row in np.flatnonzero(bad & keep)[:MOST_NAMED]:
            what = "no value" if lacks[row] else f"'{short(column.texts[row])}', which is not a number"
            said.append(f"Row {table.lines[row]} has {what} in column '{column.name}'.")
        if (more := int((bad & keep).sum()) - MOST_NAMED) > 0:
            said.append(f"So have {more:,} other rows.")
        keep &= ~bad
    if len(said) > MOST_SAID:
        said = [*said[:MOST_SAID], f"In all {int((~keep).sum()):,} of {len(keep):,} rows are left out."]
    return keep, said


def _differs(column: Column, keep: NDArray[np.bool_]) -> bool:
    values = column.numbers[keep]
    return bool(values.min() < values.max())


def _same(column: Column, keep: NDArray[np.bool_]) -> str:
    return f"Column '{column.name}' is {column.numbers[keep][0]:g} in every row, and is left out."


def _stretched(column: Column, keep: NDArray[np.bool_], to: float) -> Floats:
    """Returns the numbers of the kept rows, from their least at -``to`` to their greatest at ``to``."""
    values = column.numbers[keep]
    low, high = float(values.min()), float(values.max())
    if not _differs(column, keep):
        raise ConfigError(f"column '{column.name}' is {low:g} in every row; choose one whose values differ")
    result: Floats = (values / 2 - low / 2) / (high / 2 - low / 2) * 2 * to - to  # halves: the span may be infinite
    return result


def _by_size(text: str) -> tuple[float, str]:
    number = numbers.read(text)
    return (number if math.isfinite(number) else math.inf, text)
