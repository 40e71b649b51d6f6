"""Many runs of the multilayer perceptron in training: variants of a setting, many seeds, a grid of two settings.

Runs of one structure (layers, activation, loss, optimizer, batch size, number of points) are trained as one batch,
a ``Group``. All other settings may differ between its networks: learning rate, regularization, seeds, dataset,
noise, features, initial weights and their scale, the share that dropout leaves out; with padding also the widths of
layers. All groups make the same updates.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.data.points import Split, draw, grid, target_values
from playground.kinds import ConfigError
from playground.labs.mlp.batched import SCORES, Draws, Population
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.layers import Bytes, Layers, boundaries, layers
from playground.labs.mlp.model import MLP, Held, learning_mask
from playground.labs.mlp.structure import Structure
from playground.run import Run
from playground.training.compiled import CompiledLoop, Upgrade
from playground.training.device import pick_device
from playground.training.slices import Slicer
from playground.training.turns import give_way
from playground.training.update import flatten

SIDE = 24  # of a small boundary map


class PopulationExperiment:
    """The networks of ``configs`` in training, indexed in that order.

    ``padded`` trains networks of different widths in one batch, padded to the widest: much faster for many widths,
    but ``layers`` then counts padding neurons too. Raises ConfigError where the machine lacks a device. Reading never
    changes the training.
    """

    def __init__(self, configs: Sequence[MLPConfig], *, padded: bool = False) -> None:
        self.configs = tuple(configs)
        members: dict[Any, list[int]] = {}
        for index, config in enumerate(self.configs):
            members.setdefault(_batch_key(config, padded), []).append(index)
        drawn: dict[Any, Split] = {}
        self.groups = [Group(indices, [self.configs[i] for i in indices], drawn) for indices in members.values()]
        self._slicer = Slicer(rate=100, share=0.9, rest=1 / 4)

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train every network for ``steps`` updates or about ``budget_s`` seconds, whichever ends first.

        Returns the updates of each network that has not diverged."""
        return self._slicer.run(self._run, steps, budget_s)

    def _run(self, count: int) -> int:
        for group in self.groups:
            group.population.advance(count)
        return count

    def prepare(self) -> None:
        """Warm up, so that the first ``advance`` is as fast as the others. Does not change the networks."""
        for group in self.groups:
            group.population.rehearse()

    @property
    def measuring_s(self) -> float:
        """Seconds to measure all networks once, as each ``advance`` does."""
        return sum(group.population.measuring_s for group in self.groups)

    def upgrade(self, wait: bool = False) -> bool:
        """Switch to compiled loops from disk, or with ``wait`` compile them now, some 20 s for each structure.

        Returns whether all groups are compiled. A group without one keeps its traced loop.
        """
        taken = [group.upgrade(Upgrade.wait if wait else Upgrade.kept) for group in self.groups]
        return all(taken)

    def poll(self) -> bool:
        """Like ``upgrade``, but compile during training: call it repeatedly; it never waits."""
        taken = [group.upgrade(Upgrade.poll) for group in self.groups]
        return all(taken)

    def take_compiled(self) -> bool:
        """Switch all groups to compiled loops, waiting for them if necessary, or none. Returns whether it did."""
        if not all(group.wait() for group in self.groups):
            return False
        return all(group.upgrade(Upgrade.kept) for group in self.groups)

    def has_faster(self, how: Callable[[Upgrade], CompiledLoop | None] = Upgrade.poll) -> bool | None:
        """Returns whether compiled loops are ready for all groups; None while they are or may be in the making."""
        found = [group.has_faster(how) for group in self.groups]
        return False if False in found else None if None in found else True

    @property
    def tier(self) -> str:
        """``compiled`` where all groups are, else ``traced``."""
        return "compiled" if all(group.population.tier == "compiled" for group in self.groups) else "traced"

    def close(self) -> None:
        """Stop running compilations."""
        for group in self.groups:
            group.close()

    # Seeing

    def scores(self) -> dict[str, NDArray[np.float64]]:
        """Returns ``train_loss``, ``test_loss``, ``train_accuracy`` and ``test_accuracy``, each (networks,); NaN for
        accuracies of a regression, the last finite values for a diverged network."""
        found = np.full((len(self.configs), len(SCORES)), np.nan)
        for group in self.groups:
            found[group.indices] = group.scores()
        regression = [config.data.is_regression for config in self.configs]
        found[regression, SCORES.index("train_accuracy") :] = np.nan
        return {name: found[:, column].copy() for column, name in enumerate(SCORES)}

    def steps(self) -> NDArray[np.int64]:
        """Returns every network's updates so far, (networks,)."""
        return self._gathered([group.population.steps.numpy() for group in self.groups])

    def diverged(self) -> NDArray[np.bool_]:
        """Returns whether each network has diverged, (networks,); such a one keeps its state of the slice before."""
        return self._gathered([group.population.diverged.numpy() for group in self.groups])

    def boundaries(self, indices: Sequence[int] | None = None, side: int = SIDE) -> list[Bytes]:
        """Returns the maps (1 or classes, side, side) of the given networks, or all; see ``layers.boundaries``."""
        wanted = list(range(len(self.configs)) if indices is None else indices)
        found: dict[int, Bytes] = {}
        for group in self.groups:
            if places := group.places(wanted):
                maps = boundaries(group.population, group.grid(places, side), torch.tensor(places))
                found |= {group.indices[place]: each for place, each in zip(places, maps, strict=True)}
        return [found[index] for index in wanted]

    def layers(self, indices: Sequence[int] | None = None) -> list[tuple[list[int], Layers]]:
        """Returns for each group its networks among ``indices``, or all, and the measurements of their layers."""
        wanted = list(range(len(self.configs)) if indices is None else indices)
        seen = [(group, places) for group in self.groups if (places := group.places(wanted))]
        return [
            ([group.indices[place] for place in places], layers(group.population, torch.tensor(places)))
            for group, places in seen
        ]

    def parameters(self, index: int) -> NDArray[np.float32]:
        """Returns a copy of the network's parameters (P,), in the order of its module's."""
        group, place = self._place(index)
        result: NDArray[np.float32] = group.own(place, group.population.parameters).numpy()
        return result

    def run(self, index: int) -> Run:
        """Returns the network as a single run: replayed to the same step, its parameters are equal up to rounding."""
        return Run(config=self.configs[index])

    def state(self, index: int) -> dict[str, Any]:
        """Returns the network's current state for ``MLPExperiment.restore``, with exactly its parameters."""
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
            "aside": _initial([self.configs[index]])[0].numpy(),
        }

    def _place(self, index: int) -> tuple["Group", int]:
        for group in self.groups:
            if index in group.indices:
                return group, group.indices.index(index)
        raise ConfigError(f"there is no network {index}; there are {len(self.configs)}")

    def _gathered(self, parts: list[NDArray[Any]]) -> NDArray[Any]:
        """Returns the groups' values in the order of ``configs``."""
        found = np.concatenate(parts)
        found[[index for group in self.groups for index in group.indices]] = np.concatenate(parts)
        return found


