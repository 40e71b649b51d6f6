"""The GPT lab: a plain PyTorch loop over pieces of text, and what can be seen and changed.

Read from the top: the data, the network, the training loop, then what can be seen and changed.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from playground.catalog import OPTIMIZERS, resolve
from playground.labs.gpt import entropies, probes
from playground.labs.gpt.config import GPTConfig, Look
from playground.labs.gpt.model import GPT
from playground.labs.gpt.sampling import Sampler, continued, generate
from playground.labs.gpt.texts import Text, joined, longest_copy, text_of, word_share
from playground.plain import PlainExperiment
from playground.run import Snapshot, View
from playground.training.batches import generator

IGNORED = -100  # a target that does not count, in torch's cross-entropy
MEASURED = 48  # pieces of text that are measured
UNWRITTEN = None, "", (0, 0)
SAID_AGAIN = 200  # lines of which it is measured what saying again gains
WRITTEN = 120  # characters that it writes for a person to read
SAMPLES, SAMPLE_LENGTH = 16, 60  # texts from which the share of real words is told


class GPTExperiment(PlainExperiment):
    """One network in training. ``config`` is the configuration with all live edits applied."""

    config: GPTConfig
    network: GPT

    def __init__(self, config: GPTConfig) -> None:
        self.config = config
        self.text = config.text
        self._train_pieces = pieces_of(config.corpus, config.data_seed, self._own, config.places, False)
        self._test_pieces = pieces_of(config.corpus, config.data_seed, self._own, config.places, True)
        self.network = network_of(config)
        self.optimizers = {"optimizer": optimizer_of(config, self.network)}
        self._written: tuple[Any, str, tuple[int, int]] = UNWRITTEN
        self._scored: tuple[Any, Tensor] | None = None
        self._begin(50)

    @property
    def _own(self) -> str:
        return self.config.own if self.config.corpus == "own" else ""

    # Training

    def _train(self, count: int) -> int:
        optimizer, config = self.optimizers["optimizer"], self.config
        for done in range(count):
            inputs, targets = self._train_pieces.batch(self.step, config)  # (N, T) each
            chance = generator(config.seed, "dropout", self.step) if config.dropout else None
            loss = loss_of(self.network(inputs, chance), targets)
            if not loss.isfinite():
                self._stop("batch")
                return done
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            self.step += 1
        return count

    @property
    def epoch(self) -> float:
        """Tokens seen so far, in lengths of the training text."""
        return self.step / self.config.steps_per_epoch

    # Measuring

    @torch.inference_mode()
    def _measure(self) -> dict[str, float | None]:
        """Mean losses; the share of real words in texts that it writes, or of right answers in a task."""
        found: dict[str, float | None] = {}
        for part, pieces in (("train", self._train_pieces), ("test", self._test_pieces)):
            inputs, targets = pieces.first(MEASURED)
            loss = loss_of(self.network(inputs), targets).item()
            found[f"{part}_loss"] = loss if math.isfinite(loss) else None
        if None in found.values():
            return found
        if self.text.corpus.ask is not None:
            return found | {"exact_match": self._exact_match()}
        if self.text.corpus.again:
            return found | {"said_again_gain": self._gain()}
        samples = self._samples()
        if self.text.corpus.has_words:
            found["real_word_share"] = word_share(samples, self.text.words)
        rules = self.text.corpus.rules
        if rules is not None:
            lines = [line for sample in samples for line in sample.split("\n")[:-1]]  # the last may be unfinished
            found["rule_share"] = sum(map(rules.makes, lines)) / len(lines) if lines else 0.0
        return found

    def _samples(self) -> list[str]:
        """Texts that the network writes, each from a line's start and with the same random numbers at every step."""
        start = torch.zeros(SAMPLES, 1, dtype=torch.int64)
        sampler = Sampler(banned=self.text.tokens(self.config.banned))
        tokens = generate(self.network, start, SAMPLE_LENGTH, sampler, generator(self.config.seed, "samples"))
        return [self.written(row) for row in tokens]

    def _gain(self) -> float:
        """How much less, in nats, a letter of a test line costs where it is said again than at the first time. Of
        either time the first letter does not count, which nothing can tell."""
        inputs, targets = self._test_pieces.first(SAID_AGAIN)
        losses = F.cross_entropy(self.network(inputs).transpose(1, 2), targets, reduction="none").mean(0)  # (T,)
        again = self.text.corpus.again
        return (losses[1 : again - 1].mean() - losses[again:-1].mean()).item()

    def _exact_match(self) -> float:
        """The share of test lines whose answer is right, taking the likeliest token each time."""
        lines = self.text.test
        asked = [line[: line.index(self.text.corpus.ask or "") + 1] for line in lines]
        length = len(lines[0]) - len(asked[0])
        prompts = torch.tensor([self.text.tokens(f"\n{each}") for each in asked])
        answers = map(self.written, continued(self.network, prompts, length))
        return sum(line == ask + answer for line, ask, answer in zip(lines, asked, answers, strict=True)) / len(lines)

    def written(self, tokens: Tensor) -> str:
        """Returns tokens (T,) as text."""
        return "".join(self.text.vocabulary[token] for token in tokens.tolist())

    def details(self) -> dict[str, Any]:
        text = self.text
        ngrams = {name: ngram(*self._drawn, n) for n, name in ((1, "unigram"), (2, "bigram"), (3, "trigram"))}
        return {
            "sample": self.write(Look()),
            "uniform_loss": entropies.uniform(text),
            **{f"{name}_loss": value for name, value in ngrams.items()},
        }

    @property
    def _drawn(self) -> tuple[str, int, str]:
        return self.config.corpus, self.config.data_seed, self._own

    # Writing

    def write(self, look: Look, count: int | None = None) -> str:
        """Returns what the network writes behind the look's prompt: ``count`` characters, by default WRITTEN or
        an answer. The same look gets the same random numbers at every step."""
        sampler = self._sampler(look)
        tokens = self.text.tokens(f"\n{self.prompt(look)}")[-self.config.places :]
        if count is None:
            count = self.config.places + 1 - len(tokens) if self.text.corpus.by_line else WRITTEN
        drawn = generate(self.network, torch.tensor([tokens]), count, sampler, generator(look.draw, "writing"))
        return self.written(drawn[0])

    def prompt(self, look: Look) -> str:
        """Returns the prompt, without characters that the text does not have."""
        prompt = look.prompt or self.text.corpus.prompt or (self.text.train[0][:3] if self._own else "")
        return "".join(character for character in prompt if character in self.text.vocabulary)[
            : self.config.places - 2
        ]

    def _sampler(self, look: Look) -> Sampler:
        banned = self.text.tokens(self.config.banned)
        return Sampler(temperature=look.temperature, top_k=look.top_k, top_p=look.top_p, banned=banned)

    # Seeing

    def observe(self, run_id: str, view: View) -> Snapshot:
        """The panels of ``view``: ``stage`` (the text that it writes, the next token, and what the look asks for),
        ``scene`` (the vocabulary and the baselines) and ``thumbnail`` (the attention of all heads)."""
        arrays: dict[str, NDArray[Any]] = {}
        info: dict[str, Any] = {"tier": "plain", "edits": self.edits}
        if "stage" in view.panels:
            look = view.look_as(Look)
            seen, found = self._stage(look)
            arrays |= found
            info |= seen | {"view": look.to_json(), "off": self.config.off, "banned": self.config.banned}
        if "scene" in view.panels:
            info["scene"] = self._scene()
        if "thumbnail" in view.panels:
            tokens = self._tokens(self.prompt(Look()) + self._newest(Look())[1])
            arrays["thumbnail"] = probes.thumbnail(self.network, tokens)
        return Snapshot.of(self, run_id, info, arrays)

    def _stage(self, look: Look) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        prompt = self.prompt(look)
        step, text, copied = self._newest(look)
        tokens = self._tokens(prompt + text)
        place = len(prompt) if look.place < 0 else min(look.place, tokens.shape[1] - 1)
        info = {
            "prompt": prompt,
            "text": text,
            "written_at": step,
            "copied": copied,
            "place": place,
        }
        return info, probes.stage(self.network, tokens, place, self._sampler(look), look, self._head_scores)

    def _head_scores(self) -> Tensor:
        """Returns what the heads do, as often as it is measured: it takes a third of an update."""
        wanted = self._meter.step, self.edits
        if self._scored is None or self._scored[0] != wanted:
            self._scored = wanted, probes.head_scores(self.network, self._test_pieces)
        return self._scored[1]

    def _newest(self, look: Look) -> tuple[int, str, tuple[int, int]]:
        """Returns the step at which the newest text was written, the text, and where its longest span that stands in
        the data begins and ends. Writing takes as long as many updates, so while it trains there is a new text as
        often as it is measured."""
        wanted = (self._meter.step, self.edits, replace(look, panel="attention", place=-1, layer=0, head=0))
        if self._written[0] is None or self._written[0][:3] != wanted:
            text = self.write(look)
            self._written = (*wanted, self.step), text, longest_copy(text, self.text.stream)
        return self._written[0][3], *self._written[1:]

    def _tokens(self, text: str) -> Tensor:
        """Returns a text as the network sees it, (1, T), behind a line's end."""
        return torch.tensor([self.text.tokens(f"\n{text}")[: self.config.places]])

    def _scene(self) -> dict[str, Any]:
        config = self.config
        labels = {1: "single characters", 2: "pairs", 3: "triples"}
        helps = "what a table of counted {} of the training text reaches on the test text".format
        baselines = [
            {"label": labels[n], "value": ngram(*self._drawn, n), "axes": "loss", "help": helps(labels[n])}
            for n in labels
        ]
        guess = {
            "label": "guessing",
            "value": entropies.uniform(self.text),
            "axes": "loss",
            "help": "ln V, V characters",
        }
        return {
            "vocabulary": self.text.vocabulary,
            "layers": config.layers,
            "heads": config.heads,
            "width": config.width,
            "places": config.places,
            "norm": config.norm,
            "parameters": config.demands()["parameters"],
            "baselines": [guess, *baselines],
        }

    # Changing

    def _follow(self) -> None:
        super()._follow()
        self.network.switch_off(*self.config.parts_off)

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from an earlier ``state`` of a run with the same configuration and the same live edits."""
        super().restore(state)
        self._follow()
        self._meter.forget()
        self._written, self._scored = UNWRITTEN, None


class Pieces:
    """A text as tokens, in pieces of ``places`` tokens that begin at any place, or each at a line's start."""

    def __init__(self, text: Text, lines: tuple[str, ...], places: int) -> None:
        stream, ask = joined(lines), text.corpus.ask
        self.by_line = text.corpus.by_line
        self.tokens = torch.tensor(text.tokens(stream))
        self.targets = self.tokens.clone()
        self.starts = (
            torch.arange(len(lines)) * places if self.by_line else torch.arange(max(len(stream) - places, 1))
        )
        if ask is not None:
            asked = lines[0].index(ask) + 1  # characters that are given
            in_line = (torch.arange(len(stream)) - 1) % places
            self.targets[in_line < asked] = IGNORED
        self.offsets = torch.arange(min(places, len(stream) - 1))

    def at(self, starts: Tensor) -> tuple[Tensor, Tensor]:
        """Returns the pieces (N, T) that begin at ``starts`` (N,), and the token behind each of theirs."""
        places = starts[:, None] + self.offsets
        return self.tokens[places], self.targets[places + 1]

    def batch(self, step: int, config: GPTConfig) -> tuple[Tensor, Tensor]:
        """Returns the pieces of an update, which are drawn with replacement."""
        chance = generator(config.seed, "batch", step)
        return self.at(self.starts[torch.randint(len(self.starts), (config.batch_size,), generator=chance)])

    def first(self, count: int) -> tuple[Tensor, Tensor]:
        """Returns up to ``count`` pieces that do not overlap, spread over the text."""
        apart = self.starts if self.by_line else self.starts[:: len(self.offsets)]
        return self.at(apart[:: -(-len(apart) // count)])


@lru_cache(maxsize=8)
def pieces_of(name: str, seed: int, own: str, places: int, is_test: bool) -> Pieces:
    """Returns the training or test pieces of a text. Runs of the same text share them: nobody writes into them."""
    text = text_of(name, seed, own)
    return Pieces(text, text.test if is_test else text.train, places)


@lru_cache(maxsize=24)
def ngram(name: str, seed: int, own: str, n: int) -> float:
    """Returns ``entropies.ngram_loss`` of a text."""
    return entropies.ngram_loss(text_of(name, seed, own), n)


def loss_of(logits: Tensor, targets: Tensor) -> Tensor:
    """Returns the mean cross-entropy, in nats, of logits (N, T, V) and the targets (N, T) that count."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


def optimizer_of(config: GPTConfig, network: GPT) -> torch.optim.Optimizer:
    """Returns the optimizer; Adam in one fused kernel."""
    entry = OPTIMIZERS[config.optimizer]
    fused = {"fused": True} if config.optimizer == "adam" else {}
    found: torch.optim.Optimizer = resolve(entry.torch)(
        network.parameters(), lr=config.learning_rate, **entry.arguments, **fused
    )
    return found


def network_of(config: GPTConfig) -> GPT:
    """Returns the untrained network. What PyTorch draws at first is drawn again; its global generator forgets it."""
    with torch.random.fork_rng(devices=[]):
        network = GPT(
            len(config.text.vocabulary),
            config.places,
            layers=config.layers,
            heads=config.heads,
            width=config.width,
            positions=config.positions,
            is_pre_norm=config.norm == "pre",
            dropout=config.dropout,
        )
    network.initialize(generator(config.seed, "weights"))
    return network
