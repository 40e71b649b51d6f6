"""The race of optimizers: the same network, data and batches, trained by several optimizers at once.

The picture shows the racers' paths over the training loss on their principal plane.
"""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import vmap

from playground.data.points import draw, target_values
from playground.experiment import Experiment
from playground.export.palette import ramp
from playground.kinds import ConfigError
from playground.labs.mlp.batched import logits
from playground.labs.mlp.model import MLP
from playground.labs.mlp.probes import accuracy
from playground.labs.mlp.structure import Structure
from playground.run import Edit, Snapshot, View
from playground.studies.race.config import RACERS, RaceConfig
from playground.studies.race.landscape import Plane, principal_plane
from playground.studies.race.racer import Racer
from playground.studies.race.trajectory import Trajectory
from playground.training.device import pick_device
from playground.training.history import History
from playground.training.losses import LOSSES, OUTPUT_ACTIVATIONS
from playground.training.slices import Slicer
from playground.training.update import flatten

SIDE, FEWEST_SIDE = 48, 16  # points a side of the grid for the plane's loss
GRID_WORK = 10**9  # multiplications for one grid; a large network gets a coarser one
REDRAW_S = 0.5  # least time between two planes during training
REDRAW_SHARE = 0.15  # share of the time for computing planes
LONGEST_S = 2.0  # longest time between two planes that REDRAW_SHARE may cause
FAR = 3.0  # points of diverged racers further than this times the others' greatest distance are left out of the fit

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """The loss (side, side) over a plane at some step, row 0 at the lowest b; ``made_at`` is on a monotonic clock.

    The fit of the plane omits far points of the diverged racers in ``left_out``.
    """

    plane: Plane
    left_out: tuple[str, ...]
    losses: NDArray[np.float32]
    step: int
    made_at: float
    took_s: float


