"""What can be seen over all test sequences: the units' jobs, the states in two components, accuracy by length."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.data import Batch, generated, loss_of, prepared
from playground.labs.sequence.model import Network
from playground.labs.sequence.probes import Arrays, numbers, rows_of
from playground.labs.sequence.tasks import task_of

ABLATED_ROWS = 1600  # sequences times units, when every unit is switched off in turn
POINTS = 400  # states that are drawn
FRESH = 40  # sequences of another length


@torch.no_grad()
def states(network: Network, batch: Batch) -> NDArray[Any]:
    """The hidden states (T, H) of the cell over the first sequence of a batch."""
    return rows_of(list(_hidden(network, batch)[:1].unbind(1)))


def _hidden(network: Network, batch: Batch) -> Tensor:
    """Returns the cell's hidden states (N, T, H)."""
    read = None if batch.sources is None or batch.lengths is None else network.read(batch.sources, batch.lengths)
    return network.cell.states(batch.inputs, network.handed_over(read, batch.lengths, len(batch)))


def _is_read(batch: Batch) -> Tensor:
    """Which steps (N, T) read something: not those of padding."""
    if batch.targets.is_floating_point():
        return torch.ones_like(batch.targets, dtype=torch.bool)
    return batch.inputs.any(-1)


# What the units do


