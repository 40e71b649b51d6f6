"""A moment of a run as a picture: one test sequence step by step, with its gates, states and answers.

Lengths are in inches.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from playground.export.figure import Drawing
from playground.export.palette import MUTED, POSITIVE, TEXT, diverging
from playground.run import Run, Snapshot

WIDTH, LEFT, RIGHT = 7.0, 0.9, 0.2
READ, REACH, GATE, STATE, SAID, GAP = 0.75, 0.45, 0.45, 0.85, 0.55, 0.08
FEW = 24  # steps whose tokens can be read
GREEN = "#2e9e5b"


def _bands(moment: Snapshot) -> list[tuple[str, NDArray[Any], float]]:
    """Returns the name, the numbers (L, H) and the height of each gate and state."""
    scene, arrays = moment.info["scene"], moment.arrays
    gates = [] if scene["kind"] == "rnn" else list(zip(scene["gates"], arrays["gates"], strict=True))
    found = [(name, values, GATE) for name, values in gates]
    if "cell" in arrays:
        found.append(("cell c", arrays["cell"], STATE))
    return [*found, ("hidden h", arrays["hidden"], STATE)]


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    bands = sum(height + GAP for _, _, height in _bands(moment))
    return WIDTH, READ + REACH + GAP + bands + SAID + 0.2


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    width, height = _size(run, moment)
    arrays, tokens = moment.arrays, moment.info["tokens"]
    top = height - READ

    def row(tall: float, name: str) -> Axes:
        nonlocal top
        axes = area.add_axes(
            (LEFT / width, (top - tall) / height, (width - LEFT - RIGHT) / width, tall / height), label=name
        )
        axes.set(xlim=(-0.5, len(tokens) - 0.5), xticks=[], yticks=[])
        axes.set_frame_on(False)
        axes.annotate(name, (0, 0.5), (-6, 0), "axes fraction", "offset points", ha="right", va="center", color=MUTED)
        top -= tall + GAP
        return axes

    reach = row(REACH, "gradient")
    reach.bar(range(len(tokens)), arrays["reach"], width=0.9, color=GREEN)
    _write_inputs(reach, moment)
    for name, values, tall in _bands(moment):
        most = max(1.0, float(np.abs(values).max()))
        levels = np.asarray((values.T / most + 1) * 127.5, dtype=np.uint8)
        axes = row(tall, name)
        axes.imshow(diverging(levels), aspect="auto", interpolation="nearest", extent=(-0.5, len(tokens) - 0.5, 0, 1))
    _write_answers(row(SAID, "says"), moment)


def _write_inputs(axes: Axes, moment: Snapshot) -> None:
    tokens, most = moment.info["tokens"], float(moment.arrays["reach"].max()) or 1.0
    axes.set_ylim(0, most)
    values = moment.arrays.get("values")
    for place, token in enumerate(tokens if len(tokens) <= FEW or values is None else []):
        text = token if values is None else f"{values[place]:.2f}"
        axes.text(place, most * 1.15, text, rotation=60 if len(text) > 2 else 0, ha="left", color=TEXT, fontsize=8)


def _write_answers(axes: Axes, moment: Snapshot) -> None:
    """What is said at every step, red where it is wrong; of a series, as a curve over its values."""
    outputs, targets, source = moment.arrays["outputs"], moment.arrays["targets"], moment.info["source"]
    says = moment.info["scene"]["says"]
    steps = source + np.arange(len(targets))
    if not says:
        axes.plot(steps, targets, color=MUTED, linewidth=2.5)
        axes.plot(steps, outputs[:, 0], color=POSITIVE, linewidth=1.4)
        return
    axes.set_ylim(0, 1)
    for step, place in zip(steps, outputs.argmax(-1), strict=True):
        target = targets[step - source]
        color = MUTED if target < 0 else TEXT if target == place else "#cc2222"
        axes.text(step, 0.5, says[place], ha="center", va="center", color=color, fontsize=7 if len(steps) > 8 else 8)


FIGURE = Drawing(draw=_draw, size=_size)
