"""The next round, told slowly: what each player sees, is told, and does. Played by a twin, so the run stays as it is."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.gan import probes
from playground.labs.gan.duel import Duel
from playground.labs.gan.model import GAMES
from playground.training.batches import generator

SHOWN = 128  # examples, and fakes, of a batch at most

Numbers = dict[str, float | int | None]


def next_round(duel: Duel, step: int, points: Tensor | None) -> tuple[Numbers, dict[str, NDArray[Any]]]:
    """Returns what happens in round ``step`` as numbers, and the arrays that show it.

    Of a player's updates the first one's batch is shown, and the move is that of all. Arrays, for n shown examples:
    ``slow_real`` and ``slow_fake`` (n, D); ``slow_beliefs`` and, after the discriminator's move, ``slow_after``
    (2n,), real ones first; ``slow_change`` (SIDE²,) of its belief at ``points`` (SIDE², 2), if these are given;
    ``slow_pushed`` (n, D), the generator's fakes, ``slow_push`` (n, D), where each is told to go, and ``slow_moved``
    (n, D), where the same noise leads after the generator's move. A frozen player's batch is drawn apart.
    """
    twin, random = duel.twin(), generator(duel.config.seed, "round", step)
    twin.network.train()
    discriminates, generates = duel.config.rounds
    numbers: Numbers = {"d_updates": discriminates, "g_updates": generates}
    found, arrays = _discriminator(twin, random if discriminates else _apart(duel, "discriminator", step), points)
    more, pushed = _generator(twin, random if generates else _apart(duel, "generator", step))
    return _finite(numbers | found | more), {f"slow_{name}": value for name, value in (arrays | pushed).items()}


def _apart(duel: Duel, player: str, step: int) -> torch.Generator:
    return generator(duel.config.seed, f"slow {player}", step)


def _discriminator(twin: Duel, random: torch.Generator, points: Tensor | None) -> tuple[Numbers, dict[str, Any]]:
    """The discriminator's part of a round."""
    updates = twin.config.rounds[0]
    batch = twin.batch(random)
    seen = torch.cat([batch.real[:SHOWN], batch.fake[:SHOWN]])
    before, map_before = _beliefs(twin, batch.real, batch.fake), _map(twin, points)
    value = twin.discriminator_loss(batch)
    numbers: Numbers = {"d_loss": value.item(), "d_gradient": _norm(twin, "discriminator", value)}
    start = _weights(twin, "discriminator")
    for index in range(updates):
        twin.descend("discriminator", twin.discriminator_loss(batch if index == 0 else twin.batch(random)))
    after, n = _beliefs(twin, batch.real, batch.fake), len(batch.real)
    numbers |= {
        "d_loss_after": twin.discriminator_loss(batch).item(),
        "d_moved": float((_weights(twin, "discriminator") - start).norm()),
        "belief_real": float(before[:n].mean()),
        "belief_fake": float(before[n:].mean()),
        "belief_real_after": float(after[:n].mean()),
        "belief_fake_after": float(after[n:].mean()),
    }
    shown = np.r_[: min(n, SHOWN), n : n + min(n, SHOWN)]
    half = len(seen) // 2
    arrays = {
        "real": seen[:half].numpy(),
        "fake": seen[half:].numpy(),
        "beliefs": before[shown],
        "after": after[shown],
    }
    if map_before is not None:
        arrays["change"] = _map(twin, points) - map_before
    return numbers, arrays


def _generator(twin: Duel, random: torch.Generator) -> tuple[Numbers, dict[str, Any]]:
    """The generator's part, against the discriminator as it is by then."""
    updates, config = twin.config.rounds[1], twin.config
    noise = twin.noise(config.batch_size, random)
    fake = twin.generator(noise)
    value = twin.generator_loss(fake)
    numbers: Numbers = {"g_loss": value.item(), "g_gradient": _norm(twin, "generator", value)}
    start = _weights(twin, "generator")
    # one backward pass for every fake's own loss, not its share of the mean
    push = probes.arrows("push", GAMES[config.loss], twin.discriminator, fake)
    for index in range(updates):
        twin.descend("generator", twin.generator_loss(twin.generator(noise)) if index == 0 else _anew(twin, random))
    with torch.no_grad():
        moved = twin.generator(noise)
        numbers["g_loss_after"] = twin.generator_loss(moved).item()
    numbers |= {"g_moved": float((_weights(twin, "generator") - start).norm()), "cosine": None}
    away = (moved - fake.detach()).numpy()
    if updates:
        numbers["cosine"] = mean_cosine(push, away)
    arrays = {"pushed": fake.detach()[:SHOWN].numpy(), "push": push[:SHOWN], "moved": moved[:SHOWN].numpy()}
    return numbers, arrays


def _anew(twin: Duel, random: torch.Generator) -> Tensor:
    return twin.generator_loss(twin.generator(twin.noise(twin.config.batch_size, random)))


def mean_cosine(first: NDArray[Any], second: NDArray[Any]) -> float | None:
    """Returns the mean cosine of the angle between vectors (N, D), of those that have a length; None for none."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    has = lengths > 0
    return float(((first * second).sum(1)[has] / lengths[has]).mean()) if has.any() else None


def _beliefs(twin: Duel, real: Tensor, fake: Tensor) -> NDArray[Any]:
    """What the discriminator believes (2N,), from 0 to 1: real and fake normalized apart, as it learns."""
    return np.concatenate([probes.belief_of(twin.config.loss, twin.discriminator, each) for each in (real, fake)])


def _map(twin: Duel, points: Tensor | None) -> NDArray[Any] | None:
    """What it believes over the plane, by running means."""
    if points is None:
        return None
    twin.network.eval()
    found = probes.belief_of(twin.config.loss, twin.discriminator, points)
    twin.network.train()
    return found


def _norm(twin: Duel, player: str, value: Tensor) -> float:
    """The length of the gradient of a player's loss."""
    gradients = torch.autograd.grad(value, twin.parameters[player], retain_graph=True)
    return float(torch.cat([each.flatten() for each in gradients]).norm())


def _weights(twin: Duel, player: str) -> Tensor:
    return torch.cat([each.detach().flatten() for each in twin.parameters[player]])


def _finite(numbers: Numbers) -> Numbers:
    return {name: value if value is None or np.isfinite(value) else None for name, value in numbers.items()}
