"""The sequence lab: a plain PyTorch loop over sequences, and everything that can be seen of the network in it.

Read from the top: the data, the network, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.catalog import OPTIMIZERS, resolve
from playground.export.palette import diverging
from playground.labs.sequence import free, population, probes
from playground.labs.sequence.config import Look, SequenceConfig
from playground.labs.sequence.data import Batch, generated, loss_of, prepared
from playground.labs.sequence.model import Network
from playground.labs.sequence.scene import panels_of, scene
from playground.labs.sequence.tasks import examples_of, task_of
from playground.plain import PlainExperiment
from playground.run import Snapshot, View
from playground.training.batches import rows


class SequenceExperiment(PlainExperiment):
    """One network in training. ``config`` is the configuration with all live edits applied."""

    config: SequenceConfig
    network: Network

    def __init__(self, config: SequenceConfig) -> None:
        self.config = config
        self.train, self.test = drawn(config.task, config.length, config.mixed, config.data_seed, config.own)
        self.network = network_of(config)
        self.network.initialize(torch.Generator().manual_seed(config.seed), config.forget_bias)
        self.optimizers = {"optimizer": optimizer_of(config, self.network)}
        self._begin(100)

    # Training

    def _train(self, count: int) -> int:
        optimizer = self.optimizers["optimizer"]
        for done in range(count):
            batch = self.train[rows(self.step, len(self.train), self.config.batch_size, self.config.seed)]
            outputs = self.network(batch.inputs, batch.sources, batch.lengths, self.config.truncate)
            loss = loss_of(outputs, batch.targets)
            if not loss.isfinite():
                self._stop("sequences")
                return done
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            if self.config.clip:
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip)
            optimizer.step()
            self.step += 1
        return count

    @property
    def epoch(self) -> float:
        """Passes over the training sequences so far."""
        return self.step * self.config.batch_size / len(self.train)

    def _measure(self) -> dict[str, float | None]:
        return measured(self.network, self.config, self.train, self.test)

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (one sequence, unrolled, and what the look asks for), ``scene`` (words,
        gates, baselines) and ``thumbnail`` (the hidden states of the first test sequence)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            look = view.look_as(Look)
            said, arrays = self._stage(look)
            info |= {"view": look.to_json(), "zeroed": self.config.zeroed, "clamped": self.config.clamped, **said}
        if "scene" in view.panels:
            info["scene"] = scene(self.config, self.train, self.test)
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = thumbnail(self.network, self.test)
        return Snapshot.of(self, run_id, info, arrays)

    def _stage(self, look: Look) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """Returns what the look asks for: JSON and arrays of one sequence, and of the open panel."""
        network, config, test = self.network, self.config, self.test
        refused, batch = probes.one(network, config, test, look)
        said, arrays = probes.unrolled(network, config, batch, look.at)
        panel = look.panel if look.panel in panels_of(config) else "cell"
        if panel == "units":
            said["facts"], found = population.unit_jobs(network, config, test)
            arrays |= found
        elif panel == "states":
            arrays |= population.components(network, test, arrays["hidden"])
        elif panel == "lengths":
            arrays |= population.lengths(network, config, test)
        elif panel == "free" and config.what.is_series:
            arrays |= free.series(network, batch, test)
        elif panel == "free":
            said["samples"], found = free.samples(network, config, test, look)
            arrays |= found
        return {"refused": refused, "panel": panel, **said}, arrays

    # Changing

    def _follow(self) -> None:
        super()._follow()
        intervene(self.network, self.config)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        super().restore(state)
        self._follow()
        self._meter.forget()


@lru_cache(maxsize=4)
def drawn(task: str, length: int, mixed: bool, seed: int, own: str) -> tuple[Batch, Batch]:
    """Returns the sequences to train on and those to test. Runs share them: nobody writes into them."""
    known = task_of(task, own)
    train, test = examples_of(known, length, mixed, seed, own)
    return prepared(known, train), prepared(known, test)


def optimizer_of(config: SequenceConfig, network: Network) -> torch.optim.Optimizer:
    """The optimizer; Adam in one fused kernel."""
    entry = OPTIMIZERS[config.optimizer]
    fused = {"fused": True} if config.optimizer == "adam" else {}
    found: torch.optim.Optimizer = resolve(entry.torch)(
        network.parameters(), lr=config.learning_rate, **entry.arguments, **fused
    )
    return found


def network_of(config: SequenceConfig) -> Network:
    """Returns the network of a run, its weights still to be drawn."""
    size, classes, source = config.sizes
    return Network(config.cell, size, config.units, classes, source, config.attention)


def intervene(network: Network, config: SequenceConfig) -> None:
    """Fix the gates and switch off the units that a person has chosen."""
    for cell in filter(None, (network.encoder, network.cell)):
        cell.clamped = config.gates
        cell.zeroed = None
        if config.silent:
            cell.zeroed = torch.ones(cell.hidden)
            cell.zeroed[config.silent] = 0


@torch.no_grad()
def measured(network: Network, config: SequenceConfig, train: Batch, test: Batch) -> dict[str, float | None]:
    """Mean loss over the test sequences and over as many of training; the share of test tokens that are right,
    and of sequences that are right from end to end, of an answer that is generated as it is generated; the share
    of attention on the tokens of the source that an answer stands for. A loss that is not finite is None."""
    task, known = config.what, train[torch.arange(min(len(train), len(test)))]
    outputs, attention = network.attending(test.inputs, test.sources, test.lengths)
    losses = {
        "train_loss": loss_of(network(known.inputs, known.sources, known.lengths), known.targets),
        "test_loss": loss_of(outputs, test.targets),
    }
    found: dict[str, float | None] = {
        name: loss.item() if math.isfinite(loss.item()) else None for name, loss in losses.items()
    }
    if not task.is_series:
        said, counts = outputs.argmax(-1), test.targets >= 0
        found["token_accuracy"] = float((said == test.targets)[counts].float().mean())
        if not task.continues:
            answers = generated(network, config, test)[0] if task.generates else said
            found["exact_match"] = float(((answers == test.targets) | ~counts).all(1).float().mean())
    if attention is not None and test.truth is not None:
        found["alignment"] = float((attention * test.truth).sum(-1)[test.truth.any(-1)].mean())
    return found


def thumbnail(network: Network, test: Batch) -> NDArray[np.uint8]:
    """Returns the hidden states over the first test sequence as a picture (H, T, 3)."""
    states = population.states(network, test[torch.tensor([0])])  # (T, H)
    return diverging(probes.levels(states.T))
