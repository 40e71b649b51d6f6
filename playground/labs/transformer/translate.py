"""What a network makes of sentences: its translations, and how much attention is on the true words of the source."""

import torch
from torch import Tensor

from playground.labs.transformer.model import Seen, Transformer
from playground.labs.transformer.words import END_NUMBER, PADDING_NUMBER, START_NUMBER, Batch


@torch.inference_mode()
def translations(network: Transformer, source: Tensor, most: int, memory: Tensor | None = None) -> Tensor:
    """Returns what the network writes for sources (N, S) when it always takes the likeliest word and is given its own
    words: (N, 1 + most) word numbers from START, with padding behind END. ``memory`` is what the encoder made of
    them, where that is known."""
    memory = network.encode(source) if memory is None else memory
    found = torch.full((len(source), 1), START_NUMBER)
    for _ in range(most):
        chosen = network.decode(memory, source, found)[:, -1].argmax(-1)  # (N,)
        is_done = (found == END_NUMBER).any(1)
        chosen[is_done] = PADDING_NUMBER
        found = torch.cat([found, chosen[:, None]], dim=1)
        if len(source) == 1 and chosen == END_NUMBER:
            break
    return torch.nn.functional.pad(found, (0, 1 + most - found.shape[1]), value=PADDING_NUMBER)


@torch.inference_mode()
def own_words(network: Transformer, source: Tensor, most: int, memory: Tensor) -> Tensor:
    """Returns the words that the decoder has when it translates a source (1, S) by itself: (1, T), from START."""
    written = translations(network, source, most, memory)[0]
    ends = (written == END_NUMBER).nonzero()
    return written[None, : int(ends[0]) if len(ends) else most]


@torch.inference_mode()
def shares_of(
    network: Transformer, source: Tensor, given: Tensor, memory: Tensor, seen: Seen | None, is_own: bool
) -> Tensor:
    """Returns the probabilities (T, V) of the next word at each place, for one source and the words ``given`` (1, T).

    One pass over all words gives them. Where places see those behind them, that pass knows more than the network had
    when it wrote its own words; the shares are then those of the moments at which it wrote.
    """
    logits = network.decode(memory, source, given, seen)[0]
    if is_own and not network.switches.causal_mask:
        moments = [network.decode(memory, source, given[:, : t + 1])[0, -1] for t in range(given.shape[1])]
        logits = torch.stack(moments)
    return logits.softmax(-1)


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
