"""A moment of a run as a picture: the network with its weights, and beside it the plane, the line or the rows.

Lengths are in inches.
"""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from numpy.typing import NDArray

from playground.export.figure import Drawing
from playground.export.palette import (
    CLASSES,
    FAINT,
    MUTED,
    NEGATIVE,
    POSITIVE,
    TEXT,
    plane_colors,
)
from playground.labs.neuron.config import NeuronConfig
from playground.run import Run, Snapshot

COLUMN, ROW, RADIUS = 1.9, 0.95, 0.26
PLANE, MARGIN = 3.4, 0.45
PLATE = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}  # behind a weight
STRONGEST, THINNEST, WIDEST = 5.0, 0.5, 5.0  # a weight, and the width of a link in points


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    layers = moment.info["scene"]["sizes"]
    return _width(layers) + PLANE + 2.4 * MARGIN, max(PLANE + 0.9, max(layers) * ROW + 0.7)


def _width(layers: list[int]) -> float:
    return (len(layers) - 1) * COLUMN + 1.5


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    """Draw the network, and what it makes of its data to the right of it."""
    config = run.config
    assert isinstance(config, NeuronConfig)
    layers, (width, height) = moment.info["scene"]["sizes"], _size(run, moment)
    network = _width(layers)
    axes = area.add_axes((MARGIN / width, 0, network / width, 1))
    axes.axis("off")
    axes.set(xlim=(-0.6, network - 0.6), ylim=(-height / 2, height / 2))
    _draw_network(axes, layers, moment)
    place = ((network + 1.9 * MARGIN) / width, (height - PLANE) / 2 / height, PLANE / width, PLANE / height)
    side = area.add_axes(place)
    if "plane" in moment.arrays:
        _draw_plane(side, config, moment)
    elif "curve" in moment.arrays:
        _draw_line(side, moment)
    else:
        _draw_rows(side, moment)
    side.tick_params(colors=MUTED, length=2, labelsize=8)
    for spine in side.spines.values():
        spine.set_color(FAINT)


FIGURE = Drawing(draw=_draw, size=_size)


def _draw_network(axes: Axes, layers: list[int], moment: Snapshot) -> None:
    parameters, start, last = moment.arrays["parameters"], 0, len(layers) - 1
    for depth, (inputs, outputs) in enumerate(pairwise(layers)):
        weights = parameters[start : start + inputs * outputs].reshape(outputs, inputs)
        biases = parameters[start + inputs * outputs :][:outputs]
        start += (inputs + 1) * outputs
        for to in range(outputs):
            for source in range(inputs):
                _draw_link(axes, _centre(depth, source, inputs), _centre(depth + 1, to, outputs), weights[to, source])
            x, y = _centre(depth + 1, to, outputs)
            axes.text(x, y - RADIUS - 0.05, f"b {biases[to]:.2g}", ha="center", va="top", color=MUTED, fontsize=7)
    for depth, count in enumerate(layers):
        for row in range(count):
            letter = "x" if depth == 0 else "h" if depth < last else "o"
            name = "output" if depth == last and count == 1 else f"${letter}_{row + 1}$"
            centre = _centre(depth, row, count)
            axes.add_patch(Circle(centre, RADIUS, facecolor="white", edgecolor=MUTED, lw=1, zorder=3))
            axes.text(
                *centre, name, ha="center", va="center", color=TEXT, fontsize=7 if len(name) > 5 else 9, zorder=4
            )


def _draw_link(axes: Axes, start: tuple[float, float], end: tuple[float, float], weight: float) -> None:
    (x0, y0), (x1, y1) = start, end
    middle, share = (x0 + x1) / 2, min(1.0, abs(weight) / STRONGEST)
    curve = Path([(x0, y0), (middle, y0), (middle, y1), (x1, y1)], [Path.MOVETO, *[Path.CURVE4] * 3])
    color = POSITIVE if weight > 0 else NEGATIVE
    width = THINNEST + (WIDEST - THINNEST) * share**0.5
    axes.add_patch(PathPatch(curve, fill=False, edgecolor=color, linewidth=width, alpha=0.85))
    x, y = x1 - RADIUS - 0.28, y1 + (y0 - y1) * 0.16  # where links have parted
    axes.text(x, y, f"{weight:.2g}", ha="center", va="bottom", color=TEXT, fontsize=7, zorder=5, bbox=PLATE)


