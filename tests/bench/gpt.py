"""The GPT lab: its loop beside a plain PyTorch loop of the same model, and beside itself while it is seen."""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
from torch.nn import functional as F

from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.experiment import GPTExperiment, network_of, pieces_of
from playground.run import View
from tests.bench.row import Row

REPETITIONS, UPDATES = 5, 60
SLICE_S = 0.012  # between two frames
NETWORKS = {
    "2 layers of 48": GPTConfig(),
    "4 layers of 64, context 64": GPTConfig(layers=4, width=64, context=64, batch_size=16),
}


def rows() -> Iterator[Row]:
    """Each network on one core. What is measured between updates, such as the texts that it writes, takes a share of
    its own: the loop is compared without it, the page with it."""
    torch.set_num_threads(1)
    for name, config in NETWORKS.items():
        rates: list[list[float]] = [[], [], [], []]
        loops = (_plain(config), _bare(config), _alone(config), _seen(config))
        for _ in range(REPETITIONS):
            for found, loop in zip(rates, loops, strict=True):
                started = time.perf_counter()
                made = loop()
                found.append(made / (time.perf_counter() - started))
        plain, bare, alone, seen = map(statistics.median, rates)
        yield Row(f"updates/s, {name}", bare, "1/s", plain, "plain PyTorch, torch.optim.Adam", at_least=0.9)
        yield Row(f"updates/s, {name}, seen", seen, "1/s", alone, "the same unseen", at_least=0.7)


def _plain(config: GPTConfig) -> Callable[[], int]:
    network = network_of(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    pieces = pieces_of(config.corpus, config.data_seed, "", config.places, False)

    def train() -> int:
        for _ in range(UPDATES):
            starts = torch.randint(len(pieces.starts), (config.batch_size,))
            places = starts[:, None] + torch.arange(config.places)
            logits = network(pieces.tokens[places])
            loss = F.cross_entropy(logits.transpose(1, 2), pieces.tokens[places + 1])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return UPDATES

    return train


def _bare(config: GPTConfig) -> Callable[[], int]:
    experiment = GPTExperiment(replace(config, seed=1))
    return lambda: experiment._train(UPDATES)


def _alone(config: GPTConfig) -> Callable[[], int]:
    experiment = GPTExperiment(replace(config, seed=1))
    return lambda: experiment.advance(steps=UPDATES)


def _seen(config: GPTConfig) -> Callable[[], int]:
    experiment = GPTExperiment(replace(config, seed=2))

    def train() -> int:
        first = experiment.step
        while experiment.step - first < UPDATES:
            experiment.advance(budget_s=SLICE_S)
            experiment.observe("run", View())
        return experiment.step - first

    return train
