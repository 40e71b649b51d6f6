import pickle

import pytest
import torch
from torch import nn

from playground.kinds import ConfigError
from playground.training.state import (
    is_finite,
    module_state,
    optimizer_state,
    parameters_of,
    restore_module,
    restore_optimizer,
    set_element,
    sha256,
)


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))


def trained(module: nn.Module, optimizer: torch.optim.Optimizer, steps: range) -> None:
    for step in steps:
        batch = torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
        optimizer.zero_grad()
        module(batch).square().mean().backward()
        optimizer.step()


@pytest.mark.parametrize("kind", [torch.optim.SGD, torch.optim.Adam, torch.optim.RMSprop])
def test_training_goes_on_from_a_state_to_the_bit(kind: type[torch.optim.Optimizer]) -> None:
    module = network()
    optimizer = kind(module.parameters(), lr=0.1)
    trained(module, optimizer, range(5))
    kept = pickle.loads(pickle.dumps((module_state(module), optimizer_state(optimizer))))
    trained(module, optimizer, range(5, 9))

    other = network()
    other_optimizer = kind(other.parameters(), lr=0.5)
    restore_module(other, kept[0])
    restore_optimizer(other_optimizer, kept[1])
    trained(other, other_optimizer, range(5, 9))
    assert sha256(other) == sha256(module)  # with the running means of the batch normalisation


@pytest.mark.parametrize("fused", [False, True])
def test_an_optimizer_keeps_its_numbers_as_its_parameters_keep_theirs(fused: bool) -> None:
    images = torch.randn(4, 2, 8, 8, generator=torch.Generator().manual_seed(0))

    def made() -> tuple[nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(0)
        module = nn.Conv2d(2, 3, 3).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return module, torch.optim.Adam(module.parameters(), lr=0.1, fused=fused)

    def update(module: nn.Module, optimizer: torch.optim.Optimizer) -> None:
        optimizer.zero_grad()
        module(images).square().mean().backward()
        optimizer.step()

    module, optimizer = made()
    update(module, optimizer)
    other, other_optimizer = made()
    restore_module(other, module_state(module))
    restore_optimizer(other_optimizer, optimizer_state(optimizer))
    for each in ((module, optimizer), (other, other_optimizer)):
        update(*each)
    assert sha256(other) == sha256(module)


@pytest.mark.parametrize("value", [float("inf"), -float("inf"), float("nan")])
def test_one_number_that_is_not_finite_is_found(value: float) -> None:
    module = network()
    assert is_finite(module)
    with torch.no_grad():
        module[0].weight[2, 1] = 3e38
    assert is_finite(module)
    with torch.no_grad():
        module[0].weight[2, 1] = value
    assert not is_finite(module)


def test_a_state_is_a_copy() -> None:
    module = network()
    kept, vector = module_state(module), parameters_of(module)
    set_element(module, "0.weight[2,1]", 7.0)
    assert kept["0.weight"][2, 1] != 7.0
    assert 7.0 not in vector
    assert parameters_of(module)[2 * 3 + 1] == 7.0


@pytest.mark.parametrize(
    "target", ["0.weight[4,0]", "0.weight[1]", "1.running_mean[0]", "nothing[0]", "0.weight", ""]
)
def test_a_number_that_is_not_there(target: str) -> None:
    module = network()
    before = sha256(module)
    with pytest.raises(ConfigError, match="the network has no"):
        set_element(module, target, 1.0)
    assert sha256(module) == before
