"""A person's look inside a layer, computed as often as training can spare it."""

import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from playground.labs.deep.config import DeepConfig, Look
from playground.labs.deep.data import examples
from playground.labs.deep.model import Network
from playground.labs.deep.representation import SHOWN, SIDE, evaluated, plane_grid, principal_axes, probe_accuracies

Arrays = dict[str, NDArray[Any]]
SHARE = 1 / 4  # of the time, at most, for the probes


class Inside:
    """What can be seen inside the networks of a run. It keeps what is shown, and changes nothing of the run."""

    def __init__(self, config: DeepConfig, networks: nn.ModuleDict) -> None:
        self._config, self._networks = config, networks
        self._inputs, self._labels = examples(config.dataset)
        self._shown = min(SHOWN, config.data.train_size)
        self._grid = plane_grid() if config.data.inputs == 2 else None
        self._former: tuple[tuple[str, int], Tensor] | None = None  # axes, and of which layer they are
        self._probes: dict[str, tuple[int, NDArray[np.float32]]] = {}  # of each network, and made at which step
        self._trained_s = self._took_s = 0.0
        self._is_resting = False

    def trained(self, seconds: float) -> None:
        """Training went on for so long: what was shown is older now."""
        self._trained_s += seconds

    def rests(self) -> None:
        """Nobody waits for the next update: the next look may take its time."""
        self._is_resting = True

    def forget(self) -> None:
        """The run was changed, or went to another step."""
        self._probes = {}

    def labels(self) -> Arrays:
        """The classes of the examples that are drawn, ``shown_labels`` (n,)."""
        return {"shown_labels": self._labels[: self._shown].numpy().astype(np.int32)}

    def seen(self, look: Look, step: int) -> tuple[dict[str, Any] | None, Arrays]:
        """What ``look`` asks for: what is shown, None for nothing, and of it

        ``places`` (n, 2), where the layer puts the first training examples; for points also ``grid`` (SIDE, SIDE, 2),
        where it puts a grid over the plane; the probes' accuracies of each network, ``plain_probes`` (depth - 1,).
        """
        name = look.network if look.network in self._config.networks else self._config.main
        hidden = self._config.depth_of(name) - 1
        if look.layer is None or not hidden:
            return None, {}
        layer = min(look.layer, hidden)
        neurons = look.neurons if look.neurons and max(look.neurons) < self._config.width else None
        self._probed(step)
        arrays = {f"{each}_probes": found.copy() for each, (_, found) in self._probes.items()}
        arrays |= self._places(name, layer, neurons)
        return {"network": name, "layer": layer, "neurons": neurons, "probed_at": self._probes[name][0]}, arrays

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

    def _probed(self, step: int) -> None:
        """Probe every network, if that was not done yet or the run rests; else, where training can spare the time,
        the one whose probes are the oldest."""
        is_resting, self._is_resting = self._is_resting, False
        if not self._probes or (is_resting and any(made_at != step for made_at, _ in self._probes.values())):
            self._probes = {name: (step, self._accuracies(self._networks[name])) for name in self._config.networks}
            return
        oldest = min(self._probes, key=lambda name: self._probes[name][0])
        is_due = self._took_s * (1 - SHARE) <= self._trained_s * SHARE
        if self._probes[oldest][0] != step and is_due:
            started = time.perf_counter()
            self._probes[oldest] = step, self._accuracies(self._networks[oldest])
            self._took_s, self._trained_s = time.perf_counter() - started, 0.0

    def _accuracies(self, network: Any) -> NDArray[np.float32]:
        assert isinstance(network, Network)
        return probe_accuracies(network, self._inputs, self._labels, self._config.data.train_size)
