"""How sensitive a run is: compare it with the same run after one weight moved by 1e-7.

Where the two end far apart, last bits of the arithmetic decide the result: another order of additions (a compiled
loop, another processor, a batch of networks) then gives a different run, just as correct.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from playground.format import scaled
from playground.kinds import ConfigError
from playground.lab import LABS, Metric
from playground.run import Edit, Run
from playground.runs.replay import Progress, apart, moments

SHIFT = 1e-7
LOOKS = [digit * 10**power for power in range(12) for digit in (1, 3)]  # steps at which both are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """A run compared with the same run after ``weight`` moved by ``shift`` before the first update.

    ``score`` and ``moved_score`` are the ``lab``'s score of the two after ``step`` updates; None where not finite.
    ``script_score`` is the score of the plain loop, which the exported script repeats, where the run switched to a
    compiled one. ``warning`` says why the numbers may differ from the original run's. ``apart`` lists (updates,
    largest difference of any weight or bias). ``step`` is below the requested one where either run stopped early.
    """

    lab: str
    weight: str
    shift: float
    step: int
    score: float | None
    moved_score: float | None
    script_score: float | None
    warning: str | None
    apart: tuple[tuple[int, float], ...]

    @property
    def metric(self) -> Metric:
        """The metric of the scores."""
        return LABS[self.lab].scored

    @property
    def is_sensitive(self) -> bool:
        """Whether the scores differ as written, or any weight by 1e-3 or more."""
        return self._scores_differ or self.apart[-1][1] >= 1e-3

    @property
    def _scores_differ(self) -> bool:
        return self.metric.text(self.score) != self.metric.text(self.moved_score)

    def __str__(self) -> str:
        *_, (_, furthest) = self.apart
        here, there, script = map(self.metric.text, (self.score, self.moved_score, self.script_score))
        text = (
            f"Had one weight begun {scaled(self.shift, 1)} higher, the {self.metric.label} after {self.step:,} "
            f"updates would {f'be {there} instead of {here}' if self._scores_differ else f'still be {here}'} and the "
            f"weights up to {scaled(furthest, 1)} apart: this run is {'' if self.is_sensitive else 'not '}sensitive "
            "to last bits."
        )
        if self.script_score is not None:
            text += f" This run went on in a compiled loop; the plain script comes to {script}."
        return f"{text} {self.warning}" if self.warning else text

    def to_json(self) -> dict[str, Any]:
        """Returns all fields as a JSON object, with a ``sentence`` that sums them up."""
        return {**asdict(self), "metric": self.metric.name, "is_sensitive": self.is_sensitive, "sentence": str(self)}


def sensitivity(run: Run, step: int, progress: Progress | None = None) -> Sensitivity:
    """Compute ``run`` to ``step`` twice: unchanged, and with its first weight moved by 1e-7 (or to the next float32
    where that is further). A run that switched to a compiled loop is computed a third time in the plain loop.

    Raises ConfigError where the run's lab names no weight.
    """
    shapes = run.config.shapes()
    if not shapes:
        raise ConfigError("sensitivity: a run of this lab has no weight that could be moved")
    name, shape = next(iter(shapes.items()))
    weight = f"{name}[{','.join('0' * len(shape))}]"
    plain = replace(run, edits=tuple(edit for edit in run.edits if edit.target != "tier"))
    is_compiled = any(edit.target == "tier" and edit.step < step for edit in run.edits)
    steps = sorted({0, step, *(each for each in LOOKS if each < step)})
    parts = _parts(progress, 3 if is_compiled else 2)
    with apart():
        here = _reached(run, steps, next(parts))
        before = here[0].parameters[0]
        after = before + np.float32(SHIFT)
        after = after if after != before else np.nextafter(before, np.float32(np.inf))
        there = _reached(_moved(run, Edit(step=0, target=weight, value=float(after))), steps, next(parts))
        script = _reached(plain, [step], next(parts)) if is_compiled else {}
    common = sorted(set(here) & set(there))
    last = common[-1]
    return Sensitivity(
        lab=run.lab,
        weight=weight,
        shift=float(after) - float(before),
        step=last,
        score=here[last].score,
        moved_score=there[last].score,
        script_score=script[last].score if last in script else None,
        warning=here[last].warning,
        apart=tuple((each, float(np.abs(here[each].parameters - there[each].parameters).max())) for each in common),
    )


def as_json(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns ``sensitivity`` as JSON."""
    return json.dumps(sensitivity(run, step, progress).to_json(), indent=1)


class _Moment(NamedTuple):
    """A moment of a run: all weights and biases (P,), its score, and its timeline's warning."""

    parameters: NDArray[np.float32]
    score: float | None
    warning: str | None


def _reached(run: Run, steps: Sequence[int], progress: Progress | None) -> dict[int, _Moment]:
    """Returns the moments of ``run`` at those of the ``steps`` that it reaches."""
    found = {}
    for timeline in moments(run, steps, progress):
        experiment = timeline.experiment
        score = experiment.metrics()[LABS[run.lab].score]
        found[timeline.step] = _Moment(experiment.parameters(), score, timeline.warning)
    return found


def _moved(run: Run, edit: Edit) -> Run:
    """Returns the run with one more edit, placed after all others at step 0."""
    first = [each for each in run.edits if each.step == 0]
    return replace(run, edits=(*first, edit, *run.edits[len(first) :]))


def _parts(progress: Progress | None, count: int) -> Iterator[Progress | None]:
    """Yields, for each of ``count`` computations in a row, a callback that reports their joint progress."""
    for number in range(count):
        yield progress and partial(_part_done, progress, number, count)


def _part_done(progress: Progress, number: int, count: int, done: int, total: int) -> None:
    progress(number * total + done, count * total)
