"""Settings: how a value is read from text, written as text and checked.

A group of settings is a frozen dataclass whose fields are made by ``setting``. Each field carries its kind, so the
URL, the command line, JSON and the page's controls all follow from that one line.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Protocol, Self

from playground import numbers


class ConfigError(ValueError):
    """A value that cannot be used; the message names the value and what is allowed."""


class Kind(Protocol):
    """How one kind of setting is read from text, written as text, and checked."""

    def parse(self, text: str) -> Any: ...
    def format(self, value: Any) -> str: ...
    def check(self, value: Any) -> Any:
        """The value in its own type; raises ConfigError with what is allowed."""
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


@dataclass(frozen=True)
class Device(Choice):
    """What a run is computed on; the first option leaves it to the machine, which alone knows what it has."""


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
        except OverflowError:  # a whole number has no largest one
            number = math.inf
        if not math.isfinite(number) or not self.low <= number <= self.high:
            raise ConfigError(self._message(value))
        return number

    def _message(self, value: Any) -> str:
        limits = f" from {self.low:g} to {self.high:g}" if math.isfinite(self.high - self.low) else ""
        return f"{shown(value)} is not a number{limits}"


@dataclass(frozen=True)
class Share(Number):
    """A number in [low, high] that people read in percent; ``step`` is the least by which a slider changes it."""

    step: float = 0.01


@dataclass(frozen=True)
class Names:
    """At least one of some names, each once, kept in the order of ``options``."""

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

    As text with commas, hyphens or spaces between them, and ``none`` or nothing where there are none. A comma never
    stands before decimals here, since the numbers are whole: ``8,4`` is 8 and 4.
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
    """A line of at most ``most`` characters; what it says is checked by those who read it."""

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
    """Two values of one kind; as text with a comma between them."""

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
class Maybe:
    """A value of a kind, or None; as text that is ``none``."""

    kind: Kind

    def parse(self, text: str) -> Any:
        return None if text == "none" else self.kind.parse(text)

    def format(self, value: Any) -> str:
        return "none" if value is None else self.kind.format(value)

    def check(self, value: Any) -> Any:
        return None if value is None else self.kind.check(value)


Usual = Sequence[Any] | Callable[[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A button of the stage that takes the next seed: its ``label``, and what it does."""

    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one field of a group of settings.

    ``live``: a change applies to a run without a restart. ``redraws``: a change of a live one alters what otherwise
    stays the same during a run (the scene). ``quiet``: where it gives way to another setting, nobody is told, since
    its menu shows what fits. ``usual`` are the values that its control offers, or what finds them for a
    configuration; a number may still be any other. ``renewal`` makes a whole number a seed, from which something is
    drawn at random.
    """

    kind: Kind
    label: str
    live: bool = False
    help: str = ""
    redraws: bool = False
    quiet: bool = False
    usual: Usual = ()
    renewal: Renewal | None = None

    def offered(self, config: "Settings") -> list[Any]:
        """The values that its control offers beside the present one; all of a choice where it names no usual ones."""
        usual = self.usual(config) if callable(self.usual) else self.usual
        return list(usual or getattr(self.kind, "options", ()))


def setting(
    default: Any,
    kind: Kind,
    label: str,
    *,
    live: bool = False,
    help: str = "",
    redraws: bool = False,
    quiet: bool = False,
    usual: Usual = (),
    renewal: Renewal | None = None,
) -> Any:
    """A dataclass field of a group of settings; see ``Setting``."""
    return field(
        default=default, metadata={"setting": Setting(kind, label, live, help, redraws, quiet, usual, renewal)}
    )


def renewals(known: Mapping[str, Setting]) -> dict[str, Renewal]:
    """The seeds among some settings, ``seed`` first, with the buttons that take the next one."""
    found = {name: each.renewal for name, each in known.items() if each.renewal is not None}
    return dict(sorted(found.items(), key=lambda each: each[0] != "seed"))


def redraws(known: Mapping[str, Setting], names: Iterable[str]) -> bool:
    """Whether a change of any of ``names`` that are settings alters the scene of a run that goes on."""
    return any(known[name].redraws for name in names if name in known)


@dataclass(frozen=True, slots=True)
class Problem:
    """One part of an input that was refused, in words for the person who sent it."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


