"""A person's look inside a layer."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.labs.deep.config import DeepConfig, Look
from playground.labs.deep.data import examples
from playground.labs.deep.representation import SHOWN, SIDE, evaluated, plane_grid, principal_axes

Arrays = dict[str, NDArray[Any]]


class Inside:
    """What can be seen inside the networks of a run. It keeps what is shown, and changes nothing of the run."""

    def __init__(self, config: DeepConfig, networks: nn.ModuleDict) -> None:
        self._config, self._networks = config, networks
        self._inputs, self._labels = examples(config.dataset)
        self._shown = min(SHOWN, config.data.train_size)
        self._grid = plane_grid() if config.data.inputs == 2 else None
        self._former: tuple[tuple[str, int], Tensor] | None = None  # axes, and of which layer they are

    def labels(self) -> Arrays:
        """The classes of the examples that are drawn, ``shown_labels`` (n,)."""
        return {"shown_labels": self._labels[: self._shown].numpy().astype(np.int32)}

    def seen(self, look: Look) -> tuple[dict[str, Any] | None, Arrays]:
        """What ``look`` asks for: what is shown, None for nothing, and of it

        ``places`` (n, 2), where the layer puts the first training examples; for points also ``grid`` (SIDE, SIDE, 2),
        where it puts a grid over the plane.
        """
        name = look.network if look.network in self._config.networks else self._config.main
        hidden = self._config.depth_of(name) - 1
        if look.layer is None or not hidden:
            return None, {}
        layer = min(look.layer, hidden)
        neurons = look.neurons if look.neurons and max(look.neurons) < self._config.width else None
        return {"network": name, "layer": layer, "neurons": neurons}, self._places(name, layer, neurons)

    def _places(self, name: str, layer: int, neurons: tuple[int, int] | None) -> Arrays:
        network: Any = self._networks[name]
        values = evaluated(network, self._inputs[: self._shown])[layer - 1]
        grid = None if self._grid is None else evaluated(network, self._grid)[layer - 1]
        if neurons is not None:
            axes, centre = torch.eye(values.shape[1])[list(neurons)], torch.zeros(values.shape[1])
        else:
            former = self._former[1] if self._former and self._former[0] == (name, layer) else None
            axes, centre = principal_axes(values, former), values.mean(0)
            self._former = (name, layer), axes
        found = {"places": ((values - centre) @ axes.T).numpy()}
        if grid is not None:
            found["grid"] = ((grid - centre) @ axes.T).reshape(SIDE, SIDE, 2).numpy()
        return found
