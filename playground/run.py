"""A run is a value: a frozen configuration plus the edits a person made at known steps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, TypeVar

from playground.settings import Settings

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class RunConfig(Settings):
    """The settings of a run of one lab."""

    lab: ClassVar[str]  # its name in ``lab.LABS``
    is_single: ClassVar[bool] = True  # one network a run: it can be saved, exported and trained from the command line
    worth_comparing: ClassVar[Mapping[str, str]] = {}  # values that teach something, as text, by setting

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data."""
        raise NotImplementedError

    @property
    def ranked_by(self) -> str | None:
        """The metric by which runs like this one are ranked; None for the lab's score."""
        return None

    @property
    def varying(self) -> frozenset[str]:
        """The settings in which the networks of one run differ from each other."""
        return frozenset()

    def training_bytes(self) -> int:
        """About how much memory a run takes while it is trained: by default its parameters, their gradient and two
        more vectors of an optimizer, in float32, three times over."""
        return 4 * 3 * 4 * sum(map(prod, self.shapes().values()))

    def demands(self) -> dict[str, int]:
        """What a run of this configuration takes, by the name of the limit that a server may set."""
        return {}

    def title(self) -> str:
        """A few words for a list."""
        return ""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every parameter of the network, by PyTorch's name for it."""
        return {}

    def has_element(self, target: Any) -> bool:
        """Whether ``target`` is one number of a parameter, such as ``layers.0.weight[2,1]``."""
        name, index = element(target) or ("", ())
        shape = self.shapes().get(name, ())
        return len(index) == len(shape) > 0 and all(i < n for i, n in zip(index, shape, strict=True))

    def edit_words(self, edit: "Edit") -> str | None:
        """What ``edit`` did, as inside a sentence: ``learning rate set to 0.1``; None where no person did it."""
        if edit.target == "tier":
            return None
        known = self.settings().get(edit.target)
        if known is None:
            return f"{edit.target} set to {edit.value:.6g}"
        name = known.label if known.label[1:2].isdigit() else known.label[:1].lower() + known.label[1:]
        return f"{name} set to {known.kind.format(edit.value)}"


_INDEX = "(0|[1-9][0-9]{0,5})"  # as Python writes it: 02 is no number there
_ELEMENT = re.compile(rf"(?P<name>[\w.]{{1,60}})\[(?P<index>{_INDEX}(,{_INDEX}){{0,7}})\]", re.ASCII)


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

    config: RunConfig
    edits: tuple[Edit, ...] = ()

    @property
    def lab(self) -> str:
        """The name of the lab that trains it."""
        return self.config.lab

    def edited(self, edit: Edit, after: int | None = None) -> "Run":
        """The run with one more edit at its end, or in place of all but its first ``after``."""
        return replace(self, edits=(*self.edits[:after], edit))

    def config_after(self, edits: int) -> RunConfig:
        """The configuration with the live settings of the first ``edits`` edits."""
        known = self.config.settings()
        return replace(
            self.config, **{edit.target: edit.value for edit in self.edits[:edits] if edit.target in known}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is on somebody's screen, so that nothing else is computed.

    ``panels`` are any of a lab's panel names. ``look`` is what the person looks at, in the lab's own settings for
    that. ``held`` is what an earlier snapshot chose to show, its ``info["held"]``; None lets the lab choose anew.
    """

    panels: frozenset[str] = frozenset({"stage"})
    look: Settings | None = None
    held: Any = None

    def look_as(self, kind: type[S]) -> S:
        """Returns the look as a lab's own class of it; the default one where this view has none of that class."""
        return self.look if isinstance(self.look, kind) else kind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A moment of a run, read without disturbing it: plain numbers and read-only NumPy arrays.

    ``metrics`` are the newest, which may be those of an earlier step, ``measured_at``. ``info`` is JSON: what the lab
    says beside its arrays; in ``held`` it may name what the next moments should go on showing. ``notice`` tells why
    training stopped by itself.
    """

    run_id: str
    step: int
    epoch: float
    metrics: Mapping[str, float | None]
    measured_at: int
    info: Mapping[str, Any]
    arrays: Mapping[str, Any]
    notice: str | None = None

    @classmethod
    def of(cls, experiment: Any, run_id: str, info: Mapping[str, Any], arrays: Mapping[str, Any]) -> "Snapshot":
        """The present moment of ``experiment``, a ``lab.Experiment``; its ``arrays`` are read-only from now on."""
        for array in arrays.values():
            array.flags.writeable = False
        measured_at, metrics = experiment.measured()
        return cls(
            run_id=run_id,
            step=experiment.step,
            epoch=experiment.epoch,
            metrics=metrics,
            measured_at=measured_at,
            info=info,
            arrays=arrays,
            notice=experiment.notice,
        )
