"""The Transformer lab: its loop beside a plain PyTorch loop of the same model, and beside itself while it is seen."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import torch
from torch.nn import functional as F

from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.experiment import TransformerExperiment
from playground.labs.transformer.model import untrained
from playground.labs.transformer.words import batches
from playground.training.device import use_one_thread
from tests.bench.loops import beside
from tests.bench.row import Row

UPDATES = 60
NETWORKS = {
    "1 + 1 layers of 32": TransformerConfig(),
    "2 + 2 layers of 64": TransformerConfig(encoder_layers=2, decoder_layers=2, width=64),
}


def rows() -> Iterator[Row]:
    """Each network with batch 64 on one core."""
    use_one_thread()
    for name, config in NETWORKS.items():
        yield from beside(
            f"updates/s, {name}", _plain(config), "plain PyTorch, torch.optim.Adam", partial(_made, config), UPDATES
        )


def _made(config: TransformerConfig, seed: int) -> TransformerExperiment:
    return TransformerExperiment(replace(config, seed=seed))


def _plain(config: TransformerConfig) -> Callable[[int], None]:
    network = untrained(config)
    optimizer = torch.optim.Adam(network.parameters(), lr=config.learning_rate)
    pairs, _ = batches(config.task, config.target, config.held_out, config.data_seed)

    def train(updates: int) -> None:
        for _ in range(updates):
            batch = torch.randint(len(pairs), (config.batch_size,))
            target = pairs.target[batch]
            logits = network(pairs.source[batch], target[:, :-1])
            loss = F.cross_entropy(logits.transpose(1, 2), target[:, 1:], ignore_index=0)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()

    return train
