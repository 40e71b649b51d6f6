"""What can be seen of a network on sequences. Nothing here changes it."""

import math
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.kinds import ConfigError
from playground.labs.sequence.config import Look, SequenceConfig
from playground.labs.sequence.data import Batch, generated, loss_of, one_hot
from playground.labs.sequence.model import GATES, Network, Step
from playground.labs.sequence.tasks import Task
from playground.training.batches import generator

Arrays = dict[str, NDArray[Any]]
SAMPLES = 8  # answers of a free run
ABLATED_ROWS = 1600  # sequences times units, when every unit is switched off in turn


def stage(network: Network, config: SequenceConfig, test: Batch, look: Look) -> tuple[dict[str, Any], Arrays]:
    """Returns what the look asks for: JSON and arrays of one sequence, and of the open panel."""
    said: dict[str, Any] = {"refused": None}
    batch = test[torch.tensor([min(look.example, len(test) - 1)])]
    if look.typed:
        try:
            batch = typed(network, config, test, look.typed)
        except ConfigError as error:
            said["refused"] = str(error)
    found, arrays = unrolled(network, config, cut(batch), look.at)
    said |= found
    if look.panel == "units":
        arrays |= unit_jobs(network, config, test)
    elif look.panel == "free" and config.what.is_series:
        arrays |= free_series(network, cut(batch), test)
    elif look.panel == "free" and config.what.generates:
        said["samples"] = samples(network, config, test, look)
    return said, arrays


# One sequence


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
    return Batch(
        inputs=batch.inputs[:, :length], targets=batch.targets[:, :length], sources=sources, lengths=batch.lengths
    )


def unrolled(network: Network, config: SequenceConfig, batch: Batch, at: int | None) -> tuple[dict[str, Any], Arrays]:
    """The network over one sequence, step by step: the encoder's steps where there is one, then the cell's.

    Of S + T = L steps, H units, G gates, C outputs: ``hidden`` and for an LSTM ``cell`` (L, H), ``gates`` (G, L, H),
    ``outputs`` (T, C), softmaxed for tokens, ``targets`` (T,), -1 or NaN for none, ``attention`` (T, S), ``values``
    (T,) of a series. Of the step ``at``: ``parts`` (2, G, H), W x + b and U h + b of every gate, ``before`` (2, H),
    h and c before it. ``reach`` (L,): the length of the gradient of the output at step ``at`` by each input; of the
    target's output, else the likeliest one's. JSON has ``tokens`` (L), ``at``, ``source`` (S) and ``asked``, that
    output.
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
        "hidden": _rows([step.h for step in every]),
        "gates": np.stack([_rows([step.gates[i] for step in every]) for i in range(len(GATES[config.cell]))]),
        "outputs": _numbers(outputs[0] if config.what.is_series else outputs[0].softmax(-1)),
        "targets": batch.targets[0].numpy().astype(np.float32 if config.what.is_series else np.int32),
        "reach": _reach(outputs[0, max(place - before, 0), asked], inputs, sources, place < before),
        **_parts(network, inputs, sources, every, place, before),
    }
    if config.cell == "lstm":
        arrays["cell"] = _rows([step.c for step in every])
    if attention is not None:
        arrays["attention"] = _numbers(attention[0])
    if config.what.is_series:
        arrays["values"] = _numbers(inputs[0, :, 0])
    tokens = _tokens(config.what, batch)
    return {"tokens": tokens, "source": before, "at": place, "asked": asked}, arrays


def _tokens(task: Task, batch: Batch) -> list[str]:
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
    return _numbers(torch.cat(lengths))


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
        "parts": _numbers(both.view(2, len(GATES[cell.kind]), cell.hidden)),
        "before": _numbers(torch.stack([h[0], c[0]])),
    }


def _rows(each: list[Tensor]) -> NDArray[Any]:
    return _numbers(torch.cat(each))


def _numbers(tensor: Tensor) -> NDArray[Any]:
    found: NDArray[Any] = tensor.detach().numpy().astype(np.float32).copy()
    return found


@torch.no_grad()
def states(network: Network, batch: Batch) -> NDArray[Any]:
    """The hidden states (T, H) of the cell over the first sequence of a batch."""
    read = None if batch.sources is None or batch.lengths is None else network.read(batch.sources, batch.lengths)
    steps = network.cell(batch.inputs, network.handed_over(read, batch.lengths, len(batch)))
    return _rows([step.h[:1] for step in steps])


def levels(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Returns numbers from -1 to 1 as levels from 0 to 255."""
    return np.asarray((np.clip(np.nan_to_num(values), -1, 1) + 1) * 127.5, dtype=np.uint8)


# What the units do


