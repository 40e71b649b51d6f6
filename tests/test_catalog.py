import pytest
import torch

from playground.catalog import ACTIVATIONS, INITIALIZERS, LOSSES, OPTIMIZERS, resolve
from playground.training import losses, optimizers


@pytest.mark.parametrize("name", [*ACTIVATIONS])
def test_every_activation_is_a_torch_module(name: str) -> None:
    entry = ACTIVATIONS[name]
    values = resolve(entry.torch)(**entry.arguments)(torch.linspace(-3, 3, 7))
    assert values.shape == (7,)
    assert values.isfinite().all()


def test_what_is_listed_is_there() -> None:
    assert set(LOSSES) == set(losses.LOSSES)
    assert set(OPTIMIZERS) == set(optimizers.OPTIMIZERS)
    assert all(callable(resolve(entry.torch)) for entry in [*LOSSES.values(), *INITIALIZERS.values()])
