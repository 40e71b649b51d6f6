"""The sequence lab: its loop beside a plain loop with torch's own modules, and beside itself while it is seen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from playground.labs.sequence.config import SequenceConfig
from playground.labs.sequence.experiment import SequenceExperiment, drawn
from playground.training.device import use_one_thread
from tests.bench.loops import beside
from tests.bench.row import Row

UPDATES = 100
MODULES: dict[str, Callable[..., nn.Module]] = {"rnn": nn.RNN, "lstm": nn.LSTM, "gru": nn.GRU}


def rows() -> Iterator[Row]:
    """Every cell on sentiment with batch 32, one core."""
    use_one_thread()
    for cell in MODULES:
        config = SequenceConfig(cell=cell)
        yield from beside(
            f"updates/s, {cell}", _plain(config), "plain PyTorch, torch.nn, Adam", partial(_made, config), UPDATES
        )


class _Plain(nn.Module):
    def __init__(self, config: SequenceConfig) -> None:
        super().__init__()
        size, classes, _ = config.sizes
        self.cell = MODULES[config.cell](size, config.units, batch_first=True)
        self.output = nn.Linear(config.units, classes)

    def forward(self, inputs: Tensor) -> Tensor:
        found: Tensor = self.output(self.cell(inputs)[0])
        return found


def _made(config: SequenceConfig, seed: int) -> SequenceExperiment:
    return SequenceExperiment(replace(config, seed=seed))


def _plain(config: SequenceConfig) -> Callable[[int], None]:
    network = _Plain(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    known, _ = drawn(config.task, config.length, config.mixed, config.data_seed, config.own)

    def train(updates: int) -> None:
        for _ in range(updates):
            batch = torch.randint(len(known), (config.batch_size,))
            outputs = network(known.inputs[batch])
            loss = F.cross_entropy(outputs.flatten(0, 1), known.targets[batch].flatten(), ignore_index=-1)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), config.clip)
            optimizer.step()

    return train