@torch.no_grad()
def unit_jobs(network: Network, config: SequenceConfig, test: Batch) -> Arrays:
    """What every unit goes with, and what it is worth.

    ``correlations`` (2, H): of h with the step's number, and with the target (a depth, a class, a value), over all
    steps that have one. ``worth`` (H,): by how much the loss rises when the unit is switched off, on a few sequences.
    """
    few = test[torch.arange(max(1, min(len(test), 40, ABLATED_ROWS // config.units)))]
    read = None if test.sources is None or test.lengths is None else network.read(test.sources, test.lengths)
    steps = network.cell(test.inputs, network.handed_over(read, test.lengths, len(test)))
    hidden = torch.stack([step.h for step in steps], 1)  # (N, T, H)
    known = ~test.targets.isnan() if config.what.is_series else test.targets >= 0
    place = torch.arange(hidden.shape[1]).expand(len(test), -1)
    facts = [place[known].float(), test.targets[known].float()]
    return {
        "correlations": _numbers(torch.stack([correlation(hidden[known], fact) for fact in facts])),
        "worth": _numbers(worth(network, few)),
    }


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


# Free runs


def samples(network: Network, config: SequenceConfig, test: Batch, look: Look) -> list[dict[str, Any]]:
    """A few answers, generated token by token at the look's temperature: what was asked, said, and true."""
    few = test[torch.arange(min(SAMPLES, len(test)))]
    draws = generator(config.seed, "free run", look.draw)
    answers, _ = generated(network, config, few, look.temperature, draws)
    task = config.what
    found = []
    for row in range(len(few)):
        one = cut(few[torch.tensor([row])])
        asked = _tokens(task, one)[: one.sources.shape[1] if one.sources is not None else 1]
        said, true = (_text(task, each[row].tolist()) for each in (answers, few.targets))
        found.append({"asked": task.glue.join(asked), "said": said, "true": true})
    return found


def _text(task: Task, tokens: list[int]) -> str:
    """Returns an answer up to its end."""
    end = len(task.says) - 1
    whole = tokens[: tokens.index(end)] if end in tokens else [token for token in tokens if token >= 0]
    letters = all(len(word) == 1 for word in task.says)
    return ("" if letters else " ").join(task.says[token] for token in whole)


@torch.no_grad()
def free_series(network: Network, batch: Batch, test: Batch) -> Arrays:
    """``free`` (T,): the answers to one series when from its middle on the network reads its own. ``horizon`` (2, T),
    over all test series: the mean squared error at every step with true inputs, and so."""
    mine, theirs = _free(network, batch.inputs), _free(network, test.inputs)
    true = network(test.inputs)[..., 0]
    errors = torch.stack([(each - test.targets).square().mean(0) for each in (true, theirs)])
    return {"free": _numbers(mine[0]), "horizon": _numbers(errors)}


def _free(network: Network, inputs: Tensor) -> Tensor:
    """The answers (N, T) to series (N, T, 1); beyond the middle the last answer is the next input."""
    half = max(inputs.shape[1] // 2, 1)
    steps = network.cell(inputs[:, :half], network.cell.start(len(inputs)))
    state, answers = (steps[-1].h, steps[-1].c), [network.output(step.h) for step in steps]
    for _ in range(half, inputs.shape[1]):
        (step,) = network.cell(answers[-1][:, None], state)
        state = step.h, step.c
        answers.append(network.output(step.h))
    return torch.cat(answers, 1)


# What does not change


def scene(config: SequenceConfig, train: Batch, test: Batch) -> dict[str, Any]:
    """The words, the gates, the counts and the baselines of a run."""
    task = config.what
    return {
        "task": config.task,
        "label": task.label,
        "shape": task.shape,
        "reads": task.reads,
        "says": task.says,
        "series": task.is_series,
        "generates": task.generates,
        "kind": config.cell,
        "gates": GATES[config.cell],
        "hidden": config.units,
        "parameters": config.count(config.cell, config.units),
        "tests": len(test),
        "baselines": _baselines(task, train, test),
    }


def _baselines(task: Task, train: Batch, test: Batch) -> list[dict[str, Any]]:
    if task.is_series:
        known = ~test.targets.isnan()
        mean = (test.targets[known] - train.targets[~train.targets.isnan()].mean()).square().mean()
        again = (test.targets[known] - test.inputs[..., 0][known]).square().mean()
        return [
            {"label": "always the mean", "value": float(mean), "axes": "loss"},
            {"label": "the last value again", "value": float(again), "axes": "loss"},
        ]
    shares = train.targets[train.targets >= 0].bincount(minlength=len(task.says)).float()
    shares /= shares.sum()
    commonest = (test.targets[test.targets >= 0] == shares.argmax()).float().mean()
    chance = float(-(shares * shares.clamp_min(1e-12).log()).sum())
    return [
        {"label": f"ln {len(task.says)}", "value": math.log(len(task.says)), "axes": "loss"},
        {"label": "only how common each answer is", "value": chance, "axes": "loss"},
        {"label": "always the commonest answer", "value": float(commonest), "axes": "accuracy"},
    ]
