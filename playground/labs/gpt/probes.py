"""What can be seen of a network: attention, the next token, logit lens, embeddings, and measured scores of heads."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from playground.labs.gpt.config import Look
from playground.labs.gpt.model import GPT, Insides
from playground.labs.gpt.sampling import Sampler
from playground.training.batches import generator

Arrays = dict[str, NDArray[Any]]
REPEATED = 8  # times a random string is drawn for the induction score


@torch.inference_mode()
def stage(
    network: GPT,
    tokens: torch.Tensor,
    place: int,
    sampler: Sampler,
    look: Look,
    scores: Callable[[], torch.Tensor],
) -> Arrays:
    """Returns the numbers of a text ``tokens`` (1, T) for the panel of ``look``.

    Always: the steps to the token behind ``place``, ``logits``, ``scaled``, ``kept`` and ``probabilities``, (V,)
    each. Attention: ``weights`` (L, H, T, T), ``value_sizes`` (T,) of the chosen head, and ``scores`` (L, H, 3), see
    ``head_scores``. Inside a head: ``inside_head``. Inside a layer: each step at ``place``, ``flow`` (R, D), and
    ``hidden`` (4 D,). Logit lens: ``lens`` (L + 1, T), the likeliest next token, and its share, ``lens_shares``.
    Embeddings: ``embeddings`` (V, 2) and ``embedding_shares`` (2,), the share of the variance on each axis.
    """
    inside = network.look(tokens)
    logits = inside.logits[0, place]
    arrays = {"tokens": tokens[0].to(torch.int32), "logits": logits, **sampler.columns(logits)}
    if look.panel == "attention":
        looks = inside.looks[min(look.layer, len(inside.looks) - 1)]
        head = min(look.head, looks.values.shape[1] - 1)
        arrays |= {
            "weights": torch.cat([each.weights for each in inside.looks]),
            "value_sizes": looks.values[0, head].norm(dim=-1),
            "scores": scores(),
        }
    elif look.panel == "inside":
        arrays |= inside_head(network, inside, tokens, look)
    elif look.panel == "layer":
        steps = network.flow(tokens, min(look.layer, len(inside.looks) - 1))
        arrays["hidden"] = steps.pop("feed_forward.hidden")[0, place]
        arrays["flow"] = torch.stack([step[0, place] for step in steps.values()])
    elif look.panel == "lens":
        shares, likeliest = network.decoded(inside.streams[:, 0]).softmax(-1).max(-1)
        arrays |= {"lens": likeliest.to(torch.int32), "lens_shares": shares}
    elif look.panel == "embeddings":
        arrays |= dict(zip(("embeddings", "embedding_shares"), components(network.tokens.weight), strict=True))
    return {
        name: value.to(torch.uint8 if value.dtype == torch.bool else value.dtype).numpy().copy()
        for name, value in arrays.items()
    }


def inside_head(network: GPT, inside: Insides, tokens: torch.Tensor, look: Look) -> dict[str, torch.Tensor]:
    """Returns the numbers of the head that is looked at, the last in place of one that there is not.

    ``queries``, ``keys``, ``values`` and ``heads`` are (T, d), ``scores`` and ``weights`` (T, T), ``vectors`` and
    ``places`` (T, D): what the tokens and their places are to the network.
    """
    looks = inside.looks[min(look.layer, len(inside.looks) - 1)]
    head = min(look.head, looks.values.shape[1] - 1)
    names = ("queries", "keys", "values", "scores", "weights", "heads")
    found = {name: getattr(looks, name)[0, head] for name in names}
    vectors, places = network.tokens(tokens)[0], network.positions(tokens.shape[1])
    return {**found, "vectors": vectors, "places": places}


@torch.inference_mode()
def head_scores(network: GPT, pieces: Any) -> torch.Tensor:
    """Returns three scores (L, H, 3) in [0, 1] of each head: the mean weight on the token before, on the first token
    (both in test text, from its third place on), and on the token behind the former occurrence of the present one, in
    the second half of a repeated random string ("induction", Olsson et al., 2022)."""
    inputs, _ = pieces.first(4)
    in_text = torch.stack([each.weights for each in network.look(inputs).looks])  # (L, N, H, T, T)
    before = in_text.diagonal(-1, -2, -1)[..., 1:].mean((1, -1))
    first = in_text[..., 2:, 0].mean((1, -1))
    return torch.stack([before, first, induction_score(network)], dim=-1)


def repeated(network: GPT) -> torch.Tensor:
    """Returns random strings, each twice in a row, (REPEATED, T); of different tokens, if there are enough."""
    half, tokens, chance = network.places // 2, network.tokens.num_embeddings, generator(0, "repeated")
    if half < tokens:
        once = 1 + torch.stack([torch.randperm(tokens - 1, generator=chance)[:half] for _ in range(REPEATED)])
    else:
        once = torch.randint(1, tokens, (REPEATED, half), generator=chance)
    return torch.cat([once, once], dim=1)


@torch.inference_mode()
def induction_score(network: GPT) -> torch.Tensor:
    """Returns the mean weight (L, H) from a token of the second half on what followed it in the first."""
    strings = repeated(network)
    half = strings.shape[1] // 2
    weights = torch.stack([each.weights for each in network.look(strings).looks])
    return weights[..., half:, :].diagonal(1, -2, -1)[..., : half - 1].mean((1, -1))


def components(embeddings: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns the first two principal components (V, 2) of embeddings (V, D), and the share of the variance (2,) on
    each. Each axis points to where its largest entry is positive, so that it does not flip."""
    centred = embeddings - embeddings.mean(0)
    left, sizes, _ = torch.linalg.svd(centred, full_matrices=False)
    points = left[:, :2] * sizes[:2]
    signs = points.gather(0, points.abs().argmax(0, keepdim=True)).sign()
    return points * signs, sizes[:2].square() / sizes.square().sum().clamp_min(1e-12)


@torch.inference_mode()
def thumbnail(network: GPT, tokens: torch.Tensor) -> NDArray[np.uint8]:
    """Returns the attention of all heads to a text ``tokens`` (1, T): a row of maps for each layer, (H, W, 3)."""
    weights = torch.cat([each.weights for each in network.look(tokens).looks])  # (L, H, T, T)
    edged = torch.nn.functional.pad(weights, (1, 1, 1, 1))
    rows = edged.permute(0, 2, 1, 3).flatten(2).flatten(0, 1)
    grey = (255 * (1 - rows.sqrt())).to(torch.uint8)
    return grey[:, :, None].expand(-1, -1, 3).numpy().copy()
