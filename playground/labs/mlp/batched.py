"""Many networks of one structure trained at once, each with its own weights, data and hyperparameters.

The update is ``make_update``'s under ``torch.func.vmap``, so batched training equals a loop over the networks up to
rounding (which the tests check). A network whose parameters or loss become infinite stays at its last finite state;
the others are not affected.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import vmap

from playground.labs.mlp.model import MLP
from playground.labs.mlp.network_settings import layer_names, skips_of
from playground.labs.mlp.structure import Structure
from playground.training.batches import kept, shuffled
from playground.training.compiled import CompiledLoop
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.turns import give_way
from playground.training.update import Batch, Loop, all_alive

COMPILED_BLOCK = 32  # networks in one compiled program; larger populations are trained block by block
TRACED_BLOCK = 256
EPSILON = 1e-5  # added to a variance: torch.nn's
TRACED_ELEMENTS = 2**20  # activations, or parameters, of a traced block: 4 MB fit the processor's cache
MOST_GATHERED, MOST_KEPT = 256, 2**22  # updates whose batches are gathered at once; dropout's factors for them
SCORES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """What is drawn for batches, by the ``seeds`` of the networks: with ``shuffles`` the order of the rows in each
    epoch, and of each network the share of hidden outputs that ``drops`` leaves out, if there is any."""

    seeds: Sequence[int]
    shuffles: bool
    drops: Sequence[float] | None


class Population:
    """S networks of one ``structure`` (its ``networks`` is ignored) in training.

    ``parameters`` is (S, P). ``data`` is features (S, N, D) and targets (S, N, outputs); training uses the first
    ``train_size`` rows. ``hyperparameters`` by name are each (S,) and include ``learning_rate``. With L1 in
    ``structure``, ``alive`` (S, P) is its initial mask, by default all ones; ``learns`` (S, P), if there is one, is 0
    for parameters that stay as they are. ``rates`` gives the learning rates (S,) of an epoch, from 0, where they
    change, and ``draws`` what is drawn for batches, where they are not just the rows in their order. All tensors have
    one dtype and one device.
    After n updates ``steps`` (S,) is n, less for a network that has ``diverged`` (S,), which stays at its last state
    found finite. ``scores`` (S, 4) are ``SCORES``: losses are means over the points, accuracies shares in [0, 1].
    """

    def __init__(
        self,
        structure: Structure,
        parameters: Tensor,
        data: Batch,
        train_size: int,
        hyperparameters: Mapping[str, Tensor],
        alive: Tensor | None = None,
        learns: Tensor | None = None,
        rates: Callable[[int], Tensor] | None = None,
        draws: Draws | None = None,
    ) -> None:
        count = len(parameters)
        self.structure = replace(structure, networks=None)
        self.parameters = parameters
        self.state = vmap(partial(initial_state, structure.optimizer))(parameters)
        self.state |= {
            name: each.expand(count, -1).clone().to(parameters) for name, each in structure.tracked().items()
        }
        if structure.l1:
            self.state["alive"] = all_alive(parameters) if alive is None else alive
        if learns is not None:
            self.state["learns"] = learns
        self.data, self.train_size = data, train_size
        self._rates, self._draws = rates, draws
        self.hyperparameters = dict(sorted(hyperparameters.items()))
        self.step = 0
        self.measuring_s = 0.0  # time of the last measurement of all networks
        self.steps = torch.zeros(count, dtype=torch.int64)
        self.diverged = torch.zeros(count, dtype=torch.bool)
        self._traced = traced_loop(self.structure, parameters.device)
        self._loop: Loop | CompiledLoop = self._traced
        self._make_blocks()
        self.scores = self.measured()

    @property
    def tier(self) -> str:
        """How updates are computed: ``traced`` or ``compiled``."""
        return self._loop.tier

    def compilable(self) -> Structure:
        """Returns the structure of the compiled program for a block of this population."""
        return replace(self.structure, networks=COMPILED_BLOCK)

    def use(self, loop: CompiledLoop) -> None:
        """Train with ``loop``, made for ``compilable()``, from the next update on; last bits differ."""
        self._loop = loop
        self._make_blocks()

    def advance(self, count: int) -> None:
        """Run ``count`` updates of every network that has not diverged, then measure all."""
        if count <= 0 or bool(self.diverged.all()):
            return
        before = self.parameters, self.state, self.scores
        self._run(count)
        started = time.perf_counter()
        scores = self.measured()
        self.measuring_s = time.perf_counter() - started
        fine = ~self.diverged & (self.parameters.isfinite().all(1) & scores[:, 0].isfinite()).cpu()
        self.step += count
        self.steps = torch.where(fine, self.step, self.steps)
        self.diverged = ~fine
        keep = fine.to(self.parameters.device)
        self.parameters = _where(keep, self.parameters, before[0])
        self.state = {name: _where(keep, new, before[1][name]) for name, new in self.state.items()}
        self.scores = _where(keep, scores, before[2])

    def rehearse(self) -> None:
        """Trace the update, so that the first one is as fast as the others. Does not change the networks."""
        before = self.parameters, self.state
        self._run(1)
        self.parameters, self.state = before

    def moment(self) -> dict[str, Tensor]:
        """Returns everything that training changes, by name, each (S, …), for ``restore`` and ``go_back``. Nothing is
        copied: tensors are never modified in place."""
        own = {"parameters": self.parameters, "scores": self.scores, "steps": self.steps, "diverged": self.diverged}
        return own | {f"state.{name}": value for name, value in self.state.items()}

    def restore(self, step: int, moment: Mapping[str, Tensor]) -> None:
        """Restore a ``moment()`` taken after ``step`` updates; re-measure the scores if it lacks them."""
        self.step, self.parameters = step, moment["parameters"]
        self.steps, self.diverged = moment["steps"], moment["diverged"]
        self.state = {name: moment[f"state.{name}"] for name in self.state}
        self.scores = moment["scores"] if "scores" in moment else self.measured()

    def go_back(self, networks: Tensor, moment: Mapping[str, Tensor]) -> None:
        """Restore the networks in the mask ``networks`` (S,) to ``moment``, but not ``diverged``."""
        here = ~networks
        keep = here.to(self.parameters.device)
        self.parameters = _where(keep, self.parameters, moment["parameters"])
        self.state = {name: _where(keep, value, moment[f"state.{name}"]) for name, value in self.state.items()}
        self.scores = _where(keep, self.scores, moment["scores"])
        self.steps = torch.where(here, self.steps, moment["steps"])

    def _run(self, count: int) -> None:
        """Make ``count`` updates; epoch by epoch where those differ."""
        if self._rates is None and self._draws is None:
            self._updates(self.step, count)
            return
        batch, step, end = self.structure.batch_size, self.step, self.step + count
        factors = max(len(index) for index, *_ in self._blocks) * batch * sum(self.structure.sizes[1:-1])
        most = min(MOST_GATHERED, max(1, MOST_KEPT // max(factors, 1)))
        while step < end:
            left = -(-(self.train_size - step * batch % self.train_size) // batch)
            piece = min(left, end - step, most)
            rates = self._rates and self._rates(step * batch // self.train_size)
            self._updates(step, piece, {} if rates is None else {"learning_rate": rates})
            step += piece

    def _gathered(self, draws: Draws, index: Tensor, data: Batch, step: int, count: int) -> Batch:
        """Returns the rows of ``count`` updates of a block's networks, in the order of their pass, and dropout's
        factors."""
        first, size = step * self.structure.batch_size, count * self.structure.batch_size
        seeds, device = [draws.seeds[place] for place in index.tolist()], data[0].device
        if draws.shuffles:
            rows = torch.stack([shuffled(first, size, self.train_size, seed) for seed in seeds])
        else:
            rows = (torch.arange(first, first + size) % self.train_size).expand(len(index), size)
        each = torch.arange(len(index), device=device)[:, None]
        found = data[0][each, rows.to(device)], data[1][each, rows.to(device)]
        if draws.drops is None:
            return found
        what = count, self.structure.batch_size, sum(self.structure.sizes[1:-1])
        shares = [draws.drops[place] for place in index.tolist()]
        factors = [kept(step, *what, share, seed) for share, seed in zip(shares, seeds, strict=True)]
        return *found, torch.stack(factors).to(device)

    def _updates(self, step: int, count: int, others: Mapping[str, Tensor] | None = None) -> None:
        """Make the ``count`` updates after ``step``, with ``others`` in place of some hyperparameters (S,)."""
        found = []
        for index, data, constants in self._blocks:
            give_way()
            constants = {**constants, **{name: values[index] for name, values in (others or {}).items()}}
            if self._draws is not None:
                data = self._gathered(self._draws, index, data, step, count)
            moved, state = self._loop.run(
                self.parameters[index],
                {name: value[index] for name, value in self.state.items()},
                data,
                constants,
                batch_size=self.structure.batch_size,
                first=step if self._draws is None else 0,
                count=count,
            )
            found.append((moved, state))
        total = len(self.parameters)  # the last block may include copies
        self.parameters = torch.cat([moved for moved, _ in found])[:total]
        self.state = {name: torch.cat([state[name] for _, state in found])[:total] for name in self.state}

    def _make_blocks(self) -> None:
        """Divide the networks into blocks, each with its data and hyperparameters."""
        total, is_compiled = len(self.parameters), self._loop is not self._traced
        size = COMPILED_BLOCK if is_compiled else block_of(self.structure, self.structure.batch_size)
        self._blocks: list[tuple[Tensor, Batch, dict[str, Tensor]]] = []
        for start in range(0, total, size):
            index = torch.arange(start, start + size if is_compiled else min(start + size, total))
            index = index.clamp(max=total - 1)  # a compiled block is filled with copies of the last network
            data = self.data[0][index, : self.train_size], self.data[1][index, : self.train_size]
            constants = {name: values[index] for name, values in self.hyperparameters.items()}
            self._blocks.append((index, data, constants))

    def measured(self) -> Tensor:
        """Returns the current ``SCORES`` of every network, (S, 4)."""
        loss = vmap(partial(LOSSES[self.structure.loss], output=self.structure.output))
        found = logits(self.structure, self.parameters, self.data[0], self.state.get("statistics"))
        columns = []
        for part in (slice(self.train_size), slice(self.train_size, None)):
            outputs, targets = found[:, part], self.data[1][:, part]
            columns += [loss(outputs, targets), _accuracies(outputs, targets)]
        return torch.stack([columns[0], columns[2], columns[1], columns[3]], dim=1)


def block_of(structure: Structure, rows: int) -> int:
    """Returns the number of networks to compute at once, each with ``rows`` rows of data, to fit the processor's
    cache and bound the memory."""
    elements = max(rows * sum(structure.sizes), structure.parameters)
    return max(1, min(TRACED_BLOCK, TRACED_ELEMENTS // elements))


@lru_cache(maxsize=64)
def traced_loop(structure: Structure, device: torch.device) -> Loop:
    """Returns the loop for this structure; all its populations share the traced graph."""
    return Loop(vmap(structure.update_on(device)))


def logits(structure: Structure, parameters: Tensor, features: Tensor, statistics: Tensor | None = None) -> Tensor:
    """Returns the logits (S, N, outputs) of S networks, ``parameters`` (S, P), each on its ``features`` (S, N, D).

    ``statistics`` (S, B) are the running ones of batch normalization.
    """
    size, activations = block_of(structure, features.shape[1]), _activations(structure)
    tracked = torch.zeros(len(parameters), 0) if statistics is None else statistics
    with torch.no_grad():
        found = []
        for part in zip(*(torch.split(each, size) for each in (parameters, features, tracked)), strict=True):
            give_way()
            found.append(_forward(structure, activations, *part))
        return torch.cat(found)


def by_layer(sizes: Sequence[int], parameters: Tensor) -> list[tuple[Tensor, Tensor]]:
    """Returns views of parameters (S, P) as each layer's weights (S, outputs, inputs) and biases (S, outputs)."""
    shapes = list(pairwise(sizes))
    lengths = [size for m, n in shapes for size in (m * n, n)]
    parts = iter(parameters[:, : sum(lengths)].split_with_sizes(lengths, dim=1))
    return [(next(parts).view(-1, n, m), next(parts)) for m, n in shapes]


