"""What the page shows of a network: a translation word by word, and the attention in it. Nothing here changes it."""

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.export.palette import ramp
from playground.kinds import short
from playground.labs.transformer.config import ATTENTIONS, Look, TransformerConfig
from playground.labs.transformer.model import Seen, Side, Switches, Transformer
from playground.labs.transformer.tasks import END, MARKS, Corpus, spelled
from playground.labs.transformer.translate import own_words, shares_of
from playground.labs.transformer.words import Batch, batch_of, numbers_of
from playground.training.attention import Looks

LISTED = 10  # test pairs that are always in sight
CELL = 6  # pixels of a thumbnail for each weight

Floats = NDArray[np.float32]


@torch.inference_mode()
def stage(
    network: Transformer, config: TransformerConfig, look: Look
) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Returns what is said of the sentence that a person looks at, and the arrays of its picture.

    ``shares`` (T, V) are the probabilities of all words at each place; ``encoder`` (L, H, S, S), ``decoder``
    (L, H, T, T) and ``cross`` (L, H, T, S) the attention of all heads, or ``valued`` the length of what each word
    gives by it, ‖α v‖. Of one head, where that is asked for: ``queries``, ``keys``, ``values``, ``scores``,
    ``weights`` and ``heads``, and the ``embeddings`` and ``positions`` of the words that look, each (T, D). Of one
    layer, where that is asked for: every step through it, ``flow`` (R, T, D), and ``hidden`` (T, 4 D).
    """
    known, place = config.corpus, look.pair % len(config.corpus.test)
    pair = known.test[place]
    source, problem = typed(look.source, config, known) if look.source.strip() else (pair.source, None)
    is_pair = source == pair.source
    numbers = torch.tensor([[numbers_of(known.source_words)[word] for word in source]])  # (1, S)
    seen: Seen = {}
    memory = network.encode(numbers, seen)
    given = {"free": own_words(network, numbers, known.target_length, memory)}  # each (1, T)
    if is_pair:
        given["forced"] = batch_of([pair], known).target[:, : len(pair.target) + 1]
    running = look.running if look.running in given else "free"
    shares = {
        name: shares_of(network, numbers, words, memory, seen if name == running else None, name == "free")
        for name, words in given.items()
    }
    shown = {
        "source": source,
        "problem": problem,
        "pair": place if is_pair else None,
        "running": running,
        "given": [known.target_words[number] for number in given[running][0]],
        **{name: [known.target_words[number] for number in each.argmax(-1)] for name, each in shares.items()},
        "target": (*pair.target, END) if is_pair else None,
        "alignment": pair.alignment if is_pair else None,
    }
    arrays: dict[str, NDArray[Any]] = {"shares": shares[running].numpy().copy()}
    for kind in ATTENTIONS:
        arrays[kind] = attention(seen, kind, look.valued)
    if look.panel == "inside":
        arrays |= inside(seen, look)
        side, words = (network.encoder, numbers) if look.attention == "encoder" else (network.decoder, given[running])
        arrays |= embedded(side, words[0], network.switches)
    elif look.panel == "layer":
        depth = config.encoder_layers if look.attention == "encoder" else config.decoder_layers
        steps = network.flow(look.attention, min(look.layer, depth - 1), numbers, given[running])
        arrays["hidden"] = steps.pop("feed_forward.hidden")[0].numpy().copy()
        arrays["flow"] = torch.cat([*steps.values()]).numpy().copy()
    return shown, arrays


def typed(text: str, config: TransformerConfig, known: Corpus) -> tuple[tuple[str, ...], str | None]:
    """Returns the words of a source that a person has typed, or those of the first test pair and why not."""
    words, most = spelled(config.task, text), known.source_length
    unknown = [word for word in words if word not in known.source_words[1:]]
    if unknown:
        some = ", ".join(known.source_words[1:8])
        return (
            known.test[0].source,
            f"{short(unknown[0])!r} is not one of the {len(known.source_words) - 1} words of this task: {some} …",
        )
    if len(words) > most:
        return known.test[0].source, f"{len(words)} words are more than the longest source has; use at most {most}"
    return words, None


def attention(seen: Seen, kind: str, valued: bool) -> Floats:
    """Returns the attention of one kind, (L, H, T, S), of all heads of all layers."""
    found = []
    for looks in layers_of(seen, kind):
        weights, lengths = looks.weights[0], looks.values[0].norm(dim=-1)  # (H, T, S), (H, S)
        found.append(weights * lengths[:, None] if valued else weights)
    return torch.stack(found).numpy().copy()


def inside(seen: Seen, look: Look) -> dict[str, NDArray[Any]]:
    """Returns the numbers of the head that is looked at; the last one in place of one that there is not."""
    layers = layers_of(seen, look.attention)
    looks = layers[min(look.layer, len(layers) - 1)]
    head = min(look.head or 0, looks.weights.shape[1] - 1)
    names = ("queries", "keys", "values", "scores", "weights", "heads")
    return {name: getattr(looks, name)[0, head].numpy().copy() for name in names}


@torch.inference_mode()
def embedded(side: Side, words: Tensor, switches: Switches) -> dict[str, NDArray[Any]]:
    """Returns √D times the embeddings of words (T,), and what is added to them for their positions."""
    embeddings = side.embedded(words[None], replace(switches, add_positions=False))[0]
    positions = side.positions(len(words)) if switches.add_positions else torch.zeros_like(embeddings)
    return {"embeddings": embeddings.numpy().copy(), "positions": positions.numpy().copy()}


def layers_of(seen: Seen, kind: str) -> list[Looks]:
    """Returns the attention of one kind, layer by layer."""
    return [looks for name, looks in seen.items() if name.startswith(kind)]


def written(row: Tensor, words: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the words of a translation, without marks. An untrained network may write marks anywhere."""
    found = [words[number] for number in row.tolist()]
    end = found.index(END) if END in found else len(found)
    return tuple(word for word in found[:end] if word not in MARKS)


@torch.inference_mode()
def thumbnail(network: Transformer, pair: Batch) -> NDArray[np.uint8]:
    """Returns the cross-attention of a pair as a picture (h, w, 3): a row for each layer, in it its heads."""
    seen: Seen = {}
    network(pair.source, pair.inputs, seen)
    weights = attention(seen, "cross", valued=False)  # (L, H, T, S)
    rows = [np.concatenate([np.pad(head, 1) for head in layer], axis=1) for layer in weights]
    whole = np.concatenate(rows).repeat(CELL, axis=0).repeat(CELL, axis=1)
    return ramp(whole, low="#e8eaeb", high="#0877bd")
