"""The network of "Attention Is All You Need" (Vaswani et al., 2017): an encoder reads the source, a decoder writes
the target, one word after another.

Shapes: N sentences, S words of the source, T of the target, D width, V words of the target's vocabulary.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.words import PADDING_NUMBER
from playground.training.attention import (
    Attention,
    Looks,
    Part,
    Positions,
    Residual,
    causal_mask,
    dropped,
    feed_forward,
    flow,
)
from playground.training.turns import give_way

POSITION_STD = 0.02  # of learned positions at first: words differ more than places

Seen = dict[str, Looks]  # each attention at work, by its name: encoder.0, decoder.0, cross.0


@dataclass(frozen=True, slots=True)
class Switches:
    """What a person has switched on or off; ``silent`` are the names of heads: ``cross.0.1``."""

    causal_mask: bool = True
    add_positions: bool = True
    cross_attention: bool = True
    silent: frozenset[str] = frozenset()


class Layer(nn.Module):
    """A layer of the encoder, or with cross-attention one of the decoder; each part has a skip and a norm."""

    def __init__(self, config: TransformerConfig, has_cross: bool) -> None:
        super().__init__()
        width, dropout = config.width, config.dropout
        self.attention = Attention(width, config.heads, dropout)
        self.attention_residual = Residual(width, config.norm == "pre", dropout)
        if has_cross:
            self.cross = Attention(width, config.heads, dropout)
            self.cross_residual = Residual(width, config.norm == "pre", dropout)
        self.feed_forward = feed_forward(width)
        self.feed_forward_residual = Residual(width, config.norm == "pre", dropout)

    @property
    def fed(self) -> Part:
        """Its last part, for each place alone."""
        return "feed_forward", self.feed_forward_residual, self.feed_forward


class Side(nn.Module):
    """The encoder or the decoder: embeddings, positions and layers. ``name`` is its own."""

    def __init__(self, name: str, words: int, places: int, layers: int, config: TransformerConfig) -> None:
        super().__init__()
        self.name, self.dropout = name, config.dropout
        self.embedding = nn.Embedding(words, config.width)
        self.positions = Positions(config.positions, places, config.width)
        self.layers = nn.ModuleList(Layer(config, has_cross=name == "decoder") for _ in range(layers))
        # What pre-norm layers add up is never normalized before the end.
        self.norm = nn.LayerNorm(config.width) if config.norm == "pre" else nn.Identity()

    def each(self) -> Iterator[Layer]:
        """The layers in their order."""
        return map(self.layer, range(len(self.layers)))

    def layer(self, number: int) -> Layer:
        """Returns one of the layers."""
        layer = self.layers[number]
        assert isinstance(layer, Layer)
        return layer

    def embedded(self, words: Tensor, switches: Switches, generator: torch.Generator | None = None) -> Tensor:
        """Returns √D times the embeddings of words (N, T), plus their positions: (N, T, D)."""
        vectors = self.embedding(words) * math.sqrt(self.embedding.embedding_dim)
        if switches.add_positions:
            vectors = vectors + self.positions(words.shape[1])
        return dropped(vectors, self.dropout, generator)


class Transformer(nn.Module):
    """Source words (N, S) and the target's words so far (N, T) → logits (N, T, V) of the target's next words.

    See ``untrained`` for how it begins. ``generator`` draws the dropout masks while training;
    without one nothing is dropped.
    """

    def __init__(self, config: TransformerConfig) -> None:
        super().__init__()
        corpus = config.corpus
        self.switches = Switches()
        self.generator: torch.Generator | None = None
        words = len(corpus.target_words)
        self.encoder = Side("encoder", len(corpus.source_words), corpus.source_length, config.encoder_layers, config)
        self.decoder = Side("decoder", words, corpus.target_length, config.decoder_layers, config)
        self.output = nn.Linear(config.width, words)

    def forward(self, source: Tensor, target: Tensor, seen: Seen | None = None) -> Tensor:
        """Returns the logits. ``seen`` is filled with every attention at work, without dropout."""
        return self.decode(self.encode(source, seen), source, target, seen)

    def encode(self, source: Tensor, seen: Seen | None = None) -> Tensor:
        """Returns what the encoder makes of the source's words (N, S): the memory (N, S, D)."""
        encoder, generator = self.encoder, self.generator
        x = encoder.embedded(source, self.switches, generator)
        for number in range(len(encoder.layers)):
            give_way()
            for _, residual, part in self.reading(number, source, seen):
                x = residual(x, part, generator)
        memory: Tensor = encoder.norm(x)
        return memory

    def decode(self, memory: Tensor, source: Tensor, target: Tensor, seen: Seen | None = None) -> Tensor:
        """Returns logits (N, T, V) for the ``memory`` of a source (N, S) and the target's words so far (N, T)."""
        decoder, generator = self.decoder, self.generator
        x = decoder.embedded(target, self.switches, generator)
        for number in range(len(decoder.layers)):
            give_way()
            for _, residual, part in self.writing(number, memory, source, target.shape[1], seen):
                x = residual(x, part, generator)
        logits: Tensor = self.output(decoder.norm(x))
        return logits

    def reading(self, number: int, source: Tensor, seen: Seen | None = None) -> list[Part]:
        """Returns the parts of a layer of the encoder, for a source (N, S)."""
        layer = self.encoder.layer(number)
        attend = self._attend(layer.attention, f"encoder.{number}", is_word(source), seen)
        return [("attention", layer.attention_residual, attend), layer.fed]

    def writing(
        self, number: int, memory: Tensor, source: Tensor, places: int, seen: Seen | None = None
    ) -> list[Part]:
        """Returns the parts of a layer of the decoder, for ``places`` of a target and the ``memory`` of a source."""
        layer, before = self.decoder.layer(number), causal_mask(places)
        if not self.switches.causal_mask:
            before = torch.ones_like(before)  # each place sees all words, also that which it is to write
        attend = self._attend(layer.attention, f"decoder.{number}", before, seen)
        cross = self._attend(layer.cross, f"cross.{number}", is_word(source), seen, memory)
        return [("attention", layer.attention_residual, attend), ("cross", layer.cross_residual, cross), layer.fed]

    def flow(self, kind: str, number: int, source: Tensor, target: Tensor) -> dict[str, Tensor]:
        """Returns every step through a layer of the encoder, where ``kind`` is that, else of the decoder, see
        ``attention.flow``."""
        x, memory = self.encoder.embedded(source, self.switches), self.encode(source)
        layers = [self.reading(each, source) for each in range(len(self.encoder.layers))]
        if kind != "encoder":
            x, places = self.decoder.embedded(target, self.switches), target.shape[1]
            layers = [self.writing(each, memory, source, places) for each in range(len(self.decoder.layers))]
        for parts in layers[:number]:
            for _, residual, part in parts:
                x = residual(x, part)
        return flow(layers[number], x)

    def _attend(
        self, attention: Attention, name: str, mask: Tensor, seen: Seen | None, memory: Tensor | None = None
    ) -> Callable[[Tensor], Tensor]:
        """Returns an attention as a function of the places that look."""

        def attend(inputs: Tensor) -> Tensor:
            if seen is not None:
                seen[name] = attention.look(inputs, memory, mask)
            if memory is not None and not self.switches.cross_attention:
                return torch.zeros_like(inputs)
            output: Tensor = attention(inputs, memory, mask, self.generator)
            return output

        return attend

    def switch(self, switches: Switches) -> None:
        """Switch parts on and off from now on."""
        self.switches = switches
        for side, kind, name in (
            (self.encoder, "attention", "encoder"),
            (self.decoder, "attention", "decoder"),
            (self.decoder, "cross", "cross"),
        ):
            for number, layer in enumerate(side.each()):
                attention: Attention = getattr(layer, kind)
                heads = range(attention.heads)
                attention.switch_off([head for head in heads if f"{name}.{number}.{head}" in switches.silent])

    @torch.no_grad()
    def initialize(self, generator: torch.Generator) -> None:
        """Draw embeddings from N(0, 1 / D), learned positions from N(0, 0.02²), and weights and biases evenly from
        ±1 / √inputs, as PyTorch's layers do; norms begin as the identity."""
        for module in self.modules():
            if isinstance(module, nn.Embedding):
                module.weight.normal_(0, module.embedding_dim**-0.5, generator=generator)
            elif isinstance(module, Positions) and module.kind == "learned":
                module.weight.normal_(0, POSITION_STD, generator=generator)
            elif isinstance(module, nn.Linear):
                for parameter in module.parameters():
                    bound = module.in_features**-0.5
                    parameter.uniform_(-bound, bound, generator=generator)


def untrained(config: TransformerConfig) -> Transformer:
    """Returns the network with the initial weights of its seed. PyTorch's own draw is undone, since it is from the
    global generator."""
    with torch.random.fork_rng(devices=[]):
        network = Transformer(config)
    network.initialize(torch.Generator().manual_seed(config.seed))
    return network


def is_word(source: Tensor) -> Tensor:
    """Returns the mask (N, 1, 1, S) that allows to look at a source's words and not at its padding."""
    return (source != PADDING_NUMBER)[:, None, None]