def normalizer(structure: Structure, parameters: Tensor, statistics: Tensor) -> Callable[[Tensor, int], Tensor]:
    """Returns the function that normalizes the sums (S, units, N) of the hidden layer with an index, as the networks
    with ``parameters`` (S, P) and running ``statistics`` (S, B) are used."""
    widths = [width for width in structure.sizes[1:-1] for _ in range(2)]

    def parts(values: Tensor, index: int) -> list[Tensor]:
        pair = values[:, values.shape[1] - sum(widths) :].split_with_sizes(widths, dim=1)[2 * index :][:2]
        return [each.unsqueeze(-1) for each in pair]

    def normalized(sums: Tensor, index: int) -> Tensor:
        if structure.normalization == "none":
            return sums
        if structure.normalization == "batch":
            mean, variance = parts(statistics, index)
        else:
            mean, variance = sums.mean(1, keepdim=True), sums.var(1, correction=0, keepdim=True)
        scale, shift = parts(parameters, index)
        return (sums - mean) * (scale / (variance + EPSILON).sqrt()) + shift

    return normalized


def _forward(
    structure: Structure,
    activations: Sequence[Callable[[Tensor], Tensor]],
    parameters: Tensor,
    features: Tensor,
    statistics: Tensor,
) -> Tensor:
    """Returns ``MLP.forward`` for each of S networks. Internally points are the last dimension: twice as fast as
    ``vmap``, whose matrices have a short contiguous dimension."""
    normalized, skips = normalizer(structure, parameters, statistics), skips_of(structure.sizes, structure.skips)
    current = features.mT  # (S, D, N)
    for index, (weights, biases) in enumerate(by_layer(structure.sizes, parameters)):
        made = torch.baddbmm(biases.unsqueeze(-1), weights, current)  # (S, units, N)
        if index < len(skips):
            made = activations[index](normalized(made, index))
            made = current + made if skips[index] else made
        current = made
    return current.mT


