"""The choices of the GPT lab. Free of torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from playground.hyperparameters import batch_size, data_seed, learning_rate, optimizer, seed
from playground.kinds import Choice, Integer, Number, Option, Share, Text, short
from playground.labs.gpt.texts import BREAK, CORPORA, LEAST_OWN, MOST_OWN, text_of
from playground.labs.gpt.texts import Text as Lines
from playground.run import RunConfig
from playground.settings import Problem, Settings, setting

MAX_LAYERS, MAX_PLACES = 4, 128


POSITIONS = {
    "learned": Option(label="Learned", formula="a vector for each place, trained"),
    "sinusoidal": Option(label="Sinusoidal", formula="sin(t / 10000^(2i/D)), cos(…)"),
    "none": Option(label="None", formula="only the mask tells places apart"),
}
NORMS = {
    "pre": Option(label="Pre-norm", formula="x + f(norm(x)), as GPT-2"),
    "post": Option(label="Post-norm", formula="norm(x + f(x)), as GPT-1"),
}
PANELS = {
    "attention": Option(label="Attention"),
    "inside": Option(label="Inside a head"),
    "layer": Option(label="Inside a layer"),
    "lens": Option(label="Logit lens"),
    "embeddings": Option(label="Embeddings"),
    "sizes": Option(label="Sizes"),
}


@dataclass(frozen=True)
class Look(Settings):
    """What a person looks at, and how text is drawn: from the ``prompt``, or the corpus's own where that is empty.
    ``place`` is a place of the shown text, -1 for the last of the prompt."""

    panel: str = setting("attention", Choice(PANELS), "Panel")
    prompt: str = setting("", Text(60), "Prompt")
    temperature: float = setting(1.0, Number(0.2, 10), "Temperature")
    top_k: int = setting(0, Integer(0, 50), "Top-k")
    top_p: float = setting(1.0, Number(0.1, 1), "Top-p")
    draw: int = setting(0, Integer(0, 2**31 - 1), "Random numbers")
    place: int = setting(-1, Integer(-1, MAX_PLACES - 1), "Place")
    layer: int = setting(0, Integer(0, MAX_LAYERS - 1), "Layer")
    head: int = setting(0, Integer(0, 7), "Head")


@dataclass(frozen=True)
class GPTConfig(RunConfig):
    """A decoder-only Transformer that learns to continue text."""

    lab: ClassVar[str] = "gpt"
    worth_comparing: ClassVar[Mapping[str, str]] = {
        "layers": "1,2,3",
        "heads": "1,2,4",
        "width": "16,32,48,64",
        "positions": "learned,sinusoidal,none",
        "norm": "pre,post",
        "learning_rate": "0.0003,0.001,0.003,0.01",
        "batch_size": "8,32",
        "dropout": "0,0.1,0.3",
    }

    corpus: str = setting("grammar", Choice(CORPORA), "Text", help="What is to be continued.")
    own: str = setting(
        "",
        Text(MOST_OWN),
        "Your text",
        help=f"{LEAST_OWN} to {MOST_OWN:,} characters; {BREAK} ends a line. It is kept in this run only.",
    )
    layers: int = setting(2, Integer(1, MAX_LAYERS), "Layers", usual=(1, 2, 3, 4), help="Blocks, one after another.")
    heads: int = setting(4, Integer(1, 8), "Heads", usual=(1, 2, 4, 8), help="Attentions side by side in a layer.")
    width: int = setting(
        48, Integer(8, 128), "Width", usual=(16, 32, 48, 64, 96), help="Numbers that stand for a token."
    )
    context: int = setting(
        32, Integer(16, MAX_PLACES), "Context", usual=(16, 32, 64, 128), help="Tokens that the network sees at most."
    )
    positions: str = setting("learned", Choice(POSITIONS), "Positions", help="How it knows which token is where.")
    norm: str = setting("pre", Choice(NORMS), "Normalization", help="Where layer normalization stands.")
    dropout: float = setting(0.0, Share(0.0, 0.5, 0.05), "Dropout", help="The share of numbers left out in training.")
    seed: int = seed("Which initial weights are drawn, and which pieces of the text come when.")
    data_seed: int = data_seed("Which lines are made, and which of them test.", "lines", "New text")
    optimizer: str = optimizer()
    learning_rate: float = learning_rate(0.003, (0.0003, 0.001, 0.003, 0.01, 0.03))
    batch_size: int = batch_size(32, (1, 4, 8, 16, 32, 64), "Pieces of text", most=64)
    off: str = setting(
        "",
        Text(200),
        "Switched off",
        live=True,
        quiet=True,
        help="Heads as layer.head, and whole layers, counted from 1: 1.2,2 is head 2 of layer 1, and layer 2.",
    )
    banned: str = setting(
        "", Text(40), "Banned", live=True, help="Characters that the network may not write; it goes on learning them."
    )

    @property
    def text(self) -> Lines:
        """The text, drawn and divided."""
        return text_of(self.corpus, self.data_seed, self.own if self.corpus == "own" else "")

    @property
    def places(self) -> int:
        """The tokens that the network sees at most. Where lines are of one length it sees one."""
        text = self.text
        return len(text.train[0]) + 1 if text.corpus.by_line else self.context

    @property
    def parts_off(self) -> tuple[dict[int, list[int]], list[int]]:
        """The heads that are switched off by layer, and the layers, counted from 0."""
        heads: dict[int, list[int]] = {}
        layers: list[int] = []
        for name in filter(None, self.off.split(",")):
            layer, _, head = name.partition(".")
            if head:
                heads.setdefault(int(layer) - 1, []).append(int(head) - 1)
            else:
                layers.append(int(layer) - 1)
        return heads, layers

    @property
    def steps_per_epoch(self) -> float:
        return len(self.text.stream) / (self.batch_size * self.places)

    @property
    def ranked_by(self) -> str | None:
        return "test_loss"

    def title(self) -> str:
        return f"{CORPORA[self.corpus].label}, {self.layers} × {self.heads} heads, width {self.width}"

    def demands(self) -> dict[str, int]:
        return {"parameters": sum(map(prod, self.shapes().values()))}

    def shapes(self) -> dict[str, tuple[int, ...]]:
        tokens, width = len(self.text.vocabulary), self.width
        found: dict[str, tuple[int, ...]] = {"tokens.weight": (tokens, width)}
        if self.positions == "learned":
            found["positions.weight"] = (self.places, width)
        for layer in range(self.layers):
            block = f"blocks.{layer}"
            for part in ("query", "key", "value", "output"):
                found |= _linear(f"{block}.attention.{part}", width, width)
            found |= _norm(f"{block}.around_attention.norm", width)
            found |= _linear(f"{block}.feed_forward.0", width, 4 * width)
            found |= _linear(f"{block}.feed_forward.2", 4 * width, width)
            found |= _norm(f"{block}.around_feed_forward.norm", width)
        if self.norm == "pre":
            found |= _norm("norm", width)
        return found | {"output.weight": (tokens, width)}

    def training_bytes(self) -> int:
        """The weights with an optimizer's vectors, and what a batch leaves behind in every layer."""
        tokens = self.batch_size * self.context
        return 48 * self.demands()["parameters"] + 8 * tokens * self.layers * (
            16 * self.width + self.heads * self.context
        )

    def conflicts(self) -> list[Problem]:
        found = []
        if self.width % self.heads or (self.positions == "sinusoidal" and self.width % 2):
            found.append(Problem("width", f"{self.width} is not a multiple of {max(self.heads, 2)} (heads share it)"))
        if self.corpus == "own":
            found += self._own_conflicts()
        return found + self._unknown_parts()

    def _own_conflicts(self) -> list[Problem]:
        lines = {line for line in self.own.split(BREAK) if line.strip()}
        if len(self.own) < LEAST_OWN:
            allowed = f"paste {LEAST_OWN} to {MOST_OWN:,}"
            return [Problem("corpus", f"your own text has {len(self.own)} characters; {allowed}")]
        if len(lines) < 2:
            return [
                Problem("corpus", f"your own text has one line; use at least two, so that one can test ({BREAK})")
            ]
        if len("".join(lines)) < 2 * self.context:
            return [Problem("context", f"{self.context} is more than half of your own text")]
        return []

    def _unknown_parts(self) -> list[Problem]:
        layers = range(1, self.layers + 1)
        names = {f"{layer}.{head}" for layer in layers for head in range(1, self.heads + 1)} | {*map(str, layers)}
        unknown = [name for name in filter(None, self.off.split(",")) if name not in names]
        return [Problem("off", f"the network has no {short(unknown[0])!r}; say 1.2 or 2")] if unknown else []

    def settled(self, name: str) -> Any:
        if name == "width":
            step = self.heads if self.heads % 2 == 0 else 2 * self.heads
            return min(max(1, round(self.width / step)), 128 // step) * step
        if name == "context":
            return 16
        return super().settled(name)


def _linear(name: str, inputs: int, outputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}