def _centre(column: int, row: int, count: int) -> tuple[float, float]:
    return column * COLUMN, ((count - 1) / 2 - row) * ROW


def _draw_plane(axes: Axes, config: NeuronConfig, moment: Snapshot) -> None:
    (low, high), sums = moment.info["scene"]["domain"], moment.arrays["plane"].astype(float)
    names = moment.info["scene"]["names"] or ("x₁", "x₂")
    if len(sums) > 1:
        powers = np.exp(sums - sums.max(0))
        shares = powers / powers.sum(0)
    else:
        shares = (sums > 0).astype(float) if config.output == "step" else 1 / (1 + np.exp(-np.clip(sums, -50, 50)))
    levels = np.asarray((255 * shares[:, ::-1]).round(), dtype=np.uint8)
    axes.imshow(plane_colors(levels), extent=(low, high, low, high), interpolation="bilinear")
    along = np.linspace(low, high, sums.shape[-1])
    fields = sums if len(sums) == 1 else [_ahead(sums, k) for k in range(len(sums))]
    for field in fields:
        if field.min() < 0 < field.max():
            axes.contour(along, along, field, levels=[0], colors=TEXT, linewidths=1.4)
    rows, targets = moment.arrays["rows"], moment.arrays["targets"].astype(int)
    colors = np.array(CLASSES)[targets]
    size = 24 if len(rows) < 60 else 8
    axes.scatter(rows[:, 0], rows[:, 1], s=size, c=colors, edgecolors="white", linewidths=0.6, zorder=3)
    axes.set(xlim=(low, high), ylim=(low, high), xlabel=names[0], ylabel=names[1])


def _ahead(sums: NDArray[np.float64], k: int) -> NDArray[np.float64]:
    """By how much class k is ahead of the best other one; 0 at its boundary."""
    found: NDArray[np.float64] = sums[k] - np.delete(sums, k, axis=0).max(0)
    return found


def _draw_line(axes: Axes, moment: Snapshot) -> None:
    (low, high), curve = moment.info["scene"]["domain"], moment.arrays["curve"]
    rows, targets, outputs = moment.arrays["rows"][:, 0], moment.arrays["targets"], moment.arrays["outputs"][:, 0]
    for x, target, output in zip(rows, targets, outputs, strict=True):
        error = output - target
        box = Rectangle((x, target), error, error, facecolor=NEGATIVE, edgecolor=NEGATIVE, alpha=0.35)
        axes.add_patch(box)
    axes.plot(np.linspace(low, high, len(curve)), curve, color=POSITIVE, linewidth=2)
    axes.scatter(rows, targets, s=24, color=TEXT, zorder=3)
    axes.set(xlim=(low, high), ylim=(low, high), xlabel="x", ylabel="y")


def _draw_rows(axes: Axes, moment: Snapshot) -> None:
    """Every row: its inputs, and its output beside its target."""
    rows, targets, outputs = moment.arrays["rows"], moment.arrays["targets"], moment.arrays["outputs"][:, 0]
    places = np.arange(len(rows))[::-1]
    axes.barh(places, outputs, color=POSITIVE, height=0.55)
    axes.scatter(targets, places, color=np.array(CLASSES)[targets.astype(int)], s=50, edgecolors="white", zorder=3)
    axes.set(xlim=(-0.05, 1.05), xlabel="output (bar) and target (dot)")
    axes.set_yticks(places, [" ".join(f"{number:g}" for number in row) for row in rows])
