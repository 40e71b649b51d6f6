"""The state of modules and optimizers in NumPy: everything needed to resume training, readable by any process."""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from playground.kinds import ConfigError, shown
from playground.run import element


def module_state(module: nn.Module) -> dict[str, np.ndarray[Any, Any]]:
    """Returns copies of all parameters and buffers (such as running means) of ``module`` by PyTorch's names."""
    return {name: value.detach().cpu().numpy().copy() for name, value in module.state_dict().items()}


def restore_module(module: nn.Module, state: Mapping[str, np.ndarray[Any, Any]]) -> None:
    """Restore ``module`` from ``module_state``."""
    module.load_state_dict({name: torch.tensor(value) for name, value in state.items()})


def optimizer_state(optimizer: torch.optim.Optimizer) -> dict[str, Any]:
    """Returns a copy of the optimizer's ``state_dict`` with NumPy arrays for tensors."""
    found: dict[str, Any] = _mapped(optimizer.state_dict(), lambda value: value.detach().cpu().numpy().copy(), Tensor)
    return found


def restore_optimizer(optimizer: torch.optim.Optimizer, state: Mapping[str, Any]) -> None:
    """Restore ``optimizer``, with its hyperparameters, from ``optimizer_state``."""
    optimizer.load_state_dict(_mapped(state, torch.tensor, np.ndarray))
    for parameter, kept in optimizer.state.items():  # a fused update takes the numbers of all in the order of memory
        for name, value in kept.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                kept[name] = torch.empty_like(parameter).copy_(value)


def training_state(network: nn.Module, optimizers: Mapping[str, torch.optim.Optimizer]) -> dict[str, Any]:
    """Returns copies of the states that training changes: of the ``network`` and of its ``optimizers`` by name."""
    kept = {name: optimizer_state(optimizer) for name, optimizer in optimizers.items()}
    return {"network": module_state(network), "optimizers": kept}


def restore_training(
    network: nn.Module, optimizers: Mapping[str, torch.optim.Optimizer], state: Mapping[str, Any]
) -> None:
    """Restore ``network`` and ``optimizers`` from ``training_state``."""
    restore_module(network, state["network"])
    for name, optimizer in optimizers.items():
        restore_optimizer(optimizer, state["optimizers"][name])


def parameters_of(module: nn.Module) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Returns all parameters as one vector (P,), in the order of ``module.parameters()``."""
    vector = torch.cat([value.detach().reshape(-1) for value in module.parameters()])
    return vector.cpu().numpy().copy()


@torch.no_grad()
def is_finite(module: nn.Module) -> bool:
    """Returns whether all parameters are finite: by the largest of them all, at a fifth of what asking each takes."""
    return math.isfinite(torch.cat([value.reshape(-1) for value in module.parameters()]).abs().max())


def sha256(module: nn.Module) -> str:
    """Returns the hash of all parameters and buffers, with their names."""
    digest = hashlib.sha256()
    for name, value in module_state(module).items():
        digest.update(name.encode() + value.tobytes())
    return digest.hexdigest()


def set_element(module: nn.Module, target: str, value: float) -> None:
    """Set one number of a parameter, named as PyTorch does: ``layers.0.weight[2,1]``.

    Raises ConfigError where ``module`` has no such number.
    """
    name, index = element(target) or ("", ())
    parameter = dict(module.named_parameters()).get(name)
    fits = parameter is not None and len(index) == parameter.dim()
    if parameter is None or not fits or any(i >= n for i, n in zip(index, parameter.shape, strict=True)):
        raise ConfigError(f"the network has no {shown(target)}")
    with torch.no_grad():
        parameter[index] = value


def _mapped(tree: Any, change: Any, kind: type) -> Any:
    """Returns ``tree``, of dicts and lists, with ``change`` applied to every leaf of ``kind``."""
    if isinstance(tree, kind):
        return change(tree)
    if isinstance(tree, Mapping):
        return {key: _mapped(value, change, kind) for key, value in tree.items()}
    if isinstance(tree, list | tuple):
        return [_mapped(value, change, kind) for value in tree]
    return tree
