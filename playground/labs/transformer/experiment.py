"""The lab of the translation Transformer: a plain PyTorch loop, what can be seen of the network and changed in it.

Read from the top: the data, the network, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import OPTIMIZERS, resolve
from playground.labs.transformer import probes
from playground.labs.transformer.config import Look, TransformerConfig
from playground.labs.transformer.model import Seen, Switches, Transformer, untrained
from playground.labs.transformer.tasks import TASKS, joined
from playground.labs.transformer.translate import alignments, translations
from playground.labs.transformer.words import PADDING_NUMBER, Batch, baselines, batches
from playground.plain import PlainExperiment
from playground.run import Snapshot, View
from playground.training.batches import generator, rows
from playground.training.turns import give_way

CHUNK = 50  # pairs that go through the network at once when it is measured


class TransformerExperiment(PlainExperiment):
    """A network in training. ``config`` is the configuration with all live edits applied."""

    config: TransformerConfig
    network: Transformer

    def __init__(self, config: TransformerConfig) -> None:
        self.config = config
        self._corpus = config.corpus
        self._train_pairs, self._test_pairs = batches(*self._drawn)
        self.network = untrained(config)
        entry = OPTIMIZERS[config.optimizer]
        rule = resolve(entry.torch)
        self.optimizers = {
            "optimizer": rule(self.network.parameters(), lr=config.learning_rate, fused=True, **entry.arguments)
        }
        self._written = torch.zeros(0, 0, dtype=torch.int64)
        self._alignments: dict[str, list[float]] = {}
        self._begin(50)

    @property
    def _drawn(self) -> tuple[str, str, str, int]:
        """What the pairs are drawn by."""
        return self.config.task, self.config.target, self.config.held_out, self.config.data_seed

    # Training

    def _train(self, count: int) -> int:
        optimizer = self.optimizers["optimizer"]
        for done in range(count):
            batch = self._train_pairs[
                rows(self.step, len(self._train_pairs), self.config.batch_size, self.config.seed)
            ]
            self.network.generator = generator(self.config.seed, "dropout", self.step)
            loss = loss_of(self.network(batch.source, batch.inputs), batch)
            self.network.generator = None
            if not loss.isfinite():
                self._stop("pairs")
                return done
            give_way()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            self.step += 1
        return count

    @property
    def epoch(self) -> float:
        """Passes over the training pairs so far."""
        return self.step * self.config.batch_size / len(self._train_pairs)

    @torch.inference_mode()
    def _measure(self) -> dict[str, float | None]:
        """Loss of the first training pairs and of the test pairs; of the latter also the share of words that are
        right given the right words before, of sentences written right without help, and the alignment."""
        test = self._test_pairs
        train_loss, _, _ = self._forced(self._train_pairs[: len(test)])
        test_loss, right, self._alignments = self._forced(test)
        written = [
            translations(self.network, few, self._corpus.target_length) for few in torch.split(test.source, CHUNK)
        ]
        self._written = torch.cat(written)
        return {
            "train_loss": train_loss if math.isfinite(train_loss) else None,
            "test_loss": test_loss if math.isfinite(test_loss) else None,
            "token_accuracy": right,
            "exact_match": (self._written == test.target).all(1).float().mean().item(),
            "alignment": max(map(max, self._alignments.values())),
        }

    def _forced(self, pairs: Batch) -> tuple[float, float, dict[str, list[float]]]:
        """The mean loss of pairs, the share of words that are right, and each cross head's alignment, all given the
        right words before."""
        seen: Seen = {}
        logits = self.network(pairs.source, pairs.inputs, seen)
        is_word = pairs.answers != PADDING_NUMBER
        right = (logits.argmax(-1) == pairs.answers)[is_word].float().mean().item()
        return loss_of(logits, pairs).item(), right, alignments(seen, pairs)

    def details(self) -> Mapping[str, Any]:
        """What is held out, each cross head's alignment, and the first translations of the test."""
        self.metrics()
        config, words = self.config, self._corpus.target_words
        shown = [
            {
                "source": " ".join(pair.source),
                "target": joined(config.task, config.target, pair.target),
                "written": joined(config.task, config.target, probes.written(row, words)),
            }
            for pair, row in zip(self._corpus.test[:5], self._written, strict=False)
        ]
        held_out = TASKS[config.task].combination if config.held_out == "combination" else "pairs drawn at random"
        return {"held_out_pairs": held_out, "alignments": self._alignments, "translations": shown}

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (a translation and the attention in it), ``scene`` (words, layers,
        baselines) and ``thumbnail`` (the cross-attention of the first test pair)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            look = view.look_as(Look)
            shown, found = probes.stage(self.network, self.config, look)
            info |= {"view": look.to_json(), "shown": shown, "alignments": self._alignments}
            info["written"] = [
                probes.written(row, self._corpus.target_words) for row in self._written[: probes.LISTED]
            ]
            info["changed"] = {name: getattr(self.config, name) for name in CHANGES}
            arrays |= found
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            arrays["thumbnail"] = probes.thumbnail(self.network, self._test_pairs[:1])
        return Snapshot.of(self, run_id, info, arrays)

    def _scene(self) -> dict[str, Any]:
        config, known = self.config, self._corpus
        task = TASKS[config.task]
        return {
            "task": config.task,
            "separator": " " if joined(config.task, config.target, ("a", "b")) == "a b" else "",
            "source_words": known.source_words,
            "target_words": known.target_words,
            "source_length": known.source_length,
            "pairs": [
                {"source": pair.source, "target": pair.target, "alignment": pair.alignment}
                for pair in known.test[: probes.LISTED]
            ],
            "example": task.example,
            "held_out": task.combination if config.held_out == "combination" else "",
            "layers": {"encoder": config.encoder_layers, "decoder": config.decoder_layers},
            "heads": config.heads,
            "width": config.width,
            "norm": config.norm,
            "positions": config.positions,
            "baselines": baselines(*self._drawn),
        }

    # Changing

    def _follow(self) -> None:
        super()._follow()
        self.network.switch(
            Switches(
                causal_mask=self.config.causal_mask,
                add_positions=self.config.add_positions,
                cross_attention=self.config.cross_attention,
                silent=self.config.silenced,
            )
        )

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        super().restore(state)
        self._follow()
        self._meter.forget()
        self.metrics()


CHANGES = ("causal_mask", "add_positions", "cross_attention", "silent")


def loss_of(logits: Tensor, batch: Batch) -> Tensor:
    """Returns the mean cross-entropy of the right words, without padding; ``logits`` (N, T, V)."""
    return F.cross_entropy(logits.transpose(1, 2), batch.answers, ignore_index=PADDING_NUMBER)
