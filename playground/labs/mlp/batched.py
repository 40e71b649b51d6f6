"""Many networks of one structure trained at once, each with its own weights, data and hyperparameters.

The update is ``make_update``'s under ``torch.func.vmap``: what one network does is what it would do alone, so that
batched training equals a loop over the networks up to rounding (the tests hold it to that). A network whose
parameters or loss stop being finite stands still at its last finite state; its neighbours never notice.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.func import vmap

from playground.labs.mlp.model import MLP
from playground.labs.mlp.structure import Structure
from playground.training.compiled import CompiledLoop
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.turns import give_way
from playground.training.update import Batch, Loop, all_alive, make_update

COMPILED_BLOCK = 32  # networks in one compiled program; any number of them is trained block by block
TRACED_BLOCK = 256
TRACED_ELEMENTS = 2**20  # activations, or parameters, of a traced block: 4 MB stay near the processor
SCORES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy")


class Population:
    """S networks of one ``structure``, whose own ``networks`` is not read, in training.

    ``parameters`` (S, P) and ``data``, features (S, N, D) and targets (S, N, outputs), of which the first
    ``train_size`` rows are trained on; ``hyperparameters`` by name, each (S,), ``learning_rate`` among them; where
    ``structure`` has L1 also which parameters are ``alive`` (S, P), else all. All are of one dtype on one device.
    After n updates ``steps`` (S,) is n, less for a network that has ``diverged`` (S,): it stays where it was when
    last found finite. ``scores`` (S, 4) are ``SCORES``, losses being means over the points and accuracies shares in
    [0, 1].
    """

    def __init__(
        self,
        structure: Structure,
        parameters: Tensor,
        data: Batch,
        train_size: int,
        hyperparameters: Mapping[str, Tensor],
        alive: Tensor | None = None,
    ) -> None:
        count = len(parameters)
        self.structure = replace(structure, networks=None)
        self.parameters = parameters
        self.state = vmap(partial(initial_state, structure.optimizer))(parameters)
        if structure.l1:
            self.state["alive"] = all_alive(parameters) if alive is None else alive
        self.data, self.train_size = data, train_size
        self.hyperparameters = dict(sorted(hyperparameters.items()))
        self.step = 0
        self.measuring_s = 0.0  # what it took to measure all networks, the last time
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
        """The structure of the program that could train this population: one network, or a block of them."""
        return replace(self.structure, networks=COMPILED_BLOCK)

    def use(self, loop: CompiledLoop) -> None:
        """Train with ``loop``, made for ``compilable``, from the next update on; last bits differ."""
        self._loop = loop
        self._make_blocks()

    def advance(self, count: int) -> None:
        """Run ``count`` updates of every network that is finite still, then measure all."""
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
        """Do now what makes the first update slow (tracing it). Leaves everything as it was."""
        before = self.parameters, self.state
        self._run(1)
        self.parameters, self.state = before

    def moment(self) -> dict[str, Tensor]:
        """All that training changes, by name, each (S, …): for ``restore`` and ``go_back``. Nothing is copied, since
        no tensor is written twice."""
        own = {"parameters": self.parameters, "scores": self.scores, "steps": self.steps, "diverged": self.diverged}
        return own | {f"state.{name}": value for name, value in self.state.items()}

    def restore(self, step: int, moment: Mapping[str, Tensor]) -> None:
        """Be as at an earlier ``moment``, after ``step`` updates; scores that it lacks are measured again."""
        self.step, self.parameters = step, moment["parameters"]
        self.steps, self.diverged = moment["steps"], moment["diverged"]
        self.state = {name: moment[f"state.{name}"] for name in self.state}
        self.scores = moment["scores"] if "scores" in moment else self.measured()

    def go_back(self, networks: Tensor, moment: Mapping[str, Tensor]) -> None:
        """Put the marked ``networks`` (S,) where they were at ``moment``; whether they diverged stays."""
        here = ~networks
        keep = here.to(self.parameters.device)
        self.parameters = _where(keep, self.parameters, moment["parameters"])
        self.state = {name: _where(keep, value, moment[f"state.{name}"]) for name, value in self.state.items()}
        self.scores = _where(keep, self.scores, moment["scores"])
        self.steps = torch.where(here, self.steps, moment["steps"])

    def _run(self, count: int) -> None:
        found = []
        for index, data, constants in self._blocks:
            give_way()
            moved, state = self._loop.run(
                self.parameters[index],
                {name: value[index] for name, value in self.state.items()},
                data,
                constants,
                batch_size=self.structure.batch_size,
                first=self.step,
                count=count,
            )
            found.append((moved, state))
        total = len(self.parameters)  # the last block may hold more
        self.parameters = torch.cat([moved for moved, _ in found])[:total]
        self.state = {name: torch.cat([state[name] for _, state in found])[:total] for name in self.state}

    def _make_blocks(self) -> None:
        """Which networks go through the loop together, with their data and hyperparameters."""
        total, is_compiled = len(self.parameters), self._loop is not self._traced
        size = COMPILED_BLOCK if is_compiled else block_of(self.structure, self.structure.batch_size)
        self._blocks = []
        for start in range(0, total, size):
            index = torch.arange(start, start + size if is_compiled else min(start + size, total))
            index = index.clamp(max=total - 1)  # a compiled block is filled with copies of the last network
            data = self.data[0][index, : self.train_size], self.data[1][index, : self.train_size]
            constants = {name: values[index] for name, values in self.hyperparameters.items()}
            self._blocks.append((index, data, constants))

    def measured(self) -> Tensor:
        """``SCORES`` of every network as it is now, (S, 4)."""
        loss = vmap(partial(LOSSES[self.structure.loss], output=self.structure.output))
        found = logits(self.structure, self.parameters, self.data[0])
        columns = []
        for part in (slice(self.train_size), slice(self.train_size, None)):
            outputs, targets = found[:, part], self.data[1][:, part]
            columns += [loss(outputs, targets), _accuracies(outputs, targets)]
        return torch.stack([columns[0], columns[2], columns[1], columns[3]], dim=1)


def block_of(structure: Structure, rows: int) -> int:
    """How many networks to compute at once, each with ``rows`` rows of data: what that touches should stay near the
    processor, and bounds the memory."""
    elements = max(rows * sum(structure.sizes), structure.parameters)
    return max(1, min(TRACED_BLOCK, TRACED_ELEMENTS // elements))


@lru_cache(maxsize=64)
def traced_loop(structure: Structure, device: torch.device) -> Loop:
    """The loop for every population of this structure: what was traced once serves all of them."""
    model = MLP(structure.sizes, structure.activation).to(device)
    loss = partial(LOSSES[structure.loss], output=structure.output)
    return Loop(vmap(make_update(model, loss, structure.optimizer)))


def logits(structure: Structure, parameters: Tensor, features: Tensor) -> Tensor:
    """What each of S networks, ``parameters`` (S, P), makes of its own ``features`` (S, N, D): (S, N, outputs)."""
    size, activation = block_of(structure, features.shape[1]), _activation(structure.activation)
    with torch.no_grad():
        found = []
        for part in zip(torch.split(parameters, size), torch.split(features, size), strict=True):
            give_way()
            found.append(_forward(structure.sizes, activation, *part))
        return torch.cat(found)


def by_layer(sizes: Sequence[int], parameters: Tensor) -> list[tuple[Tensor, Tensor]]:
    """The parameters (S, P) of S networks as each layer's weights (S, outputs, inputs) and biases (S, outputs)."""
    shapes = list(pairwise(sizes))
    parts = iter(parameters.split_with_sizes([size for m, n in shapes for size in (m * n, n)], dim=1))
    return [(next(parts).view(-1, n, m), next(parts)) for m, n in shapes]


