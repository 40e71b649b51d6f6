"""What the plane shows of two players: maps, arrows, the manifold. Nothing here changes a run."""

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from playground.labs.gan.data import DOMAIN, SETS
from playground.labs.gan.model import GAMES, Game

SIDE = 40  # points of a map, in either direction
CELLS = 20  # of the manifold
BLUR = 0.06  # std of the kernel that makes a density of fakes
MANY = 2000  # of these

Floats = NDArray[np.float32]


def axis() -> NDArray[np.float64]:
    """Returns the coordinates (SIDE,) of the middles of a map's squares, ascending."""
    low, high = DOMAIN
    return low + (np.arange(SIDE) + 0.5) * (high - low) / SIDE


def plane_points() -> Floats:
    """Returns the points (SIDE², 2) of a map, row by row from the bottom."""
    x, y = np.meshgrid(axis(), axis())
    return np.stack([x, y], -1).reshape(-1, 2).astype(np.float32)


def levels(shares: NDArray[Any]) -> NDArray[np.uint8]:
    """Returns numbers from 0 to 1 as 0 to 255."""
    return np.asarray((np.clip(np.nan_to_num(shares), 0, 1) * 255).round(), dtype=np.uint8)


def arrows(kind: str, game: Game, discriminator: torch.nn.Module, fakes: Tensor, middle: float = 0.0) -> Floats:
    """Returns arrows (N, 2) at fakes (N, 2): the ``push`` −∂L_G/∂x, where the generator is told to move each, or
    GAN Lab's ``slope``, the gradient of what the discriminator believes. N losses count as one each, not 1/N."""
    at = fakes.detach().requires_grad_()
    output = discriminator(at)
    if kind == "push":
        (found,) = torch.autograd.grad(game.generator(output) * len(at), at)
        return (-found).numpy().copy()
    (found,) = torch.autograd.grad(game.belief(output - middle).sum(), at)
    return found.numpy().copy()


def kernel_density(points: NDArray[Any]) -> Floats:
    """Returns the density (SIDE², ) over the plane of points (N, 2), each a Gaussian of std ``BLUR``."""
    at = torch.from_numpy(np.ascontiguousarray(points.T, np.float32))  # (2, N)
    away = (torch.from_numpy(axis().astype(np.float32))[:, None] - at[:, None]) / BLUR  # (2, SIDE, N)
    # Beyond 8 BLUR nothing is left, and numbers that are all but 0 would be slow.
    # In place: this is the dearest part of a frame, and most of it was memory.
    across, up = away.square_().clamp_(max=64).mul_(-0.5).exp_().div_(BLUR * (2 * np.pi) ** 0.5)
    found: Floats = (up @ across.T / len(points)).reshape(-1).numpy()
    return found


def best_discriminator(dataset: str, fakes: NDArray[Any]) -> NDArray[Any]:
    """Returns p/(p + q) (SIDE²,), the best belief (Goodfellow et al. 2014, proposition 1). p is the closed form of a
    mixture, q the density of fakes (N, 2); both are blurred alike. A half where neither is."""
    p, q = _density(dataset), kernel_density(fakes)
    tiny = 1e-4
    return (p + tiny / 2) / (p + q + tiny)


@lru_cache
def _density(dataset: str) -> NDArray[np.float64]:
    mixture = SETS[dataset].mixture
    assert mixture is not None
    return mixture.density(plane_points().astype(float), BLUR)


@lru_cache(maxsize=8)
def noise_grid(size: int, kind: str) -> Tensor:
    """Returns the corners of the manifold's cells in the noise, each cell equally likely: ((CELLS + 1)², 2) from the
    bottom, or (CELLS² + 1, 1). Gaussian noise ends at a share of 1/200 on either side.
    Nobody writes into it."""
    count = CELLS**2 + 1 if size == 1 else CELLS + 1
    shares = torch.linspace(0.005, 0.995, count) if kind == "gaussian" else torch.linspace(0, 1, count)
    along = torch.special.ndtri(shares) if kind == "gaussian" else 2 * shares - 1
    if size == 1:
        return along[:, None]
    return torch.stack(torch.meshgrid(along, along, indexing="xy"), -1).reshape(-1, 2)


@torch.no_grad()
def belief_of(loss: str, discriminator: torch.nn.Module, points: Tensor, middle: float = 0.0) -> NDArray[Any]:
    """Returns what the discriminator believes (N,), from 0 to 1, of points (N, D)."""
    found: NDArray[Any] = GAMES[loss].belief(discriminator(points) - middle)[:, 0].numpy()
    return found


@torch.no_grad()
def middle_of(loss: str, discriminator: torch.nn.Module, real: Tensor, fake: Tensor) -> float:
    """Returns the output that stands for neither: 0, but for a WGAN's critic, whose scores mean something only beside
    each other, the middle of their means at real examples and at fakes (N, D)."""
    if loss != "wgan_gp":
        return 0.0
    return float(discriminator(real).mean() + discriminator(fake).mean()) / 2
