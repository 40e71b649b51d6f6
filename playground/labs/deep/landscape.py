"""The loss around a network's weights, on planes through them, and the way that training took over these planes.

Li et al. 2018, Visualizing the Loss Landscape of Neural Nets: random directions whose every filter has the size of
the network's own (section 4; of a dense layer a filter is the weights into one neuron), and the principal directions
of the path (section 7).
"""

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.nn import functional as F

from playground.labs.deep.data import examples
from playground.labs.deep.experiment import DeepExperiment
from playground.labs.deep.model import Network
from playground.run import Run
from playground.runs.replay import Progress, moments
from playground.training.batches import generator
from playground.training.update import flatten

SIDE = 51  # points of a plane, in either direction
ROWS = 128  # training examples whose mean loss it is
STOPS = 40  # moments of the path
AT_ONCE = 32  # points that are computed together
MARGIN = 0.2  # around a path, in shares of its extent
REPLAY_SHARE = 0.3  # of the progress
DIGITS = 5  # of a loss, as it is written

Tell = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Plane:
    """``centre`` (P,) + a · ``directions[0]`` + b · ``directions[1]``, from ``low`` (2,) to ``high`` (2,)."""

    centre: Tensor
    directions: Tensor
    low: Tensor
    high: Tensor

    def axes(self) -> Tensor:
        """The values of a and b on the grid, (2, SIDE)."""
        return torch.stack([torch.linspace(float(self.low[i]), float(self.high[i]), SIDE) for i in (0, 1)])

    def points(self) -> Tensor:
        """The parameters on the grid, (SIDE², P): a runs fastest."""
        a, b = self.axes()
        places = torch.cartesian_prod(b, a).flip(1)
        return self.centre + places @ self.directions


def landscape(run: Run, step: int, progress: Progress | None = None) -> str:
    """The landscape of every network of ``run`` at ``step``, as JSON: for each its ``planes``.

    ``random`` has the network in its middle, ``path`` the moments of its training; of each the axes ``a`` and ``b``
    (SIDE,), the ``loss`` (SIDE, SIDE) with a along a row, and the ``way``: a, b, the distance from the plane and the
    true loss of moments on the way, which on the random plane is only the last one. A loss is the mean cross-entropy
    of the first ROWS training examples; null where it is not finite.
    """

    def tell(share: float) -> None:
        if progress is not None:
            progress(round(1000 * share), 1000)

    stops = sorted({round(step * index / STOPS) for index in range(STOPS + 1)})
    paths: dict[str, list[Tensor]] = {}
    for timeline in moments(run, stops, lambda done, total: tell(REPLAY_SHARE * done / max(total, 1))):
        experiment = cast(DeepExperiment, timeline.experiment)
        for name, network in experiment.network.items():
            paths.setdefault(name, []).append(flatten(network))
    config = experiment.config
    batch, found = tuple(part[: min(ROWS, config.data.train_size)] for part in examples(config.dataset)), {}
    for index, (name, path) in enumerate(paths.items()):
        network = experiment.network[name]
        assert isinstance(network, Network)

        def tell_part(share: float, index: int = index) -> None:
            tell(REPLAY_SHARE + (1 - REPLAY_SHARE) * (index + share) / len(paths))

        found[name] = _of_network(network, torch.stack(path), batch, config.seed, tell_part)
    tell(1)
    about = {"step": timeline.step, "examples": len(batch[0]), "side": SIDE}
    return json.dumps({**about, "networks": found}, separators=(",", ":"))


def _of_network(network: Network, path: Tensor, batch: tuple[Tensor, ...], seed: int, tell: Tell) -> dict[str, Any]:
    """The planes of one network, whose weights went along ``path`` (K, P)."""
    true = losses(network, path, batch)
    planes: dict[str, Any] = {}
    made = {"random": random_plane(network, seed), "path": path_plane(path)}
    for index, (name, plane) in enumerate(made.items()):
        if plane is None:
            continue

        def tell_part(share: float, index: int = index) -> None:
            tell((index + share) / len(made))

        found = losses(network, plane.points(), batch, tell_part)
        # Directions need not be at right angles, nor of length 1: the plane's nearest point is a least-squares fit.
        way = path[-1:] if name == "random" else path  # on a random plane all the rest is far from it
        beyond = way - plane.centre
        places = torch.linalg.lstsq(plane.directions.T, beyond.T).solution.T
        planes[name] = {
            "a": _numbers(plane.axes()[0]),
            "b": _numbers(plane.axes()[1]),
            "loss": [_numbers(row) for row in found.view(SIDE, SIDE)],
            "way": {
                "a": _numbers(places[:, 0]),
                "b": _numbers(places[:, 1]),
                "distance": _numbers((beyond - places @ plane.directions).norm(dim=1)),
                "loss": _numbers(true[-len(way) :]),
            },
        }
    if "path" in planes:
        planes["path"]["share"] = explained(path)
    return planes


