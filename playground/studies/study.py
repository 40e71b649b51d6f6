"""The configuration of a study: a base, which is an ordinary run's, and settings of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Self

from playground.run import RunConfig
from playground.settings import Problem, Setting


class _Joined:
    """``settings`` of a study: those of its base and its own. A class has its usual base."""

    def __get__(self, study: "Study | None", kind: "type[Study]") -> Callable[[], dict[str, Setting]]:
        return partial(kind.joined, (study or kind.usual({})).base)


@dataclass(frozen=True)
class Study(RunConfig):
    """Many runs that have ``base`` in common.

    A page and an address have the settings of the base and its own in one list, so a study answers for both:
    what it does not have itself, ``base`` has.
    """

    is_single: ClassVar[bool] = False
    base: RunConfig

    settings = _Joined()

    @classmethod
    def joined(cls, base: RunConfig) -> dict[str, Setting]:
        """The settings with this ``base``. None is live: whatever changes, all networks start over together."""
        return {name: replace(known, live=False) for name, known in {**base.settings(), **cls.declared()}.items()}

    def __getattr__(self, name: str) -> Any:
        if name == "base" or name.startswith("__"):  # asked for by pickle, before there is one
            raise AttributeError(name)
        return getattr(self.base, name)

    def words(self, name: str) -> str:
        return super().words(name) if name in self.declared() else self.base.words(name)

    @classmethod
    def reconciled(cls, values: Mapping[str, Any]) -> tuple[Self, list[Problem]]:
        """As every configuration's; first the base, then what is to be studied in it."""
        usual = cls.usual(values).base
        known = {name: values.get(name, getattr(usual, name)) for name in usual.settings()}
        base, problems = type(usual).reconciled(known)
        study, more = super().reconciled({"base": base, **{name: values[name] for name in cls.declared()}})
        return study, problems + more

    def changed(self, other: Self) -> dict[str, Any]:
        known = self.settings()
        return {
            name: getattr(other, name)
            for name in other.settings()
            if name not in known or getattr(self, name) != getattr(other, name)
        }

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """None: there is no one network whose numbers could be changed."""
        return {}
