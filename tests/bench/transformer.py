"""The Transformer lab: its loop beside a plain PyTorch loop of the same model, and beside itself while it is seen."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch.nn import functional as F

from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.experiment import TransformerExperiment
from playground.labs.transformer.model import untrained
from playground.labs.transformer.words import batches
from playground.run import View
from tests.bench.row import Row

REPETITIONS, UPDATES = 5, 60
SLICE_S = 0.012  # between two frames
NETWORKS = {
    "1 + 1 layers of 32": TransformerConfig(),
    "2 + 2 layers of 64": TransformerConfig(encoder_layers=2, decoder_layers=2, width=64),
}


def rows() -> Iterator[Row]:
    """Each network with batch 64 on one core."""
    torch.set_num_threads(1)
    for name, config in NETWORKS.items():
        rates: list[list[float]] = [[], [], []]
        loops = (_plain(config), _alone(config), _seen(config))
        for _ in range(REPETITIONS):
            for found, loop in zip(rates, loops, strict=True):
                started = time.perf_counter()
                made = loop()
                found.append(made / (time.perf_counter() - started))
        first, second, third = map(statistics.median, rates)
        yield Row(f"updates/s, {name}", second, "1/s", first, "plain PyTorch, torch.optim.Adam", at_least=0.9)
        yield Row(f"updates/s, {name}, seen", third, "1/s", second, "the same unseen", at_least=0.7)


def _plain(config: TransformerConfig) -> Callable[[], int]:
    network = untrained(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    pairs, _ = batches(config.task, config.target, config.held_out, config.data_seed)

    def train() -> int:
        for _ in range(UPDATES):
            batch = torch.randint(len(pairs), (config.batch_size,))
            target = pairs.target[batch]
            logits = network(pairs.source[batch], target[:, :-1])
            loss = F.cross_entropy(logits.transpose(1, 2), target[:, 1:], ignore_index=0)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return UPDATES

    return train


def _alone(config: TransformerConfig) -> Callable[[], int]:
    experiment = TransformerExperiment(replace(config, seed=1))
    return lambda: experiment.advance(steps=UPDATES)


def _seen(config: TransformerConfig) -> Callable[[], int]:
    experiment = TransformerExperiment(replace(config, seed=2))

    def train() -> int:
        first = experiment.step
        while experiment.step - first < UPDATES:
            experiment.advance(budget_s=SLICE_S)
            experiment.observe("run", View())
        return experiment.step - first

    return train
