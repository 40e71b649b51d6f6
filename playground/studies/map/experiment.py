"""The trainability map: one network per cell of a grid of two quantities, all trained at once from the same seed.

A map cannot be edited while it trains, so it is a function of its configuration and the number of updates. A
diverged cell shows only that it diverged: the step at which divergence is noticed depends on the slicing.
"""

import hashlib
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.data.points import DOMAIN, Dataset, Split, draw
from playground.experiment import Experiment
from playground.export.palette import ramp
from playground.format import scaled
from playground.kinds import ConfigError
from playground.lab import LABS
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Edit, Snapshot, View
from playground.runs import link
from playground.studies.map.config import QUANTITIES, Look, MapConfig
from playground.training.history import History

SIDE = 60  # of the chosen cell's boundary
RUNNING, DIVERGED = 0, 2


class MapExperiment(Experiment):
    """The networks of ``config.networks()`` in training, indexed in that order."""

    def __init__(self, config: MapConfig) -> None:
        self.config = config
        self.step = 0
        self.edits = 0
        self.notice: str | None = None
        self.cells = PopulationExperiment(config.networks(), padded=True)
        self.history = History(LABS[config.lab].columns)
        self._scores: dict[str, NDArray[np.float64]] | None = None
        self._update_s = 0.1  # time of one update of all networks
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train every network for ``steps`` updates or about ``budget_s`` seconds, whichever ends first.

        Returns the updates done. The budget is at least four times the time of measuring all networks.
        """
        if self.notice is not None:
            return 0
        if budget_s is not None:
            in_time = max(1, int(max(budget_s, 4 * self.cells.measuring_s) / self._update_s))
            steps = in_time if steps is None else min(steps, in_time)
        started = time.perf_counter()
        done = self.cells.advance(steps)
        if done:
            self._update_s = max(time.perf_counter() - started - self.cells.measuring_s, 1e-5) / done
        self.step += done
        self._scores = None
        self.record()
        if self.cells.diverged().all():
            self.notice = "All networks of this map have diverged. Smaller learning rates keep them finite."
        return done

    def prepare(self) -> None:
        """Warm up, so that the first ``advance`` is as fast as the others."""
        self.cells.prepare()

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """Returns the panels of ``view``: ``stage`` (every cell's numbers, the outputs of the cell ``member``) and
        ``scene`` (the axes, the data)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": self.cells.tier, "edits": self.edits, "view": {"member": None}}
        if "stage" in view.panels:
            arrays |= self._grid()
            member = view.look_as(Look).member
            if member is not None and member < len(self.cells.configs):
                info["view"] = {"member": member}
                arrays |= self._chosen(member)
                info["link"] = self._link(member)
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = ramp(self._grid()["losses"])[::-1].copy()  # the largest value of ``down`` on top
        return Snapshot.of(self, run_id, info, arrays)

    @property
    def epoch(self) -> float:
        """Passes over the training data so far, of the network with the smallest batches."""
        return self.step / self.config.steps_per_epoch

    def metrics(self) -> dict[str, float | None]:
        """Returns the medians of the losses over all cells, infinite for diverged ones, and their number."""
        scores, diverged = self._measured(), self.cells.diverged()
        found: dict[str, float | None] = {"diverged": float(diverged.sum())}
        for name in ("train_loss", "test_loss"):
            median = float(np.median(np.where(diverged, np.inf, scores[name])))
            found[name] = median if np.isfinite(median) else None
        return found

    def _measured(self) -> dict[str, NDArray[np.float64]]:
        if self._scores is None:
            self._scores = self.cells.scores()
        return self._scores

    def _grid(self) -> dict[str, NDArray[Any]]:
        """Returns test loss, test accuracy (NaN for regression) and state of every cell, each (rows, columns)."""
        shape, scores = (len(self.config.rows), len(self.config.columns)), self._measured()
        diverged = self._diverged()
        losses, accuracies = (np.where(diverged, np.nan, scores[f"test_{name}"]) for name in ("loss", "accuracy"))
        return {
            "losses": losses.astype(np.float32).reshape(shape),
            "accuracies": accuracies.astype(np.float32).reshape(shape),
            "states": np.where(diverged, DIVERGED, RUNNING).astype(np.uint8).reshape(shape),
        }

    def _diverged(self) -> NDArray[np.bool_]:
        """Returns which networks have diverged or have no finite test loss."""
        result: NDArray[np.bool_] = self.cells.diverged() | ~np.isfinite(self._measured()["test_loss"])
        return result

    def _chosen(self, index: int) -> dict[str, NDArray[Any]]:
        """Returns the outputs of network ``index`` over the plane, (maps, SIDE, SIDE), and its training points."""
        split = _split(*self._data(index))
        arrays: dict[str, NDArray[Any]] = {
            "points": split.points[: split.train_size].astype(np.float32),
            "labels": split.labels[: split.train_size].astype(np.float32),
        }
        if not self._diverged()[index]:
            arrays["large"] = self.cells.boundaries([index], side=SIDE)[0].copy()
        return arrays

    def _data(self, index: int) -> tuple[Dataset, float, float, int]:
        config = self.cells.configs[index]
        return config.data, config.noise, config.train_share, config.data_seed

    def _link(self, index: int) -> str | None:
        """Returns the query that opens a cell as a single run at the current step; at step 0 if it diverged."""
        step = 0 if self._diverged()[index] else self.step
        return link.query(self.cells.run(index), step, float(self._measured()["test_loss"][index]) if step else None)

    def _scene(self) -> dict[str, Any]:
        config, entry = self.config, self.config.data
        sides = {"across": config.columns, "down": config.rows}
        return {
            "title": config.title(),
            "task": "regression" if entry.is_regression else "classification",
            "classes": entry.classes,
            "domain": DOMAIN,
            "axes": {side: _axis(getattr(config, side), values) for side, values in sides.items()},
            "needs": config.demands(),
        }

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Raises ConfigError: a map has no edits."""
        raise ConfigError(f"{target[:60]}: it cannot change during the training of a map; it needs a new one")

    def close(self) -> None:
        """Stop the compilations started for this run."""
        self.cells.close()

    def state(self) -> dict[str, Any]:
        """Returns everything needed to resume training, in NumPy."""
        populations = [group.population for group in self.cells.groups]
        return {
            "step": self.step,
            "edits": self.edits,
            "parameters": np.concatenate([each.parameters.cpu().numpy().ravel() for each in populations]),
            "optimizer_state": {
                f"{index} {name}": value.cpu().numpy().copy()
                for index, each in enumerate(populations)
                for name, value in each.state.items()
            },
            "steps": [(each.step, each.steps.tolist(), each.diverged.tolist()) for each in populations],
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore from ``state()`` of a map with the same configuration."""
        self.step, self.edits, self.notice, self._scores = state["step"], state["edits"], None, None
        begin = 0
        for index, (group, (step, steps, diverged)) in enumerate(zip(self.cells.groups, state["steps"], strict=True)):
            population = group.population
            end = begin + population.parameters.numel()
            parameters = torch.tensor(state["parameters"][begin:end]).view_as(population.parameters)
            optimizer_state = {
                name: torch.tensor(state["optimizer_state"][f"{index} {name}"]) for name in population.state
            }
            device = population.parameters.device
            moment = {"parameters": parameters, **{f"state.{name}": each for name, each in optimizer_state.items()}}
            moment = {name: value.to(device) for name, value in moment.items()}
            population.restore(step, {**moment, "steps": torch.tensor(steps), "diverged": torch.tensor(diverged)})
            begin = end

    def parameters_sha256(self) -> str:
        """Returns the hash of all parameters' float32 bytes, with zeros for a diverged network."""
        digest = hashlib.sha256()
        for group in self.cells.groups:
            population = group.population
            digest.update((population.parameters.cpu() * ~population.diverged[:, None]).numpy().tobytes())
        return digest.hexdigest()


def _axis(name: str, values: tuple[float, ...]) -> dict[str, Any]:
    quantity = QUANTITIES[name]
    return {
        "name": name,
        "label": quantity.label,
        "is_log": quantity.is_log and not quantity.is_whole,
        "values": values,
        "texts": [scaled(value, 3) for value in values],
    }


@lru_cache(maxsize=64)
def _split(dataset: Dataset, noise: float, train_share: float, data_seed: int) -> Split:
    return draw(dataset, noise, train_share, data_seed)
