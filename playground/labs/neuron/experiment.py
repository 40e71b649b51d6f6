"""The lab of one neuron: a plain training loop on a small table, and every number of its next update.

Read from the top: the network, the training, then what can be seen of it and changed in it.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from playground.catalog import ACTIVATIONS
from playground.experiment import Experiment
from playground.export.palette import diverging, plane_colors
from playground.kinds import ConfigError, Number, shown
from playground.lab import LABS
from playground.labs.neuron.arithmetic import arithmetic
from playground.labs.neuron.check import check
from playground.labs.neuron.config import Look, NeuronConfig
from playground.labs.neuron.model import LOSSES, OUTPUTS, Network, is_wrong
from playground.labs.neuron.orbit import orbit
from playground.labs.neuron.path import Path
from playground.labs.neuron.places import SIDE, baselines, bowl_axes, curves, domain, plane_points
from playground.run import Edit, Snapshot, View, element
from playground.training.batches import rows
from playground.training.history import History
from playground.training.optimizers import OPTIMIZERS, initial_state
from playground.training.slices import Slicer, stop_before
from playground.training.state import parameters_of, set_element

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
        self._vector = parameters_to_vector(self._parameters).detach().clone()  # all of them, which are parts of it
        vector_to_parameters(self._vector, self._parameters)
        self._optimizer = initial_state(config.optimizer, self._vector)
        self._slicer = Slicer(rate=1000)
        self._plane = torch.from_numpy(plane_points(config)) if config.table.inputs <= 2 else None
        self._path = Path(self._vector) if config.has_bowl else None
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
        update, rate = OPTIMIZERS[self.config.optimizer], torch.tensor(self.config.learning_rate)
        for _ in range(count):
            batch = self._next_rows()  # (batch_size,)
            gradients = torch.autograd.grad(self._loss(batch), self._parameters)
            gradient = torch.cat([each.reshape(-1) for each in gradients])
            weights, self._optimizer = update(self._vector, gradient, self._optimizer, rate)
            self._vector.copy_(weights)
            self.step += 1
            self._seen += len(batch)
            if self._path is not None:
                self._path.went(self.step, self._vector)
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
        """The loss over all rows; where the targets are no numbers of their own, the share that is right, and how
        many are not."""
        if self._measured is None:
            sums = self._model(self._inputs)
            loss = LOSSES[self.config.criterion](sums, self._targets).item()
            self._measured = {"loss": loss if math.isfinite(loss) else None}
            if self.config.table.task != "number":
                wrong = int(is_wrong(OUTPUTS[self.config.output](sums), self._targets).sum())
                size = self.config.table.size
                self._measured |= {"accuracy": (size - wrong) / size, "mistakes": float(wrong)}
        return self._measured

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the table, the numbers of the next update, the outputs of all rows, the
        plane), ``scene`` (the network's shape, the activations) and ``thumbnail``."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            look = view.look_as(Look)
            example = look.example
            if example is not None and example >= self.config.table.size:  # of a longer table
                example = None
            batch = self._next_rows() if example is None else torch.tensor([example])
            info |= {"example": example, "learning_rate": self.config.learning_rate}
            info["updates"] = int(self._optimizer["count"]) if "count" in self._optimizer else None
            arrays["rows"] = self._inputs.numpy().copy()
            arrays["targets"] = self._targets[:, 0].numpy().copy()
            arrays |= arithmetic(self._model, self.config, self._optimizer, batch, self._inputs, self._targets)
            arrays |= self._outputs(look)
            if look.check is not None and look.check < len(arrays["parameters"]):
                gradient = float(arrays["gradients"][look.check])
                info["check"] = check(self._model, self._loss_of(batch), look.check, look.power, gradient)
            if self.config.rule == "perceptron":
                info["orbit"] = orbit(arrays["parameters"], arrays["rows"], arrays["targets"], self.step, self.config)
        if "scene" in view.panels:
            info["scene"] = self._scene()
            arrays |= curves()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = self._thumbnail()
        return Snapshot.of(self, run_id, info, arrays)

    def _loss_of(self, batch: Tensor) -> Any:
        """The mean loss of the rows ``batch`` as a function of a network of any precision."""
        criterion, inputs, targets = LOSSES[self.config.criterion], self._inputs[batch], self._targets[batch]

        def loss(model: Network) -> Tensor:
            like = next(model.parameters())
            return criterion(model(inputs.to(like)), targets.to(like))

        return loss

    @torch.no_grad()
    def _outputs(self, look: Look) -> dict[str, NDArray[Any]]:
        """The output of every row, ``outputs`` (N, C).

        For two inputs also ``plane`` (C, SIDE, SIDE), the output neurons' sums over the plane, from the bottom; for
        one ``curve`` (SIDE,), the output along it. Where two parameters are all, ``bowl`` (SIDE, SIDE), the loss over
        the weight (from the left) and the bias (from the bottom), and ``path`` (K, 2), where they have been. Where
        it is looked at, ``all_sums`` (N, U), the sums of every row.
        """
        sums = self._model.sums(self._inputs)
        found = {"outputs": OUTPUTS[self.config.output](sums[-1]).numpy()}
        if look.sums:
            found["all_sums"] = torch.cat(sums, dim=1).numpy()
        if self._plane is not None and self.config.table.inputs == 2:
            found["plane"] = self._model(self._plane).T.reshape(-1, SIDE, SIDE).numpy()
        elif self._plane is not None:
            found["curve"] = OUTPUTS[self.config.output](self._model(self._plane))[:, 0].numpy()
        if self._path is not None:
            w, b = (torch.from_numpy(axis) for axis in bowl_axes(self.config))
            made = w[None, :, None] * self._inputs[:, 0] + b[:, None, None]  # (SIDE, SIDE, N)
            found["bowl"] = (0.5 * (made - self._targets[:, 0]).square()).mean(2).numpy()
            found["path"] = self._path.array()
        return found

    def _scene(self) -> dict[str, Any]:
        config, table = self.config, self.config.table
        axes = bowl_axes(config) if self._path is not None else ()
        return {
            "sizes": config.sizes,
            "criterion": config.criterion,
            "output": config.output,
            "optimizer": config.optimizer,
            "activation": config.activation,
            "activations": [[name, entry.label, entry.formula] for name, entry in ACTIVATIONS.items()],
            "domain": domain(config) if self._plane is not None else None,
            "bowl": [[float(axis[0]), float(axis[-1])] for axis in axes] or None,
            "names": table.names,
            "answers": table.answers,
            "baselines": baselines(config),
        }

    def _thumbnail(self) -> NDArray[np.uint8]:
        """The output over the plane as a picture (SIDE, SIDE, 3); for other inputs what is right beside the output,
        row by row, (N · CELL, 2 · N · CELL, 3)."""
        outputs = self._outputs(Look())
        if "plane" in outputs:
            shown = OUTPUTS[self.config.output](torch.from_numpy(outputs["plane"]).movedim(0, -1)).numpy()[::-1]
            if self.config.table.outputs > 1:
                return plane_colors(_levels(np.moveaxis(shown, -1, 0)))
            return diverging(_levels(shown[..., 0]), strength=0.72)
        low = -1.0 if self.config.table.task == "number" else 0.0
        both = np.stack([self._targets[:, 0].numpy(), outputs["outputs"][:, 0]], axis=1)  # (N, 2)
        return diverging(_levels((both - low) / (1 - low))).repeat(CELL, axis=0).repeat(CELL * len(both), axis=1)

    # Changing

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting, or one number of a parameter (``layers.0.weight[0,1]``) or of the data
        (``inputs[2,0]``, ``targets[2]``), from the next update on.

        Raises ConfigError, changing nothing.
        """
        known = self.config.settings().get(target)
        if known is None:
            value = PARAMETER.check(value)
            self._set(target, value)
        elif known.live:
            self.config = replace(self.config, **{target: value})
            value = getattr(self.config, target)
        else:
            raise ConfigError(f"{target} cannot change during a run; it needs a new one")
        self._measured = self.notice = None
        self.edits += 1
        if self._path is not None:
            self._path.went(self.step, self._vector, always=True)
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def _set(self, target: str, value: float) -> None:
        """Set a number of a parameter or of the data."""
        name, index = element(target) or ("", ())
        if name not in ("inputs", "targets") or not self.config.has_element(target):
            set_element(self._model, target, value)
            return
        if name == "inputs":
            self._inputs[index] = value
            return
        table = self.config.table
        allowed = range(max(table.outputs, 2))
        if table.task != "number" and value not in allowed:
            raise ConfigError(f"{shown(value)} is no target; use {allowed[0]} to {allowed[-1]}, a whole number")
        self._targets[index] = value

    def state(self) -> dict[str, Any]:
        """All that training needs to go on from here, in NumPy."""
        return {
            "step": self.step,
            "edits": self.edits,
            "seen": self._seen,
            "parameters": parameters_of(self._model),
            "optimizer": {name: value.numpy().copy() for name, value in self._optimizer.items()},
            "inputs": self._inputs.numpy().copy(),
            "targets": self._targets.numpy().copy(),
            "path": None if self._path is None else self._path.state(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        self.step, self.edits, self._seen = state["step"], state["edits"], state["seen"]
        self._vector.copy_(torch.tensor(state["parameters"]))
        self._optimizer = {name: torch.tensor(value) for name, value in state["optimizer"].items()}
        self._inputs, self._targets = torch.tensor(state["inputs"]), torch.tensor(state["targets"])
        if self._path is not None:
            self._path.restore(state["path"])
        self._measured = self.notice = None


def _levels(outputs: NDArray[Any]) -> NDArray[np.uint8]:
    """Outputs from 0 to 1 as levels from 0 to 255."""
    return np.asarray((np.clip(np.nan_to_num(outputs), 0, 1) * 255).round(), dtype=np.uint8)
