"""Free runs: what a network says when its own answers are its next inputs, beside what it says with the true ones."""

from typing import Any

import torch
from torch import Tensor

from playground.labs.sequence.config import Look, SequenceConfig
from playground.labs.sequence.data import Batch, generated
from playground.labs.sequence.model import Network
from playground.labs.sequence.probes import Arrays, cut, numbers, tokens_of
from playground.labs.sequence.tasks import Task
from playground.training.batches import generator

SAMPLES = 5  # answers that are shown


@torch.no_grad()
def samples(network: Network, config: SequenceConfig, test: Batch, look: Look) -> tuple[list[dict[str, Any]], Arrays]:
    """A few answers, each token drawn at the look's temperature by a generator of its own: what was ``asked``, said
    with the true tokens before (``forced``), said ``free``, and ``true``. ``horizon`` (2, T), over all test
    sequences: the share of wrong tokens at every step, forced and free.

    A text is continued from its middle on.
    """
    task, first = config.what, min(look.example, len(test) - 1)
    start = test.inputs.shape[1] // 2 if task.continues else 0
    order = torch.cat([torch.arange(first, len(test)), torch.arange(first)])  # the shown sequence comes first
    all_of_them = test[order]
    draws = generator(config.seed, "free run", look.draw)
    free, _ = generated(network, config, all_of_them, look.temperature, draws, start)
    forced = network(all_of_them.inputs, all_of_them.sources, all_of_them.lengths).argmax(-1)
    known = all_of_them.targets >= 0
    found = []
    for row in range(min(SAMPLES, len(test))):
        one = cut(all_of_them[torch.tensor([row])])
        read = tokens_of(task, one)
        asked = (
            read[: start + 1] if task.continues else read[: one.sources.shape[1] if one.sources is not None else 1]
        )
        texts = (_text(task, each[row].tolist(), start) for each in (forced, free, all_of_them.targets))
        found.append({"asked": task.glue.join(asked), **dict(zip(("forced", "free", "true"), texts, strict=True))})
    wrong = [((each != all_of_them.targets) & known).sum(0) / known.sum(0).clamp_min(1) for each in (forced, free)]
    return found, {"horizon": numbers(torch.stack(wrong))}


def _text(task: Task, tokens: list[int], start: int) -> str:
    """Returns an answer up to its end, from step ``start`` on."""
    end = task.says.index("·") if "·" in task.says else -1
    whole = tokens[: tokens.index(end)] if end in tokens else [token for token in tokens if token >= 0]
    letters = all(len(word) == 1 for word in task.says) and task.label != "Melody"
    return ("" if letters else " ").join(task.says[token] for token in whole[start:])


@torch.no_grad()
def series(network: Network, batch: Batch, test: Batch) -> Arrays:
    """``free`` (T,): the answers to one series when from its middle on the network reads its own. ``horizon`` (2, T),
    over all test series: the mean squared error at every step with true inputs, and so."""
    mine, theirs = _free(network, batch.inputs), _free(network, test.inputs)
    true = network(test.inputs)[..., 0]
    errors = torch.stack([(each - test.targets).square().mean(0) for each in (true, theirs)])
    return {"free": numbers(mine[0]), "horizon": numbers(errors)}


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