@dataclass(frozen=True)
class Settings:
    """A frozen set of settings; making one with a value out of range raises ConfigError."""

    def __post_init__(self) -> None:
        for name, known in self.declared().items():
            try:
                object.__setattr__(self, name, known.kind.check(getattr(self, name)))
            except ConfigError as error:
                raise ConfigError(f"{name}: {error}") from None
        for problem in self.conflicts():
            raise ConfigError(str(problem))

    def conflicts(self) -> list[Problem]:
        """Settings that are each fine but do not go together; a lab says which."""
        return []

    def words(self, name: str) -> str:
        """A setting and its value as they stand in a list: ``Activation ReLU``."""
        return self.phrase(name, getattr(self, name))

    @classmethod
    def phrase(cls, name: str, value: Any) -> str:
        """What ``words`` gives for a setting with this ``value``: ``Hidden layers 4-2``, ``No hidden layer``."""
        known = cls.settings()[name]
        if isinstance(known.kind, Choice | Names):
            chosen = (value,) if isinstance(value, str) else value
            written = ", ".join(getattr(known.kind.options[each], "label", each) for each in chosen)
        elif isinstance(known.kind, Sizes):
            if not value:
                return f"No {known.label.lower().removesuffix('s')}"
            written = "-".join(map(str, value))
        else:
            written = known.kind.format(value)
        return f"{known.label} {written}"

    @classmethod
    def declared(cls) -> dict[str, Setting]:
        """The settings that are fields of the class, in the order in which they are declared."""
        return {item.name: item.metadata["setting"] for item in fields(cls) if "setting" in item.metadata}

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """Every setting by name."""
        return cls.declared()

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        known = cls.declared()
        return {item.name: item.default for item in fields(cls) if item.name in known and item.default is not MISSING}

    @classmethod
    def usual(cls, values: Mapping[str, Any]) -> Self:
        """What stands in for settings that are not given; a study has others for each lab that ``values`` name."""
        return cls()

    @classmethod
    def from_text(cls, text: Mapping[str, str]) -> tuple[Self, list[Problem]]:
        """A configuration from a URL's parameters, and what could not be used of them.

        A wrong part is replaced by its default and reported; unknown names are reported and left out.
        """
        usual = cls.usual(text)
        known = usual.settings()
        values = {name: getattr(usual, name) for name in known}
        problems: list[Problem] = []
        for name, raw in text.items():
            if name not in known:
                problems.append(Problem(short(name), "there is no such setting"))
                continue
            try:
                values[name] = known[name].kind.parse(raw)
            except ConfigError as error:
                problems.append(Problem(name, str(error)))
        config, conflicts = cls.reconciled(values)
        return config, problems + [found for found in conflicts if found.name in text]

    @classmethod
    def reconciled(cls, values: Mapping[str, Any]) -> tuple[Self, list[Problem]]:
        """A configuration from checked values; of those that do not go together the named one gives way."""
        values = dict(values)
        problems: list[Problem] = []
        unchecked = object.__new__(cls)
        while True:
            for name, value in values.items():
                object.__setattr__(unchecked, name, value)
            conflicts = [found for found in unchecked.conflicts() if found.name in values]
            if not conflicts:
                return cls(**values), problems
            problems.append(conflicts[0])
            values[conflicts[0].name] = unchecked.settled(conflicts[0].name)

    def settled(self, name: str) -> Any:
        """The value that a setting takes when the asked one conflicts with the others."""
        return self.defaults()[name]

    def to_text(self) -> dict[str, str]:
        """Every setting as text: a URL's parameters. ``from_text`` gives back an equal configuration."""
        return {name: known.kind.format(getattr(self, name)) for name, known in self.settings().items()}

    def to_json(self) -> dict[str, Any]:
        """Every setting as a JSON value."""
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in self.settings()
        }

    def changed(self, other: Self) -> dict[str, Any]:
        """The settings in which ``other`` differs, with its values."""
        return {name: getattr(other, name) for name in self.settings() if getattr(self, name) != getattr(other, name)}


def _ambiguous(text: str) -> str:
    """Why a text is refused that may say either of two numbers; empty for another one."""
    return f"{shown(text)} {numbers.AMBIGUOUS}" if numbers.is_ambiguous(text) else ""


def shown(value: Any) -> str:
    """A value as it stands in a message: quoted, and cut where somebody sent a novel."""
    if isinstance(value, str):
        return repr(short(value))
    try:
        return short(repr(value))
    except (ValueError, RecursionError):  # thousands of digits, or of lists in lists
        return f"this {type(value).__name__}"


def short(text: str) -> str:
    """``text``, cut where somebody sent a novel."""
    return text if len(text) <= 40 else text[:40] + "…"
