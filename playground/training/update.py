"""One training step as a pure function, and the loop that runs it.

``make_update`` builds the step from an ``nn.Module``. The loop runs the step's traced graph: the same tensor
operations in the same order, recorded once, without the Python around them. A compiled loop takes the same arguments;
its results may differ in their last bits.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import functional_call, grad_and_value

from playground.kinds import ConfigError
from playground.run import element
from playground.training.optimizers import OPTIMIZERS, State
from playground.training.tracing import traced

Loss = Callable[[Tensor, Tensor], Tensor]
Batch = tuple[Tensor, ...]  # features (N, D), targets (N, outputs), and what else the model gets for each row
Hyperparameters = Mapping[str, Tensor]  # scalars by name
Update = Callable[[Tensor, State, Batch, Hyperparameters], tuple[Tensor, dict[str, Tensor], Tensor]]


def make_update(model: nn.Module, loss: Loss, optimizer: str) -> Update:
    """Returns the training step of ``model``.

    ``update(parameters, optimizer_state, batch, hyperparameters)`` returns the new parameters (P,), the new state and
    the batch's loss before the step. It is pure: the same arguments give the same results, bit for bit on CPU.

    ``hyperparameters`` holds ``learning_rate`` and, where they are on, ``clip_norm``, ``weight_decay`` or
    ``l1_strength``. A gradient longer than ``clip_norm`` is shortened to it, as ``clip_grad_norm_`` does.
    The penalty is decoupled from loss and optimizer (Loshchilov and Hutter 2019) and applies to weights, not to
    biases. L1 needs ``alive`` in the state: see ``all_alive``. Parameters stay as they are where ``learns`` (P,) in
    the state, if it is there, is 0. A model's buffers, as the running means of batch normalization, are
    ``statistics`` in the state: see there.
    """
    rule = OPTIMIZERS[optimizer]
    is_weight = weight_mask(model)

    def batch_loss(parameters: Tensor, before: Tensor | None, batch: Batch) -> tuple[Tensor, list[Tensor]]:
        features, targets, *more = batch
        named, buffers = unflatten(parameters, model), {} if before is None else with_statistics(before, model)
        named |= {name: part.clone() for name, part in buffers.items()}  # which the call changes
        value = loss(functional_call(model, named, (features, *more)), targets)
        return value, [named[name] for name in buffers]

    def update(
        parameters: Tensor, optimizer_state: State, batch: Batch, hyperparameters: Hyperparameters
    ) -> tuple[Tensor, dict[str, Tensor], Tensor]:
        before = optimizer_state.get("statistics")
        gradient, (value, after) = grad_and_value(batch_loss, has_aux=True)(parameters, before, batch)
        learning_rate, alive = hyperparameters["learning_rate"], optimizer_state.get("alive")
        learns = optimizer_state.get("learns")
        if learns is not None:
            gradient = gradient * learns
        if alive is not None:
            gradient = gradient * alive
        if "clip_norm" in hyperparameters:
            gradient = _clipped(gradient, hyperparameters["clip_norm"])
        moved, state = rule(parameters, gradient, optimizer_state, learning_rate)
        if "weight_decay" in hyperparameters:
            moved = moved - learning_rate * hyperparameters["weight_decay"] * is_weight * parameters
        if alive is not None:
            shrink = learning_rate * hyperparameters["l1_strength"] * is_weight
            shrink = shrink if learns is None else shrink * learns
            moved, state["alive"] = _shrunk(parameters, moved, shrink, alive)
        if learns is not None:
            moved, state["learns"] = torch.where(learns > 0, moved, parameters), learns
        if after:
            state["statistics"] = torch.cat(after)
        return moved, state, value

    return update


def flatten(model: nn.Module) -> Tensor:
    """Returns a copy of all parameters as one vector (P,), in the order of ``model.named_parameters()``."""
    return torch.cat([w.detach().reshape(-1) for w in model.parameters()])


def unflatten(parameters: Tensor, model: nn.Module) -> dict[str, Tensor]:
    """Returns views of the vector (P,) with the names and shapes of ``model``'s parameters."""
    named = dict(model.named_parameters())
    parts = torch.split(parameters, [w.numel() for w in named.values()])
    return {name: part.view(w.shape) for (name, w), part in zip(named.items(), parts, strict=True)}


def statistics(model: nn.Module) -> Tensor:
    """Returns a copy of all buffers, vectors each, as one vector (B,) in the order of ``model.named_buffers()``."""
    return torch.cat([torch.zeros(0), *(each.detach().cpu() for each in model.buffers())])


def with_statistics(values: Tensor, model: nn.Module) -> dict[str, Tensor]:
    """Returns views of the vector (B,) with the names of ``model``'s buffers."""
    named = dict(model.named_buffers())
    return dict(zip(named, torch.split(values, [each.numel() for each in named.values()]), strict=True))


