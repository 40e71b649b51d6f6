"""What it costs to train on Ray, beside the processes of this machine: both after their start."""

import statistics
import time
from collections.abc import Callable, Iterator

from playground.labs.mlp.config import MLPConfig
from playground.studies.many import ENGINES
from playground.studies.parts import Part
from playground.studies.variants import seeded, vary
from tests.bench.row import Row

COMPARISONS, SEEDS, EPOCHS = 8, 32, 50
REPETITIONS = 3


def rows() -> Iterator[Row]:
    """Eight comparisons of sigmoid with ReLU, 32 seeds each, at once on all cores of this machine."""
    try:
        import ray
    except ImportError:
        print("ray is not installed: pip install -r requirements-ray.txt")
        return
    base = MLPConfig(dataset="spiral", hidden_sizes=(8, 8, 8))
    work = [
        _part(seeded(variant, SEEDS), EPOCHS)
        for _ in range(COMPARISONS)
        for variant in vary(base, "activation", "sigmoid,relu").values()
    ]
    found: dict[str, list[float]] = {"process": [], "ray": []}
    for name in ("ray", "process") * REPETITIONS:
        start_s = _seconds(lambda: ENGINES[name]([_part([base], 0.04)] * 2, lambda epoch: None))  # noqa: B023
        start_s *= name == "process"  # Ray keeps its processes from one call to the next
        found[name].append(_seconds(lambda: ENGINES[name](work, lambda epoch: None)) - start_s)  # noqa: B023
    ray.shutdown()
    value, peer = (statistics.median(found[name]) for name in ("ray", "process"))
    yield Row(f"{COMPARISONS} comparisons on Ray, one node", value, "s", peer, "processes without Ray", at_most=1.25)


def _part(configs: list[MLPConfig], epochs: float) -> Part:
    return Part(configs=tuple(configs), epochs=epochs, target_accuracy=0.95, tier="traced", padded=False)


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
