"""The pure update against autograd and torch.optim, a hand-written rule, and its own traced loop."""

from copy import deepcopy
from functools import partial

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from playground.catalog import ACTIVATIONS, INITIALIZERS, OPTIMIZERS, resolve
from playground.kinds import ConfigError
from playground.labs.mlp.model import MLP
from playground.training.losses import LOSSES
from playground.training.optimizers import initial_state
from playground.training.update import (
    Loop,
    all_alive,
    element_index,
    flatten,
    hyperparameter_tensors,
    make_update,
    unflatten,
    weight_mask,
)
from tests.gpu import DEVICES

CPU = torch.device("cpu")
OUTPUTS = [("squared_error", "tanh", 1), ("squared_error", "linear", 1), ("cross_entropy", "softmax", 3)]
LOSSES_OF_ONE = [
    ("logistic", "logistic"),
    ("hinge", "linear"),
    ("absolute_error", "tanh"),
    ("absolute_error", "linear"),
]


def network(sizes: tuple[int, ...], activation: str, seed: int = 0, dtype: torch.dtype = torch.float32) -> MLP:
    model = MLP(sizes, activation).to(dtype)
    with torch.no_grad():
        model.initialize("xavier", torch.Generator().manual_seed(seed))
    return model


def data(n: int, inputs: int, outputs: int, dtype: torch.dtype = torch.float32) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(n, inputs, generator=generator, dtype=dtype)
    if outputs == 1:
        return features, features[:, :1].sign() * features[:, 1:2].sign()
    return features, nn.functional.one_hot(features[:, :outputs].argmax(dim=1) % outputs, outputs).to(dtype)


def torch_loss(loss: str, output: str, logits: Tensor, targets: Tensor) -> Tensor:
    """The same loss from torch's own parts."""
    if loss == "cross_entropy":
        return nn.CrossEntropyLoss()(logits, targets.argmax(dim=1))
    if loss == "logistic":
        return nn.SoftMarginLoss()(logits, targets)
    if loss == "hinge":
        return nn.MarginRankingLoss(margin=1)(logits, torch.zeros_like(logits), targets)
    if loss == "absolute_error":
        return nn.L1Loss()(torch.tanh(logits) if output == "tanh" else logits, targets)
    return nn.MSELoss()(torch.tanh(logits) if output == "tanh" else logits, targets) / 2


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("optimizer", [*OPTIMIZERS])
@pytest.mark.parametrize(("loss", "output", "outputs"), OUTPUTS)
def test_it_is_autograd_and_torch_optim(loss: str, output: str, outputs: int, optimizer: str, device: str) -> None:
    for activation in ACTIVATIONS:
        _is_autograd_and_torch_optim(activation, loss, output, outputs, optimizer, device)


def _is_autograd_and_torch_optim(
    activation: str, loss: str, output: str, outputs: int, optimizer: str, device: str
) -> None:
    model = network((3, 5, 4, outputs), activation, dtype=torch.float64)
    features, targets = data(23, 3, outputs, torch.float64)
    ours = deepcopy(model).to(device)
    update = make_update(ours, partial(LOSSES[loss], output=output), optimizer)
    batch = features.to(device), targets.to(device)
    parameters = flatten(ours)
    state = initial_state(optimizer, parameters)
    entry = OPTIMIZERS[optimizer]
    theirs = resolve(entry.torch)(model.parameters(), lr=0.05, **entry.arguments)
    rates = {"learning_rate": torch.tensor(0.05, dtype=torch.float64, device=device)}
    for _ in range(20):
        parameters, state, value = update(parameters, state, batch, rates)
        theirs.zero_grad()
        expected = torch_loss(loss, output, model(features), targets)
        expected.backward()
        theirs.step()
        assert value.item() == pytest.approx(expected.item(), rel=1e-10)
    assert torch.allclose(parameters.cpu(), flatten(model), atol=1e-10)


@pytest.mark.parametrize(("loss", "output"), LOSSES_OF_ONE)
def test_other_losses_are_torchs_with_their_gradients(loss: str, output: str) -> None:
    model = network((3, 5, 1), "tanh", dtype=torch.float64)
    features, targets = data(23, 3, 1, torch.float64)
    update = make_update(model, partial(LOSSES[loss], output=output), "sgd")
    parameters, one = flatten(model), {"learning_rate": torch.tensor(1.0, dtype=torch.float64)}
    moved, _, value = update(parameters, {}, (features, targets), one)
    expected = torch_loss(loss, output, model(features), targets)
    expected.backward()
    assert value.item() == pytest.approx(expected.item(), rel=1e-12)
    gradient = torch.cat([each.grad.reshape(-1) for each in model.parameters() if each.grad is not None])
    assert torch.allclose(parameters - moved, gradient, atol=1e-12)


