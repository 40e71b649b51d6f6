"""Kinds of values: how one is read from text, written as text and checked."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from playground import numbers


class ConfigError(ValueError):
    """An invalid value; the message names the value and what is allowed."""


class Kind(Protocol):
    """How one kind of setting is read from text, written as text, and checked."""

    def parse(self, text: str) -> Any: ...
    def format(self, value: Any) -> str: ...
    def check(self, value: Any) -> Any:
        """Returns the value in its own type. Raises ConfigError, which says what is allowed."""
        ...


@dataclass(frozen=True)
class Choice:
    """One of some names."""

    options: Mapping[str, Any]

    def parse(self, text: str) -> str:
        return self.check(text)

    def format(self, value: str) -> str:
        return value

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in self.options:
            raise ConfigError(f"{shown(value)} is not one of {', '.join(self.options)}")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One of the options of a choice, as a person reads it."""

    label: str
    formula: str = ""


@dataclass(frozen=True)
class Device(Choice):
    """The device of a run; the first option chooses it automatically."""


@dataclass(frozen=True)
class Integer:
    """A whole number in [low, high]."""

    low: int
    high: int

    def parse(self, text: str) -> int:
        value = math.nan if set(text) & set(".,eE") else numbers.read(text)
        if not self.low <= value <= self.high:
            raise ConfigError(_ambiguous(text) or self._message(text))
        return int(value)

    def format(self, value: int) -> str:
        return str(value)

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise ConfigError(self._message(value))
        return value

    def _message(self, value: Any) -> str:
        return f"{shown(value)} is not a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Number:
    """A finite number in [low, high], which may both be infinite."""

    low: float
    high: float

    def parse(self, text: str) -> float:
        try:
            return self.check(numbers.read(text))
        except ConfigError:
            raise ConfigError(_ambiguous(text) or self._message(text)) from None

    def format(self, value: float) -> str:
        text = f"{value:.15g}"
        return text if float(text) == value else repr(value)

    def check(self, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        try:
            number = float(value) if is_number else math.nan
        except OverflowError:  # a Python int may exceed any float
            number = math.inf
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise ConfigError(self._message(value))
        return number

    def _message(self, value: Any) -> str:
        limits = f" from {self.low:g} to {self.high:g}" if math.isfinite(self.high - self.low) else ""
        return f"{shown(value)} is not a number{limits}"


@dataclass(frozen=True)
class Share(Number):
    """A number in [low, high], shown in percent; ``step`` is the step of its slider."""

    step: float = 0.01


@dataclass(frozen=True)
class Names:
    """One or more of some names, each once, in the order of ``options``."""

    options: Mapping[str, Any]

    def parse(self, text: str) -> tuple[str, ...]:
        return self.check(text.split(","))

    def format(self, value: Sequence[str]) -> str:
        return ",".join(value)

    def check(self, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"{shown(value)} is not a list of names from {', '.join(self.options)}")
        for name in value:
            if not isinstance(name, str) or name not in self.options:
                raise ConfigError(f"{shown(name)} is not one of {', '.join(self.options)}")
        if not value:
            raise ConfigError(f"nothing is chosen; at least one of {', '.join(self.options)} is needed")
        return tuple(name for name in self.options if name in value)


@dataclass(frozen=True)
class Sizes:
    """Up to ``count`` whole numbers, each in [low, high].

    As text, commas, hyphens or spaces separate them; ``none`` or an empty text means no number. Since the numbers are
    whole, a comma is never a decimal comma: ``8,4`` is 8 and 4.
    """

    count: int
    low: int
    high: int

    def parse(self, text: str) -> tuple[int, ...]:
        written = text.strip()
        parts = [] if written.lower() in ("", "none") else re.split(r"\s*[,\-\u2010-\u2013]\s*|\s+", written)
        if not all(re.fullmatch("[0-9]{1,9}", part) for part in parts):
            raise ConfigError(f"{shown(text)} is not {self._allowed()}")
        return self.check([int(part) for part in parts])

    def format(self, value: Sequence[int]) -> str:
        return ",".join(map(str, value))

    def check(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.count:
            raise ConfigError(f"{shown(value)} is not {self._allowed()}")
        size = Integer(self.low, self.high)
        try:
            return tuple(size.check(item) for item in value)
        except ConfigError as error:
            raise ConfigError(f"{shown(value)} is not {self._allowed()}: {error}") from None

    def _allowed(self) -> str:
        return f"a list of at most {self.count} whole numbers from {self.low} to {self.high}"


@dataclass(frozen=True)
class Flag:
    """On or off."""

    def parse(self, text: str) -> bool:
        if text not in ("on", "off"):
            raise ConfigError(f"{shown(text)} is not one of on, off")
        return text == "on"

    def format(self, value: bool) -> str:
        return "on" if value else "off"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ConfigError(f"{shown(value)} is not one of on, off")
        return value


@dataclass(frozen=True)
class Text:
    """A line of at most ``most`` characters; its readers check the content."""

    most: int

    def parse(self, text: str) -> str:
        return self.check(text)

    def format(self, value: str) -> str:
        return value

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > self.most or not value.isprintable():
            raise ConfigError(f"{shown(value)} is not a line of at most {self.most} characters")
        return value


@dataclass(frozen=True)
class Pair:
    """Two values of one kind; as text separated by a comma."""

    part: Kind

    def parse(self, text: str) -> tuple[Any, Any]:
        first, second = self._two(text, text.split(","))
        return self.part.parse(first), self.part.parse(second)

    def format(self, value: Sequence[Any]) -> str:
        return ",".join(map(self.part.format, value))

    def check(self, value: Any) -> tuple[Any, Any]:
        first, second = self._two(value, value)
        return self.part.check(first), self.part.check(second)

    @staticmethod
    def _two(value: Any, parts: Any) -> Sequence[Any]:
        if not isinstance(parts, list | tuple) or len(parts) != 2:
            raise ConfigError(f"{shown(value)} is not a pair of values")
        return parts


@dataclass(frozen=True)
class Several:
    """Up to ``count`` values of one kind, each once, in ascending order; as text separated by semicolons."""

    part: Kind
    count: int

    def parse(self, text: str) -> tuple[Any, ...]:
        return self.check([self.part.parse(each) for each in text.split(";")] if text else ())

    def format(self, value: Sequence[Any]) -> str:
        return ";".join(map(self.part.format, value))

    def check(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.count:
            raise ConfigError(f"{shown(value)} is not a list of at most {self.count} values")
        return tuple(sorted({self.part.check(each) for each in value}))


@dataclass(frozen=True)
class Each:
    """``least`` to ``count`` values of one kind, in their order; as text separated by commas, ``none`` for none."""

    part: Kind
    count: int
    least: int = 0

    def parse(self, text: str) -> tuple[Any, ...]:
        return self.check([] if text in ("", "none") else [self.part.parse(each.strip()) for each in text.split(",")])

    def format(self, value: Sequence[Any]) -> str:
        return ",".join(map(self.part.format, value)) or "none"

    def check(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or not self.least <= len(value) <= self.count:
            many = f"{self.least} to {self.count}" if self.least else f"at most {self.count}"
            raise ConfigError(f"{shown(value)} is not a list of {many} values")
        return tuple(self.part.check(each) for each in value)


@dataclass(frozen=True)
class Maybe:
    """A value of a kind, or None, written ``none``."""

    kind: Kind

    def parse(self, text: str) -> Any:
        return None if text == "none" else self.kind.parse(text)

    def format(self, value: Any) -> str:
        return "none" if value is None else self.kind.format(value)

    def check(self, value: Any) -> Any:
        return None if value is None else self.kind.check(value)


def _ambiguous(text: str) -> str:
    """Returns the message for a text that can mean two numbers; empty for any other text."""
    return f"{shown(text)} {numbers.AMBIGUOUS}" if numbers.is_ambiguous(text) else ""


def shown(value: Any) -> str:
    """Returns a value for a message: text is quoted, long text is shortened."""
    if isinstance(value, str):
        return repr(short(value))
    try:
        return short(repr(value))
    except (ValueError, RecursionError):  # thousands of digits, or of lists in lists
        return f"this {type(value).__name__}"


def short(text: str) -> str:
    """Returns ``text``, shortened to 40 characters."""
    return text if len(text) <= 40 else text[:40] + "…"
