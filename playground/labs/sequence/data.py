"""Sequences as tensors, and an answer that is generated token by token."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.examples import Examples
from playground.labs.sequence.model import Network
from playground.labs.sequence.tasks import Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """N sequences: ``inputs`` (N, T, D), ``targets`` (N, T), -1 or NaN for none, and before an encoder ``sources``
    (N, S, D) of ``lengths`` (N,). Tokens are one-hot; nothing is zeros. ``truth`` (N, T, S) says which tokens of the
    source each answer stands for."""

    inputs: Tensor
    targets: Tensor
    sources: Tensor | None
    lengths: Tensor | None
    truth: Tensor | None = None

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, rows: Tensor) -> "Batch":
        return self._each(lambda values, _: values[rows])

    @classmethod
    def joined(cls, batches: "Sequence[Batch]") -> "Batch":
        """Returns the sequences of all ``batches``, alike in T and S, one after the other."""
        return batches[0]._each(lambda _, name: torch.cat([getattr(batch, name) for batch in batches]))

    def _each(self, change: Callable[[Tensor, str], Tensor]) -> "Batch":
        """Returns a batch of changed tensors, given each with its name."""
        before = {field.name: getattr(self, field.name) for field in fields(self)}
        found: dict[str, Any] = {
            name: None if values is None else change(values, name) for name, values in before.items()
        }
        return Batch(**found)


def prepared(task: Task, examples: Examples) -> Batch:
    """Returns examples as tensors."""
    inputs, targets, sources = (
        torch.from_numpy(each) for each in (examples.inputs, examples.targets, examples.sources)
    )
    if task.is_series:
        return Batch(inputs=inputs[..., None], targets=targets, sources=None, lengths=None)
    if task.shape != "unaligned":
        return Batch(inputs=one_hot(inputs, len(task.reads)), targets=targets, sources=None, lengths=None)
    return Batch(
        inputs=one_hot(inputs, len(task.says)),
        targets=targets,
        sources=one_hot(sources, len(task.reads)),
        lengths=(sources >= 0).sum(1),
        truth=torch.from_numpy(examples.truth),
    )


def one_hot(tokens: Tensor, size: int) -> Tensor:
    """Returns tokens (…) as (…, size): 1 at the token, zeros for -1."""
    return F.one_hot(tokens + 1, size + 1)[..., 1:].float()


def loss_of(outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean over all steps with a target: cross-entropy, of values the squared error."""
    if targets.is_floating_point():
        known = ~targets.isnan()
        return F.mse_loss(outputs[..., 0][known], targets[known])
    return F.cross_entropy(outputs.flatten(0, 1), targets.flatten(), ignore_index=-1)


@torch.no_grad()
def generated(
    network: Network,
    config: SequenceConfig,
    batch: Batch,
    temperature: float = 0.0,
    generator: torch.Generator | None = None,
    start: int = 0,
) -> tuple[Tensor, Tensor]:
    """Returns the answers (N, T), and the inputs (N, T, D) that they became, when every token said from step
    ``start`` on is the next input.

    The likeliest token is said; at a ``temperature`` above 0 one is drawn by softmax(outputs / temperature).
    """
    read = None if batch.sources is None or batch.lengths is None else network.read(batch.sources, batch.lengths)
    state = network.handed_over(read, batch.lengths, len(batch))
    inputs, said = batch.inputs.clone(), []
    size, classes, _ = config.sizes
    for place in range(inputs.shape[1]):
        (step,) = network.cell(inputs[:, place : place + 1], state)
        outputs, _ = network.outputs(step.h[:, None], read, batch.lengths)
        tokens = outputs[:, 0].argmax(-1)
        if temperature:
            shares = (outputs[:, 0] / temperature).softmax(-1)
            tokens = torch.multinomial(shares, 1, generator=generator)[:, 0]
        said.append(tokens)
        state = step.h, step.c
        if start <= place < inputs.shape[1] - 1:
            inputs[:, place + 1] = one_hot(tokens + size - classes, size)  # what is said comes last of what is read
    return torch.stack(said, 1), inputs
