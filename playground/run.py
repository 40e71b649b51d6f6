"""A run is a value: a frozen configuration and the edits made at known steps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Self, TypeVar

from playground.kinds import Choice, ConfigError, Sizes
from playground.settings import Settings

S = TypeVar("S", bound=Settings)


@dataclass(frozen=True)
class RunConfig(Settings):
    """The settings of a run of one lab."""

    lab: ClassVar[str]  # its name in ``lab.LABS``
    is_single: ClassVar[bool] = True  # one network a run: it can be saved, exported and trained from the command line
    alone: ClassVar[tuple[str, ...]] = ()  # settings of a single run, which studies do not have
    worth_comparing: ClassVar[Mapping[str, str]] = {}  # instructive values for a comparison, as text, by setting
    first: ClassVar[Mapping[str, str]] = {}  # of a page whose address says nothing; what a link omits is the default

    @property
    def steps_per_epoch(self) -> float:
        """Updates in one pass over the training data."""
        raise NotImplementedError

    @property
    def ranked_by(self) -> str | None:
        """The metric that ranks runs like this one; None for the lab's score."""
        return None

    @property
    def varying(self) -> frozenset[str]:
        """The settings in which the networks of one run differ."""
        return frozenset()

    def shared_text(self) -> dict[str, str]:
        """Returns the settings that a study of runs like this one has, as text."""
        return {name: text for name, text in self.to_text().items() if name not in self.alone}

    def training_bytes(self) -> int:
        """Returns an estimate of a run's memory during training: by default three times its float32 parameters,
        gradient and two vectors of an optimizer."""
        return 4 * 3 * 4 * sum(map(prod, self.shapes().values()))

    def demands(self) -> dict[str, int]:
        """Returns the resources of a run of this configuration, by the names of a server's limits."""
        return {}

    def files(self) -> tuple[str, ...]:
        """Returns the names of the files in ``data.files`` that it needs beside its settings."""
        return ()

    def title(self) -> str:
        """Returns a short title for a list."""
        return ""

    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Returns the shape of every parameter of the network, by its PyTorch name."""
        return {}

    def has_element(self, target: Any) -> bool:
        """Whether ``target`` is one element of a parameter, such as ``layers.0.weight[2,1]``."""
        name, index = element(target) or ("", ())
        shape = self.shapes().get(name, ())
        return len(index) == len(shape) > 0 and all(i < n for i, n in zip(index, shape, strict=True))

    def after(self, target: str, value: Any) -> Self:
        """Returns the configuration after an edit of the setting ``target``. Where the run goes on with another
        network or other data, settings that no longer fit are settled: another loss, fewer frozen neurons.

        Raises ConfigError for an invalid ``value``.
        """
        known = self.settings()
        try:
            return replace(self, **{target: value})
        except ConfigError:
            if not known[target].goes_on:
                raise
        values = {name: getattr(self, name) for name in known} | {target: known[target].kind.check(value)}
        config, problems = type(self).reconciled(values)
        for problem in problems:
            if problem.name == target:
                raise ConfigError(str(problem))
        return config

    def following(self, former: Self) -> Self:
        """Returns it as it is for a new run in the place of one of ``former``: what counts by place goes along."""
        return self

    def edit_words(self, edit: "Edit") -> str | None:
        """Returns ``edit`` in words, for a sentence: ``learning rate set to 0.1``; None for a change of tier."""
        if edit.target == "tier":
            return None
        known = self.settings().get(edit.target)
        if known is None:
            return f"{edit.target} set to {edit.value:.6g}"
        name = known.label if known.label[1:2].isdigit() else known.label[:1].lower() + known.label[1:]
        written = known.kind.format(edit.value)
        if isinstance(known.kind, Choice):
            written = getattr(known.kind.options[edit.value], "label", written)
        elif isinstance(known.kind, Sizes):
            written = "-".join(map(str, edit.value)) or "none"
        return f"{name} set to {written}"


_INDEX = "(0|[1-9][0-9]{0,5})"  # as Python writes it, without leading zeros
_ELEMENT = re.compile(rf"(?P<name>[\w.]{{1,60}})\[(?P<index>{_INDEX}(,{_INDEX}){{0,7}})\]", re.ASCII)


def element(target: Any) -> tuple[str, tuple[int, ...]] | None:
    """Returns the parameter and the index of an element in PyTorch's notation, ``layers.0.weight[2,1]``, or None."""
    match = _ELEMENT.fullmatch(target) if isinstance(target, str) else None
    return None if match is None else (match["name"], tuple(map(int, match["index"].split(","))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A change at a step, of a setting that can change or of one element of a parameter.

    ``target`` is a setting (``learning_rate``) or an element in PyTorch's notation (``layers.0.weight[2,1]``).
    """

    step: int
    target: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as a value: its initial configuration and its edits."""

    config: RunConfig
    edits: tuple[Edit, ...] = ()

    @property
    def lab(self) -> str:
        """The name of the lab that trains it."""
        return self.config.lab

    def edited(self, edit: Edit, after: int | None = None) -> "Run":
        """Returns the run with ``edit`` appended to all its edits, or to the first ``after``."""
        return replace(self, edits=(*self.edits[:after], edit))

    def configs(self) -> list[RunConfig]:
        """Returns the configurations with which it has begun and gone on."""
        known = self.config.settings()
        places = [n for n, edit in enumerate(self.edits, 1) if edit.target in known and known[edit.target].goes_on]
        return [self.config_after(place) for place in (0, *places)]

    def config_after(self, edits: int) -> RunConfig:
        """Returns the configuration after the first ``edits`` edits."""
        known, config, values = self.config.settings(), self.config, dict[str, Any]()
        for edit in self.edits[:edits]:
            if edit.target in known and known[edit.target].goes_on:
                config, values = replace(config, **values).after(edit.target, edit.value), {}
            elif edit.target in known:
                values[edit.target] = edit.value
        return replace(config, **values)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The visible panels, so that nothing else is computed.

    ``panels`` are any of a lab's panel names. ``look`` is the user's selection, in the lab's own class of settings.
    ``held`` is an earlier snapshot's choice of content, its ``info["held"]``; None lets the lab choose again.
    """

    panels: frozenset[str] = frozenset({"stage"})
    look: Settings | None = None
    held: Any = None

    def look_as(self, kind: type[S]) -> S:
        """Returns the look if it is of the lab's class ``kind``, else that class's default."""
        return self.look if isinstance(self.look, kind) else kind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A moment of a run: plain numbers and read-only NumPy arrays.

    ``metrics`` are the newest, measured at step ``measured_at``. ``info`` is the lab's JSON; its ``held`` may name
    content that the next snapshots should keep. ``notice`` says why training stopped early.
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
        """Returns the current moment of ``experiment``, an ``Experiment``; makes its ``arrays`` read-only."""
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
