"""A moment of a run as a picture: the network with what every neuron has learned, and the boundary with its points.

Lengths are in inches. In an SVG each link is a group of its own, ``link-LAYER-TO-FROM``, as the weights are indexed.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from playground.export.figure import Drawing
from playground.export.palette import (
    CLASSES,
    FAINT,
    MUTED,
    NEGATIVE,
    POSITIVE,
    TEXT,
    diverging,
    plane_colors,
    point_colors,
)
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, Snapshot

TILE, ROW, COLUMN = 0.5, 0.68, 1.3  # a neuron's side, and from one to the next
PLANE, MARGIN = 4.6, 0.45
THINNEST, WIDEST = 0.35, 5.0  # of a link, in points
BIAS = 0.1
ARCH = 0.2  # how far a skip rises


def _layers(run: Run, moment: Snapshot) -> list[int]:
    """Returns the number of drawn neurons of each layer, from the inputs to the outputs."""
    config = run.config_after(moment.info["edits"])
    assert isinstance(config, MLPConfig)
    return [config.drawn_inputs, *map(len, moment.info["held"]), config.outputs]


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    layers = _layers(run, moment)
    return _width(layers) + PLANE + 2.4 * MARGIN, max(PLANE + 0.8, max(layers) * ROW + 0.7)


def _width(layers: list[int]) -> float:
    return (len(layers) - 1) * COLUMN + TILE + 0.75


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    """Draw the network, and the plane to the right of it."""
    config = run.config_after(moment.info["edits"])
    assert isinstance(config, MLPConfig)
    layers, (width, height) = _layers(run, moment), _size(run, moment)
    network = _width(layers)
    axes = area.add_axes((MARGIN / width, 0, network / width, 1))
    axes.axis("off")
    _draw_network(axes, layers, config, moment)
    axes.set(xlim=(-0.65, network - 0.65), ylim=(-height / 2, height / 2))  # a picture in it sets them to its own
    place = ((network + 1.9 * MARGIN) / width, (height - PLANE) / 2 / height, PLANE / width, PLANE / height)
    draw_plane(area.add_axes(place), moment)


FIGURE = Drawing(draw=_draw, size=_size)


# The network: a column of neurons for every layer, links from column to column


def _draw_network(axes: Axes, layers: list[int], config: MLPConfig, moment: Snapshot) -> None:
    inputs = [config.shown_inputs.index(name) for name in config.inputs[: config.drawn_inputs]]
    maps = [*moment.arrays["input_maps"][inputs], *moment.arrays["maps"]]
    for path, weight, name, size in _links(layers, moment):
        color = POSITIVE if weight > 0 else NEGATIVE
        link = PathPatch(path, fill=False, edgecolor=color, linewidth=THINNEST + (WIDEST - THINNEST) * size)
        link.set_gid(name)
        link.set_alpha(0.85)
        axes.add_patch(link)
    for path, name in _skips(layers, config, moment):
        skip = PathPatch(path, fill=False, edgecolor=TEXT, linewidth=1, linestyle=(0, (3, 2)))
        skip.set_gid(name)
        axes.add_patch(skip)
    tiles = iter(maps)
    largest = float(np.abs(moment.arrays["biases"]).max()) or 1.0
    biases = iter(moment.arrays["biases"] / largest)
    for column, count in enumerate(layers):
        _draw_heading(axes, column, layers, config)
        for row in range(count):
            x, y = _centre(column, row, count)
            box = (x - TILE / 2, x + TILE / 2, y - TILE / 2, y + TILE / 2)
            is_class = column == len(layers) - 1 and count > 1  # whose probability has the class's colour
            colors = diverging(next(tiles), high=CLASSES[row]) if is_class else diverging(next(tiles))
            axes.imshow(colors, extent=box, zorder=3, interpolation="bilinear", aspect="auto")
            axes.add_patch(Rectangle((box[0], box[2]), TILE, TILE, fill=False, edgecolor=MUTED, lw=0.8, zorder=4))
            if column == 0:
                axes.text(
                    box[0] - 0.1, y, config.input_label(config.inputs[row]), ha="right", va="center", color=TEXT
                )
            else:
                level = np.uint8(round((float(next(biases)) + 1) * 127.5))
                corner = box[0] - BIAS / 2, box[2] - BIAS / 2
                shade = tuple(diverging(np.array(level)) / 255)
                axes.add_patch(Rectangle(corner, BIAS, BIAS, facecolor=shade, edgecolor="white", lw=0.8, zorder=5))


def _links(layers: list[int], moment: Snapshot) -> Iterator[tuple[Path, float, str, float]]:
    """Every drawn link's curve, weight, name, and share of the largest weight's size."""
    weights = iter(moment.arrays["weights"])
    largest = float(np.abs(moment.arrays["weights"]).max()) or 1.0
    shown = [list(range(layers[0])), *moment.info["held"], list(range(layers[-1]))]
    for column, (before, after) in enumerate(pairwise(shown)):
        for to, neuron in enumerate(after):
            for source, other in enumerate(before):
                weight = float(next(weights))
                x0, y0 = _centre(column, source, len(before))
                x1, y1 = _centre(column + 1, to, len(after))
                start, end, middle = x0 + TILE / 2, x1 - TILE / 2, (x0 + x1) / 2
                curve = Path([(start, y0), (middle, y0), (middle, y1), (end, y1)], [Path.MOVETO, *[Path.CURVE4] * 3])
                yield curve, weight, f"link-{column}-{neuron}-{other}", abs(weight) / largest


def _skips(layers: list[int], config: MLPConfig, moment: Snapshot) -> Iterator[tuple[Path, str]]:
    """Every drawn skip's arch, from the top of a neuron to the top of the one after it, and its name."""
    shown = moment.info["held"]
    for column, (before, after) in enumerate(pairwise(shown), start=1):
        for neuron in set(before) & set(after) if config.skipped[column] else ():
            x0, y0 = _centre(column, before.index(neuron), layers[column])
            x1, y1 = _centre(column + 1, after.index(neuron), layers[column + 1])
            (x0, y0), (x1, y1) = (x0 + TILE / 4, y0 + TILE / 2), (x1 - TILE / 4, y1 + TILE / 2)
            top = max(y0, y1) + ARCH
            codes = [Path.MOVETO, *[Path.CURVE4] * 3]
            yield Path([(x0, y0), (x0 + ARCH, top), (x1 - ARCH, top), (x1, y1)], codes), f"skip-{column}-{neuron}"