def _forward(
    sizes: Sequence[int], activation: Callable[[Tensor], Tensor], parameters: Tensor, features: Tensor
) -> Tensor:
    """``MLP.forward`` for each of S networks. Points come last within: twice as fast as ``vmap`` of it, which
    multiplies matrices that are narrow where they are read."""
    current = features.mT  # (S, D, N)
    for index, (weights, biases) in enumerate(by_layer(sizes, parameters)):
        if index > 0:
            current = activation(current)
        current = torch.baddbmm(biases.unsqueeze(-1), weights, current)  # (S, units, N)
    return current.mT


@lru_cache
def _activation(name: str) -> Callable[[Tensor], Tensor]:
    """The activation of sums that nobody needs afterwards."""
    return _tanh if name == "tanh" else MLP((1, 1), name).activation


def _tanh(sums: Tensor) -> Tensor:
    """tanh x = 2 σ(2x) - 1, in place: torch takes seven times as long for a tanh as for a sigmoid, and maps and
    measurements of many networks are little else. They differ by 2e-7 at most."""
    return sums.mul_(2).sigmoid_().mul_(2).sub_(1)


def _accuracies(outputs: Tensor, targets: Tensor) -> Tensor:
    """The share of points whose class is right, (S,), as ``probes.accuracy``, from outputs (S, N, outputs)."""
    if outputs.shape[-1] == 1:
        right = (outputs > 0) == (targets > 0)
    else:
        right = outputs.argmax(-1, keepdim=True) == targets.argmax(-1, keepdim=True)
    return right.to(outputs.dtype).mean((1, 2))


def _where(keep: Tensor, new: Tensor, old: Tensor) -> Tensor:
    """``new`` for the networks to ``keep`` (S,), ``old`` for the others."""
    return torch.where(keep.view(-1, *[1] * (new.dim() - 1)), new, old)


def to_numpy(prefix: str, moment: Mapping[str, Tensor]) -> dict[str, NDArray[Any]]:
    """A population's ``moment`` as copies, to keep: each under its name after ``prefix``."""
    kept = {}
    for name, value in moment.items():
        give_way()
        kept[f"{prefix}.{name}"] = value.cpu().numpy().copy()
    return kept


def from_numpy(kept: Mapping[str, Any], prefix: str, like: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors that ``to_numpy`` has put under ``prefix``, each where its like is."""
    found = {}
    for name, tensor in like.items():
        give_way()
        if f"{prefix}.{name}" in kept:
            found[name] = torch.from_numpy(kept[f"{prefix}.{name}"].copy()).to(tensor.device)
    return found
