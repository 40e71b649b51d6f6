"""One sequence, step by step, and all numbers of one step of it. Nothing here changes a network."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.kinds import ConfigError
from playground.labs.sequence.config import Look, SequenceConfig
from playground.labs.sequence.data import Batch, generated, one_hot
from playground.labs.sequence.model import GATES, Network, Step
from playground.labs.sequence.tasks import Task

Arrays = dict[str, NDArray[Any]]


def one(network: Network, config: SequenceConfig, test: Batch, look: Look) -> tuple[str | None, Batch]:
    """Returns why what the look says that was typed cannot be read, or None; and the sequence to look at."""
    refused = None
    if look.typed:
        try:
            return None, typed(network, config, test, look.typed)
        except ConfigError as error:
            refused = str(error)
    return refused, cut(test[torch.tensor([min(look.example, len(test) - 1)])])


def typed(network: Network, config: SequenceConfig, test: Batch, text: str) -> Batch:
    """Returns what a person typed as a batch of one. Targets are unknown, but for the next value of a series; an
    answer that is generated is the network's own. Raises ConfigError."""
    task = config.what
    tokens = torch.from_numpy(task.tokens(text))
    if not len(tokens):
        raise ConfigError("there is nothing to read")
    if task.is_series:
        targets = torch.cat([tokens[1:], torch.tensor([torch.nan])])
        return Batch(inputs=tokens[None, :, None], targets=targets[None], sources=None, lengths=None)
    if not task.generates:
        nothing = torch.full((1, len(tokens)), -1)
        return Batch(inputs=one_hot(tokens, len(task.reads))[None], targets=nothing, sources=None, lengths=None)
    inputs = torch.zeros_like(test.inputs[:1])
    if config.is_unaligned:
        inputs[0, 0, -1] = 1
        sources = one_hot(tokens, len(task.reads))[None]
        asked = Batch(inputs=inputs, targets=test.targets[:1], sources=sources, lengths=torch.tensor([len(tokens)]))
    else:
        inputs[0, 0, tokens[0]] = 1
        asked = Batch(inputs=inputs, targets=test.targets[:1], sources=None, lengths=None)
    answer, inputs = generated(network, config, asked)
    ends = (answer[0] == len(task.says) - 1).nonzero()
    length = int(ends[0]) + 1 if len(ends) else inputs.shape[1]
    unknown = torch.full((1, length), -1)
    return Batch(inputs=inputs[:, :length], targets=unknown, sources=asked.sources, lengths=asked.lengths)


def cut(batch: Batch) -> Batch:
    """Returns a batch of one without the steps of padding behind its end."""
    is_series = batch.targets.is_floating_point()
    length = batch.inputs.shape[1] if is_series else int((batch.inputs[0] != 0).any(-1).sum())
    sources = None if batch.sources is None or batch.lengths is None else batch.sources[:, : int(batch.lengths[0])]
    truth = batch.truth
    if truth is not None and sources is not None:
        truth = truth[:, :length, : sources.shape[1]]
    return Batch(
        inputs=batch.inputs[:, :length],
        targets=batch.targets[:, :length],
        sources=sources,
        lengths=batch.lengths,
        truth=truth,
    )


