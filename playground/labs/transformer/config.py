"""The choices of the lab of the translation Transformer. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from playground.data.numerals import LANGUAGES
from playground.hyperparameters import batch_size, data_seed, learning_rate, optimizer, seed
from playground.kinds import Choice, Flag, Integer, Maybe, Option, Share, Text, short
from playground.labs.transformer.tasks import MOST_TEST, TASKS, Corpus, corpus
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

MAX_LAYERS, MAX_HEADS, MAX_WIDTH = 4, 8, 128
FEED_FORWARD = 4  # times the width: the hidden numbers of a feed-forward part, as in the paper


HELD_OUT = {
    "random": Option(label="Any", formula=f"{MOST_TEST} pairs, drawn at random"),
    "combination": Option(label="A combination", formula="pairs that combine what training shows only apart"),
}
POSITIONS = {
    "learned": Option(label="Learned", formula="a vector of its own for each position"),
    "sinusoidal": Option(label="Sinusoidal", formula="sin and cos(t / 10000^(2i / d))"),
    "none": Option(label="None", formula="a bag of words"),
}
NORMS = {
    "pre": Option(label="Before (pre-norm)", formula="x + part(norm(x))"),
    "post": Option(label="After (post-norm)", formula="norm(x + part(x))"),
}
ATTENTIONS = {  # the three kinds of attention, by the names of their heads
    "encoder": Option(label="Encoder"),
    "decoder": Option(label="Decoder, masked"),
    "cross": Option(label="Cross"),
}
PANELS = {
    "translate": Option(label="Translation"),
    "inside": Option(label="Inside a head"),
    "layer": Option(label="Inside a layer"),
}
RUNNING = {"free": Option(label="Free-running"), "forced": Option(label="Teacher-forced")}


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at: a ``source`` of their own, or (empty) the test pair ``pair``; a head of one of the
    three kinds of attention, or (None) all of them."""

    panel: str = setting("translate", Choice(PANELS), "Panel")
    source: str = setting("", Text(120), "Source")
    pair: int = setting(0, Integer(0, MOST_TEST - 1), "Test pair")
    running: str = setting("free", Choice(RUNNING), "Running")
    attention: str = setting("cross", Choice(ATTENTIONS), "Attention")
    layer: int = setting(0, Integer(0, MAX_LAYERS - 1), "Layer")
    head: int | None = setting(None, Maybe(Integer(0, MAX_HEADS - 1)), "Head")
    valued: bool = setting(False, Flag(), "Weighted by values")


