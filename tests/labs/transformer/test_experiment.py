"""The Transformer lab: what is shown is what plain PyTorch computes, and it learns what it is said to learn."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from playground.labs.transformer.config import MAX_LAYERS, MAX_WIDTH, Look, TransformerConfig
from playground.labs.transformer.experiment import TransformerExperiment
from playground.labs.transformer.words import baselines, batches
from playground.run import View
from playground.stream.limits import Limits

CASES: list[dict[str, Any]] = [
    {},
    {"norm": "post", "positions": "sinusoidal", "target": "chinese", "heads": 1},
    {"task": "sentences", "encoder_layers": 2, "decoder_layers": 3, "positions": "none"},
    {"task": "dates", "silent": "cross.0.1,decoder.0.0", "causal_mask": False},
]


def made(steps: int = 3, **settings: Any) -> TransformerExperiment:
    experiment = TransformerExperiment(TransformerConfig(**{"width": 16, "heads": 2, "batch_size": 16, **settings}))
    experiment.advance(steps=steps)
    return experiment


class Plain:
    """The same network, written anew as plain calls on its weights."""

    def __init__(self, experiment: TransformerExperiment) -> None:
        self.config = experiment.config
        self.w = {name: value.detach().clone() for name, value in experiment.network.named_parameters()}
        self.attention: dict[str, Tensor] = {}

    def linear(self, name: str, x: Tensor) -> Tensor:
        return x @ self.w[f"{name}.weight"].T + self.w[f"{name}.bias"]

    def norm(self, name: str, x: Tensor) -> Tensor:
        if f"{name}.weight" not in self.w:
            return x
        x = (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        return x * self.w[f"{name}.weight"] + self.w[f"{name}.bias"]

    def embedded(self, side: str, words: Tensor) -> Tensor:
        width = self.config.width
        x = torch.stack([self.w[f"{side}.embedding.weight"][word] * math.sqrt(width) for word in words])
        if self.config.positions == "learned":
            x = x + self.w[f"{side}.positions.weight"][: len(words)]
        elif self.config.positions == "sinusoidal":
            for t in range(len(words)):
                for i in range(0, width, 2):
                    angle = t / 10000 ** (i / width)
                    x[t, i] += math.sin(angle)
                    x[t, i + 1] += math.cos(angle)
        return x

    def attend(self, name: str, seen_as: str, x: Tensor, memory: Tensor, is_masked: bool) -> Tensor:
        heads, size = self.config.heads, self.config.width // self.config.heads
        q, k, v = (
            self.linear(f"{name}.query", x),
            self.linear(f"{name}.key", memory),
            self.linear(f"{name}.value", memory),
        )
        found = torch.zeros_like(x)
        for head in range(heads):
            own = slice(head * size, (head + 1) * size)
            for t in range(len(x)):
                last = t + 1 if is_masked else len(memory)
                scores = torch.stack([q[t, own] @ k[s, own] / math.sqrt(size) for s in range(last)])
                weights = scores.exp() / scores.exp().sum()
                self.attention[f"{seen_as}.{head}.{t}"] = weights
                if f"{seen_as}.{head}" not in self.config.silenced:
                    found[t, own] = weights @ v[:last, own]
        return self.linear(f"{name}.output", found)

    def add(self, name: str, x: Tensor, part: Any) -> Tensor:
        if self.config.norm == "pre":
            return x + part(self.norm(f"{name}_residual.norm", x))
        return self.norm(f"{name}_residual.norm", x + part(x))

    def feed(self, layer: str, x: Tensor) -> Tensor:
        name = f"{layer}.feed_forward"
        return self.add(name, x, lambda y: self.linear(f"{name}.2", self.linear(f"{name}.0", y).clamp_min(0)))

    def look(self, name: str, seen_as: str, x: Tensor, memory: Tensor | None, is_masked: bool) -> Tensor:
        return self.add(name, x, lambda y: self.attend(name, seen_as, y, y if memory is None else memory, is_masked))

    def __call__(self, source: Tensor, target: Tensor) -> Tensor:
        x = self.embedded("encoder", source)
        for i in range(self.config.encoder_layers):
            layer = f"encoder.layers.{i}"
            x = self.feed(layer, self.look(f"{layer}.attention", f"encoder.{i}", x, None, False))
        memory, x = self.norm("encoder.norm", x), self.embedded("decoder", target)
        for i in range(self.config.decoder_layers):
            layer = f"decoder.layers.{i}"
            x = self.look(f"{layer}.attention", f"decoder.{i}", x, None, self.config.causal_mask)
            x = self.feed(layer, self.look(f"{layer}.cross", f"cross.{i}", x, memory, False))
        return self.linear("output", self.norm("decoder.norm", x))


def close(found: Any, expected: Any, within: float = 1e-4) -> None:
    np.testing.assert_allclose(found, expected, rtol=within, atol=within)


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_what_is_shown_is_what_plain_sums_give(settings: dict[str, Any]) -> None:
    experiment = made(**settings)
    config, plain = experiment.config, Plain(experiment)
    snapshot = experiment.observe("run", View(look=Look(pair=3, running="forced")))
    known, pair = config.corpus, config.corpus.test[3]
    source = torch.tensor([known.source_words.index(word) for word in pair.source])
    given = torch.tensor([known.target_words.index(word) for word in ("<start>", *pair.target)])
    logits = plain(source, given)
    close(snapshot.arrays["shares"], logits.softmax(-1))
    shown = snapshot.info["shown"]
    assert shown["given"] == ["<start>", *pair.target]
    assert shown["forced"] == [known.target_words[number] for number in logits.argmax(-1)]
    for kind in ("encoder", "decoder", "cross"):
        layers, heads, rows, columns = snapshot.arrays[kind].shape
        for layer, head, row in np.ndindex(layers, heads, rows):
            expected = plain.attention[f"{kind}.{layer}.{head}.{row}"]
            close(snapshot.arrays[kind][layer, head, row], F.pad(expected, (0, columns - len(expected))))


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_a_sentence_is_written_word_by_word(settings: dict[str, Any]) -> None:
    experiment = made(20, **settings)
    config, plain = experiment.config, Plain(experiment)
    known, pair = config.corpus, config.corpus.test[0]
    source = torch.tensor([known.source_words.index(word) for word in pair.source])
    given, shares = [1], []
    while given[-1] != 2 and len(given) <= known.target_length:
        shares.append(plain(source, torch.tensor(given))[-1].softmax(-1))
        given.append(int(shares[-1].argmax()))
    snapshot = experiment.observe("run", View(look=Look()))
    assert snapshot.info["shown"]["free"] == [known.target_words[number] for number in given[1:]]
    close(snapshot.arrays["shares"], torch.stack(shares))
    typed = experiment.observe("run", View(look=Look(source=" ".join(pair.source)))).info["shown"]
    assert typed["free"] == snapshot.info["shown"]["free"]


@pytest.mark.parametrize(("attention", "layer"), [("encoder", 1), ("decoder", 0), ("cross", 2)])
def test_the_numbers_of_a_head_lead_from_its_queries_to_what_it_gives(attention: str, layer: int) -> None:
    experiment = made(**CASES[2] | {"positions": "learned"})
    look = Look(panel="inside", attention=attention, layer=layer, head=1)
    snapshot = experiment.observe("run", View(look=look))
    found = {name: torch.tensor(value) for name, value in snapshot.arrays.items()}
    scores = found["queries"] @ found["keys"].T / math.sqrt(8)
    if attention == "decoder":
        scores = scores.masked_fill(torch.ones_like(scores).triu(1).bool(), -math.inf)
    close(found["scores"], scores)
    close(found["weights"], scores.softmax(-1))
    close(found["weights"], found[attention][layer, 1])
    close(found["heads"], scores.softmax(-1) @ found["values"])
    side = "encoder" if attention == "encoder" else "decoder"
    words = snapshot.info["shown"]["source" if attention == "encoder" else "given"]
    corpus = experiment.config.corpus
    known = corpus.source_words if attention == "encoder" else corpus.target_words
    plain = Plain(experiment).embedded(side, torch.tensor([known.index(word) for word in words]))
    close(found["embeddings"] + found["positions"], plain)
    valued = experiment.observe("run", View(look=Look(valued=True))).arrays[attention]
    close(valued[layer, 1], found["weights"] * found["values"].norm(dim=-1))


@pytest.mark.parametrize(("attention", "layer"), [("encoder", 1), ("cross", 2)])
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_inside_a_layer_every_number_follows_from_those_before(attention: str, layer: int, norm: str) -> None:
    experiment = made(**CASES[2] | {"norm": norm})
    look = Look(panel="layer", attention=attention, layer=layer, running="forced")
    snapshot = experiment.observe("run", View(look=look))
    found, plain = snapshot.arrays["flow"], Plain(experiment)
    known, shown = experiment.config.corpus, snapshot.info["shown"]
    source = torch.tensor([known.source_words.index(word) for word in shown["source"]])
    memory = x = plain.embedded("encoder", source)
    for i in range(2):
        name = f"encoder.layers.{i}"
        before, x = x, plain.feed(name, plain.look(f"{name}.attention", f"encoder.{i}", x, None, False))
    memory = plain.norm("encoder.norm", x)
    if attention == "cross":
        x = plain.embedded("decoder", torch.tensor([known.target_words.index(word) for word in shown["given"]]))
        for i in range(3):
            name, before = f"decoder.layers.{i}", x
            x = plain.look(f"{name}.attention", f"decoder.{i}", x, None, True)
            x = plain.feed(name, plain.look(f"{name}.cross", f"cross.{i}", x, memory, False))
    close(found[0], before)
    close(found[-1], x)
    assert len(found) == 1 + 3 * (2 if attention == "encoder" else 3)
    given, total = (2, 3) if norm == "pre" else (1, 2)
    close(found[total], found[0] + found[given])
    entered = torch.tensor(found[-3 if norm == "pre" else -4])
    close(snapshot.arrays["hidden"], plain.linear(f"{name}.feed_forward.0", entered).clamp_min(0))


def test_the_shapes_are_those_of_the_network() -> None:
    for settings in CASES:
        config = TransformerConfig(**settings)
        network = TransformerExperiment(config).network
        assert config.shapes() == {name: tuple(value.shape) for name, value in network.named_parameters()}


def test_the_metrics_are_those_of_a_plain_loop() -> None:
    experiment = made(40)
    plain, known = Plain(experiment), experiment.config.corpus
    losses, right, aligned = [], [], [[], []]  # type: tuple[list[float], list[bool], list[list[float]]]
    for pair in known.test:
        source = torch.tensor([known.source_words.index(word) for word in pair.source])
        words = torch.tensor([known.target_words.index(word) for word in ("<start>", *pair.target, "<end>")])
        logits = plain(source, words[:-1])
        losses += F.cross_entropy(logits, words[1:], reduction="none").tolist()
        right += (logits.argmax(-1) == words[1:]).tolist()
        for place, places in enumerate(pair.alignment):
            for head in range(2):
                if places:
                    aligned[head].append(float(plain.attention[f"cross.0.{head}.{place}"][list(places)].sum()))
    found = experiment.metrics()
    close(found["test_loss"], np.mean(losses))
    close(found["token_accuracy"], np.mean(right))
    close(found["alignment"], max(map(np.mean, aligned)))


def test_a_source_that_cannot_be_translated_is_named() -> None:
    experiment = made()
    for text, words in (
        ("one hunderd", "'hunderd' is not one of the 30 words"),
        ("one " * 6, "6 words are more than"),
    ):
        shown = experiment.observe("run", View(look=Look(source=text))).info["shown"]
        assert words in shown["problem"]
    shown = experiment.observe("run", View(look=Look(source="105"))).info["shown"]
    assert shown["source"] == ("one", "hundred", "and", "five")
    assert shown["problem"] is None


def test_without_positions_the_order_of_the_source_makes_no_difference() -> None:
    experiment = made(30, positions="none")
    both = [
        experiment.observe("run", View(look=Look(source=source))).arrays["shares"]
        for source in ("four hundred and eighty two", "two eighty and hundred four")
    ]
    close(both[0], both[1], 1e-5)
    learned = made(80)
    texts = [Look(source=source) for source in ("four hundred and two", "two hundred and four")]
    before = [learned.observe("run", View(look=look)).arrays["shares"] for look in texts]
    assert np.abs(before[0][0] - before[1][0]).max() > 1e-4
    learned.apply("add_positions", False)
    after = [learned.observe("run", View(look=look)).arrays["shares"] for look in texts]
    close(after[0][0], after[1][0], 1e-5)


def test_without_cross_attention_the_source_makes_no_difference() -> None:
    experiment = made(30)
    experiment.apply("cross_attention", False)
    looks = [Look(source=source) for source in ("four", "nine hundred")]
    both = [experiment.observe("run", View(look=look)).arrays["shares"] for look in looks]
    close(both[0], both[1], 1e-6)


def test_baselines_are_what_a_count_gives() -> None:
    arguments = ("numbers", "chinese", "random", 0)
    found = {(each["label"], each["axes"]): each["value"] for each in baselines(*arguments)}
    train, _ = batches(*arguments)
    rows = [row[row != 0].tolist() for row in train.target]
    total, right, nats = 0, 0, 0.0
    for row in rows:
        for place in range(1, len(row)):
            after = [other[place] for other in rows if other[:place] == row[:place]]
            nats -= math.log(after.count(row[place]) / len(after))
            total += 1
    prefixes = {tuple(row[:place]) for row in rows for place in range(1, len(row))}
    for prefix in prefixes:
        after = [row[len(prefix)] for row in rows if tuple(row[: len(prefix)]) == prefix and len(row) > len(prefix)]
        right += max(map(after.count, set(after)))
    assert found["without the source", "loss"] == pytest.approx(nats / total)
    assert found["without the source", "accuracy"] == pytest.approx(right / total)
    assert found["guessing", "loss"] == pytest.approx(math.log(15))


def test_a_diverging_run_stops_and_says_so() -> None:
    experiment = made(0, learning_rate=100, optimizer="sgd", norm="post")
    experiment.advance(steps=200)
    assert experiment.has_diverged()
    assert "lower learning rate than 100" in str(experiment.notice)


@pytest.mark.parametrize("settings", [{}, {"task": "dates", "target": "chinese"}], ids=["numbers", "dates"])
def test_what_is_translated_is_learned_and_attention_finds_the_words(settings: dict[str, Any]) -> None:
    """Five seeds after 200 updates: exact match .97 to .98 of numbers into French and 1.00 of dates into 中文; the
    alignment of the best cross head .74 to .78 and .90 to .95 (.18 to .26 at first). For "cent" it likes "and" as
    well as "hundred", so that .8 is not reached on numbers, nor after 400 updates."""
    experiment = TransformerExperiment(TransformerConfig(**settings))
    assert (experiment.metrics()["alignment"] or 1) < 0.3
    experiment.advance(steps=200)
    found = experiment.metrics()
    assert (found["exact_match"] or 0) >= 0.95
    assert (found["alignment"] or 0) >= (0.85 if settings else 0.7)


def test_without_the_mask_it_cheats_and_cannot_write() -> None:
    """Five seeds after 200 updates: training loss .007 to .008 on numbers and .012 on dates, exact match 0 to .12 and
    0 to .01: so the promise of less than .1 is of dates."""
    experiment = TransformerExperiment(TransformerConfig(task="dates", target="chinese", causal_mask=False))
    experiment.advance(steps=200)
    found = experiment.metrics()
    assert (found["train_loss"] or 1) < 0.05
    assert (found["token_accuracy"] or 0) > 0.95
    assert (found["exact_match"] or 0) < 0.1


def test_a_server_admits_the_largest_network() -> None:
    most = {"encoder_layers": MAX_LAYERS, "decoder_layers": MAX_LAYERS, "width": MAX_WIDTH}
    assert Limits().problems(TransformerConfig(task="dates", target="chinese", **most)) == []  # type: ignore[arg-type]
