"""The lab of one neuron: a plain training loop on a small table, and every number of its next update.

Read from the top: the network, the training, then what can be seen of it and changed in it.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.experiment import Experiment
from playground.export.palette import diverging
from playground.kinds import ConfigError, Number
from playground.lab import LABS
from playground.labs.neuron.config import Look, NeuronConfig
from playground.labs.neuron.model import LOSSES, Network, output_of
from playground.run import Edit, Snapshot, View
from playground.training.batches import rows
from playground.training.history import History
from playground.training.slices import Slicer, stop_before
from playground.training.state import parameters_of, set_element

Floats = NDArray[np.float32]
SIDE = 41  # points of the plane, in either direction
MARGIN = 0.5  # of the plane around the rows
CELL = 12  # pixels of a thumbnail for each number of a table
PARAMETER = Number(-1000, 1000)  # what a person may type for a weight or bias


class NeuronExperiment(Experiment):
    """One neuron, or a small network, in training. ``config`` is the configuration with all live edits applied."""

    def __init__(self, config: NeuronConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._seen = 0  # rows, each as often as it was trained on
        self._inputs, self._targets = torch.tensor(config.table.rows), torch.tensor(config.table.targets)[:, None]
        self._model = Network(config.sizes, config.activation)
        self._model.initialize(config.seed, whole=config.rule == "perceptron")
        self._parameters = list(self._model.parameters())
        self._slicer = Slicer(rate=1000)
        self._plane = torch.from_numpy(plane_points(config)) if config.table.inputs == 2 else None
        self._measured: dict[str, float | None] | None = None
        self.history = History(LABS[config.lab].columns)
        self.record()

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent. Returns how many.

        Stops before the first update after which the loss or a weight is not finite, and says so in ``notice``.
        """
        if self.notice is not None:
            return 0
        before = self.state()
        if self._slicer.run(self._train, steps, budget_s):
            if not self._is_finite():
                self._stop_before_divergence(before)
            self.record()
        return self.step - int(before["step"])

    def _train(self, count: int) -> int:
        for _ in range(count):
            batch = self._next_rows()  # (batch_size,)
            gradients = torch.autograd.grad(self._loss(batch), self._parameters)
            with torch.no_grad():
                for parameter, gradient in zip(self._parameters, gradients, strict=True):
                    parameter.sub_(self.config.learning_rate * gradient)
            self.step += 1
            self._seen += len(batch)
        self._measured = None
        return count

    def _next_rows(self) -> Tensor:
        """The rows of the next update: in their order, round and round."""
        return rows(self.step, self.config.table.size, self.config.batch_size)

    def _loss(self, batch: Tensor) -> Tensor:
        """The mean loss of some rows."""
        return LOSSES[self.config.criterion](self._model(self._inputs[batch]), self._targets[batch])

    def _is_finite(self) -> bool:
        return self.metrics()["loss"] is not None and all(bool(each.isfinite().all()) for each in self._parameters)

    def _stop_before_divergence(self, before: Mapping[str, Any]) -> None:
        """Go to the last update with finite numbers, from the slice's start."""

        def lands(count: int) -> bool:
            self.restore(before)
            self._train(count)
            return self._is_finite()

        stop_before(self.step - int(before["step"]), lands)
        self.notice = (
            f"Training stopped at step {self.step}: the next update makes a number infinite. "
            f"Try a lower learning rate than {self.config.learning_rate:g}."
        )

    @property
    def epoch(self) -> float:
        """How often every row has been seen so far."""
        return self._seen / self.config.table.size

    @torch.no_grad()
    def metrics(self) -> dict[str, float | None]:
        """The loss over all rows, the share whose output is on the target's side of ½, and how many are not."""
        if self._measured is None:
            sums = self._model(self._inputs)
            loss = LOSSES[self.config.criterion](sums, self._targets).item()
            wrong = int(((output_of(sums, self.config.rule) > 0.5) != (self._targets > 0.5)).sum())
            size = self.config.table.size
            self._measured = {
                "loss": loss if math.isfinite(loss) else None,
                "accuracy": (size - wrong) / size,
                "mistakes": float(wrong),
            }
        return self._measured

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the numbers of the next update, the outputs of all rows, the plane),
        ``scene`` (the table, the network's shape) and ``thumbnail``."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            example = view.look_as(Look).example
            if example is not None and example >= self.config.table.size:  # of a longer table
                example = None
            info |= {"example": example, "learning_rate": self.config.learning_rate}
            arrays |= self._numbers(example) | self._outputs()
        if "scene" in view.panels:
            info["scene"] = self._scene()
            arrays["rows"] = self._inputs.numpy().copy()
            arrays["targets"] = self._targets[:, 0].numpy().copy()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = self._thumbnail()
        return Snapshot.of(self, run_id, info, arrays)

    def _numbers(self, example: int | None) -> dict[str, NDArray[Any]]:
        """The arithmetic of the next update, or of one that takes the row ``example`` alone.

        ``batch`` (n,) are its rows. Of the first of them: ``sums``, ``values``, ``slopes`` and ``deltas`` (U,), which
        are z, a, da/dz and ∂loss/∂z of every neuron, layer by layer, and its ``example_loss`` (1,). Of the update:
        ``terms`` (n, P), the gradient of each row's loss, ``gradients`` (P,), their mean, and ``changes`` (P,), −η
        times that. ``parameters`` (P,) are weights and biases.
        """
        batch = self._next_rows() if example is None else torch.tensor([example])
        sums = self._model.sums(self._inputs[batch[:1]])
        loss = LOSSES[self.config.criterion](sums[-1], self._targets[batch[:1]])
        values = [*map(self._model.activation, sums[:-1]), output_of(sums[-1], self.config.rule)]
        deltas = torch.autograd.grad(loss, sums, retain_graph=True)
        slopes = [_slope(value, z) for value, z in zip(values, sums, strict=True)]
        terms = [_vector(torch.autograd.grad(self._loss(row), self._parameters)) for row in torch.split(batch, 1)]
        gradients = _vector(torch.autograd.grad(self._loss(batch), self._parameters))
        return {
            "batch": batch.numpy().astype(np.int32),
            "sums": _vector(sums),
            "values": _vector(values),
            "slopes": _vector(slopes),
            "deltas": _vector(deltas),
            "example_loss": _vector([loss]),
            "parameters": parameters_of(self._model),
            "terms": np.stack(terms),
            "gradients": gradients,
            "changes": np.float32(-self.config.learning_rate) * gradients,
        }

    @torch.no_grad()
    def _outputs(self) -> dict[str, NDArray[Any]]:
        """The output of every row, ``outputs`` (N,); for two inputs also ``plane`` (SIDE, SIDE), the output neuron's
        sum z over the plane, from the bottom: the boundary is where that is 0."""
        found = {"outputs": output_of(self._model(self._inputs), self.config.rule)[:, 0].numpy()}
        if self._plane is not None:
            found["plane"] = self._model(self._plane).view(SIDE, SIDE).numpy()
        return found

    def _scene(self) -> dict[str, Any]:
        config, share = self.config, self.config.table.share
        same = max(share, 1 - share)
        baselines = [{"label": "guessing", "value": same, "axes": "accuracy"}]
        guess = {"squared_error": share * (1 - share) / 2, "cross_entropy": _entropy(share)}.get(config.criterion)
        if guess is not None:
            baselines.append({"label": "guessing", "value": guess, "axes": "loss"})
        return {
            "sizes": config.sizes,
            "criterion": config.criterion,
            "rule": config.rule,
            "activation": config.activation,
            "domain": domain(config) if self._plane is not None else None,
            "baselines": baselines,
        }

    def _thumbnail(self) -> NDArray[np.uint8]:
        """The output over the plane as a picture (SIDE, SIDE, 3); for more inputs what is right beside the output,
        row by row, (N · CELL, 2 · N · CELL, 3)."""
        outputs = self._outputs()
        if "plane" in outputs:
            shown = output_of(torch.from_numpy(outputs["plane"]), self.config.rule).numpy()[::-1]
            return diverging(_levels(shown), strength=0.72)
        both = np.stack([self._targets[:, 0].numpy(), outputs["outputs"]], axis=1)  # (N, 2)
        return diverging(_levels(both)).repeat(CELL, axis=0).repeat(CELL * len(both), axis=1)

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting, or one number of a parameter (``layers.0.weight[0,1]``), from the next update on.

        Raises ConfigError, changing nothing.
        """
        known = self.config.settings().get(target)
        if known is None:
            value = PARAMETER.check(value)
            set_element(self._model, target, value)
        elif known.live:
            self.config = replace(self.config, **{target: value})
            value = getattr(self.config, target)
        else:
            raise ConfigError(f"{target} cannot change during a run; it needs a new one")
        self._measured = self.notice = None
        self.edits += 1
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def state(self) -> dict[str, Any]:
        """All that training needs to go on from here, in NumPy."""
        return {
            "step": self.step,
            "edits": self.edits,
            "seen": self._seen,
            "parameters": parameters_of(self._model),
        }

    @torch.no_grad()
    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        self.step, self.edits, self._seen = state["step"], state["edits"], state["seen"]
        ends = np.cumsum([0, *(each.numel() for each in self._parameters)])
        for parameter, (first, last) in zip(self._parameters, pairwise(ends), strict=True):
            parameter.copy_(torch.tensor(state["parameters"][first:last]).view_as(parameter))
        self._measured = self.notice = None


def domain(config: NeuronConfig) -> tuple[float, float]:
    """What the plane shows in both directions: all rows, with a margin."""
    numbers = [number for row in config.table.rows for number in row]
    return min(numbers) - MARGIN, max(numbers) + MARGIN


def plane_points(config: NeuronConfig) -> Floats:
    """The points (SIDE², 2) of the plane, row by row from the bottom."""
    along = np.linspace(*domain(config), SIDE)
    x, y = np.meshgrid(along, along)
    return np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32)


def _slope(values: Tensor, sums: Tensor) -> Tensor:
    """The derivative of each neuron's value by its sum; 0 for a step."""
    if not values.requires_grad:
        return torch.zeros_like(sums)
    (found,) = torch.autograd.grad(values.sum(), sums, retain_graph=True)
    return found


def _vector(parts: Any) -> Floats:
    """Tensors as one vector."""
    vector: Floats = torch.cat([part.detach().reshape(-1) for part in parts]).numpy()
    return vector


def _levels(outputs: Floats) -> NDArray[np.uint8]:
    """Outputs from 0 to 1 as levels from 0 to 255."""
    return np.asarray((np.clip(np.nan_to_num(outputs), 0, 1) * 255).round(), dtype=np.uint8)


def _entropy(share: float) -> float:
    """The cross-entropy of the best guess that is the same for every row; ``share`` of the targets are 1."""
    return -sum(p * math.log(p) for p in (share, 1 - share) if p > 0)