@pytest.mark.parametrize("longest", [1e-3, 0.5, 1e3])
def test_clipping_is_torchs(longest: float) -> None:
    model = network((3, 5, 1), "tanh", dtype=torch.float64)
    batch = data(23, 3, 1, torch.float64)
    update = make_update(model, partial(LOSSES["squared_error"], output="tanh"), "sgd")
    parameters = flatten(model)
    rates = {"learning_rate": torch.tensor(1.0).double(), "clip_norm": torch.tensor(longest).double()}
    moved = update(parameters, {}, batch, rates)[0]
    torch_loss("squared_error", "tanh", model(batch[0]), batch[1]).backward()
    nn.utils.clip_grad_norm_(model.parameters(), longest)
    gradient = torch.cat([each.grad.reshape(-1) for each in model.parameters() if each.grad is not None])
    assert torch.allclose(parameters - moved, gradient, atol=1e-12)


def test_weight_decay_is_adamws() -> None:
    model = network((2, 6, 1), "tanh", dtype=torch.float64)
    batch = data(16, 2, 1, torch.float64)
    update = make_update(model, partial(LOSSES["squared_error"], output="tanh"), "adam")
    parameters = flatten(model)
    state = initial_state("adam", parameters)
    rates = {k: torch.tensor(v, dtype=torch.float64) for k, v in {"learning_rate": 0.01, "weight_decay": 0.3}.items()}
    weights = [w for w in model.parameters() if w.dim() > 1]
    biases = [w for w in model.parameters() if w.dim() == 1]
    theirs = torch.optim.AdamW(
        [{"params": weights, "weight_decay": 0.3}, {"params": biases, "weight_decay": 0.0}], lr=0.01
    )
    for _ in range(30):
        parameters, state, _ = update(parameters, state, batch, rates)
        theirs.zero_grad()
        torch_loss("squared_error", "tanh", model(batch[0]), batch[1]).backward()
        theirs.step()
    assert torch.allclose(parameters, flatten(model), atol=1e-10)


def test_l1_is_tensorflow_playgrounds() -> None:
    """Each weight in a loop, as nn.ts does it: the penalty may not carry a weight across 0, and then it is dead."""
    model = network((2, 3, 1), "tanh")
    batch = data(16, 2, 1)
    update = make_update(model, partial(LOSSES["squared_error"], output="tanh"), "sgd")
    parameters = flatten(model)
    state = {"alive": all_alive(parameters)}
    mask = weight_mask(model)
    rates = hyperparameter_tensors({"learning_rate": 0.1, "l1_strength": 0.3}, CPU)
    expected, dead = parameters.clone(), torch.zeros_like(parameters, dtype=torch.bool)
    for _ in range(60):
        gradient = _gradient(model, expected, batch)
        for i in range(len(expected)):
            if dead[i]:
                continue
            before = expected[i].clone()
            expected[i] = before - 0.1 * gradient[i]
            if mask[i]:
                nearer = expected[i] - 0.1 * 0.3 * before.sign()
                dead[i] = expected[i] * nearer < 0
                expected[i] = 0 if dead[i] else nearer
        parameters, state, _ = update(parameters, state, batch, rates)
        assert torch.allclose(parameters, expected, atol=1e-6)
    assert dead.any()
    assert torch.equal(state["alive"] == 0, dead)
    assert not dead[mask == 0].any()


def _gradient(model: MLP, parameters: Tensor, batch: tuple[Tensor, Tensor]) -> Tensor:
    leaf = parameters.clone().requires_grad_()
    logits = torch.func.functional_call(model, unflatten(leaf, model), (batch[0],))
    return torch.autograd.grad(torch_loss("squared_error", "tanh", logits, batch[1]), leaf)[0]


