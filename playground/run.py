"""A run is a value: a frozen configuration plus the edits a person made at known steps.

A lab's configuration is a frozen dataclass whose fields are made by ``setting``. Each field carries how it is
read, written and checked, so URLs, the command line, JSON and the page all follow from that one line.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, ClassVar, Protocol, Self


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
            raise ConfigError(f"{_shown(value)} is not one of {', '.join(self.options)}")
        return value


@dataclass(frozen=True)
class Integer:
    """A whole number in [low, high]."""

    low: int
    high: int

    def parse(self, text: str) -> int:
        try:
            return self.check(int(text[:40]))
        except ValueError as error:
            raise ConfigError(self._message(text)) from error

    def format(self, value: int) -> str:
        return str(value)

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            raise ConfigError(self._message(value))
        return value

    def _message(self, value: Any) -> str:
        return f"{_shown(value)} is not a whole number from {self.low} to {self.high}"


@dataclass(frozen=True)
class Number:
    """A finite number in [low, high], which may both be infinite."""

    low: float
    high: float

    def parse(self, text: str) -> float:
        try:
            return self.check(float(text[:40]))
        except ValueError as error:
            raise ConfigError(self._message(text)) from error

    def format(self, value: float) -> str:
        text = f"{value:.15g}"
        return text if float(text) == value else repr(value)

    def check(self, value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not self.low <= value <= self.high:
            raise ConfigError(self._message(value))
        return float(value)

    def _message(self, value: Any) -> str:
        limits = f" from {self.low:g} to {self.high:g}" if math.isfinite(self.high - self.low) else ""
        return f"{_shown(value)} is not a number{limits}"


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
            raise ConfigError(f"{_shown(value)} is not a list of names from {', '.join(self.options)}")
        for name in value:
            if not isinstance(name, str) or name not in self.options:
                raise ConfigError(f"{_shown(name)} is not one of {', '.join(self.options)}")
        if not value:
            raise ConfigError(f"nothing is chosen; at least one of {', '.join(self.options)} is needed")
        return tuple(name for name in self.options if name in value)


@dataclass(frozen=True)
class Sizes:
    """Up to ``count`` whole numbers, each in [low, high]; as text with commas or hyphens between them."""

    count: int
    low: int
    high: int

    def parse(self, text: str) -> tuple[int, ...]:
        parts = text.replace("-", ",").split(",") if text else []
        try:
            return self.check([int(part[:40]) for part in parts[: self.count + 1]])
        except ConfigError:
            raise
        except ValueError as error:
            raise ConfigError(f"{_shown(text)} is not {self._allowed()}") from error

    def format(self, value: Sequence[int]) -> str:
        return ",".join(map(str, value))

    def check(self, value: Any) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or len(value) > self.count:
            raise ConfigError(f"{_shown(value)} is not {self._allowed()}")
        size = Integer(self.low, self.high)
        try:
            return tuple(size.check(item) for item in value)
        except ConfigError as error:
            raise ConfigError(f"{_shown(value)} is not {self._allowed()}: {error}") from None

    def _allowed(self) -> str:
        return f"a list of at most {self.count} whole numbers from {self.low} to {self.high}"


@dataclass(frozen=True)
class Flag:
    """On or off."""

    def parse(self, text: str) -> bool:
        if text not in ("on", "off"):
            raise ConfigError(f"{_shown(text)} is not one of on, off")
        return text == "on"

    def format(self, value: bool) -> str:
        return "on" if value else "off"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ConfigError(f"{_shown(value)} is not one of on, off")
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
            raise ConfigError(f"{_shown(value)} is not a line of at most {self.most} characters")
        return value


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of one field of a configuration: ``live`` ones apply to a run without a restart."""

    kind: Kind
    label: str
    live: bool
    help: str


def setting(default: Any, kind: Kind, label: str, *, live: bool = False, help: str = "") -> Any:
    """A dataclass field of a configuration."""
    return field(default=default, metadata={"setting": Setting(kind, label, live, help)})


