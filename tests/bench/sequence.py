"""The sequence lab: its loop beside a plain loop with torch's own modules, and beside itself while it is seen."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.experiment import SequenceExperiment, drawn
from playground.run import View
from tests.bench.row import Row

REPETITIONS, UPDATES = 5, 100
SLICE_S = 0.012  # between two frames
MODULES: dict[str, Callable[..., nn.Module]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def rows() -> Iterator[Row]:
    """Every cell on sentiment with batch 32, one core."""
    torch.set_num_threads(1)
    for cell in MODULES:
        config = SequenceConfig(cell=cell)
        rates: list[list[float]] = [[], [], []]
        loops = (_plain(config), _alone(config), _seen(config))
        for _ in range(REPETITIONS):
            for found, loop in zip(rates, loops, strict=True):
                started = time.perf_counter()
                made = loop()
                found.append(made / (time.perf_counter() - started))
        first, second, third = map(statistics.median, rates)
        yield Row(f"updates/s, {cell}", second, "1/s", first, "plain PyTorch, torch.nn, Adam", at_least=0.9)
        yield Row(f"updates/s, {cell}, seen", third, "1/s", second, "the same unseen", at_least=0.7)


class _Plain(nn.Module):
    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        size, classes, _ = config.sizes
        self.cell = MODULES[config.cell](size, config.units, batch_first=True)
        self.output = nn.Linear(config.units, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        found: Tensor = self.output(self.cell(inputs)[0])
        return found


def _plain(config: SequenceConfig) -> Callable[[], int]:
    network = _Plain(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    known, _ = drawn(config.task, config.length, config.data_seed, config.own)

    def train() -> int:
        for _ in range(UPDATES):
            batch = torch.randint(len(known), (config.batch_size,))
            outputs = network(known.inputs[batch])
            loss = F.cross_entropy(outputs.flatten(0, 1), known.targets[batch].flatten(), ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), config.clip)
            optimizer.step()
        return UPDATES

    return train


def _alone(config: SequenceConfig) -> Callable[[], int]:
    experiment = SequenceExperiment(replace(config, seed=1))
    return lambda: experiment.advance(steps=UPDATES)


def _seen(config: SequenceConfig) -> Callable[[], int]:
    experiment = SequenceExperiment(replace(config, seed=2))

    def train() -> int:
        first = experiment.step
        while experiment.step - first < UPDATES:
            experiment.advance(budget_s=SLICE_S)
            experiment.observe("run", View())
        return experiment.step - first

    return train