class Group:
    """Networks of one structure, trained as one ``Population``.

    Networks of different widths are padded to the widest. Padding weights and biases are 0 and never learn, by L1's
    mask of stopped weights, so they do not affect the network.
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
        constants = {"learning_rate": "learning_rate", "weight_decay": "weight_decay"}  # their settings, by name
        constants |= {"l1_strength": "l1_strength"} if has_mask else {}
        constants |= {"clip_norm": "gradient_clip"} if _structure(configs[0]).clips else {}
        initial, learns = _initial(configs), None
        if has_interventions(configs[0]):
            zeroed = [_learning(config, zeroed=config.zeroed) for config in configs]
            initial = [each.where(mask > 0, 0.0) for each, mask in zip(initial, zeroed, strict=True)]
            learns = self._padded([_learning(config, config.frozen, config.zeroed) for config in configs]).to(device)
        self.population = Population(
            replace(_structure(configs[0]), sizes=sizes, l1=has_mask),
            self._padded(initial).to(device),
            data,
            _split(configs[0], drawn).train_size,
            {
                name: torch.tensor([getattr(each, setting) for each in configs], device=device)
                for name, setting in constants.items()
            },
            None if self._own is None else torch.stack(self._own).float().to(device),
            learns,
            self._rates(device),
            self._draws(),
        )
        self._upgrade = Upgrade(self.population.compilable())
        self._faster: CompiledLoop | None = None

    def _rates(self, device: torch.device) -> Callable[[int], Tensor] | None:
        """Returns the learning rates (S,) by epoch, or None where they stay."""
        if all(config.schedule == "constant" for config in self.configs):
            return None
        return lambda epoch: torch.tensor([config.rate_in(epoch) for config in self.configs], device=device)

    def _draws(self) -> Draws | None:
        """Returns what is drawn for the batches, or None where they are the rows in their order."""
        first = self.configs[0]  # the others are of its kind: see _batch_key
        if not (first.reshuffle or first.drops):
            return None
        shares = [config.dropout for config in self.configs] if first.drops else None
        return Draws(seeds=[config.seed for config in self.configs], shuffles=first.reshuffle, drops=shares)

    def _padded(self, values: Sequence[Tensor]) -> Tensor:
        """Returns the networks' own values, each (p,), as (S, P), 0 where there is padding."""
        if self._own is None:
            return torch.stack(list(values))
        return torch.stack(
            [own.float().masked_scatter(own, each) for own, each in zip(self._own, values, strict=True)]
        )

    @property
    def _is_compilable(self) -> bool:
        """Whether a compiled loop fits: none has a mask of what learns."""
        return self.population.parameters.device.type == "cpu" and "learns" not in self.population.state

    def own(self, place: int, values: Tensor) -> Tensor:
        """Returns a copy of network ``place``'s values with padding removed: (S, P) → (p,), or (S,) → scalar."""
        found = values[place].cpu()
        is_whole = self._own is None or found.dim() == 0
        return found.clone() if is_whole or self._own is None else found[self._own[place]]

    def places(self, indices: Sequence[int]) -> list[int]:
        """Returns the places in this group of those ``indices`` that belong to it."""
        wanted = set(indices)
        return [place for place, index in enumerate(self.indices) if index in wanted]

    def upgrade(self, how: Callable[[Upgrade], CompiledLoop | None]) -> bool:
        """Switch to the compiled loop that ``how`` returns, if any. Returns whether training is compiled."""
        if self.population.tier != "compiled" and self._is_compilable:
            self._faster = self._faster or how(self._upgrade)
            if self._faster is not None:
                self.population.use(self._faster)
        return self.population.tier == "compiled"

    def wait(self) -> bool:
        """Wait for the compiled loop. Returns whether there is one."""
        if self._faster is None and self._is_compilable:
            self._faster = self._upgrade.wait()
        return self._faster is not None

    def has_faster(self, how: Callable[[Upgrade], CompiledLoop | None]) -> bool | None:
        """Returns whether ``how`` returns a compiled loop, now or before; None where it may do so later."""
        if not self._is_compilable:
            return False
        self._faster = self._faster or how(self._upgrade)
        return True if self._faster is not None else False if self._upgrade.is_hopeless else None

    def close(self) -> None:
        """Stop a running compilation."""
        self._upgrade.stop()

    def scores(self) -> NDArray[np.float64]:
        """Returns ``SCORES`` of every network, (S, 4), with exact accuracies: a count over the number of points."""
        population = self.population
        found = population.scores.double().cpu().numpy().copy()
        points = np.array([population.train_size, population.data[0].shape[1] - population.train_size])
        found[:, 2:] = np.round(found[:, 2:] * points) / points
        return found

    def grid(self, places: list[int], side: int) -> Tensor:
        """Returns each network's features of ``side``² points over the plane, (S, side², D)."""
        points = grid(side)
        kinds = [(each.inputs, each.formula, each.data.all_of) for each in self.configs]
        one_of = dict(zip(kinds, self.configs, strict=True))
        seen = {kind: each.inputs_at(points) for kind, each in one_of.items()}
        values = np.stack([seen[kinds[place]] for place in places])
        return torch.tensor(values, device=self.population.parameters.device)


