"""The recorded graph against ``make_fx``'s, and against the function itself at other values."""

import threading
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.fx.experimental.proxy_tensor import make_fx

from playground.catalog import ACTIVATIONS, OPTIMIZERS
from playground.labs.mlp.model import MLP
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.tracing import simplify, traced
from playground.training.update import all_alive, make_update, weight_mask

NAMES = ("learning_rate", "weight_decay", "l1_strength")
CASES = [(name, "tanh", False) for name in OPTIMIZERS] + [("adam", name, True) for name in ACTIVATIONS]


def update(optimizer: str, activation: str, many: bool) -> tuple[Any, list[Tensor]]:
    """Returns an update of flat tensors, of three networks at once if ``many``, and tensors for it."""
    model = MLP((2, 4, 3, 1), activation)
    step = make_update(model, partial(LOSSES["squared_error"], output="tanh"), optimizer)
    leading = (3,) if many else ()
    generator = torch.Generator().manual_seed(3)
    parameters = torch.randn(len(weight_mask(model)), generator=generator)
    state = initial_state(optimizer, parameters) | {"alive": all_alive(parameters)}
    state |= {"learns": torch.randint(2, parameters.shape, generator=generator).float()}
    moving = [value.expand((*leading, *value.shape)).clone() for value in (parameters, *state.values())]
    n = 1 + len(state)

    def flat(*tensors: Tensor) -> list[Tensor]:
        constants = dict(zip(NAMES, tensors[n + 2 :], strict=True))
        moved, after, loss = step(
            tensors[0], dict(zip(state, tensors[1:n], strict=True)), tensors[n : n + 2], constants
        )
        return [moved, *(after[name] for name in state), loss]

    batch = torch.randn(*leading, 5, 2, generator=generator), torch.randn(*leading, 5, 1, generator=generator)
    constants = (torch.full(leading, value) for value in (0.1, 0.01, 0.02))
    return vmap(flat) if many else flat, [*moving, *batch, *constants]


@pytest.mark.parametrize(("optimizer", "activation", "many"), CASES)
def test_it_records_what_make_fx_records_and_computes_the_same_bits(
    optimizer: str, activation: str, many: bool
) -> None:
    function, examples = update(optimizer, activation, many)
    graph: Any = traced(function, examples)
    known = make_fx(function)(*examples).graph
    simplify(known)
    assert [node.target for node in _operations(graph.__self__.graph)] == [node.target for node in _operations(known)]
    values = [value + 0.25 for value in examples]
    for one, other in zip(graph(*values), function(*values), strict=True):
        assert torch.equal(one, other)


def _operations(graph: torch.fx.Graph) -> list[torch.fx.Node]:
    return [node for node in graph.nodes if node.op == "call_function"]


def test_constants_and_parts_of_a_tensor_are_kept() -> None:
    weights = torch.tensor([2.0, 3.0])

    def function(x: Tensor) -> list[Tensor]:
        first, second = torch.split(x * weights, 1)
        return [second - first, torch.zeros(2) + x]

    graph = traced(function, [torch.ones(2)])
    one, other = graph(torch.tensor([5.0, 7.0]))
    assert one.item() == 7 * 3 - 5 * 2
    assert other.tolist() == [5.0, 7.0]


def test_a_graph_that_would_hold_for_one_value_only_is_refused() -> None:
    with pytest.raises(TypeError, match="reads a tensor's value"):
        traced(lambda x: x * 2 if x.sum() > 0 else x, [torch.ones(2)])


def test_other_threads_are_not_recorded() -> None:
    module, seen = nn.Linear(2, 2), []

    def function(x: Tensor) -> Tensor:
        other = threading.Thread(target=lambda: seen.append(module(torch.ones(1, 2)).exp()))
        other.start()
        other.join()
        return x * 3

    graph: Any = traced(function, [torch.ones(2)])
    assert len(seen) == 1
    assert [node.target for node in _operations(graph.__self__.graph)] == [torch.mul]