def element_index(model: nn.Module, target: str) -> int:
    """Returns an element's index in the vector of parameters, by its PyTorch name: ``layers.0.weight[2,1]``.

    Raises ConfigError where ``model`` has no such element.
    """
    wanted, index = element(target) or ("", ())
    offset = 0
    for name, parameter in model.named_parameters():
        fits = name == wanted and len(index) == parameter.dim()
        if fits and all(i < n for i, n in zip(index, parameter.shape, strict=True)):
            return offset + sum(i * step for i, step in zip(index, parameter.stride(), strict=True))
        offset += parameter.numel()
    raise ConfigError(f"the network has no {target[:60]!r}")


def weight_mask(model: nn.Module) -> Tensor:
    """Returns a mask (P,): 1 where the vector of parameters holds a weight, 0 where it holds a bias."""
    return torch.cat([torch.full_like(w, float(w.dim() > 1)).detach().reshape(-1) for w in model.parameters()])


def all_alive(parameters: Tensor) -> Tensor:
    """Returns the initial L1 mask, kept in the optimizer state as ``alive``: 1 for each parameter that still learns.
    A parameter that starts at 0 with mask 0 has no effect, as if absent."""
    return torch.ones_like(parameters)


def _clipped(gradient: Tensor, most: Tensor) -> Tensor:
    """Returns the gradient (P,), shortened to the length ``most`` where it is longer."""
    length = (gradient * gradient).sum().sqrt()
    return gradient * (most / (length + 1e-6)).clamp(max=1.0)


def _shrunk(before: Tensor, moved: Tensor, shrink: Tensor, alive: Tensor) -> tuple[Tensor, Tensor]:
    """L1: move each weight by ``shrink`` towards 0; one that would cross 0 becomes 0 and stops learning.

    As in TensorFlow Playground (nn.ts, updateWeights).
    """
    nearer = moved - shrink * before.sign()
    crossed = (shrink > 0) & (moved * nearer < 0)
    alive = alive * torch.logical_not(crossed)
    return nearer * alive, alive


class Loop:
    """Runs many updates over batches in a fixed cyclic order, without shuffling.

    Batch k holds ``batch_size`` consecutive rows from row k · batch_size, modulo the number of rows: rows of the next
    epoch complete a partial batch.

    With ``torch.func.vmap(update)`` it runs S networks at once: every tensor then starts with a dimension S.
    """

    tier = "traced"

    def __init__(self, update: Update) -> None:
        self._update = update
        self._graphs: dict[Any, Callable[..., list[Tensor]]] = {}

    def run(
        self,
        parameters: Tensor,
        state: State,
        data: Batch,
        hyperparameters: Hyperparameters,
        *,
        batch_size: int,
        first: int,
        count: int,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Make ``count`` updates, starting with update ``first`` of the run. Returns the new parameters and state."""
        size = data[0].shape[-2]
        parts = [torch.cat([part, part[..., :batch_size, :]], -2) for part in data]
        names, constants = sorted(state), list(hyperparameters.values())
        moving = [parameters, *(state[name] for name in names)]
        example = [part.narrow(-2, 0, batch_size) for part in parts]
        graph = self._graph(moving, names, example, hyperparameters)
        for k in range(first, first + count):
            start = k * batch_size % size
            batch = [part.narrow(-2, start, batch_size) for part in parts]
            moving = graph(*moving, *batch, *constants)
        return moving[0], dict(zip(names, moving[1:], strict=True))

    def _graph(
        self, moving: list[Tensor], names: list[str], rows: list[Tensor], hyperparameters: Hyperparameters
    ) -> Callable[..., list[Tensor]]:
        """Returns the traced update for these shapes: flat tensors in, new parameters and state out."""
        key = (tuple(names), tuple(hyperparameters), len(rows), rows[0].shape, rows[0].dtype)
        if key not in self._graphs:
            n, end = len(moving), len(moving) + len(rows)

            def flat(*tensors: Tensor) -> list[Tensor]:
                state = dict(zip(names, tensors[1:n], strict=True))
                constants = dict(zip(hyperparameters, tensors[end:], strict=True))
                parameters, state, _ = self._update(tensors[0], state, tensors[n:end], constants)
                return [parameters, *(state[name] for name in names)]

            # Tracing treats the same tensor object in two places as one input, so give it copies.
            examples = [tensor.clone() for tensor in (*moving, *rows, *hyperparameters.values())]
            self._graphs[key] = traced(flat, examples)
        return self._graphs[key]


def hyperparameter_tensors(values: Mapping[str, float], device: torch.device) -> dict[str, Tensor]:
    """Returns scalars as float32 tensors on ``device``."""
    return {name: torch.tensor(value, dtype=torch.float32, device=device) for name, value in values.items()}
