"""What a network makes of sentences: its translations, and how much attention is on the true words of the source."""

from dataclasses import dataclass

import torch
from torch import Tensor

from playground.labs.transformer.model import Seen, Transformer
from playground.labs.transformer.words import END_NUMBER, PADDING_NUMBER, START_NUMBER, Batch
from playground.training.turns import give_way


@torch.no_grad()
def translations(network: Transformer, source: Tensor, most: int) -> Tensor:
    """Returns what the network writes for sources (N, S) when it always takes the likeliest word and is given its own
    words: (N, 1 + most) word numbers from START, with padding behind END."""
    memory = network.encode(source)
    found = torch.full((len(source), 1), START_NUMBER)
    for _ in range(most):
        give_way()
        chosen = network.decode(memory, source, found)[:, -1].argmax(-1)  # (N,)
        chosen[(found == END_NUMBER).any(1)] = PADDING_NUMBER
        found = torch.cat([found, chosen[:, None]], dim=1)
    return found


@dataclass(frozen=True, slots=True)
class Passage:
    """How one source was translated: ``chosen`` (T,) the likeliest word at each place, ``given`` (T,) the words that
    the decoder had, ``shares`` (T, V) the probabilities of all words, and what the heads of each attention did."""

    chosen: Tensor
    given: Tensor
    shares: Tensor
    seen: Seen


@torch.no_grad()
def passage(network: Transformer, source: Tensor, forced: Tensor | None, most: int) -> Passage:
    """Translate a source (S,): given the right words ``forced`` (T,), from START, or else its own, at most ``most``.

    All is read from one pass over all words. Where a word may see those behind it, that pass knows more than the
    network had when it wrote; the shares are then those of the moments at which it wrote.
    """
    source = source[None]
    if forced is not None:
        given = forced[None]
    else:
        written = translations(network, source, most)[0]
        ends = (written == END_NUMBER).nonzero()
        given = written[None, : int(ends[0]) if len(ends) else most]
    seen: Seen = {}
    logits = network(source, given, seen)[0]  # (T, V)
    if forced is None and not network.switches.causal_mask:
        memory = network.encode(source)
        moments = [network.decode(memory, source, given[:, : t + 1])[0, -1] for t in range(given.shape[1])]
        logits = torch.stack(moments)
    return Passage(chosen=logits.argmax(-1), given=given[0], shares=logits.softmax(-1), seen=seen)


def alignments(seen: Seen, batch: Batch) -> dict[str, list[float]]:
    """Returns for each cross-attention the mean share of each head's attention that lies on the source words that are
    translated, over all target words that have any. ``seen`` is of a pass over ``batch`` given the right words."""
    has_source = batch.is_true.any(-1)  # (N, T)
    found = {}
    for name, looks in seen.items():
        if name.startswith("cross"):
            on_true = (looks.weights * batch.is_true[:, None]).sum(-1)  # (N, H, T)
            found[name] = ((on_true * has_source[:, None]).sum((0, 2)) / has_source.sum()).tolist()
    return found