def _structure(config: MLPConfig) -> Structure:
    sizes = config.sizes
    names = config.by_layer, config.loss, config.output_activation, config.optimizer
    return Structure(
        sizes,
        *names,
        config.batch,
        clips=config.gradient_clip > 0,
        drops=config.drops,
        normalization=config.normalization,
        skips=any(config.skipped),
    )


def _batch_key(config: MLPConfig, padded: bool) -> tuple[Any, ...]:
    """Returns a key that is equal for configurations that can be trained in one batch."""
    structure = _structure(config)
    if padded and config.is_chain:  # else padding would be among the neurons that are normalized or left out
        first, *hidden, last = structure.sizes
        structure = replace(structure, sizes=(first, *[0] * len(hidden), last))
    kind = config.data.size, config.train_share, config.device, has_interventions(config), config.reshuffle
    return structure, *kind


def has_interventions(config: MLPConfig) -> bool:
    """Whether anything of ``config`` is frozen or zeroed."""
    return bool(config.frozen or config.zeroed)


def _learning(config: MLPConfig, frozen: Held = (), zeroed: Held = ()) -> Tensor:
    return learning_mask(_structure(config).model(), frozen, zeroed)


def _own_parameters(sizes: tuple[int, ...], padded: tuple[int, ...]) -> Tensor:
    """Returns a mask (P,) of the parameters of a network of ``padded`` sizes that belong to one of ``sizes``."""
    parts = []
    for (inputs, outputs), (most_inputs, most_outputs) in zip(pairwise(sizes), pairwise(padded), strict=True):
        is_unit = torch.arange(most_outputs) < outputs
        is_weight = is_unit[:, None] & (torch.arange(most_inputs) < inputs)  # (outputs, inputs)
        parts += [is_weight.flatten(), is_unit]
    return torch.cat(parts)


