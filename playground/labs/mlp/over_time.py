"""What is inside each layer at moments of a run, computed beside the page: ``insides`` over time."""

import json
import math
from typing import Any, cast

import numpy as np

from playground.labs.mlp.experiment import MLPExperiment
from playground.run import Run
from playground.runs.replay import Progress, moments
from playground.training.history import EVEN

MOMENTS = 48
DIGITS = 4
PER_LAYER = ("activation_quantiles", "gradient_quantiles", "dead", "saturated", "update_ratios")


def over_time(run: Run, step: int, progress: Progress | None = None) -> str:
    """Returns, as JSON, what is inside each layer at moments from the start to ``step``, close together early on.

    ``steps`` (M,) are those moments. ``layers`` has for each layer, from the inputs on, lists of M values with the
    names of ``insides``; null where one is not finite, and where a layer has none: the output layer no activation.
    """
    steps, found = [], []
    for timeline in moments(run, stops(step), progress):
        steps.append(timeline.step)
        found.append(cast(MLPExperiment, timeline.experiment).insides())
    layers = max(len(moment["gradients"]) for moment in found)
    each = [
        {name: [_value(moment[name], index) for moment in found] for name in PER_LAYER} for index in range(layers)
    ]
    return json.dumps({"steps": steps, "layers": each}, separators=(",", ":"))


def stops(step: int) -> list[int]:
    """Returns at most MOMENTS + 1 increasing steps from 0 to ``step``: evenly at first, later evenly by logarithm."""
    end = math.log1p(step / EVEN)
    return sorted({round(EVEN * math.expm1(end * index / MOMENTS)) for index in range(MOMENTS + 1)})


def _value(values: Any, index: int) -> Any:
    """Returns a layer's number, or its list of numbers."""
    if index >= len(values):
        return None
    numbers = [float(f"{each:.{DIGITS}g}") if math.isfinite(each) else None for each in np.atleast_1d(values[index])]
    return numbers if values.ndim > 1 else numbers[0]