def test_the_gradient_is_the_finite_difference() -> None:
    model = network((2, 4, 1), "tanh", dtype=torch.float64)
    batch = data(12, 2, 1, torch.float64)
    update = make_update(model, partial(LOSSES["squared_error"], output="tanh"), "sgd")
    parameters, one = flatten(model), {"learning_rate": torch.tensor(1.0, dtype=torch.float64)}
    gradient = parameters - update(parameters, {}, batch, one)[0]
    for i in range(len(parameters)):
        nudge = torch.zeros_like(parameters)
        nudge[i] = 1e-6
        up, down = (update(parameters + sign * nudge, {}, batch, one)[2] for sign in (1, -1))
        assert gradient[i].item() == pytest.approx(((up - down) / 2e-6).item(), abs=1e-8)


@settings(max_examples=15, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 6), max_size=3),
    activation=st.sampled_from([*ACTIVATIONS]),
    head=st.sampled_from(OUTPUTS),
    optimizer=st.sampled_from([*OPTIMIZERS]),
    penalties=st.sets(st.sampled_from(["weight_decay", "l1_strength"])),
    batch_size=st.integers(1, 9),
    count=st.integers(0, 25),
)
def test_the_traced_loop_is_the_plain_update_bit_for_bit(
    sizes: list[int], activation: str, head: tuple[str, str, int], optimizer: str,
    penalties: set[str], batch_size: int, count: int,
) -> None:  # fmt: skip
    loss, output, outputs = head
    model = network((3, *sizes, outputs), activation)
    features, targets = data(9, 3, outputs)
    update = make_update(model, partial(LOSSES[loss], output=output), optimizer)
    parameters = flatten(model)
    state = initial_state(optimizer, parameters)
    if "l1_strength" in penalties:
        state["alive"] = all_alive(parameters)
    rates = hyperparameter_tensors({"learning_rate": 0.05, **dict.fromkeys(sorted(penalties), 0.1)}, CPU)
    looped, looped_state = Loop(update).run(
        parameters, state, (features, targets), rates, batch_size=batch_size, first=2, count=count
    )
    for k in range(2, 2 + count):
        rows = torch.arange(k * batch_size, (k + 1) * batch_size) % 9
        parameters, state, _ = update(parameters, state, (features[rows], targets[rows]), rates)
    assert torch.equal(looped, parameters)
    assert set(looped_state) == set(state)
    assert all(torch.equal(looped_state[name], state[name]) for name in state)


@pytest.mark.parametrize("initializer", [*INITIALIZERS])
def test_initial_weights_come_from_the_generator_alone(initializer: str) -> None:
    drawn = []
    for seed in (3, 3, 4):
        model = MLP((4, 8, 2), "relu")
        torch.rand(3)  # other people's use of the global generator changes nothing
        with torch.no_grad():
            model.initialize(initializer, torch.Generator().manual_seed(seed))
        drawn.append(flatten(model))
    assert torch.equal(drawn[0], drawn[1])
    assert torch.equal(drawn[0], drawn[2]) == (initializer == "zeros")


def test_uniform_is_tensorflow_playgrounds() -> None:
    model = MLP((7, 32, 32, 1), "tanh")
    with torch.no_grad():
        model.initialize("uniform", torch.Generator().manual_seed(0))
    for name, values in model.named_parameters():
        if name.endswith("bias"):
            assert (values == 0.1).all()
        else:
            assert values.abs().max() <= 0.5
    assert model.layers[1].weight.std().item() == pytest.approx(1 / 12**0.5, rel=0.1)


def test_flatten_and_unflatten() -> None:
    model = network((2, 3, 1), "relu")
    views = unflatten(flatten(model), model)
    assert {name: tuple(w.shape) for name, w in views.items()} == {
        name: tuple(w.shape) for name, w in model.named_parameters()
    }
    assert all(torch.equal(views[name], w) for name, w in model.named_parameters())


def test_every_element_has_its_place_in_the_vector() -> None:
    model = network((3, 4, 2), "relu")
    vector = flatten(model)
    for name, parameter in model.named_parameters():
        for index in torch.cartesian_prod(*(torch.arange(n) for n in parameter.shape)).reshape(-1, parameter.dim()):
            target = f"{name}[{','.join(map(str, index.tolist()))}]"
            assert vector[element_index(model, target)] == parameter[tuple(index)]


@pytest.mark.parametrize("target", ["layers.0.weight[4,0]", "layers.0.weight[0]", "layers.9.bias[0]", "layers", ""])
def test_an_element_that_is_not_there(target: str) -> None:
    with pytest.raises(ConfigError, match="the network has no"):
        element_index(network((3, 4, 2), "relu"), target)
