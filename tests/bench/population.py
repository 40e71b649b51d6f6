"""Many networks at once, beside the plain loop over seeds that most people would write, on one core."""

import statistics
import time
from collections.abc import Callable, Iterator
from itertools import pairwise, product

import torch

from playground.labs.mlp.batched import Population
from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.population import PopulationExperiment
from playground.labs.mlp.structure import Structure
from playground.training.compiled import Upgrade
from playground.training.device import use_one_thread
from tests.bench.engine import plain_loop, rate
from tests.bench.row import Row

PEER = "plain autograd loop over seeds"
REPETITIONS = 5
COMPILED = [  # sizes, seeds, and how many times the peer a compiled loop should do
    ((2, 8, 8, 8, 1), 32, 100),
    ((2, 4, 2, 1), 64, 120),
    ((2, 64, 64, 64, 1), 32, 15),
]
TRACED_RATIO = 10
SIDE, MAP_STEPS, MAP_LIMIT_S = 32, 200, 10


def rows() -> Iterator[Row]:
    """Network-updates per second at batch size 10, and a map of 32 × 32 networks."""
    use_one_thread()
    for sizes, seeds, target in COMPILED:
        name = f"{seeds} × {'-'.join(map(str, sizes))}"
        peer = statistics.median(rate(plain_loop(sizes), 1000) for _ in range(REPETITIONS))
        population = _population(sizes, seeds)
        if sizes == COMPILED[0][0]:
            value = _network_rate(population, 500)
            yield Row(f"network updates/s, {name}, traced", value, "1/s", peer, PEER, at_least=TRACED_RATIO)
        loop = Upgrade(population.compilable()).wait()
        if loop is not None:
            population.use(loop)
            value = _network_rate(population, 4000 if max(sizes) < 64 else 1000)
            yield Row(f"network updates/s, {name}, compiled", value, "1/s", peer, PEER, at_least=target)
    yield _map()


def _population(sizes: tuple[int, ...], seeds: int) -> Population:
    """Networks that each train on 250 points of their own, as the peer does."""
    size = sum((m + 1) * n for m, n in pairwise(sizes))
    generator = torch.Generator().manual_seed(0)
    features = torch.randn(seeds, 500, sizes[0], generator=generator)
    return Population(
        Structure(sizes, "tanh", "squared_error", "tanh", "sgd", 10, l1=False),
        torch.rand(seeds, size, generator=generator) - 0.5,
        (features, features[..., :1].sign()),
        250,
        {"learning_rate": torch.full((seeds,), 0.03), "weight_decay": torch.zeros(seeds)},
    )


def _network_rate(population: Population, steps: int) -> float:
    population.rehearse()
    train: Callable[[int], object] = population.advance
    return statistics.median(rate(train, steps) for _ in range(REPETITIONS)) * len(population.parameters)


def _map() -> Row:
    """Learning rate × initial scale: 2-8-8-1, full batch of 100 points, from nothing to the last of 200 updates."""
    base = {"dataset": "circle", "train_share": 0.2, "batch_size": 100, "hidden_sizes": (8, 8)}
    cells = list(product(torch.logspace(-3, 1, SIDE).tolist(), torch.logspace(-1, 1, SIDE).tolist()))
    started = time.perf_counter()
    configs = [MLPConfig(learning_rate=rate, initial_scale=scale, **base) for rate, scale in cells]
    experiment = PopulationExperiment(configs)
    experiment.advance(steps=MAP_STEPS)
    elapsed_s = time.perf_counter() - started
    assert len(experiment.scores()["train_loss"]) == SIDE**2
    name = f"{SIDE} × {SIDE} map, 2-8-8-1, {MAP_STEPS} full batches, {experiment.tier}"
    return Row(name, elapsed_s, "s", MAP_LIMIT_S, "the limit", at_most=1.0)
