"""Many runs of one lab in training side by side: what a study asks of them, and how any lab can do it."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from playground.catalog import resolve
from playground.lab import LABS, Experiment, experiment_of
from playground.outcomes import Outcome
from playground.run import RunConfig, View
from playground.training.turns import give_way

T = TypeVar("T")

MOST_SIDE = 48  # px of a tile
MOST_NUMBER = 3e38  # float32 goes no further
THUMBNAIL = View(panels=frozenset({"thumbnail"}))


class Ensemble(Protocol):
    """Runs of one lab in training, each known by its index among ``configs``.

    A lab that can train many runs at once names its own on its card, else it is a ``Lockstep``. Every reading leaves
    the training as it was.
    """

    configs: tuple[RunConfig, ...]

    @property
    def tier(self) -> str:
        """How updates are computed."""
        ...

    def advance_to(self, steps: Sequence[int]) -> int:
        """Train every run up to its number of updates in ``steps`` (runs,); returns the updates of all together.

        One that diverges on the way stands from then on where it was at the last ``mark``: where it was a slice
        earlier is chance.
        """
        ...

    def mark(self) -> None:
        """Remember this moment; the beginning is marked already."""
        ...

    def prepare(self) -> None:
        """Do now what would make the first ``advance_to`` slow. Leaves the runs as they were."""
        ...

    def upgrade(self, wait: bool) -> bool:
        """Take a faster loop that is there already, or with ``wait`` one that is made now.

        Returns whether there is one.
        """
        ...

    def has_faster(self, took_s: float | None = None) -> bool | None:
        """Whether a faster loop can be taken now; None while it is being made, which this may start.

        ``took_s`` is how long the last slice took: then making one begins only where it may pay.
        """
        ...

    def take_faster(self) -> bool:
        """Take the faster loop, waiting for it where need be; returns whether there is one."""
        ...

    def close(self) -> None:
        """End what was started for these runs alone."""
        ...

    def steps(self) -> NDArray[np.int64]:
        """The updates behind every run's present state, (runs,)."""
        ...

    def diverged(self) -> NDArray[np.bool_]:
        """Whether a run left the finite numbers, (runs,)."""
        ...

    def scores(self) -> dict[str, NDArray[np.float64]]:
        """The lab's metrics by name, each (runs,): NaN for a run without it.

        Those of a diverged run are its last finite ones.
        """
        ...

    def tiles(self, indices: Sequence[int]) -> NDArray[np.uint8]:
        """A small picture of each of some runs, (n, height, width, 3)."""
        ...

    def scene(self) -> dict[str, Any]:
        """What ``pictures`` need to be painted and what stays the same, as JSON."""
        ...

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """What the stage of a comparison paints: many runs small, and one of each variant large."""
        ...

    def state(self) -> dict[str, Any]:
        """All that training needs to go on from here."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of the same runs."""
        ...

    def parameters_sha256(self) -> str:
        """The hash of all runs' parameters."""
        ...


def ensemble_of(configs: Sequence[RunConfig], **options: Any) -> Ensemble:
    """The runs of ``configs``, all of one lab, in the way that this lab has, which may have ``options``."""
    own = LABS[configs[0].lab].ensemble
    found: Ensemble = resolve(own)(configs, **options) if own else Lockstep(configs)
    return found


def outcomes(ensemble: Ensemble, epochs_to_target: Sequence[int | None]) -> list[Outcome]:
    """Where every run has come to; ``epochs_to_target``: the first epochs after which they met a target."""
    scores, steps, diverged = ensemble.scores(), ensemble.steps(), ensemble.diverged()
    return [
        Outcome(
            epoch=float(steps[index] / config.steps_per_epoch),
            epoch_to_target=epochs_to_target[index],
            metrics={name: _finite(values[index]) for name, values in scores.items()},
            diverged=bool(diverged[index]),
        )
        for index, config in enumerate(ensemble.configs)
    ]


class Lockstep:
    """The runs of ``configs`` as experiments of their own, which take turns: for every lab, and as fast as these."""

    tier = "plain"

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

    def upgrade(self, wait: bool) -> bool:
        return False

    def has_faster(self, took_s: float | None = None) -> bool | None:
        return False

    def take_faster(self) -> bool:
        return False

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
        return _alike([self._thumbnail(index) for index in _in_turns(indices)], MOST_SIDE)

    def scene(self) -> dict[str, Any]:
        return {}

    def pictures(self, wall: Sequence[int], large: Sequence[int]) -> dict[str, NDArray[Any]]:
        """``tiles`` (n, height, width, 3) and ``large`` alike, in their colours."""
        return {"tiles": self.tiles(wall), "large": _alike([self._thumbnail(index) for index in large])}

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
    """``parts``; between two of them others have their turn."""
    for part in parts:
        give_way()
        yield part


def _number(value: float | None, better: str) -> float:
    """A metric as networks are ranked by it: one that is not finite, or too large for a frame, is worse than any."""
    if value is None or abs(value) > MOST_NUMBER:
        return -np.inf if better == "high" else np.inf
    return value


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _numbered(states: Sequence[Mapping[str, Any]], chosen: Sequence[bool] | None = None) -> dict[str, Any]:
    """Some of ``states`` by their indices."""
    return {str(index): state for index, state in enumerate(states) if chosen is None or chosen[index]}


def _alike(pictures: Sequence[NDArray[np.uint8]], most: int | None = None) -> NDArray[np.uint8]:
    """Pictures (height, width, 3) in one array, all as large as the largest and at most ``most`` on a side; a pixel
    is that of the nearest in its picture."""
    height, width = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    shrink = min(1.0, (most or max(height, width)) / max(height, width))
    sides = [max(round(side * shrink), 1) for side in (height, width)]
    scaled = []
    for picture in pictures:
        rows, columns = (
            (np.arange(side) + 0.5) * own // side for side, own in zip(sides, picture.shape[:2], strict=True)
        )
        scaled.append(picture[np.ix_(rows.astype(int), columns.astype(int))])
    return np.stack(scaled)
