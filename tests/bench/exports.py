"""How long a person waits for a file of a run, beside computing the run again and nothing else."""

import time
from collections.abc import Iterator

from playground.engine.process import ProcessEngine
from playground.export import forms_of
from playground.headless.runs import replay
from playground.labs.mlp.config import MLPConfig
from playground.run import Run
from tests.bench.row import Row

STEPS = 10_000
LIMIT_S = {"gif": 10, "onnx": 10}
USUAL_LIMIT_S = 5


def rows() -> Iterator[Row]:
    """Every form of a run of 10,000 updates, as the page asks for it: with the start of the process that makes it."""
    run = Run(config=MLPConfig(hidden_sizes=(8, 8)))
    started = time.perf_counter()
    replay(run, STEPS, quiet=True)
    replay_s = time.perf_counter() - started
    engine = ProcessEngine(workers=1)
    engine.devices().result()
    for name in forms_of(run.lab):
        started = time.perf_counter()
        engine.export(run, STEPS, name).result()
        took_s = time.perf_counter() - started
        limit = LIMIT_S.get(name, USUAL_LIMIT_S)
        yield Row(f"export as {name}, {STEPS:,} updates", took_s, "s", replay_s, "replay alone", limit=limit)
    engine.shutdown()