class RaceExperiment(Experiment):
    """All racers of ``config`` in training; ``step`` counts the updates of each racer that has not diverged."""

    def __init__(self, config: RaceConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._device = pick_device(config.device)
        split = draw(config.data, config.noise, config.train_share, config.data_seed)
        targets = target_values(config.data, config.outputs, split.labels)
        self._features = torch.tensor(config.inputs_of(split), device=self._device)
        self._targets = torch.tensor(targets, device=self._device)
        self._train_size = split.train_size
        model = MLP(config.sizes, config.by_layer)
        with torch.no_grad():
            generator = torch.Generator().manual_seed(config.seed)
            model.initialize(config.initializer, generator, config.initial_scale)
        model.to(self._device)
        data = self._features[: self._train_size], self._targets[: self._train_size]
        self.racers = {name: Racer(each, model, data) for name, each in config.racers().items()}
        self._structure = Structure(
            config.sizes, config.by_layer, config.loss, config.output_activation, "sgd", config.batch
        )
        self._start = flatten(model).cpu().numpy()
        self.trajectory = Trajectory(len(self.racers), self._start.size)
        self.history = History(("step", "epoch", *self.racers))
        self._slicer = Slicer(rate=300)
        self._surface: Surface | None = None
        self._measured: tuple[int, list[dict[str, float | None]]] | None = None
        self._seen_at = -1  # the step of the last look
        self._mark()
        self.record()

    # Racing

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train every racer for ``steps`` updates or about ``budget_s`` seconds, whichever ends first. Returns the
        updates. A racer that diverges stops; the others continue."""
        done = self._slicer.run(self._run, steps, budget_s)
        if done:
            self.record()
        return done

    def prepare(self) -> None:
        """Warm up by one update of every racer, then undo it, so that the first ``advance`` is as fast as others."""
        for racer in self.racers.values():
            before = racer.step, racer.parameters, racer.state, racer.loss, racer.has_diverged
            racer.advance(1)
            racer.step, racer.parameters, racer.state, racer.loss, racer.has_diverged = before

    def _over(self) -> str | None:
        """Returns why the race is over once all racers have diverged, else None."""
        if not all(racer.has_diverged for racer in self.racers.values()):
            return None
        return (
            f"The race is over at step {self.step}: the next update of every racer makes its loss infinite. "
            "Lower the learning rates."
        )

    def _run(self, count: int) -> int:
        """Make up to ``count`` updates of every racer, not beyond the paths' next point. Returns the updates."""
        if self.notice is not None:
            return 0
        before = self.step
        count = min(count, self.trajectory.to_next(self.step))
        for racer in self.racers.values():
            racer.advance(count)
        self.step = max(self.step, *(racer.step for racer in self.racers.values()))
        self._mark()
        self.notice = self._over()
        return self.step - before

    def _mark(self) -> None:
        """Add a point to every path if one is due."""
        losses = np.array([racer.loss for racer in self.racers.values()], np.float32)
        self.trajectory.add(self.step, self._heads(), losses)

    def _heads(self) -> NDArray[np.float32]:
        """Returns the current parameters of every racer, (R, P)."""
        result: NDArray[np.float32] = torch.stack([each.parameters for each in self.racers.values()]).cpu().numpy()
        return result

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns the panels of ``view``: ``stage`` (the plane, its loss, the paths) and ``scene`` (the racers)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "traced", "edits": self.edits}
        if "stage" in view.panels:
            surface = self._shown()
            arrays |= self._paths(surface.plane) | {"surface": surface.losses.copy()}
            info |= {
                "racers": self._standings(surface.plane),
                "shares": surface.plane.shares,
                "left_out": [RACERS[name].label for name in surface.left_out],
                "extent": surface.plane.extent,
            }
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = ramp(np.log(np.maximum(self._shown().losses, 1e-12)))
        return Snapshot.of(self, run_id, info, arrays)

    @property
    def epoch(self) -> float:
        """Passes over the training data so far."""
        return self.step * self.config.base.batch / self._train_size

    def metrics(self) -> dict[str, float | None]:
        """Returns loss and, for classification, accuracy on training and test data, of the racer with the lowest
        training loss."""
        best = min(range(len(self.racers)), key=[racer.loss for racer in self.racers.values()].__getitem__)
        return dict(self._scores()[best])

    def _scores(self) -> list[dict[str, float | None]]:
        """Returns every racer's losses and, for classification, accuracies; cached for the current step."""
        if self._measured is None or self._measured[0] != self.step:
            with torch.inference_mode():
                found = self._logits(torch.stack([racer.parameters for racer in self.racers.values()]))
                self._measured = self.step, [self._scored(sums) for sums in found]
        return self._measured[1]

    def _scored(self, sums: Tensor) -> dict[str, float | None]:
        outputs = OUTPUT_ACTIVATIONS[self.config.output_activation](sums)
        found: dict[str, float | None] = {}
        for name, part in (("train", slice(self._train_size)), ("test", slice(self._train_size, None))):
            loss = float(self._loss(sums[part], self._targets[part]))
            found[f"{name}_loss"] = loss if np.isfinite(loss) else None
            if not self.config.data.is_regression:
                found[f"{name}_accuracy"] = accuracy(outputs[part], self._targets[part])
        return found

    def _standings(self, plane: Plane) -> list[dict[str, Any]]:
        """Returns every racer's metrics, its rank, and the loss at its projection onto the plane, which the picture
        shows and which differs from the racer's own."""
        below = self.losses(plane.place(plane.project(self._heads())))
        order = sorted(self.racers, key=lambda name: (self.racers[name].has_diverged, self.racers[name].loss))
        return [
            {
                **found,
                "step": racer.step,
                "has_diverged": racer.has_diverged,
                "place": order.index(name) + 1,
                "plane_loss": float(loss) if np.isfinite(loss) else None,
            }
            for (name, racer), found, loss in zip(self.racers.items(), self._scores(), below, strict=True)
        ]

    def _paths(self, plane: Plane) -> dict[str, NDArray[np.float32]]:
        """Returns the paths on the plane (R, n, 2) and the losses along them (R, n) at ``path_steps`` (n,), up to the
        current step; NaN where a racer had stopped."""
        kept = self.trajectory
        steps = np.append(kept.steps, self.step)
        points = np.concatenate([kept.points, self._heads()[:, None]], axis=1)
        losses = np.array([[racer.loss] for racer in self.racers.values()])
        losses = np.concatenate([kept.losses, losses], axis=1)
        last = np.array([[racer.step] for racer in self.racers.values()])
        is_over = steps > last
        is_over[:, -1] = False  # a stopped racer keeps its last point
        coordinates = plane.project(points)
        coordinates[is_over] = losses[is_over] = np.nan
        return {
            "paths": coordinates.astype(np.float32),
            "path_losses": losses.astype(np.float32),
            "path_steps": steps.astype(np.float32),
        }

    def _shown(self) -> Surface:
        """Returns the current surface, or during training a recent one: axes that turn with every frame are
        unreadable, and computing the surface is slow."""
        is_still, self._seen_at = self._seen_at == self.step, self.step
        old = self._surface
        if old is None:
            self._surface = self._computed(None)
        elif old.step != self.step:
            wait_s = min(old.took_s / REDRAW_SHARE, LONGEST_S)
            if self._is_inside(old.plane):
                wait_s = max(wait_s, REDRAW_S)
            if is_still or time.monotonic() - old.made_at > wait_s:
                self._surface = self._computed(old.plane)
        assert self._surface is not None
        return self._surface

    def _is_inside(self, plane: Plane) -> bool:
        """Whether every racer that has not diverged lies inside the extent."""
        heads = plane.project(self._heads())[[not racer.has_diverged for racer in self.racers.values()]]
        low, high = plane.extent[::2], plane.extent[1::2]
        return bool(((heads > low) & (heads < high)).all())

    def _computed(self, former: Plane | None) -> Surface:
        started = time.process_time()  # CPU time, which other processes do not change
        points, left_out = self._fitted()
        plane = principal_plane(points, self._start, former)
        work = self._train_size * self._start.size
        side = max(FEWEST_SIDE, min(SIDE, int((GRID_WORK / work) ** 0.5)))
        losses = self.losses(plane.place(plane.grid(side)))
        finite = losses[np.isfinite(losses)]
        losses = np.nan_to_num(losses, nan=np.inf).clip(max=finite.max() if finite.size else 0.0)
        return Surface(
            plane=plane,
            left_out=left_out,
            losses=losses.reshape(side, side).astype(np.float32),
            step=self.step,
            made_at=time.monotonic(),
            took_s=time.process_time() - started,
        )

    def _fitted(self) -> tuple[Doubles, tuple[str, ...]]:
        """Returns the points (n, P) for fitting the plane, and the racers of which some are left out: points of
        diverged racers that are so far away that the others would not be visible."""
        steps, heads = self.trajectory.steps, self._heads()
        paths = {
            name: np.vstack([self.trajectory.points[index][steps <= racer.step], heads[index]]).astype(np.float64)
            for index, (name, racer) in enumerate(self.racers.items())
        }
        distances = {name: np.linalg.norm(points - self._start, axis=1) for name, points in paths.items()}
        running = [name for name, racer in self.racers.items() if not racer.has_diverged]
        if running:
            reach = FAR * max(distances[name].max() for name in running)
        else:
            reach = FAR * float(np.median(np.concatenate(list(distances.values()))))
        near = {name: (distances[name] <= reach) | (name in running) for name in paths}
        points = np.vstack([points[near[name]] for name, points in paths.items()])
        return points, tuple(name for name in paths if not near[name].all())

    def losses(self, parameters: NDArray[np.floating]) -> Doubles:
        """Returns the training loss (M,) of the network with each of ``parameters`` (M, P)."""
        with torch.inference_mode():
            vectors = torch.tensor(parameters, dtype=torch.float32, device=self._device)
            found = self._logits(vectors, self._train_size)
            result: Tensor = vmap(partial(self._loss, targets=self._targets[: self._train_size]))(found)
        return result.double().cpu().numpy()

    def _logits(self, parameters: Tensor, count: int | None = None) -> Tensor:
        """Returns the logits (M, N, outputs) of networks with ``parameters`` (M, P) on the first ``count`` points, or
        all."""
        features = self._features[:count]
        return logits(self._structure, parameters, features.expand(len(parameters), *features.shape))

    def _loss(self, sums: Tensor, targets: Tensor) -> Tensor:
        return LOSSES[self.config.loss](sums, targets, self.config.output_activation)

    def _scene(self) -> dict[str, Any]:
        config, entry = self.config, self.config.data
        return {
            "title": config.title(),
            "task": "regression" if entry.is_regression else "classification",
            "racers": [
                {
                    "name": name,
                    "title": RACERS[name].label,
                    "formula": RACERS[name].formula,
                    "series": list(RACERS).index(name),
                    "learning_rate": racer.config.learning_rate,
                }
                for name, racer in self.racers.items()
            ],
            "parameters": int(self._start.size),
        }

    # What every run has

    def record(self) -> None:
        """Add the racers' current losses to the history."""
        losses = {name: racer.loss for name, racer in self.racers.items()}
        self.history.add(self.history.row(self.step, self.epoch, losses))

    def apply(self, target: str, value: Any) -> Edit:
        """Raises ConfigError: a race has no edits."""
        raise ConfigError(f"{target[:40]} cannot change during a race; it needs a new one")

    def parameters_sha256(self) -> str:
        """Returns the hash of all racers' parameters, in float32 bytes."""
        return hashlib.sha256(self._heads().tobytes()).hexdigest()

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume the race, in NumPy, with its trajectory."""
        return {
            "step": self.step,
            "edits": self.edits,
            "parameters": self._heads().copy(),
            "optimizer_state": {
                f"{name}.{key}": value.cpu().numpy().copy()
                for name, racer in self.racers.items()
                for key, value in racer.state.items()
            },
            "racers": [(racer.step, racer.has_diverged) for racer in self.racers.values()],
            "trajectory": self.trajectory.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of a race with the same configuration."""
        self.step, self.edits = state["step"], state["edits"]
        places = zip(self.racers.items(), state["parameters"], state["racers"], strict=True)
        for (name, racer), parameters, (step, has_diverged) in places:
            racer.step, racer.has_diverged = step, has_diverged
            racer.parameters = torch.tensor(parameters, device=self._device)
            kept = {key: state["optimizer_state"][f"{name}.{key}"] for key in racer.state}
            racer.state = {key: torch.tensor(value, device=self._device) for key, value in kept.items()}
            racer.measure()
        self.trajectory.restore(state["trajectory"])
        self.notice, self._surface, self._measured = self._over(), None, None
