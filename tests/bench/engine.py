"""Updates per second without a page, beside a plain PyTorch training loop in the same run."""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.fx.experimental.proxy_tensor import make_fx

from playground.data.points import FEATURES
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.experiment import MLPExperiment
from playground.labs.mlp.model import MLP
from playground.labs.mlp.structure import Structure
from playground.run import Run
from playground.runs.timeline import Timeline
from playground.training.compiled import CompiledLoop, Upgrade
from playground.training.device import use_one_thread
from playground.training.losses import LOSSES
from playground.training.tracing import traced
from playground.training.update import Loop, flatten, hyperparameter_tensors, make_update
from tests.bench.row import Row

PEER = "plain autograd and torch.optim.SGD"
REPETITIONS = 7
NETWORKS = [  # hidden layers, features, and how many times the peer a compiled loop should do
    ((8, 8, 8), ("x", "y"), 25),
    ((4, 2), ("x", "y"), 35),
    ((8,) * 6, tuple(FEATURES), 15),
    ((64, 64, 64), ("x", "y"), 10),
]


def rows() -> Iterator[Row]:
    """One network, batch 10, on one core: before its loop is compiled, and after."""
    use_one_thread()
    for hidden, features, target in NETWORKS:
        sizes = (len(features), *hidden, 1)
        name = "-".join(map(str, sizes))
        loops = [Loop(make_update(MLP(sizes, "tanh"), partial(LOSSES["squared_error"], output="tanh"), "sgd"))]
        compile_s = -time.process_time() - _children_s()
        compiled = Upgrade(Structure(sizes, "tanh", "squared_error", "tanh", "sgd", 10)).wait()
        compile_s += time.process_time() + _children_s()
        rates: list[list[float]] = [[] for _ in range(3)]
        plain = plain_loop(sizes)
        for _ in range(REPETITIONS):
            rates[0].append(rate(plain, 1000))
            rates[1].append(rate(_run(loops[0], sizes), 2000))
            if compiled is not None:
                rates[2].append(rate(_run(compiled, sizes), 20_000))
        peer = statistics.median(rates[0])
        yield Row(f"updates/s, {name}, traced", statistics.median(rates[1]), "1/s", peer, PEER, at_least=1.5)
        if compiled is not None:
            yield Row(f"updates/s, {name}, compiled", statistics.median(rates[2]), "1/s", peer, PEER, at_least=target)
            yield Row(f"compile cost, {name}", compile_s, "s", 20, "the limit", at_most=1.0)

    yield _checkpoints()
    yield _preparing()


def _preparing() -> Row:
    """How long nobody else is served while a new structure is traced: the deepest network, many at once."""
    structure = Structure((2, *(32,) * 8, 1), "tanh", "squared_error", "tanh", "adam", 10, networks=8)
    update, inputs = structure.update(), structure.inputs(10)[:-3]
    names = [*structure.state()]
    n = 1 + len(names)

    def flat(*tensors: Tensor) -> list[Tensor]:
        hyperparameters = dict(zip(structure.hyperparameters, tensors[n + 2 :], strict=True))
        state = dict(zip(names, tensors[1:n], strict=True))
        parameters, state, _ = update(tensors[0], state, (tensors[n], tensors[n + 1]), hyperparameters)
        return [parameters, *(state[name] for name in names)]

    times: dict[Callable[..., object], list[float]] = {traced: [], lambda f, x: make_fx(f)(*x): []}
    for _ in range(REPETITIONS):
        for trace, taken in times.items():
            started = time.perf_counter()
            trace(vmap(flat), inputs)
            taken.append(time.perf_counter() - started)
    value, peer = map(statistics.median, times.values())
    return Row("tracing an update, 2-32×8-1, many networks", value, "s", peer, "make_fx", at_most=0.3, limit=0.2)


def _checkpoints() -> Row:
    """What it costs to be able to go back: the default network in slices as the page has them."""
    rates: dict[str, list[float]] = {"with": [], "without": []}
    run = Run(config=MLPConfig())
    timeline, experiment = Timeline(run), MLPExperiment(MLPConfig())
    for _ in range(REPETITIONS):
        for name, trained in (("without", experiment), ("with", timeline)):
            before, started = trained.step, time.perf_counter()
            for _ in range(60):
                trained.advance(budget_s=0.012)
            rates[name].append((trained.step - before) / (time.perf_counter() - started))
    value, peer = (statistics.median(rates[name]) for name in ("with", "without"))
    return Row("updates/s, 2-4-2-1, with checkpoints", value, "1/s", peer, "without", at_least=0.95)


def _children_s() -> float:
    times = os.times()
    return times.children_user


def rate_of(structure: Structure) -> float:
    """Updates per second of the compiled loop for ``structure``."""
    loop = Upgrade(structure).wait()
    assert loop is not None
    return rate(_run(loop, structure.sizes), 20_000)


def _run(loop: Loop | CompiledLoop, sizes: tuple[int, ...]) -> Callable[[int], object]:
    model = MLP(sizes, "tanh")
    data = torch.randn(250, sizes[0]), torch.ones(250, 1)
    rates = hyperparameter_tensors({"learning_rate": 0.03}, torch.device("cpu"))
    parameters = flatten(model)
    loop.run(parameters, {}, data, rates, batch_size=10, first=0, count=1)
    return lambda steps: loop.run(parameters, {}, data, rates, batch_size=10, first=0, count=steps)


def plain_loop(sizes: tuple[int, ...], batch_size: int = 10) -> Callable[[int], object]:
    """Training as most people write it: a module, autograd, an optimizer."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    model = nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.03)
    features, targets = torch.randn(250, sizes[0]), torch.ones(250, sizes[-1])

    def train(steps: int) -> None:
        for k in range(steps):
            start = k * batch_size % 250
            optimizer.zero_grad()
            outputs = model(features[start : start + batch_size])
            loss = 0.5 * nn.functional.mse_loss(outputs, targets[start : start + batch_size])
            loss.backward()
            optimizer.step()

    return train


def rate(train: Callable[[int], object], steps: int) -> float:
    started = time.perf_counter()
    train(steps)
    return steps / (time.perf_counter() - started)
