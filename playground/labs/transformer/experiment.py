"""The lab of the translation Transformer: a plain PyTorch loop, what can be seen of the network and changed in it.

Read from the top: the data, the network, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import OPTIMIZERS, resolve
from playground.kinds import ConfigError, Number
from playground.lab import LABS, Experiment
from playground.labs.transformer import probes
from playground.labs.transformer.config import Look, TransformerConfig
from playground.labs.transformer.model import Seen, Switches, Transformer, untrained
from playground.labs.transformer.tasks import TASKS, joined
from playground.labs.transformer.translate import alignments, translations
from playground.labs.transformer.words import PADDING_NUMBER, Batch, baselines, batches
from playground.run import Edit, Snapshot, View
from playground.training.batches import generator, rows
from playground.training.history import History
from playground.training.measure import Meter
from playground.training.slices import Slicer
from playground.training.state import set_element
from playground.training.turns import give_way

PARAMETER = Number(-1000, 1000)  # what a person may type for a weight or bias
MEASURED_SHARE = 1 / 5  # of the time at most
CHUNK = 50  # pairs that go through the network at once when it is measured


class TransformerExperiment(Experiment):
    """A network in training. ``config`` is the configuration with all live edits applied."""

    network: Transformer

    def __init__(self, config: TransformerConfig) -> None:
        self.config = config
        self.step = self.edits = 0
        self.notice: str | None = None
        self._corpus = config.corpus
        self._train_pairs, self._test_pairs = batches(*self._drawn)
        self.network = untrained(config)
        entry = OPTIMIZERS[config.optimizer]
        rule = resolve(entry.torch)
        self.optimizers = {
            "optimizer": rule(self.network.parameters(), lr=config.learning_rate, fused=True, **entry.arguments)
        }
        self._follow()
        self._slicer = Slicer(rate=50)
        self._meter = Meter(self._measure, MEASURED_SHARE)
        self._written = torch.zeros(0, 0, dtype=torch.int64)
        self._alignments: dict[str, list[float]] = {}
        self.history = History(LABS[config.lab].columns)
        self.metrics()
        self.record()

    @property
    def _drawn(self) -> tuple[str, str, str, int]:
        """What the pairs are drawn by."""
        return self.config.task, self.config.target, self.config.held_out, self.config.data_seed

    # Training

    def advance(self, steps: int | None = None, budget_s: float | None = None) -> int:
        """Train for ``steps`` updates, for about ``budget_s`` seconds, or until either is spent. Returns how many.

        Stops at the first batch whose loss is not finite, and says so in ``notice``.
        """
        if self.notice is not None:
            return 0
        done = self._slicer.run(self._train, steps, budget_s)
        if done:
            self._meter.look(self.step, self._slicer.took_s)
            self.record()
        return done

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
                self.notice = (
                    f"Training stopped at step {self.step}: the loss of the next pairs is infinite. "
                    f"Try a lower learning rate than {self.config.learning_rate:g}."
                )
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

    def metrics(self) -> Mapping[str, float | None]:
        """Loss of the first training pairs and of the test pairs; of the latter also the share of words that are
        right given the right words before, of sentences written right without help, and the alignment."""
        return self._meter.now(self.step)

    def measured(self) -> tuple[int, Mapping[str, float | None]]:
        return self._meter.step, self._meter.newest

    def has_diverged(self) -> bool:
        return self.notice is not None

    @torch.inference_mode()
    def _measure(self) -> dict[str, float | None]:
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

    def apply(self, target: str, value: Any) -> Edit:
        """Change a live setting, or one number of a parameter (``encoder.0.attention.query.weight[0,0]``), from the
        next update on. Raises ConfigError, changing nothing."""
        known = self.config.settings().get(target)
        if known is None:
            value = PARAMETER.check(value)
            set_element(self.network, target, value)
        elif known.live:
            self.config = replace(self.config, **{target: value})
            value = getattr(self.config, target)
            self._follow()
        else:
            raise ConfigError(f"{target} cannot change during a run; it needs a new one")
        self.notice = None
        self._meter.forget()
        self.edits += 1
        self.metrics()
        self.record()
        return Edit(step=self.step, target=target, value=value)

    def _follow(self) -> None:
        """Bring what is made of live settings in line with them."""
        for group in self.optimizers["optimizer"].param_groups:
            group["lr"] = self.config.learning_rate
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
