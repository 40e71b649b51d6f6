"""The network: a decoder-only Transformer over characters, after GPT (Radford et al., 2018).

Shapes: N texts, T places, D width, V tokens, L layers, H heads. Source of the parts: ``training/attention.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor, nn

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
    initialize,
)


class Block(nn.Module):
    """A layer: attention to earlier places, then two layers for each place alone, each with a residual connection."""

    def __init__(self, width: int, heads: int, is_pre_norm: bool, dropout: float) -> None:
        super().__init__()
        self.attention = Attention(width, heads, dropout)
        self.around_attention = Residual(width, is_pre_norm, dropout)
        self.feed_forward = feed_forward(width)
        self.around_feed_forward = Residual(width, is_pre_norm, dropout)

    def forward(self, inputs: Tensor, mask: Tensor, generator: torch.Generator | None = None) -> Tensor:
        middle = self.around_attention(inputs, lambda x: self.attention(x, None, mask, generator), generator)
        output: Tensor = self.around_feed_forward(middle, self.feed_forward, generator)
        return output

    def flow(self, inputs: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Returns every step of ``forward``, see ``attention.flow``."""
        attend: Part = "attention", self.around_attention, lambda x: self.attention(x, None, mask)
        return flow([attend, ("feed_forward", self.around_feed_forward, self.feed_forward)], inputs)

    def extend(self, inputs: Tensor, past: list[Tensor]) -> Tensor:
        """Returns the output (N, T, D) for the next places ``inputs`` (N, T, D), and adds their keys and values to
        those of the ``past`` places, two tensors (N, H, S, d). With a past T is 1."""

        def attend(entered: Tensor) -> Tensor:
            queries, *new = self.attention.project(entered)
            past[:] = [torch.cat(pair, dim=2) for pair in zip(past, new, strict=True)] if past else new
            mask = causal_mask(inputs.shape[1]) if inputs.shape[1] > 1 else None
            scaled = nn.functional.scaled_dot_product_attention(queries, past[0], past[1], mask)
            return self.attention.joined(scaled)

        output: Tensor = self.around_feed_forward(self.around_attention(inputs, attend), self.feed_forward)
        return output


@dataclass(frozen=True, slots=True)
class Insides:
    """What a network makes of texts: ``streams`` (L + 1, N, T, D) between the layers, ``looks`` of each layer, and
    ``logits`` (N, T, V)."""

    streams: Tensor
    looks: list[Looks]
    logits: Tensor


class GPT(nn.Module):
    """Tokens (N, T), at most ``places`` of them, to the logits (N, T, V) of the token behind each."""

    def __init__(
        self,
        tokens: int,
        places: int,
        *,
        layers: int,
        heads: int,
        width: int,
        positions: str = "learned",
        is_pre_norm: bool = True,
        dropout: float = 0.0,
    ) -> None:
        super().__init__()
        self.places, self.dropout = places, dropout
        self.tokens = nn.Embedding(tokens, width)
        self.positions = Positions(positions, places, width)
        self.blocks = nn.ModuleList(Block(width, heads, is_pre_norm, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(width) if is_pre_norm else nn.Identity()
        self.output = nn.Linear(width, tokens, bias=False)
        self.register_buffer("mask", causal_mask(places), persistent=False)
        self.skipped: frozenset[int] = frozenset()  # layers that are switched off

    def initialize(self, generator: torch.Generator) -> None:
        """Draw all weights, as ``attention.initialize`` does."""
        initialize(self, generator)

    def forward(self, tokens: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Returns the logits (N, T, V). With a ``generator`` some numbers are dropped, as in training."""
        return self.decoded(self.stream(tokens, generator))

    def stream(self, tokens: Tensor, generator: torch.Generator | None = None) -> Tensor:
        """Returns the stream (N, T, D) behind the last layer."""
        stream = dropped(self.embedded(tokens), self.dropout, generator)
        mask = self.mask[: tokens.shape[1], : tokens.shape[1]]  # type: ignore[index]
        for _, block in self.used():
            stream = block(stream, mask, generator)
        return stream

    def look(self, tokens: Tensor) -> Insides:
        """Returns what ``forward`` computes between ``tokens`` and logits. A layer that is switched off leaves the
        stream as it is."""
        streams, looks = [self.embedded(tokens)], []
        mask = self.mask[: tokens.shape[1], : tokens.shape[1]]  # type: ignore[index]
        used = dict(self.used())
        for index, block in enumerate(self._all()):
            looks.append(block.attention.look(block.around_attention.entered(streams[-1]), None, mask))
            streams.append(used[index](streams[-1], mask) if index in used else streams[-1])
        return Insides(torch.stack(streams), looks, self.decoded(streams[-1]))

    def flow(self, tokens: Tensor, layer: int) -> dict[str, Tensor]:
        """Returns every step of ``tokens`` through a layer, see ``attention.flow``; of one that is off, what it would
        do."""
        mask = self.mask[: tokens.shape[1], : tokens.shape[1]]  # type: ignore[index]
        return self._all()[layer].flow(self.look(tokens).streams[layer], mask)

    def extend(self, tokens: Tensor, past: list[list[Tensor]]) -> Tensor:
        """Returns the logits (N, V) behind the last of ``tokens`` (N, T), which follow those of the ``past``: a list
        for each layer, at first empty. With a past T is 1. Equals ``forward`` of all tokens but for last bits."""
        before = past[0][0].shape[2] if past and past[0] else 0
        stream = self.tokens(tokens) + self.positions(before + tokens.shape[1])[before:]
        past += [[] for _ in range(len(self.used()) - len(past))]
        for (_, block), keys_and_values in zip(self.used(), past, strict=True):
            stream = block.extend(stream, keys_and_values)
        return self.decoded(stream[:, -1])

    def embedded(self, tokens: Tensor) -> Tensor:
        """Returns the embeddings (N, T, D) of tokens at their places."""
        embedded: Tensor = self.tokens(tokens) + self.positions(tokens.shape[1])
        return embedded

    def decoded(self, stream: Tensor) -> Tensor:
        """Returns the logits (..., V) of a stream (..., D): that of the last layer, or, as a "logit lens"
        (nostalgebraist, 2020), of an earlier one."""
        logits: Tensor = self.output(self.norm(stream))
        return logits

    def used(self) -> list[tuple[int, Block]]:
        """Returns the layers that are switched on, with their indices."""
        return [(index, block) for index, block in enumerate(self._all()) if index not in self.skipped]

    def switch_off(self, heads: Mapping[int, Sequence[int]], layers: Sequence[int]) -> None:
        """Switch off some ``heads``, by layer, and whole ``layers`` from now on, and no others."""
        self.skipped = frozenset(layers)
        for index, block in enumerate(self._all()):
            block.attention.switch_off(heads.get(index, ()))

    def _all(self) -> list[Block]:
        """Returns all layers."""
        return cast(list[Block], [*self.blocks])
