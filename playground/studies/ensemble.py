"""Many runs of one lab trained together: the protocol for studies, and an implementation for any lab."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from playground.blocks import MOST_SIDE, OneLoop
from playground.catalog import resolve
from playground.experiment import Experiment
from playground.export.palette import same_size
from playground.lab import LABS, experiment_of
from playground.outcomes import Outcome
from playground.run import RunConfig, View
from playground.training.turns import give_way

T = TypeVar("T")

MOST_NUMBER = 3e38  # just below the largest float32
THUMBNAIL = View(panels=frozenset({"thumbnail"}))


class Ensemble(Protocol):
    """Runs of one lab in training, indexed as in ``configs``.

    A lab that can train many runs at once names its own class on its card; the default is ``Lockstep``. Reading never
    changes the training.
    """

    configs: tuple[RunConfig, ...]

    @property
    def tier(self) -> str:
        """How updates are computed: ``plain``, ``traced`` or ``compiled``."""
        ...

    def advance_to(self, steps: Sequence[int]) -> int:
        """Train every run up to its number of updates in ``steps`` (runs,). Returns the updates of all together.

        A run that diverges goes back to the last ``mark`` and stays there, so that its state does not depend on
        the slicing.
        """
        ...

    def mark(self) -> None:
        """Set the mark to this moment. The start is marked initially."""
        ...

    def prepare(self) -> None:
        """Warm up, so that the first ``advance_to`` is as fast as the others. Does not change the runs."""
        ...

    def upgrade(self, wait: bool) -> bool:
        """Switch to a faster loop that is ready, or with ``wait`` make one first.

        Returns whether there is one.
        """
        ...

    def has_faster(self, took_s: float | None = None) -> bool | None:
        """Returns whether a faster loop is ready; None while it is being made, which this may start.

        Given ``took_s``, the time of the last slice, it starts one only once training has lasted long enough.
        """
        ...

    def take_faster(self) -> bool:
        """Switch to the faster loop, waiting for it if necessary. Returns whether there is one."""
        ...

    def close(self) -> None:
        """Stop the compilations started for these runs."""
        ...

    def steps(self) -> NDArray[np.int64]:
        """Returns every run's updates so far, (runs,)."""
        ...

    def diverged(self) -> NDArray[np.bool_]:
        """Returns whether each run has diverged, (runs,)."""
        ...

    def scores(self) -> dict[str, NDArray[np.float64]]:
        """Returns the lab's metrics by name, each (runs,): NaN for a run without it.

        Those of a diverged run are its last finite ones.
        """
        ...

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        """Returns a small picture of each of these runs, (n, height, width, 3)."""
        ...

    def scene(self) -> dict[str, Any]:
        """Returns the constants for painting ``pictures``, as JSON. ``alone``, if there, says in a sentence how the
        same run, opened in its lab, can differ; ``ink`` that the pictures are in ink on white paper."""
        ...

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Returns the arrays that the stage of a comparison paints: many runs small, one of each variant large."""
        ...

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume training."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of the same runs."""
        ...

    def parameters_sha256(self) -> str:
        """Returns the hash of all runs' parameters."""
        ...


def ensemble_of(configs: Sequence[RunConfig], **options: Any) -> Ensemble:
    """Returns the ensemble of ``configs``, all of one lab; ``options`` go to the lab's own class, if it has one."""
    own = LABS[configs[0].lab].ensemble
    found: Ensemble = resolve(own)(configs, **options) if own else Lockstep(configs)
    return found


def outcomes(
    ensemble: Ensemble,
    epochs_to_target: Sequence[int | None],
    scores: Mapping[str, NDArray[np.float64]] | None = None,
) -> list[Outcome]:
    """Returns every run's outcome; ``epochs_to_target`` holds the first epochs after which they met a target,
    ``scores`` those of a moment ago, to save measuring."""
    scores = ensemble.scores() if scores is None else scores
    steps, diverged = ensemble.steps(), ensemble.diverged()
    return [
        Outcome(
            epoch=float(steps[index] / config.steps_per_epoch),
            epoch_to_target=epochs_to_target[index],
            metrics={name: _finite(values[index]) for name, values in scores.items()},
            diverged=bool(diverged[index]),
        )
        for index, config in enumerate(ensemble.configs)
    ]


