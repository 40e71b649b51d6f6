"""The configuration of a study: the base configuration of a single run, and settings of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self

from playground.run import RunConfig
from playground.settings import Problem, Setting


class _Joined:
    """The method ``settings`` of a study: those of its base and its own. On the class, the default base."""

    def __get__(self, study: "Study | None", kind: "type[Study]") -> Callable[[], dict[str, Setting]]:
        return partial(kind.joined, (study or kind.usual({})).base)


@dataclass(frozen=True)
class Study(RunConfig):
    """Many runs that share ``base``.

    A page and an address list the settings of the base and its own together, so missing attributes are looked up
    in ``base``.
    """

    is_single: ClassVar[bool] = False
    base: RunConfig

    settings = _Joined()

    @classmethod
    def joined(cls, base: RunConfig) -> dict[str, Setting]:
        """Returns the settings with this ``base``. None is live: any change restarts all networks."""
        return {
            name: known.fixed()
            for name, known in {**base.settings(), **cls.declared()}.items()
            if name not in base.alone
        }

    def __getattr__(self, name: str) -> Any:
        if name == "base" or name.startswith("__"):  # pickle looks these up before ``base`` is set
            raise AttributeError(name)
        return getattr(self.base, name)

    def words(self, name: str) -> str:
        return super().words(name) if name in self.declared() else self.base.words(name)

    @classmethod
    def reconciled(cls, values: Mapping[str, Any]) -> tuple[Self, list[Problem]]:
        """Like any configuration's: first the base, then the study's own settings."""
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
        """Returns no shapes: a study has no single network whose parameters could be edited."""
        return {}