@torch.no_grad()
def unit_jobs(network: Network, config: SequenceConfig, test: Batch) -> tuple[list[str], Arrays]:
    """What every unit goes with, and what it is worth. Returns the names of F facts, and arrays.

    ``correlations`` (F, H): of h with the facts, over all steps that have one. ``worth`` (H,): by how much the loss
    rises when the unit is switched off, on a few sequences.
    """
    hidden, found = _hidden(network, test), facts(config, test)
    names = [name for name, (known, _) in found.items() if known.any()]
    few = test[torch.arange(max(1, min(len(test), 40, ABLATED_ROWS // config.units)))]
    return names, {
        "correlations": numbers(
            torch.stack([correlation(hidden[known], fact[known]) for known, fact in map(found.__getitem__, names)])
        ),
        "worth": numbers(worth(network, few)),
    }


def facts(config: SequenceConfig, test: Batch) -> dict[str, tuple[Tensor, Tensor]]:
    """What a unit may go with: by name, the steps (N, T) that have it, and its values (N, T)."""
    task, is_read = config.what, _is_read(test)
    inputs = test.inputs[..., 0] if task.is_series else torch.where(is_read, test.inputs.argmax(-1), -1)
    given = task.facts(inputs.numpy(), test.targets.numpy())
    place = torch.arange(test.inputs.shape[1]).float().expand(len(test), -1)
    values = {name: torch.tensor(np.asarray(value, dtype=np.float32)) for name, value in given.items()}
    return {name: (is_read & ~value.isnan(), value) for name, value in {**values, "position": place}.items()}


def correlation(hidden: Tensor, fact: Tensor) -> Tensor:
    """The correlation of every unit (M, H) with a fact (M,); 0 where one of them does not vary."""
    units, fact = hidden - hidden.mean(0), fact - fact.mean()
    spread = units.norm(dim=0) * fact.norm()
    return torch.where(spread > 1e-6, (units * fact[:, None]).sum(0) / spread.clamp_min(1e-6), 0.0)


@torch.no_grad()
def worth(network: Network, batch: Batch) -> Tensor:
    """Returns (H,): the loss with each unit switched off in turn, less the loss as it is. All in one pass."""
    cells, count = [cell for cell in (network.encoder, network.cell) if cell is not None], len(batch)
    units = network.cell.hidden
    again = batch[torch.arange(count).repeat(units)]
    former = [cell.zeroed for cell in cells]
    whole = loss_of(network(batch.inputs, batch.sources, batch.lengths), batch.targets)
    try:
        for cell in cells:
            kept = torch.ones(units) if cell.zeroed is None else cell.zeroed
            cell.zeroed = (kept * (1 - torch.eye(units))).repeat_interleave(count, 0)
        outputs = network(again.inputs, again.sources, again.lengths)
    finally:
        for cell, zeroed in zip(cells, former, strict=True):
            cell.zeroed = zeroed
    parts = zip(outputs.chunk(units), again.targets.chunk(units), strict=True)
    return torch.stack([loss_of(*part) - whole for part in parts])


# Two principal components


@torch.no_grad()
def components(network: Network, test: Batch, hidden: NDArray[Any]) -> Arrays:
    """The states of all test sequences, and those of one, ``hidden`` (L, H), on the two directions in which the
    former vary most.

    ``points`` (P, 2) of ``labels`` (P,), the targets there; ``path`` (L, 2); ``axes`` (2, H); ``explained`` (2,), the
    share of the variance.
    """
    known = _is_read(test)
    states, targets = _hidden(network, test)[known], test.targets[known]
    mean = states.mean(0)
    centred = states - mean
    variances, vectors = torch.linalg.eigh(centred.T @ centred)
    axes = vectors[:, -2:].flip(1)  # (H, 2)
    if axes.shape[1] < 2:  # of one unit
        axes = torch.cat([axes, torch.zeros_like(axes)], 1)
    asked = (~targets.isnan() if targets.is_floating_point() else targets >= 0).nonzero()[:, 0]
    few = asked[torch.linspace(0, len(asked) - 1, min(POINTS, len(asked))).long()]
    shares = variances.flip(0)[:2] / variances.sum().clamp_min(1e-12)
    return {
        "points": numbers(centred[few] @ axes),
        "labels": numbers(targets[few].float()),
        "path": numbers((torch.from_numpy(hidden) - mean) @ axes),
        "axes": numbers(axes.T),
        "explained": numbers(torch.cat([shares, torch.zeros(2)])[:2]),
    }


# Accuracy by length


@torch.no_grad()
def lengths(network: Network, config: SequenceConfig, test: Batch) -> Arrays:
    """Of K lengths, ``lengths`` (K,): ``by_length`` (3, K), the share of answers that are right, of whole sequences,
    and how many sequences there are. Of a task of one length the sequences are fresh; of another the test's own."""
    limits = config.what.length
    if limits is not None and config.what.make is not None and not config.is_unaligned:
        test, sizes = _of_lengths(config.task, config.length, *limits, config.data_seed)
    else:
        sizes = _is_read(test).sum(1) if test.lengths is None else test.lengths
    outputs = network(test.inputs, test.sources, test.lengths)
    is_asked = test.targets >= 0
    is_right = outputs.argmax(-1) == test.targets
    said = generated(network, config, test)[0] == test.targets if config.what.generates else is_right
    whole = (said | ~is_asked).all(1)
    found: Tensor = torch.unique(sizes)
    rows = [sizes == size for size in found]
    shares = [
        [is_right[row][is_asked[row]].float().mean() for row in rows],
        [whole[row].float().mean() for row in rows],
    ]
    counts = [row.sum() for row in rows]
    return {"lengths": numbers(found.float()), "by_length": numbers(torch.tensor([*shares, counts]))}


@lru_cache(maxsize=8)
def _of_lengths(task: str, length: int, least: int, most: int, seed: int) -> tuple[Batch, Tensor]:
    """Returns fresh sequences of several lengths up to ``most``, around the one that is trained on, and these."""
    known = task_of(task, "")
    sizes = sorted({least, most, *(min(max(round(length * by), least), most) for by in (0.25, 0.5, 1, 1.5, 2, 3))})
    assert known.make is not None
    generators = [np.random.default_rng([seed, size, FRESH]) for size in sizes]
    drawn = [prepared(known, known.make(each, FRESH, size)) for each, size in zip(generators, sizes, strict=True)]
    longest = max(each.inputs.shape[1] for each in drawn)
    short = [longest - each.inputs.shape[1] for each in drawn]
    pad = torch.nn.functional.pad
    inputs = torch.cat([pad(each.inputs, (0, 0, 0, by)) for each, by in zip(drawn, short, strict=True)])
    targets = torch.cat([pad(each.targets, (0, by), value=-1) for each, by in zip(drawn, short, strict=True)])
    counts = torch.cat([torch.full((len(each),), size) for each, size in zip(drawn, sizes, strict=True)])
    return Batch(inputs=inputs, targets=targets, sources=None, lengths=None), counts