class Lockstep(OneLoop):
    """The runs of ``configs`` as separate experiments that take turns: works for every lab."""

    def __init__(self, configs: Sequence[RunConfig]) -> None:
        self.configs = tuple(configs)
        self._runs: list[Experiment] = [experiment_of(config) for config in _in_turns(configs)]
        self._metrics = LABS[configs[0].lab].metrics
        self._diverged = np.zeros(len(configs), dtype=np.bool_)
        self._scores: dict[str, NDArray[np.float64]] | None = None
        self.mark()

    def advance_to(self, steps: Sequence[int]) -> int:
        done = 0
        for index, (run, step) in enumerate(zip(_in_turns(self._runs), steps, strict=True)):
            if self._diverged[index] or step <= run.step:
                continue
            done += run.advance(steps=step - run.step)
            if run.has_diverged():
                self._diverged[index] = True
                run.restore(self._marks[index])
        self._scores = None
        return done

    def mark(self) -> None:
        self._marks = [run.state() for run in self._runs]

    def prepare(self) -> None:
        for run in _in_turns(self._runs):
            run.prepare()

    def close(self) -> None:
        for run in self._runs:
            run.close()

    def steps(self) -> NDArray[np.int64]:
        return np.array([run.step for run in self._runs], dtype=np.int64)

    def diverged(self) -> NDArray[np.bool_]:
        return self._diverged.copy()

    def scores(self) -> dict[str, NDArray[np.float64]]:
        if self._scores is None:
            found = [run.metrics() for run in _in_turns(self._runs)]
            self._scores = {
                metric.name: np.array([_number(each.get(metric.name, np.nan), metric.better) for each in found])
                for metric in self._metrics
            }
        return dict(self._scores)

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        return same_size([self._thumbnail(index) for index in _in_turns(indices)], MOST_SIDE)

    def scene(self) -> dict[str, Any]:
        return {}

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """Returns ``tiles`` and ``large``, both RGB (n, height, width, 3)."""
        return {"tiles": self.tiles(wall), "large": same_size([self._thumbnail(index) for index in large])}

    def _thumbnail(self, index: int) -> NDArray[np.uint8]:
        found: NDArray[np.uint8] = self._runs[index].observe("", THUMBNAIL).arrays["thumbnail"]
        return found

    def state(self) -> dict[str, Any]:
        is_within = [run.step != mark["step"] for run, mark in zip(self._runs, self._marks, strict=True)]
        return {
            "diverged": self._diverged.copy(),
            "now": _numbered([run.state() for run in self._runs]),
            "start": _numbered(self._marks, is_within),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self._diverged, self._scores = state["diverged"].copy(), None
        for index, run in enumerate(self._runs):
            run.restore(state["now"][str(index)])
        self._marks = [state["start"].get(str(index), state["now"][str(index)]) for index in range(len(self._runs))]

    def parameters_sha256(self) -> str:
        digests = "".join(run.parameters_sha256() for run in self._runs)
        return hashlib.sha256(digests.encode()).hexdigest()


def _in_turns(parts: Sequence[T]) -> Iterator[T]:
    """Yields ``parts``; gives way to other calls before each."""
    for part in parts:
        give_way()
        yield part


def _number(value: float | None, better: str) -> float:
    """Returns a metric for ranking: infinitely bad where it is None or too large for float32."""
    if value is None or abs(value) > MOST_NUMBER:
        return -np.inf if better == "high" else np.inf
    return value


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _numbered(states: Sequence[Mapping[str, Any]], chosen: Sequence[bool] | None = None) -> dict[str, Any]:
    """Returns the ``chosen`` states, or all, by index."""
    return {str(index): state for index, state in enumerate(states) if chosen is None or chosen[index]}
