"""The GAN's loop, arrows and metrics against independent computations, and what the default learns."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from playground.labs.gan import measures, probes
from playground.labs.gan.config import LOSSES, GANConfig, Look
from playground.labs.gan.data import EIGHT
from playground.labs.gan.experiment import GANExperiment
from playground.labs.gan.model import GAMES, penalty
from playground.run import View
from playground.training.batches import generator

SMALL: dict[str, Any] = {"generator_layers": (8,), "discriminator_layers": (8,), "batch_size": 16}


def test_the_loop_is_a_plain_one() -> None:
    config = GANConfig(**SMALL, loss="non_saturating", discriminator_updates_per_round=2)
    plain, tested = GANExperiment(config), GANExperiment(config)
    tested.advance(steps=5)
    g, d = plain.network["generator"], plain.network["discriminator"]
    of_g = torch.optim.Adam(g.parameters(), lr=config.generator_learning_rate, betas=(0.5, 0.999))
    of_d = torch.optim.Adam(d.parameters(), lr=config.discriminator_learning_rate, betas=(0.5, 0.999))
    for step in range(5):
        random = generator(config.seed, "round", step)
        for _ in range(2):
            real = plain.duel.data[torch.randint(config.size, (16,), generator=random)]
            fake = g(torch.randn(16, 2, generator=random)).detach()
            loss = -d(real).sigmoid().log().mean() - (1 - d(fake).sigmoid()).log().mean()
            of_d.zero_grad()
            loss.backward()
            of_d.step()
        loss = -d(g(torch.randn(16, 2, generator=random))).sigmoid().log().mean()
        of_g.zero_grad()
        loss.backward()
        of_g.step()
    np.testing.assert_allclose(tested.parameters(), plain.parameters(), atol=1e-5)


def test_training_stops_at_the_last_finite_weights_however_it_is_cut() -> None:
    def ended(piece: int) -> tuple[int, str]:
        made = GANExperiment(
            GANConfig(**SMALL, loss="least_squares", generator_optimizer="sgd", discriminator_optimizer="sgd")
        )
        for rate, updates in ((0.01, 24), (1.0, 24)):
            for player in ("generator", "discriminator"):
                made.apply(f"{player}_learning_rate", rate)
            for _ in range(0, updates, piece):
                made.advance(steps=piece)
        assert made.notice is not None
        assert "infinite" in made.notice
        return made.step, made.parameters_sha256()

    at_once = ended(24)
    assert 24 < at_once[0] < 48
    assert ended(1) == ended(6) == at_once


@pytest.mark.parametrize("loss", LOSSES)
def test_a_push_is_minus_the_gradient_of_the_loss_in_use(loss: str) -> None:
    experiment = GANExperiment(GANConfig(**SMALL, loss=loss))
    experiment.advance(steps=3)
    found = experiment.observe("run", View(look=Look(arrows="push"))).arrays
    step = 1e-3
    for index in (0, 7):
        for axis in (0, 1):
            values = []
            for sign in (1, -1):
                at = torch.tensor(found["fakes"][index : index + 1])
                at[0, axis] += sign * step
                values.append(GAMES[loss].generator(experiment.network["discriminator"](at)).item())
            slope = (values[0] - values[1]) / (2 * step)
            assert found["arrows"][index, axis] == pytest.approx(-slope, abs=2e-3)


def test_what_a_critic_believes_does_not_depend_on_where_its_scores_lie() -> None:
    experiment = GANExperiment(GANConfig(**SMALL, loss="wgan_gp"))
    found = []
    for score in (0.0, 50.0):
        experiment.apply("discriminator.layers.1.bias[0]", score)
        found.append(experiment.observe("run", View(look=Look(arrows="slope"))).arrays)
    for name in ("beliefs", "arrows"):
        np.testing.assert_allclose(found[0][name], found[1][name], rtol=1e-3, atol=1e-5)
    maps = [each["map"].astype(int) for each in found]
    assert np.abs(maps[0] - maps[1]).max() <= 1
    assert maps[0].min() < 127 < maps[0].max()


@pytest.mark.parametrize("loss", LOSSES)
def test_reference_lines_are_the_losses_of_guessing(loss: str) -> None:
    guess = torch.full((4, 1), 0.5 if loss == "least_squares" else 0.0)  # outputs; a logit of 0 is one half
    found = {"discriminator": GAMES[loss].discriminator(guess, guess), "generator": GAMES[loss].generator(guess)}
    for player, value in LOSSES[loss].equilibrium.items():
        assert found[player].item() == pytest.approx(value, abs=1e-6)
    if loss == "r1":
        assert LOSSES[loss].equilibrium == pytest.approx({"discriminator": 2 * math.log(2), "generator": math.log(2)})


def test_minimax_pushes_less_where_the_discriminator_is_sure() -> None:
    output = torch.tensor([[math.log(0.003 / 0.997)]], requires_grad=True)  # it believes 0.003
    slopes = {
        name: torch.autograd.grad(GAMES[name].generator(output), output)[0].item()
        for name in ("minimax", "non_saturating")
    }
    assert slopes["minimax"] == pytest.approx(-0.003, rel=1e-3)
    assert slopes["non_saturating"] == pytest.approx(-0.997, rel=1e-3)


def test_penalties_of_a_linear_discriminator() -> None:
    line = torch.nn.Linear(2, 1)
    with torch.no_grad():
        line.weight.copy_(torch.tensor([[3.0, 4.0]]))
    real, fake, mix = (
        torch.ones(5, 2),
        torch.zeros(5, 2),
        torch.rand(5, 1, generator=torch.Generator().manual_seed(0)),
    )
    assert penalty("wgan_gp", line, real, fake, mix).item() == pytest.approx((5 - 1) ** 2, rel=1e-5)
    assert penalty("r1", line, real, fake, mix).item() == pytest.approx(25 / 2, rel=1e-5)


def test_the_best_discriminator_is_the_closed_form() -> None:
    points = probes.plane_points().astype(float)
    fakes = np.array([[1.0, 0.0], [0.2, -0.3]])
    p = np.mean(
        [np.exp(-((points - c) ** 2).sum(1) / (2 * v)) / (2 * np.pi * v) for c in EIGHT.centres for v in [0.0061]], 0
    )
    v = probes.BLUR**2
    q = np.mean([np.exp(-((points - c) ** 2).sum(1) / (2 * v)) / (2 * np.pi * v) for c in fakes], 0)
    found, known = probes.best_discriminator("eight_gaussians", fakes), p + q > 0.1
    np.testing.assert_allclose(found[known], (p / (p + q))[known], atol=1e-3)


def test_metrics_are_what_numpy_finds() -> None:
    experiment = GANExperiment(GANConfig(**SMALL))
    experiment.advance(steps=20)
    found = experiment.metrics()
    with torch.no_grad():
        fakes = experiment.network["generator"](experiment._fixed)
        outputs = experiment.network["discriminator"](fakes)
    assert found["generator_loss"] == pytest.approx(F.softplus(-outputs).mean().item(), rel=1e-5)
    points = fakes.double().numpy()
    near = [np.hypot(*(points - c).T) < 3 * 0.05 for c in EIGHT.centres]
    assert found["share_on_mode"] == pytest.approx(np.any(near, 0).mean())
    real = measures.fresh("eight_gaussians", experiment.config.drawing, 1000, 0)
    distances = []
    for turn in np.pi * np.arange(64) / 64:
        along = np.array([np.cos(turn), np.sin(turn)])
        distances.append(np.abs(np.sort(points @ along) - np.sort(real @ along)).mean())
    assert found["sliced_wasserstein"] == pytest.approx(np.mean(distances))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_frozen_player_keeps_its_bits(player: str) -> None:
    experiment = GANExperiment(GANConfig(**SMALL, generator_batch_norm=player == "discriminator"))
    experiment.advance(steps=2)
    other = "generator" if player == "discriminator" else "discriminator"
    before = {name: value.clone() for name, value in experiment.network[player].named_parameters()}
    counts = dict(experiment._updates)
    experiment.apply("plays", other)
    experiment.advance(steps=5)
    assert all(torch.equal(before[name], value) for name, value in experiment.network[player].named_parameters())
    assert experiment._updates == {**counts, other: counts[other] + 5}
