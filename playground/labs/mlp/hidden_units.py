"""How many hidden units it takes: the losses of one hidden layer by its width, over seeds."""

import json
import math
from dataclasses import replace
from typing import Any, cast

from playground.labs.mlp.config import MLPConfig
from playground.labs.mlp.population import PopulationExperiment
from playground.run import Run
from playground.runs.replay import Progress

WIDTHS = (1, 2, 4, 8, 16, 32)
SEEDS = 3
LEAST, MOST = 1000, 10_000  # updates
SLICE = 50  # updates between two reports of progress


def hidden_units(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns, as JSON, the losses of ``run`` with one hidden layer instead of its own, of each of the ``widths``.

    Each is trained for as many ``updates`` as the run has made, at least LEAST and at most MOST, from ``seeds``
    seeds, the run's first. ``train_loss`` and ``test_loss`` (widths, seeds) are null for one that has diverged.
    """
    present = cast(MLPConfig, run.config_after(sum(edit.step <= step for edit in run.edits)))
    plain: dict[str, Any] = {"activations": (), "frozen": (), "zeroed": (), "stop_epoch": 0, "stop_loss": 0.0}
    updates = min(max(step, LEAST), MOST)
    many = PopulationExperiment(
        [
            replace(present, **plain, hidden_sizes=(width,), seed=present.seed + seed)
            for width in WIDTHS
            for seed in range(SEEDS)
        ],
        padded=True,
    )
    for done in range(0, updates, SLICE):
        many.advance(min(SLICE, updates - done))
        if progress is not None:
            progress(done, updates)
    scores, diverged = many.scores(), many.diverged()
    found = {
        name: [
            [_number(scores[name][at], bool(diverged[at])) for at in range(row * SEEDS, row * SEEDS + SEEDS)]
            for row in range(len(WIDTHS))
        ]
        for name in ("train_loss", "test_loss")
    }
    return json.dumps({"updates": updates, "widths": WIDTHS, "seeds": SEEDS, **found})


def _number(value: float, is_over: bool) -> float | None:
    return None if is_over or not math.isfinite(value) else float(f"{value:.5g}")