@dataclass(frozen=True)
class TransformerConfig(RunConfig):
    """An encoder and a decoder that translate word by word (Vaswani et al., 2017)."""

    lab: ClassVar[str] = "transformer"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "task": "numbers,dates,sentences",
        "target": "french,chinese",
        "held_out": "random,combination",
        "positions": "learned,sinusoidal,none",
        "norm": "pre,post",
        "heads": "1,2,4",
        "encoder_layers": "1,2",
        "decoder_layers": "1,2",
        "width": "16,32,64",
        "dropout": "0,0.1,0.3",
        "causal_mask": "on,off",
        "learning_rate": "0.001,0.003,0.01",
    }

    task: str = setting("numbers", Choice(TASKS), "Task", help="What is translated.")
    target: str = setting("french", Choice(LANGUAGES), "Into", help="The language of the target.")
    held_out: str = setting(
        "random", Choice(HELD_OUT), "Held out", help="Which pairs test the network: it never trains on them."
    )
    encoder_layers: int = setting(
        1, Integer(1, MAX_LAYERS), "Encoder layers", usual=(1, 2, 3, 4), help="They read the source."
    )
    decoder_layers: int = setting(
        1, Integer(1, MAX_LAYERS), "Decoder layers", usual=(1, 2, 3, 4), help="They write the target, word by word."
    )
    heads: int = setting(
        4, Integer(1, MAX_HEADS), "Heads", usual=(1, 2, 4, 8), help="Of each attention; they share the width."
    )
    width: int = setting(
        32, Integer(16, MAX_WIDTH), "Width", usual=(16, 32, 64, 128), help="Numbers for each word, d."
    )
    positions: str = setting(
        "learned", Choice(POSITIONS), "Positions", help="What tells the network where a word stands."
    )
    norm: str = setting("pre", Choice(NORMS), "Layer norm", help="Where each part's numbers are normalized.")
    dropout: float = setting(0.0, Share(0.0, 0.5, 0.05), "Dropout", help="The share left out in training.")
    causal_mask: bool = setting(
        True,
        Flag(),
        "Causal mask",
        live=True,
        help="The decoder sees only earlier words; off, it sees the answer.",
    )
    add_positions: bool = setting(
        True, Flag(), "Add positions", live=True, help="Off: the network is not told where words stand."
    )
    cross_attention: bool = setting(
        True, Flag(), "Cross-attention", live=True, help="Off: the decoder does not see the source."
    )
    silent: str = setting(
        "", Text(400), "Silenced heads", live=True, quiet=True, help="Heads that give 0: cross.0.1 is the second."
    )
    seed: int = seed("Which initial weights are drawn, and in which order the pairs come.")
    data_seed: int = data_seed("Which pairs are held out.", "pairs held out")
    optimizer: str = optimizer()
    learning_rate: float = learning_rate(0.003, (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1))
    batch_size: int = batch_size(64, (8, 16, 32, 64, 128, 256), "Pairs")

    @property
    def corpus(self) -> Corpus:
        """The pairs."""
        return corpus(self.task, self.target, self.held_out, self.data_seed)

    @property
    def silenced(self) -> frozenset[str]:
        """The names of the heads that are switched off."""
        return frozenset(filter(None, self.silent.split(",")))

    @property
    def head_names(self) -> tuple[str, ...]:
        """The names of all heads: ``cross.0.1`` is the second head of the first layer's cross-attention."""
        layers = {"encoder": self.encoder_layers, "decoder": self.decoder_layers, "cross": self.decoder_layers}
        return tuple(
            f"{kind}.{layer}.{head}"
            for kind in ATTENTIONS
            for layer in range(layers[kind])
            for head in range(self.heads)
        )

    @property
    def steps_per_epoch(self) -> float:
        return len(self.corpus.train) / self.batch_size

    def title(self) -> str:
        known = TASKS[self.task]
        into = f" into {LANGUAGES[self.target].label}" if known.has_target else ""
        return f"{known.label}{into}, {self.encoder_layers} + {self.decoder_layers} layers of {self.width}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values())), "points": len(self.corpus.train)}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        corpus, width = self.corpus, self.width
        found: dict[str, tuple[int, ...]] = {}
        for side, words, places, layers, attentions in (
            ("encoder", corpus.source_words, corpus.source_length, self.encoder_layers, ["attention"]),
            ("decoder", corpus.target_words, corpus.target_length, self.decoder_layers, ["attention", "cross"]),
        ):
            found[f"{side}.embedding.weight"] = (len(words), width)
            if self.positions == "learned":
                found[f"{side}.positions.weight"] = (places, width)
            for layer in range(layers):
                found |= _layer(f"{side}.layers.{layer}", attentions, width)
            if self.norm == "pre":
                found |= _norm(f"{side}.norm", width)
        return found | _linear("output", width, len(corpus.target_words))

    def training_bytes(self) -> int:
        """The weights three times over with an optimizer's vectors, and what a batch leaves behind in every layer."""
        words = self.corpus.source_length * self.encoder_layers + self.corpus.target_length * self.decoder_layers
        return super().training_bytes() + 4 * self.batch_size * words * self.width * 30

    def conflicts(self) -> list[Problem]:
        found = []
        if self.width % self.heads:
            fitting = [heads for heads in range(1, MAX_HEADS + 1) if self.width % heads == 0]
            found.append(
                Problem(
                    "heads",
                    f"{self.heads} heads do not share a width of {self.width} evenly; use {_listed(fitting)}",
                )
            )
        unknown = sorted(self.silenced - set(self.head_names))
        found += [Problem("silent", f"the network has no head {short(name)!r}") for name in unknown[:1]]
        return found

    def settled(self, name: str) -> Any:
        if name == "heads":
            return max(heads for heads in range(1, self.heads + 1) if self.width % heads == 0)
        return super().settled(name)


def _layer(name: str, attentions: list[str], width: int) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for attention in attentions:
        for part in ("query", "key", "value", "output"):
            found |= _linear(f"{name}.{attention}.{part}", width, width)
        found |= _norm(f"{name}.{attention}_residual.norm", width)
    found |= _linear(f"{name}.feed_forward.0", width, FEED_FORWARD * width)
    found |= _linear(f"{name}.feed_forward.2", FEED_FORWARD * width, width)
    return found | _norm(f"{name}.feed_forward_residual.norm", width)


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _listed(numbers: list[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} or {numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