def unrolled(network: Network, config: SequenceConfig, batch: Batch, at: int | None) -> tuple[dict[str, Any], Arrays]:
    """The network over one sequence, step by step: the encoder's steps where there is one, then the cell's.

    Of S + T = L steps, H units, G gates, C outputs: ``hidden`` and for an LSTM ``cell`` (L, H), ``gates`` (G, L, H),
    ``outputs`` (T, C), softmaxed for tokens, ``targets`` (T,), -1 or NaN for none, ``attention`` (T, S) and which of
    it is right, ``truth`` (T, S), ``values`` (T,) of a series. Of the step ``at``: ``parts`` (2, G, H), W x + b and
    U h + b of every gate, ``before`` (2, H), h and c before it. ``reach`` (L,): the length of the gradient of the
    output at step ``at`` by each input; of the target's output, else the likeliest one's. JSON has ``tokens`` (L),
    ``at``, ``source`` (S) and ``asked``, that output.
    """
    inputs = batch.inputs.clone().requires_grad_()
    sources = None if batch.sources is None else batch.sources.clone().requires_grad_()
    read = None if sources is None or batch.lengths is None else network.read(sources, batch.lengths)
    steps = network.cell(inputs, network.handed_over(read, batch.lengths, 1))
    outputs, attention = network.outputs(torch.stack([step.h for step in steps], 1), read, batch.lengths)
    before, every = len(read or ()), [*(read or ()), *steps]
    known = ~batch.targets[0].isnan() if config.what.is_series else batch.targets[0] >= 0
    last = before + (int(known.nonzero()[-1]) if known.any() else len(steps) - 1)
    place = last if at is None or at >= len(every) else at
    if config.what.is_series:
        asked = 0
    else:
        step = max(place - before, 0)
        target = int(batch.targets[0, step])
        asked = target if target >= 0 else int(outputs[0, step].argmax())
    arrays = {
        "hidden": rows_of([step.h for step in every]),
        "gates": np.stack([rows_of([step.gates[i] for step in every]) for i in range(len(GATES[config.cell]))]),
        "outputs": numbers(outputs[0] if config.what.is_series else outputs[0].softmax(-1)),
        "targets": batch.targets[0].numpy().astype(np.float32 if config.what.is_series else np.int32),
        "reach": _reach(outputs[0, max(place - before, 0), asked], inputs, sources, place < before),
        **_parts(network, inputs, sources, every, place, before),
    }
    if config.cell == "lstm":
        arrays["cell"] = rows_of([step.c for step in every])
    if attention is not None:
        arrays["attention"] = numbers(attention[0])
        if batch.truth is not None:
            arrays["truth"] = batch.truth[0].numpy().astype(np.uint8)
    if config.what.is_series:
        arrays["values"] = numbers(inputs[0, :, 0])
    tokens = tokens_of(config.what, batch)
    return {"tokens": tokens, "source": before, "at": place, "asked": asked}, arrays


def tokens_of(task: Task, batch: Batch) -> list[str]:
    """What is read at every step; of a series nothing, as its values are in an array."""
    if task.is_series:
        return [""] * batch.inputs.shape[1]
    read = [] if batch.sources is None else [task.reads[i] for i in batch.sources[0].argmax(-1)]
    names = task.says if batch.sources is not None else task.reads
    return [*read, *(names[i] for i in batch.inputs[0].argmax(-1))]


def _reach(output: Tensor, inputs: Tensor, sources: Tensor | None, is_source: bool) -> NDArray[Any]:
    """How far ``output`` would move with each input: (L,). A step of the encoder has no output; then it is zeros."""
    asked = [inputs] if sources is None else [sources, inputs]
    lengths = [torch.zeros(each.shape[1]) for each in asked]
    if not is_source:
        found = torch.autograd.grad(output, asked, retain_graph=True, allow_unused=True)
        lengths = [zero if each is None else each[0].norm(dim=-1) for each, zero in zip(found, lengths, strict=True)]
    return numbers(torch.cat(lengths))


@torch.no_grad()
def _parts(
    network: Network, inputs: Tensor, sources: Tensor | None, steps: list[Step], at: int, before: int
) -> Arrays:
    """What the gates at step ``at`` are made of."""
    cell = network.encoder if sources is not None and at < before else network.cell
    assert cell is not None
    x = sources[:, at] if sources is not None and at < before else inputs[:, at - before]
    h, c = (steps[at - 1].h, steps[at - 1].c) if at else cell.start(1)
    from_input, from_state = x @ cell.weight_ih.T + cell.bias_ih, h @ cell.weight_hh.T + cell.bias_hh
    both = torch.stack([from_input[0], from_state[0]])
    return {
        "parts": numbers(both.view(2, len(GATES[cell.kind]), cell.hidden)),
        "before": numbers(torch.stack([h[0], c[0]])),
    }


def rows_of(each: list[Tensor]) -> NDArray[Any]:
    return numbers(torch.cat(each))


def numbers(tensor: Tensor) -> NDArray[Any]:
    found: NDArray[Any] = tensor.detach().numpy().astype(np.float32).copy()
    return found


def levels(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Returns numbers from -1 to 1 as levels from 0 to 255."""
    return np.asarray((np.clip(np.nan_to_num(values), -1, 1) + 1) * 127.5, dtype=np.uint8)
