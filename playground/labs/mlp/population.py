"""Many runs of the multilayer perceptron side by side: variants of a setting, many seeds, a grid of two settings.

Runs of one structure (layers, activation, loss, optimizer, batch size, number of points) are trained as one batch;
``Group`` builds it. What else a configuration says may differ from network to network: learning rate,
regularization, seeds, dataset, noise, features, initial weights and their scale; and where layers are padded also
their widths. All groups keep step with each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.data.points import DATASETS, Split, draw, feature_values, grid, target_values
from playground.kinds import ConfigError
from playground.labs.mlp.batched import SCORES, Population
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.layers import Bytes, Layers, boundaries, layers
from playground.labs.mlp.model import MLP
from playground.labs.mlp.structure import Structure
from playground.run import Run
from playground.training.compiled import CompiledLoop, Upgrade
from playground.training.device import pick_device
from playground.training.slices import Slicer
from playground.training.turns import give_way
from playground.training.update import flatten

SIDE = 24  # of a small boundary map


class PopulationExperiment:
    """The networks of ``configs`` in training, each known by its index there.

    ``padded`` trains networks of unlike widths in one batch, all as wide as the widest: for many widths far faster,
    but ``layers`` then counts the neurons that are not there. Raises ConfigError where the machine lacks a device.
    Every reading leaves the training as it was.
    """

    def __init__(self, configs: Sequence[MLPConfig], *, padded: bool = False) -> None:
        self.configs = tuple(configs)
        members: dict[Any, list[int]] = {}
        for index, config in enumerate(self.configs):
            members.setdefault(_kinship(config, padded), []).append(index)
        drawn: dict[Any, Split] = {}
        self.groups = [Group(indices, [self.configs[i] for i in indices], drawn) for indices in members.values()]
        self._slicer = Slicer(rate=100, share=0.9, rest=1 / 4)

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train every network for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent.

        Returns how many. All have then made as many, but for those that stand still because they diverged."""
        return self._slicer.run(self._run, steps, budget_s)

    def _run(self, count: int) -> int:
        for group in self.groups:
            group.population.advance(count)
        return count

    def prepare(self) -> None:
        """Make the first ``advance`` as fast as the others. Leaves the networks as they were."""
        for group in self.groups:
            group.population.rehearse()

    @property
    def measuring_s(self) -> float:
        """What it takes to measure all networks once, as each ``advance`` does."""
        return sum(group.population.measuring_s for group in self.groups)

    def upgrade(self, wait: bool = False) -> bool:
        """Go over to compiled loops that are kept on disk, or with ``wait`` made now, some 20 s for each structure.

        Returns whether all groups are compiled. Where nothing can be compiled, training stays as it is.
        """
        taken = [group.upgrade(Upgrade.wait if wait else Upgrade.kept) for group in self.groups]
        return all(taken)

    def poll(self) -> bool:
        """As ``upgrade``, but compile beside the training: call it now and then, it never waits."""
        taken = [group.upgrade(Upgrade.poll) for group in self.groups]
        return all(taken)

    def take_compiled(self) -> bool:
        """Go over to compiled loops, waiting for them where need be: all groups or none. Returns whether they did."""
        if not all(group.wait() for group in self.groups):
            return False
        return all(group.upgrade(Upgrade.kept) for group in self.groups)

    def has_faster(self, how: Callable[[Upgrade], CompiledLoop | None] = Upgrade.poll) -> bool | None:
        """Whether ``upgrade`` can go over to compiled loops now; None while they are made, or might be."""
        found = [group.has_faster(how) for group in self.groups]
        return False if False in found else None if None in found else True

    @property
    def tier(self) -> str:
        """``compiled`` where all groups are, else ``traced``."""
        return "compiled" if all(group.population.tier == "compiled" for group in self.groups) else "traced"

    def close(self) -> None:
        """End compilations that nobody waits for any more."""
        for group in self.groups:
            group.close()

    # Seeing

    def scores(self) -> dict[str, NDArray[np.float64]]:
        """``train_loss``, ``test_loss``, ``train_accuracy``, ``test_accuracy``, each (networks,); for regression
        the accuracies are NaN. Those of a diverged network are its last finite ones."""
        found = np.full((len(self.configs), len(SCORES)), np.nan)
        for group in self.groups:
            found[group.indices] = group.scores()
        regression = [DATASETS[config.dataset].is_regression for config in self.configs]
        found[regression, SCORES.index("train_accuracy") :] = np.nan
        return {name: found[:, column].copy() for column, name in enumerate(SCORES)}

    def steps(self) -> NDArray[np.int64]:
        """The updates behind every network's present state, (networks,)."""
        return self._gathered([group.population.steps.numpy() for group in self.groups])

    def diverged(self) -> NDArray[np.bool_]:
        """Whether a network left the finite numbers, (networks,); it stands still since the slice before."""
        return self._gathered([group.population.diverged.numpy() for group in self.groups])

    def boundaries(self, indices: Sequence[int] | None = None, side: int = SIDE) -> list[Bytes]:
        """For each of the given networks, or all, its maps (1 or classes, side, side); see ``layers.boundaries``."""
        wanted = list(range(len(self.configs)) if indices is None else indices)
        found: dict[int, Bytes] = {}
        for group in self.groups:
            if places := group.places(wanted):
                maps = boundaries(group.population, group.grid(places, side), torch.tensor(places))
                found |= {group.indices[place]: each for place, each in zip(places, maps, strict=True)}
        return [found[index] for index in wanted]

    def layers(self, indices: Sequence[int] | None = None) -> list[tuple[list[int], Layers]]:
        """For each group the indices of its networks, all or those asked for, and what goes on in their layers."""
        wanted = list(range(len(self.configs)) if indices is None else indices)
        seen = [(group, places) for group in self.groups if (places := group.places(wanted))]
        return [
            ([group.indices[place] for place in places], layers(group.population, torch.tensor(places)))
            for group, places in seen
        ]

    def parameters(self, index: int) -> NDArray[np.float32]:
        """A copy of the network's parameters (P,), in the order of its module's."""
        group, place = self._place(index)
        result: NDArray[np.float32] = group.own(place, group.population.parameters).numpy()
        return result

    def run(self, index: int) -> Run:
        """The ordinary run that this network is: replayed to the same step it has these parameters up to rounding."""
        return Run(config=self.configs[index])

    def state(self, index: int) -> dict[str, Any]:
        """The network as it is now, for ``MLPExperiment.restore``: these very parameters."""
        group, place = self._place(index)
        population = group.population
        kept = {name: group.own(place, value).numpy() for name, value in population.state.items()}
        if self.configs[index].l1_strength == 0:
            kept.pop("alive", None)
        return {
            "step": int(population.steps[place]),
            "edits": 0,
            "parameters": self.parameters(index),
            "optimizer_state": kept,
            "epoch_start": (0, 0),
        }

    def _place(self, index: int) -> tuple["Group", int]:
        for group in self.groups:
            if index in group.indices:
                return group, group.indices.index(index)
        raise ConfigError(f"there is no network {index}; there are {len(self.configs)}")

    def _gathered(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Values of all networks in their order, from each group's."""
        found = np.concatenate(parts)
        found[[index for group in self.groups for index in group.indices]] = np.concatenate(parts)
        return found


class Group:
    """Networks of one structure: their configurations become one ``Population``.

    Where they differ in width, each has the layers of the widest. The weights and biases that are too many are 0 and
    never learn, by the mask that L1 has for weights it has ended: the network is what it would be without them.
    """

    def __init__(self, indices: list[int], configs: list[MLPConfig], drawn: dict[Any, Split]) -> None:
        self.indices, self.configs = indices, configs
        device = pick_device(configs[0].device)
        data = _tensors([_rows(config, drawn) for config in configs], device)
        own_sizes = [_structure(config).sizes for config in configs]
        sizes = tuple(max(widths) for widths in zip(*own_sizes, strict=True))
        is_padded = set(own_sizes) != {sizes}
        self._own = [_own_parameters(each, sizes) for each in own_sizes] if is_padded else None
        has_mask = is_padded or any(config.l1_strength > 0 for config in configs)
        names = ["learning_rate", "weight_decay", *(["l1_strength"] if has_mask else [])]
        initial = _initial(configs)
        if self._own is not None:
            initial = [own.float().masked_scatter(own, each) for own, each in zip(self._own, initial, strict=True)]
        self.population = Population(
            replace(_structure(configs[0]), sizes=sizes, l1=has_mask),
            torch.stack(initial).to(device),
            data,
            _split(configs[0], drawn).train_size,
            {name: torch.tensor([getattr(each, name) for each in configs], device=device) for name in names},
            None if self._own is None else torch.stack(self._own).float().to(device),
        )
        self._upgrade = Upgrade(self.population.compilable())
        self._faster: CompiledLoop | None = None

    def own(self, place: int, values: Tensor) -> Tensor:
        """Of ``values`` (S, P) a copy of those (p,) that are the network's at ``place``, without what pads it; of
        ``values`` (S,) its one."""
        found = values[place].cpu()
        is_whole = self._own is None or found.dim() == 0
        return found.clone() if is_whole or self._own is None else found[self._own[place]]

    def places(self, indices: Sequence[int]) -> list[int]:
        """Where the networks of these ``indices`` stand in this group; those of other groups are left out."""
        wanted = set(indices)
        return [place for place, index in enumerate(self.indices) if index in wanted]

    def upgrade(self, how: Callable[[Upgrade], CompiledLoop | None]) -> bool:
        """Take the compiled loop that ``how`` brings. Returns whether training is compiled."""
        if self.population.tier != "compiled" and self.population.parameters.device.type == "cpu":
            self._faster = self._faster or how(self._upgrade)
            if self._faster is not None:
                self.population.use(self._faster)
        return self.population.tier == "compiled"

    def wait(self) -> bool:
        """Wait for the compiled loop, however long it takes. Returns whether there is one."""
        if self._faster is None and self.population.parameters.device.type == "cpu":
            self._faster = self._upgrade.wait()
        return self._faster is not None

    def has_faster(self, how: Callable[[Upgrade], CompiledLoop | None]) -> bool | None:
        """Whether ``how`` brings a compiled loop to take, or has brought one; None where it may come yet."""
        if self._faster is None and self.population.parameters.device.type == "cpu":
            self._faster = how(self._upgrade)
        if self._faster is not None:
            return True
        return False if self.population.parameters.device.type != "cpu" or self._upgrade.is_hopeless else None

    def close(self) -> None:
        """End a compilation that nobody waits for any more."""
        self._upgrade.stop()

    def scores(self) -> NDArray[np.float64]:
        """``SCORES`` of every network, (S, 4); the accuracies are exact: a count over the number of points."""
        population = self.population
        found = population.scores.double().cpu().numpy().copy()
        points = np.array([population.train_size, population.data[0].shape[1] - population.train_size])
        found[:, 2:] = np.round(found[:, 2:] * points) / points
        return found

    def grid(self, places: list[int], side: int) -> Tensor:
        """The features of ``side``² points over the plane as each network sees them, (S, side², D)."""
        points = grid(side)
        seen = {names: feature_values(names, points) for names in {each.features for each in self.configs}}
        values = np.stack([seen[self.configs[place].features] for place in places])
        return torch.tensor(values, device=self.population.parameters.device)


def _structure(config: MLPConfig) -> Structure:
    sizes = (len(config.features), *config.hidden_sizes, config.outputs)
    names = config.activation, config.loss, config.output_activation, config.optimizer
    return Structure(sizes, *names, config.batch_size)


def _kinship(config: MLPConfig, padded: bool) -> tuple[Any, ...]:
    """Equal for configurations that can be trained in one batch."""
    structure = _structure(config)
    if padded:
        first, *hidden, last = structure.sizes
        structure = replace(structure, sizes=(first, *[0] * len(hidden), last))
    return structure, DATASETS[config.dataset].size, config.train_share, config.device


def _own_parameters(sizes: tuple[int, ...], padded: tuple[int, ...]) -> Tensor:
    """Which parameters of a network of ``padded`` sizes, in their order, are those of one of ``sizes``; bool (P,)."""
    parts = []
    for (inputs, outputs), (most_inputs, most_outputs) in zip(pairwise(sizes), pairwise(padded), strict=True):
        is_unit = torch.arange(most_outputs) < outputs
        is_weight = is_unit[:, None] & (torch.arange(most_inputs) < inputs)  # (outputs, inputs)
        parts += [is_weight.flatten(), is_unit]
    return torch.cat(parts)


def _split(config: MLPConfig, drawn: dict[Any, Split]) -> Split:
    """The configuration's data, drawn once for all that share it."""
    key = config.dataset, config.noise, config.train_share, config.data_seed
    if key not in drawn:
        drawn[key] = draw(*key)
    return drawn[key]


def _rows(config: MLPConfig, drawn: dict[Any, Split]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    give_way()
    split = _split(config, drawn)
    features = feature_values(config.features, split.points)
    return features, target_values(config.dataset, config.outputs, split.labels)


def _tensors(rows: list[tuple[NDArray[Any], NDArray[Any]]], device: torch.device) -> tuple[Tensor, Tensor]:
    features, targets = (np.stack(parts) for parts in zip(*rows, strict=True))
    return torch.tensor(features, device=device), torch.tensor(targets, device=device)


def _initial(configs: Sequence[MLPConfig]) -> list[Tensor]:
    """The parameters (P,) that an ordinary run of each of ``configs`` starts from."""
    models: dict[tuple[int, ...], MLP] = {}  # making one takes longer than drawing its weights
    found = []
    for config in configs:
        give_way()
        sizes = _structure(config).sizes
        if sizes not in models:
            models[sizes] = MLP(sizes, config.activation)
        model = models[sizes]
        with torch.no_grad():
            model.initialize(config.initializer, torch.Generator().manual_seed(config.seed), config.initial_scale)
        found.append(flatten(model))
    return found
