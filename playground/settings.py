"""Settings: values with a name, a kind, and words for people.

A group of settings is a frozen dataclass whose fields are made by ``setting``. Each field carries its kind, so the
URL, the command line, JSON and the page's controls all follow from that one line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Self

from playground.kinds import Choice, ConfigError, Kind, Names, Sizes, short

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