def _centre(column: int, row: int, count: int) -> tuple[float, float]:
    return column * COLUMN, ((count - 1) / 2 - row) * ROW


def _draw_heading(axes: Axes, column: int, layers: list[int], config: MLPConfig) -> None:
    hidden = config.hidden_sizes
    if 0 < column <= len(hidden):
        all_of = hidden[column - 1]
        text = f"{all_of} neurons" if all_of > 1 else "1 neuron"
        if all_of > layers[column]:
            text = f"{layers[column]} of {all_of}"
        if config.normalization != "none":
            text += f"\n{config.normalization} norm"
    else:
        text = "output" if column else "inputs"
    top = max(layers) * ROW / 2 + 0.1
    axes.text(column * COLUMN, top, text, ha="center", va="bottom", color=MUTED, fontsize=8)


def draw_plane(axes: Axes, moment: Snapshot) -> None:
    """Draw the output over the plane, and the training points."""
    scene, arrays = moment.info["scene"], moment.arrays
    low, high = scene["domain"]
    axes.imshow(plane_colors(arrays["plane"]), extent=(low, high, low, high), interpolation="bilinear")
    training = arrays["is_test"] == 0
    points, colors = arrays["points"][training], point_colors(arrays["labels"][training], scene) / 255
    height = scene["curve_height"]
    up = height * arrays["labels"][training] if height else points[:, 1]
    axes.scatter(points[:, 0], up, s=20, c=colors, edgecolors="white", linewidths=0.6, gid="points")
    axes.set(xlim=(low, high), ylim=(low, high), xlabel="x₁", ylabel="x₂")
    if height:
        _draw_curve(axes, moment, height)
    axes.tick_params(colors=MUTED, length=2, labelsize=8)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(MUTED)
    for spine in axes.spines.values():
        spine.set_color(FAINT)


def _draw_curve(axes: Axes, moment: Snapshot, height: float) -> None:
    """Draw what the network makes of x alone as a curve: the middle row of its map."""
    row = moment.arrays["plane"][0, len(moment.arrays["plane"][0]) // 2].astype(float)
    values = (row - 128) / 127.5 * moment.arrays["plane_range"][1]
    low, high = moment.info["scene"]["domain"]
    axes.plot(np.linspace(low, high, len(values)), height * values, color=TEXT, lw=2, gid="curve")
    axes.set(xlabel="x", ylabel="f(x)")
    axes.set_yticks(height * np.array([-1, -0.5, 0, 0.5, 1]), ["−1", "−0.5", "0", "0.5", "1"])
