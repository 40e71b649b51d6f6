"""From logits to text: temperature, top-k, top-p, and a generator of its own."""

from collections.abc import Collection
from dataclasses import dataclass

import torch
from torch import Tensor

from playground.labs.gpt.model import GPT
from playground.training.turns import give_way


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """How a token is drawn: softmax(logits / ``temperature``) over the ``top_k`` likeliest, and of these over the
    fewest that together have at least ``top_p``. 0 is no limit. ``banned`` tokens are never drawn."""

    temperature: float = 1.0
    top_k: int = 0
    top_p: float = 1.0
    banned: Collection[int] = ()

    def columns(self, logits: Tensor) -> dict[str, Tensor]:
        """Returns the steps for logits (..., V), each (..., V): ``scaled`` logits, which are ``kept`` (bool), and
        ``probabilities``."""
        scaled = logits / self.temperature
        allowed = torch.ones_like(logits, dtype=torch.bool)
        allowed[..., list(self.banned)] = False
        if self.top_k:
            limit = scaled.masked_fill(~allowed, -torch.inf).topk(min(self.top_k, logits.shape[-1])).values[..., -1:]
            allowed = allowed & (scaled >= limit)
        if self.top_p < 1:
            shares, order = scaled.masked_fill(~allowed, -torch.inf).softmax(-1).sort(descending=True, stable=True)
            needed = shares.cumsum(-1) - shares < self.top_p  # what is before a token does not suffice
            allowed = allowed & torch.zeros_like(allowed).scatter(-1, order, needed)
        probabilities = scaled.masked_fill(~allowed, -torch.inf).softmax(-1)
        return {"scaled": scaled, "kept": allowed, "probabilities": probabilities}


@torch.inference_mode()
def generate(network: GPT, prompts: Tensor, count: int, sampler: Sampler, generator: torch.Generator) -> Tensor:
    """Returns ``count`` tokens (N, count) behind ``prompts`` (N, T).

    The network sees as many places as it has; when they are full, it goes on from the newest half. With a
    ``generator`` seeded the same way the same random numbers are used, whatever the network's weights.
    """
    drawn = torch.rand(count, len(prompts), 1, generator=generator)
    text, past = prompts[:, -network.places :], list[list[Tensor]]()
    logits = network.extend(text, past)
    found: list[Tensor] = []
    for place in range(count):
        give_way()  # each token takes the time of a small update
        sums = sampler.columns(logits)["probabilities"].cumsum(-1)
        token = (sums < drawn[place] * sums[:, -1:]).sum(-1, keepdim=True)  # the inverse of the distribution
        found.append(token)
        text = torch.cat([text, token], dim=1)
        if place == count - 1:
            break
        if text.shape[1] > network.places:
            text, past = text[:, -(network.places + 1) // 2 :], []
            logits = network.extend(text, past)
        else:
            logits = network.extend(token, past)
    return torch.cat(found, dim=1)


@torch.inference_mode()
def continued(network: GPT, prompts: Tensor, count: int) -> Tensor:
    """Returns the ``count`` likeliest tokens (N, count) behind ``prompts`` (N, T), each given those before it."""
    past = list[list[Tensor]]()
    logits, found = network.extend(prompts, past), []
    for place in range(count):
        found.append(logits.argmax(-1, keepdim=True))
        if place < count - 1:
            logits = network.extend(found[-1], past)
    return torch.cat(found, dim=1)
