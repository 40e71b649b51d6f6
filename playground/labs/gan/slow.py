"""The next round, told slowly: what each player sees, is told, and does. A twin plays it; the run stays as it is."""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.gan import probes
from playground.labs.gan.duel import Batch, Duel
from playground.labs.gan.model import GAMES
from playground.training.batches import generator

SHOWN = 128  # examples, and fakes, of a batch at most

Numbers = dict[str, float | int | None]


def next_round(duel: Duel, step: int, points: Tensor | None) -> tuple[Numbers, dict[str, NDArray[Any]]]:
    """Returns what happens in round ``step`` as numbers, and the arrays that show it.

    Of a player's updates the first one's batch is shown, and the move is that of all. Arrays, for n shown examples:
    ``slow_real`` and ``slow_fake`` (n, D); ``slow_beliefs`` and, after the discriminator's move, ``slow_after``
    (2n,), real ones first; ``slow_map`` (SIDE²,), its belief before at ``points`` (SIDE², 2), if these are given, and
    ``slow_change`` (SIDE²,) of that;
    ``slow_pushed`` (n, D), the generator's fakes, ``slow_push`` (n, D), where each is told to go, and ``slow_moved``
    (n, D), where the same noise leads after the generator's move. A frozen player's batch is drawn apart.
    """
    twin, random = duel.twin(), generator(duel.config.seed, "round", step)
    twin.network.train()
    discriminates, generates = duel.config.rounds
    numbers: Numbers = {"batch": duel.config.batch_size, "d_updates": discriminates, "g_updates": generates}
    found, arrays = _discriminator(twin, random if discriminates else _apart(duel, "discriminator", step), points)
    more, pushed = _generator(twin, random if generates else _apart(duel, "generator", step))
    return _finite(numbers | found | more), {f"slow_{name}": value for name, value in (arrays | pushed).items()}


def _apart(duel: Duel, player: str, step: int) -> torch.Generator:
    return generator(duel.config.seed, f"slow {player}", step)


def _discriminator(twin: Duel, random: torch.Generator, points: Tensor | None) -> tuple[Numbers, dict[str, Any]]:
    """The discriminator's part of a round."""
    batch = twin.batch(random)
    n, shown = len(batch.real), min(len(batch.real), SHOWN)
    before, map_before = _seen(twin, batch, points)
    updates = twin.config.rounds[0]
    learner = twin if updates else twin.still()  # of a frozen player not even the running means move
    value = learner.discriminator_loss(batch)
    numbers: Numbers = {"d_loss": value.item(), "d_gradient": _norm(learner, "discriminator", value)}
    start = _weights(twin, "discriminator")
    for index in range(updates):
        twin.descend("discriminator", value if index == 0 else twin.discriminator_loss(twin.batch(random)))
    after, map_after = _seen(twin, batch, points)
    numbers |= {
        "d_loss_after": twin.still().discriminator_loss(batch).item(),
        "d_moved": float((_weights(twin, "discriminator") - start).norm()),
        "belief_real": float(before[:n].mean()),
        "belief_fake": float(before[n:].mean()),
        "belief_real_after": float(after[:n].mean()),
        "belief_fake_after": float(after[n:].mean()),
    }
    both = np.r_[:shown, n : n + shown]
    arrays = {"real": batch.real[:shown].numpy(), "fake": batch.fake[:shown].numpy()}
    arrays |= {"beliefs": before[both], "after": after[both]}
    if map_before is not None and map_after is not None:
        arrays |= {"map": map_before, "change": map_after - map_before}
    return numbers, arrays


def _generator(twin: Duel, random: torch.Generator) -> tuple[Numbers, dict[str, Any]]:
    """The generator's part, against the discriminator as it is by then."""
    updates, n = twin.config.rounds[1], twin.config.batch_size
    noise = twin.noise(n, random)
    fake = twin.generator(noise)
    value = twin.generator_loss(fake)
    numbers: Numbers = {"g_loss": value.item(), "g_gradient": _norm(twin, "generator", value)}
    start = _weights(twin, "generator")
    push = probes.arrows("push", GAMES[twin.config.loss], twin.still().discriminator, fake)
    for index in range(updates):
        again = value if index == 0 else twin.generator_loss(twin.generator(twin.noise(n, random)))
        twin.descend("generator", again)
    with torch.no_grad():
        moved = twin.generator(noise)
        numbers["g_loss_after"] = twin.generator_loss(moved).item()
    fake = fake.detach()
    numbers["g_moved"] = float((_weights(twin, "generator") - start).norm())
    numbers["cosine"] = mean_cosine(push, (moved - fake).numpy())
    return numbers, {"pushed": fake[:SHOWN].numpy(), "push": push[:SHOWN], "moved": moved[:SHOWN].numpy()}


def mean_cosine(first: NDArray[Any], second: NDArray[Any]) -> float | None:
    """Returns the mean cosine of the angle between vectors (N, D), of those that have a length; None for none."""
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    has = lengths > 0
    return float(((first * second).sum(1)[has] / lengths[has]).mean()) if has.any() else None


def _seen(twin: Duel, batch: Batch, points: Tensor | None) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """What the discriminator believes (2N,) of a batch, real and fake normalized apart, as it learns; and over the
    plane (SIDE²,) by running means, if there are ``points``."""
    still, loss = twin.still(), twin.config.loss
    over, middle = None, probes.middle_of(loss, still.discriminator, *batch[:2])
    if points is not None:
        still.network.eval()
        over = probes.belief_of(loss, still.discriminator, points, middle)
        still.network.train()
    return np.concatenate([probes.belief_of(loss, still.discriminator, each, middle) for each in batch[:2]]), over


def _norm(twin: Duel, player: str, value: Tensor) -> float:
    """The length of the gradient of a player's loss."""
    gradients = torch.autograd.grad(value, twin.parameters[player], retain_graph=True)
    return float(torch.cat([each.flatten() for each in gradients]).norm())


def _weights(twin: Duel, player: str) -> Tensor:
    return torch.cat([each.detach().flatten() for each in twin.parameters[player]])


def _finite(numbers: Numbers) -> Numbers:
    return {name: value if value is None or np.isfinite(value) else None for name, value in numbers.items()}
