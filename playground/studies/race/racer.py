"""One network of the race, which stops training before its numbers become infinite."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.model import MLP
from playground.labs.mlp.probes import is_finite
from playground.labs.mlp.structure import Structure, traced_loop
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.slices import stop_before
from playground.training.tracing import traced
from playground.training.update import (
    Batch,
    all_alive,
    flatten,
    hyperparameter_tensors,
    unflatten,
)


class Racer:
    """One network with its optimizer. ``loss`` is over all training points after ``step`` updates.

    Once the next update would make the loss or a parameter infinite, it ``has_diverged`` and stays at this step.
    """

    def __init__(self, config: MLPConfig, model: MLP, data: Batch) -> None:
        self.config, self._data = config, data
        self.step = 0
        self.has_diverged = False
        self.parameters = flatten(model)
        self.state = initial_state(config.optimizer, self.parameters)
        values = {"learning_rate": config.learning_rate}
        if config.weight_decay > 0:
            values["weight_decay"] = config.weight_decay
        if config.gradient_clip > 0:
            values["clip_norm"] = config.gradient_clip
        if config.l1_strength > 0:
            values["l1_strength"] = config.l1_strength
            self.state["alive"] = all_alive(self.parameters)
        self._hyperparameters = hyperparameter_tensors(values, self.parameters.device)
        structure = config.sizes, config.by_layer, config.loss, config.output_activation, config.optimizer
        self._loop = traced_loop(Structure(*structure, config.batch), self.parameters.device)
        self._loss = _traced_loss(*structure[:-1], len(data[0]), self.parameters.device)
        self.measure()

    def advance(self, count: int) -> None:
        """Make ``count`` updates, or as many as keep everything finite."""
        before = self.step, self.parameters, self.state
        if self.has_diverged or self._lands(count, *before):
            return
        stop_before(count, lambda updates: self._lands(updates, *before))
        self.has_diverged = True

    def _lands(self, count: int, step: int, parameters: Tensor, state: Mapping[str, Tensor]) -> bool:
        """Make ``count`` updates from the given moment. Returns whether parameters and loss are finite."""
        self.parameters, self.state = self._loop.run(
            parameters,
            state,
            self._data,
            self._hyperparameters,
            batch_size=self.config.batch,
            first=step,
            count=count,
        )
        self.step = step + count
        self.measure()
        return is_finite(self.parameters) and bool(np.isfinite(self.loss))

    def measure(self) -> None:
        """Update ``loss``."""
        self.loss = float(self._loss(self.parameters, *self._data))


@lru_cache(maxsize=128)
def _traced_loss(
    sizes: tuple[int, ...], activation: str, loss: str, output: str, rows: int, device: torch.device
) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Returns the loss function of parameters (P,), features (rows, D) and targets. It is traced like the update:
    early in the race it runs after every update."""
    model = MLP(sizes, activation).to(device)

    def of(parameters: Tensor, features: Tensor, targets: Tensor) -> Tensor:
        return LOSSES[loss](functional_call(model, unflatten(parameters, model), (features,)), targets, output)

    examples = flatten(model), *(torch.zeros(rows, width, device=device) for width in (sizes[0], sizes[-1]))
    return traced(of, examples)