def _split(config: MLPConfig, drawn: dict[Any, Split]) -> Split:
    """Returns the configuration's data, drawn once for all that share it."""
    key = config.data, config.noise, config.train_share, config.data_seed
    if key not in drawn:
        drawn[key] = draw(*key)
    return drawn[key]


def _rows(config: MLPConfig, drawn: dict[Any, Split]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    give_way()
    split = _split(config, drawn)
    return config.inputs_of(split), target_values(config.data, config.outputs, split.labels)


def _tensors(rows: list[tuple[NDArray[Any], NDArray[Any]]], device: torch.device) -> tuple[Tensor, Tensor]:
    features, targets = (np.stack(parts) for parts in zip(*rows, strict=True))
    return torch.tensor(features, device=device), torch.tensor(targets, device=device)


def _initial(configs: Sequence[MLPConfig]) -> list[Tensor]:
    """Returns the initial parameters (P,) of a single run of each of ``configs``."""
    models: dict[Structure, MLP] = {}  # making a module takes longer than drawing its weights
    found = []
    for config in configs:
        give_way()
        structure = _structure(config)
        if structure not in models:
            models[structure] = structure.model()
        model = models[structure]
        with torch.no_grad():
            model.initialize(config.initializer, torch.Generator().manual_seed(config.seed), config.initial_scale)
        found.append(flatten(model))
    return found
