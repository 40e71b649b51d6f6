"""Losses against formulas written out."""

import math

import numpy as np
import pytest
import torch

from playground.training.losses import LOSSES, guessing_loss


def test_guessing_a_number_costs_half_the_variance() -> None:
    targets = torch.randn(50, 1, generator=torch.Generator().manual_seed(0))
    found = guessing_loss("squared_error", targets)
    assert found == pytest.approx(targets.double().var(correction=0).item() / 2, rel=1e-5)
    for answer in np.linspace(-2, 2, 81):
        assert LOSSES["squared_error"](torch.full((50, 1), answer), targets, "linear").item() >= found - 1e-6


def test_guessing_a_class_costs_the_entropy_of_the_shares() -> None:
    targets = torch.eye(3)[torch.tensor([0] * 5 + [1] * 3 + [2] * 2)]
    found = guessing_loss("cross_entropy", targets)
    assert found == pytest.approx(-sum(share * math.log(share) for share in (0.5, 0.3, 0.2)), rel=1e-5)
    rng = np.random.default_rng(0)
    for logits in rng.normal(size=(200, 3)):
        answer = torch.tensor(logits, dtype=torch.float32).expand(10, 3)
        assert LOSSES["cross_entropy"](answer, targets, "softmax").item() >= found - 1e-6


@pytest.mark.parametrize(("loss", "expected"), [("logistic", 0.6109), ("hinge", 0.6), ("absolute_error", 0.6)])
def test_guessing_one_of_two_classes(loss: str, expected: float) -> None:
    targets = torch.tensor([[1.0]] * 7 + [[-1.0]] * 3)
    assert guessing_loss(loss, targets) == pytest.approx(expected, abs=1e-4)
    for answer in np.linspace(-4, 4, 81):
        assert LOSSES[loss](torch.full((10, 1), answer), targets, "linear").item() >= expected - 1e-4


@pytest.mark.parametrize(("loss", "outputs"), [("squared_error", 1), ("cross_entropy", 3)])
def test_guessing_what_is_always_the_same_costs_nothing(loss: str, outputs: int) -> None:
    targets = torch.eye(outputs)[:1].expand(20, outputs)
    assert guessing_loss(loss, targets) == pytest.approx(0, abs=1e-6)