def random_plane(network: Network, seed: int) -> Plane:
    """Two directions that are drawn, each neuron's part as long as its weights; biases and norms stay as they are."""
    chance, directions = generator(seed, "landscape"), []
    for _ in range(2):
        parts = []
        for parameter in network.parameters():
            drawn = torch.randn(parameter.shape, generator=chance)
            if parameter.dim() < 2:
                parts.append(torch.zeros(parameter.numel()))
                continue
            sizes = parameter.detach().norm(dim=1, keepdim=True) / drawn.norm(dim=1, keepdim=True)
            parts.append((drawn * sizes).reshape(-1))
        directions.append(torch.cat(parts))
    ones = torch.ones(2)
    return Plane(flatten(network), torch.stack(directions), -ones, ones)


def path_plane(path: Tensor) -> Plane | None:
    """The plane through the end of ``path`` (K, P) in which it varies most, with all of it in sight; None where it
    spans none."""
    if len(path) < 3:
        return None
    beyond = (path - path[-1]).double()
    _, sizes, rows = torch.linalg.svd(beyond, full_matrices=False)
    if sizes[1] <= 1e-9 * sizes[0] or sizes[0] == 0:
        return None
    directions = rows[:2]
    places = beyond @ directions.T
    directions = directions * torch.where(places[0] > 0, -1.0, 1.0).double()[:, None]  # it comes from the lower left
    places = beyond @ directions.T
    low, high = places.min(0).values, places.max(0).values
    extent = (high - low).clamp_min(0.1 * float((high - low).max()))
    middle, half = (low + high) / 2, extent * (0.5 + MARGIN)
    return Plane(path[-1], directions.float(), (middle - half).float(), (middle + half).float())


def explained(path: Tensor) -> float:
    """The share of the path's squared distance from its end that lies in ``path_plane``."""
    sizes = torch.linalg.svdvals((path - path[-1]).double()) ** 2
    return float(sizes[:2].sum() / sizes.sum())


@torch.no_grad()
def losses(network: Network, points: Tensor, batch: tuple[Tensor, ...], tell: Tell | None = None) -> Tensor:
    """The mean loss (G,) of a batch for each of the parameters ``points`` (G, P).

    Batch normalization takes the means of this very batch: those of the network's training fit no other weights.
    """
    inputs, labels = batch
    model = copy.deepcopy(network)
    for norm in model.norms:
        if isinstance(norm, nn.BatchNorm1d):
            norm.track_running_stats, norm.running_mean, norm.running_var = False, None, None
            norm.num_batches_tracked = None

    def logits(parameters: Mapping[str, Tensor]) -> Tensor:
        found: Tensor = functional_call(model, dict(parameters), (inputs,))
        return found

    many, found = vmap(logits), []
    for part in torch.split(points, AT_ONCE):
        outputs = many(_stacked(part, network))  # (g, N, C)
        loss = F.cross_entropy(outputs.transpose(1, 2), labels.expand(len(part), -1), reduction="none")
        found.append(loss.mean(1))
        if tell is not None:
            tell(sum(map(len, found)) / len(points))
    return torch.cat(found)


def _stacked(points: Tensor, network: Network) -> dict[str, Tensor]:
    """Of each parameter its values at ``points`` (g, P), by its name, each (g, …)."""
    named = dict(network.named_parameters())
    parts = torch.split(points, [parameter.numel() for parameter in named.values()], dim=1)
    return {
        name: part.reshape(len(points), *parameter.shape)
        for (name, parameter), part in zip(named.items(), parts, strict=True)
    }


def _numbers(values: Tensor) -> list[float | None]:
    finite = values.isfinite().tolist()
    return [
        float(f"{value:.{DIGITS}g}") if is_finite else None
        for value, is_finite in zip(values.tolist(), finite, strict=True)
    ]