@dataclass(frozen=True, slots=True)
class Problem:
    """One part of an input that was refused, in words for the person who sent it."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


@dataclass(frozen=True)
class Config:
    """A frozen set of settings; making one with a value out of range raises ConfigError."""

    alone: ClassVar[bool] = True  # a run of it is one network: to train on the command line, to keep, to take home

    @property
    def varying(self) -> frozenset[str]:
        """The settings in which the networks of one run differ from each other."""
        return frozenset()

    def __post_init__(self) -> None:
        for name, known in self.settings().items():
            try:
                object.__setattr__(self, name, known.kind.check(getattr(self, name)))
            except ConfigError as error:
                raise ConfigError(f"{name}: {error}") from None
        for problem in self.conflicts():
            raise ConfigError(str(problem))

    def conflicts(self) -> list[Problem]:
        """Settings that are each fine but do not go together; a lab says which."""
        return []

    def demands(self) -> dict[str, int]:
        """What a run of this configuration takes, by the name of the limit that a server may set."""
        return {}

    def title(self) -> str:
        """A few words for a list."""
        return ""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter of the network, by PyTorch's name for it."""
        return {}

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
    def settings(cls) -> dict[str, Setting]:
        """Every setting by name, in the order in which they are declared."""
        return {item.name: item.metadata["setting"] for item in fields(cls)}

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        return {item.name: item.default for item in fields(cls) if item.default is not MISSING}

    @classmethod
    def from_text(cls, text: Mapping[str, str]) -> tuple[Self, list[Problem]]:
        """A configuration from a URL's parameters, and what could not be used of them.

        A wrong part is replaced by its default and reported; unknown names are reported and left out.
        """
        known, values = cls.settings(), cls.defaults()
        problems: list[Problem] = []
        for name, raw in text.items():
            if name not in known:
                problems.append(Problem(_short(name), "there is no such setting"))
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


_ELEMENT = re.compile(r"(?P<name>[\w.]{1,60})\[(?P<index>\d{1,6}(,\d{1,6}){0,7})\]", re.ASCII)


def element(target: Any) -> tuple[str, tuple[int, ...]] | None:
    """The parameter and the index of one number of it, as PyTorch writes it: ``layers.0.weight[2,1]``."""
    match = _ELEMENT.fullmatch(target) if isinstance(target, str) else None
    return None if match is None else (match["name"], tuple(map(int, match["index"].split(","))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a person changed at a step: a live setting by its name, or one number of a parameter.

    ``target`` is a setting (``learning_rate``) or an element as PyTorch names it (``layers.0.weight[2,1]``).
    """

    step: int
    target: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as a value: what it started from and what was changed on the way."""

    lab: str
    config: Config
    edits: tuple[Edit, ...] = ()

    def edited(self, edit: Edit, after: int | None = None) -> "Run":
        """The run with one more edit at its end, or in place of all but its first ``after``."""
        return replace(self, edits=(*self.edits[:after], edit))

    def config_after(self, edits: int) -> Config:
        """The configuration with the live settings of the first ``edits`` edits."""
        known = self.config.settings()
        return replace(
            self.config, **{edit.target: edit.value for edit in self.edits[:edits] if edit.target in known}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is on somebody's screen, so that nothing else is computed.

    ``panels`` are any of a lab's panel names. ``neuron`` is (layer, index), None for the output; ``probe`` is a
    point (x, y) whose forward pass is wanted; ``shown`` holds the choice of neurons of an earlier frame. ``member``
    is one of many networks, by its index.
    """

    panels: frozenset[str] = frozenset({"stage"})
    neuron: tuple[int, int] | None = None
    probe: tuple[float, float] | None = None
    shown: tuple[tuple[int, ...], ...] | None = None
    member: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A moment of a run, read without disturbing it: plain numbers and read-only NumPy arrays.

    ``info`` is JSON: what the lab says beside its arrays. ``notice`` tells why training stopped by itself.
    """

    run_id: str
    step: int
    epoch: float
    metrics: Mapping[str, float | None]
    info: Mapping[str, Any]
    arrays: Mapping[str, Any]
    notice: str | None = None

    @classmethod
    def of(cls, experiment: Any, run_id: str, info: Mapping[str, Any], arrays: Mapping[str, Any]) -> "Snapshot":
        """The present moment of ``experiment``, a ``labs.Experiment``; its ``arrays`` are read-only from now on."""
        for array in arrays.values():
            array.flags.writeable = False
        return cls(
            run_id=run_id,
            step=experiment.step,
            epoch=experiment.epoch,
            metrics=experiment.metrics(),
            info=info,
            arrays=arrays,
            notice=experiment.notice,
        )


def _shown(value: Any) -> str:
    """A value as it stands in a message: quoted, and cut where somebody sent a novel."""
    return repr(_short(value)) if isinstance(value, str) else _short(repr(value))


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
