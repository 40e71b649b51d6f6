"""Settings: values with a name, a kind and display texts.

A group of settings is a frozen dataclass whose fields are made by ``setting``. The URL, the command line, JSON and
the page's controls are derived from each field's kind.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any, Self

from playground.kinds import Choice, ConfigError, Kind, Names, Sizes, short

MOST_IN_ADDRESS = 4800  # characters of a bulky setting
Usual = Sequence[Any] | Callable[[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Renewal:
    """A button of the stage that takes the next seed: its ``label`` and its tooltip ``help``."""

    label: str
    help: str


@dataclass(frozen=True, slots=True)
class Setting:
    """The properties of one field of a group of settings.

    ``live``: a change applies to a run without a restart. ``goes_on``: so it does where the person keeps the weights;
    otherwise it starts a new run. ``redraws``: a change of either alters the scene, which is otherwise constant
    during a run. ``quiet``: no message when it is replaced because it conflicts with another
    setting; its menu shows the valid values. ``usual`` are the values that its control offers, or a function from a
    configuration to them; a number may have other values. ``renewal`` marks a whole number as a seed of random draws.
    ``bulky``: its text may be too long for an address, which then leaves it out; before the first update a change of
    a live one starts a new run, which is shorter than an edit.
    """

    kind: Kind
    label: str
    live: bool = False
    help: str = ""
    redraws: bool = False
    quiet: bool = False
    usual: Usual = ()
    renewal: Renewal | None = None
    bulky: bool = False
    goes_on: bool = False

    @property
    def can_change(self) -> bool:
        """Whether a change can be an edit of a run."""
        return self.live or self.goes_on

    def fixed(self) -> "Setting":
        """Returns the same setting for runs that have no edits."""
        return replace(self, live=False, goes_on=False)

    def offered(self, config: "Settings") -> list[Any]:
        """Returns the values that its control offers: the usual ones, else all options of a choice."""
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
    bulky: bool = False,
    goes_on: bool = False,
) -> Any:
    """Returns a dataclass field of a group of settings; see ``Setting``."""
    made = Setting(kind, label, live, help, redraws, quiet, usual, renewal, bulky, goes_on)
    return field(default=default, metadata={"setting": made})


def renewals(known: Mapping[str, Setting]) -> dict[str, Renewal]:
    """Returns the buttons of the seeds among some settings, ``seed`` first."""
    found = {name: each.renewal for name, each in known.items() if each.renewal is not None}
    return dict(sorted(found.items(), key=lambda each: each[0] != "seed"))


def redraws(known: Mapping[str, Setting], names: Iterable[str]) -> bool:
    """Whether a change of any of the settings ``names`` alters the scene of a run. Other names are ignored."""
    return any(known[name].redraws for name in names if name in known)


@dataclass(frozen=True, slots=True)
class Problem:
    """One refused part of an input, with a message for the user."""

    name: str
    message: str

    def __str__(self) -> str:
        return f"{self.name}: {self.message}"


@dataclass(frozen=True)
class Settings:
    """A frozen group of settings. The constructor raises ConfigError for an invalid value or a conflict."""

    def __post_init__(self) -> None:
        for name, known in self.declared().items():
            try:
                object.__setattr__(self, name, known.kind.check(getattr(self, name)))
            except ConfigError as error:
                raise ConfigError(f"{name}: {error}") from None
        for problem in self.conflicts():
            raise ConfigError(str(problem))

    def conflicts(self) -> list[Problem]:
        """Returns problems of settings that are each valid but do not fit together; defined by each lab."""
        return []

    def words(self, name: str) -> str:
        """Returns a setting and its value for a list: ``Activation ReLU``."""
        return self.phrase(name, getattr(self, name))

    @classmethod
    def phrase(cls, name: str, value: Any) -> str:
        """Returns ``words`` for a setting with this ``value``: ``Hidden layers 4-2``, ``No hidden layer``."""
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
        """Returns the settings that are fields of the class, in the order of declaration."""
        return {item.name: item.metadata["setting"] for item in fields(cls) if "setting" in item.metadata}

    @classmethod
    def settings(cls) -> dict[str, Setting]:
        """Returns every setting by name."""
        return cls.declared()

    @classmethod
    def defaults(cls) -> dict[str, Any]:
        known = cls.declared()
        return {item.name: item.default for item in fields(cls) if item.name in known and item.default is not MISSING}

    @classmethod
    def usual(cls, values: Mapping[str, Any]) -> Self:
        """Returns the defaults for missing settings; those of a study depend on the lab that ``values`` name."""
        return cls()

    @classmethod
    def from_text(cls, text: Mapping[str, str]) -> tuple[Self, list[Problem]]:
        """Returns a configuration from a URL's parameters, and the problems found.

        An invalid value is replaced by its default and reported; an unknown name is reported and ignored.
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
        """Returns a configuration from checked values, and its conflicts: each replaces the setting it names."""
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
        """Returns the value that replaces a setting's conflicting one."""
        return self.defaults()[name]

    def to_text(self) -> dict[str, str]:
        """Returns every setting as text, for a URL. ``from_text`` returns an equal configuration."""
        return {name: known.kind.format(getattr(self, name)) for name, known in self.settings().items()}

    def to_address(self) -> dict[str, str]:
        """Returns ``to_text`` without the bulky settings that are too long for an address."""
        known = self.settings()
        return {n: text for n, text in self.to_text().items() if not known[n].bulky or len(text) <= MOST_IN_ADDRESS}

    def to_json(self) -> dict[str, Any]:
        """Returns every setting as a JSON value."""
        return {
            name: list(value) if isinstance(value := getattr(self, name), tuple) else value
            for name in self.settings()
        }

    def changed(self, other: Self) -> dict[str, Any]:
        """Returns the settings in which ``other`` differs, with its values."""
        return {name: getattr(other, name) for name in self.settings() if getattr(self, name) != getattr(other, name)}
