"""The GPT lab: its loop beside a plain PyTorch loop of the same model, and beside itself while it is seen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch.nn import functional as F

from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.experiment import GPTExperiment, network_of, pieces_of
from playground.training.device import use_one_thread
from tests.bench.loops import beside
from tests.bench.row import Row

UPDATES = 60
NETWORKS = {
    "2 layers of 48": GPTConfig(),
    "4 layers of 64, context 64": GPTConfig(layers=4, width=64, context=64, batch_size=16),
}


def rows() -> Iterator[Row]:
    """Each network on one core. What is measured between updates, such as the texts that it writes, takes a share of
    its own: the loop is compared without it, the page with it."""
    use_one_thread()
    for name, config in NETWORKS.items():
        yield from beside(
            f"updates/s, {name}",
            _plain(config),
            "plain PyTorch, torch.optim.Adam",
            partial(_made, config),
            UPDATES,
            bare=GPTExperiment._train,
        )


def _made(config: GPTConfig, seed: int) -> GPTExperiment:
    return GPTExperiment(replace(config, seed=seed))


def _plain(config: GPTConfig) -> Callable[[int], None]:
    network = network_of(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    pieces = pieces_of(config.corpus, config.data_seed, "", config.places, False)

    def train(updates: int) -> None:
        for _ in range(updates):
            starts = torch.randint(len(pieces.starts), (config.batch_size,))
            places = starts[:, None] + torch.arange(config.places)
            logits = network(pieces.tokens[places])
            loss = F.cross_entropy(logits.transpose(1, 2), pieces.tokens[places + 1])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return train
