"""The step by a straight-through estimator, beside an ``autograd.Function`` written by hand."""

from typing import Any

import torch
from torch import Tensor
from torch.func import grad, vmap

from playground.training.activations import Step

Z = torch.tensor([-torch.inf, -7.0, -1.0001, -1.0, -0.3, -0.0, 0.0, 1e-30, 0.7, 1.0, 1.0001, 50.0, torch.inf])


class ByHand(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, z: Tensor) -> Tensor:  # type: ignore[override]
        context.save_for_backward(z)
        return torch.where(z >= 0, 1.0, 0.0)

    @staticmethod
    def backward(context: Any, slope: Tensor) -> Tensor:  # type: ignore[override]
        (z,) = context.saved_tensors
        return torch.where(z.abs() <= 1, slope, 0.0)


def test_it_is_0_or_1_exactly_and_its_gradient_is_that_of_the_clipped_identity() -> None:
    ours, theirs = (Z.clone().requires_grad_() for _ in range(2))
    weights = torch.arange(1.0, len(Z) + 1)
    found, expected = Step()(ours), ByHand.apply(theirs)
    (found * weights).sum().backward()
    (expected * weights).sum().backward()
    assert torch.equal(found, expected)
    assert torch.equal(ours.grad, theirs.grad)  # type: ignore[arg-type]
    assert torch.equal(vmap(grad(Step()))(Z), (Z.abs() <= 1).float())


def test_what_is_no_number_stays_seen() -> None:
    assert Step()(torch.tensor([torch.nan])).isnan().all()