@lru_cache
def _activations(structure: Structure) -> list[Callable[[Tensor], Tensor]]:
    """Returns each hidden layer's activation, which may overwrite its input."""
    names = layer_names(structure.activation, len(structure.sizes) - 2)
    made = MLP(structure.sizes, structure.activation).activations
    return [_tanh if name == "tanh" else module for name, module in zip(names, made, strict=True)]


def _tanh(sums: Tensor) -> Tensor:
    """tanh x = 2 σ(2x) - 1, in place: torch's tanh takes seven times as long as its sigmoid and dominates maps and
    measurements of many networks. The two differ by at most 2e-7."""
    return sums.mul_(2).sigmoid_().mul_(2).sub_(1)


def _accuracies(outputs: Tensor, targets: Tensor) -> Tensor:
    """Returns the accuracies (S,), like ``probes.accuracy``, from outputs (S, N, outputs)."""
    if outputs.shape[-1] == 1:
        right = (outputs > 0) == (targets > 0)
    else:
        right = outputs.argmax(-1, keepdim=True) == targets.argmax(-1, keepdim=True)
    return right.to(outputs.dtype).mean((1, 2))


def _where(keep: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """Returns ``new`` for the networks in the mask ``keep`` (S,), ``old`` for the others."""
    return torch.where(keep.view(-1, *[1] * (new.dim() - 1)), new, old)


def to_numpy(prefix: str, moment: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    """Returns copies of a population's ``moment``, with ``prefix`` before each name."""
    kept = {}
    for name, value in moment.items():
        give_way()
        kept[f"{prefix}.{name}"] = value.cpu().numpy().copy()
    return kept


def from_numpy(kept: Mapping[str, Any], prefix: str, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Returns the tensors of ``to_numpy`` with this ``prefix``, on the devices of those in ``like``."""
    found = {}
    for name, tensor in like.items():
        give_way()
        if f"{prefix}.{name}" in kept:
            found[name] = torch.from_numpy(kept[f"{prefix}.{name}"].copy()).to(tensor.device)
    return found
