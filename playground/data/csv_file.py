"""A person's own table from a CSV file: what its columns are, and two of them with a label as points in the plane.

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
from playground.data.own import LEAST_POINTS, MOST_CLASSES, MOST_POINTS, encoded
from playground.kinds import ConfigError, short

MOST_BYTES = 10 * 2**20
MOST_COLUMNS, MOST_NAMED = 200, 3
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
        raise ConfigError(f"the file has {len(content):,} bytes; use at most {MOST_BYTES:,} (10 MB)")
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


def points(table: Table, across: int, up: int, label: int) -> Points:
    """Returns the points of two columns, with a third as their label, all by index.

    A label of at most six different values is a class; other numbers are the values of a regression, stretched to
    [-1, 1]. Rows without a value in one of the three are left out. Raises ConfigError where too little is left.
    """
    chosen = [table.columns[index] for index in (across, up, label)]
    target = chosen[2]
    is_regression = target.is_numeric and len(target.classes) > MOST_CLASSES
    keep, left_out = _whole(table, chosen, is_regression)
    if keep.sum() < LEAST_POINTS:
        raise ConfigError(f"{keep.sum()} rows have all three values; {LEAST_POINTS} are needed. {' '.join(left_out)}")
    places = np.stack([_stretched(column, keep, TO) for column in chosen[:2]], axis=1)
    if is_regression:
        labels, classes, names = _stretched(target, keep, 1.0), 0, [column.name for column in chosen[:2]]
    else:
        known = [name for name in target.classes if name in {target.texts[row] for row in np.flatnonzero(keep)}]
        if not 2 <= len(known) <= MOST_CLASSES:
            message = f"column '{target.name}' has {len(known)} different label{'s' * (len(known) != 1)}"
            raise ConfigError(f"{message}; use one with 2 to {MOST_CLASSES}, or with numbers")
        labels = np.array([known.index(target.texts[row]) for row in np.flatnonzero(keep)], dtype=float)
        classes, names = len(known), [*(column.name for column in chosen[:2]), *_distinct(known)]
    if len(places) > MOST_POINTS:
        left_out.append(f"Of {len(places):,} rows {MOST_POINTS:,} are taken, spread evenly over the file.")
        rows = np.linspace(0, len(places) - 1, MOST_POINTS).round().astype(int)
        places, labels = places[rows], labels[rows]
    return Points(encoded(places, labels, classes), classes, "|".join(names)[:300], tuple(left_out))


def _whole(table: Table, chosen: Sequence[Column], is_regression: bool) -> tuple[NDArray[np.bool_], list[str]]:
    """Returns which rows (N,) have a value in each of the columns, and sentences that name the others."""
    keep, said = np.ones(len(table.lines), dtype=bool), []
    for place, column in enumerate(chosen):
        needs_number = place < 2 or is_regression
        lacks = [is_missing(text) for text in column.texts]
        bad = np.array(lacks) | (needs_number & ~np.isfinite(column.numbers))
        for row in np.flatnonzero(bad & keep)[:MOST_NAMED]:
            what = "no value" if lacks[row] else f"'{short(column.texts[row])}', which is not a number"
            said.append(f"Row {table.lines[row]} has {what} in column '{column.name}'.")
        if (more := int((bad & keep).sum()) - MOST_NAMED) > 0:
            said.append(f"So have {more:,} other rows.")
        keep &= ~bad
    return keep, said


def _stretched(column: Column, keep: NDArray[np.bool_], to: float) -> Floats:
    """Returns the numbers of the kept rows, from their least at -``to`` to their greatest at ``to``."""
    values = column.numbers[keep]
    low, high = float(values.min()), float(values.max())
    if low == high:
        raise ConfigError(f"column '{column.name}' is {low:g} in every row; choose one whose values differ")
    result: Floats = (values / 2 - low / 2) / (high / 2 - low / 2) * 2 * to - to  # halves: the span may be infinite
    return result


def _by_size(text: str) -> tuple[float, str]:
    number = numbers.read(text)
    return (number if math.isfinite(number) else math.inf, text)
