"""A run as one picture: the network with what every neuron has learned, and the boundary with its points.

Drawn with matplotlib's objects alone, without pyplot and its global state. Lengths are in inches.
"""

import io
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from playground.data.points import DATASETS, FEATURES
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
from playground.lab import LABS, said
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, Snapshot, View
from playground.runs.replay import Progress, advanced

TILE, ROW, COLUMN = 0.5, 0.68, 1.3  # a neuron's side, and from one to the next
PLANE, MARGIN, HEAD = 4.6, 0.45, 0.6
THINNEST, WIDEST = 0.35, 5.0  # of a link, in points
BIAS = 0.1
PNG_DPI = 160
STYLE: Any = {"font.family": "DejaVu Sans", "font.size": 9, "svg.hashsalt": "run", "svg.fonttype": "path"}


def png(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The picture as PNG."""
    return _saved(run, step, progress, format="png", dpi=PNG_DPI, metadata={"Software": None})


def svg(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The picture as SVG; each link is a group of its own, ``link-LAYER-TO-FROM``, as the weights are indexed."""
    metadata = {"Date": None, "Creator": None}
    return _saved(run, step, progress, format="svg", metadata=metadata)


def _saved(run: Run, step: int, progress: Progress | None, **how: Any) -> bytes:
    moment = advanced(run, step, progress).observe("", View(panels=frozenset({"stage", "scene"})))
    file = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        _figure(run, moment).savefig(file, **how)
    return file.getvalue()


def _figure(run: Run, moment: Snapshot) -> Figure:
    config = run.config
    assert isinstance(config, MLPConfig)
    layers = [len(config.features), *map(len, moment.info["held"]), config.outputs]
    network = (len(layers) - 1) * COLUMN + TILE + 0.75
    height = max(PLANE, max(layers) * ROW) + HEAD + MARGIN + 0.35
    width = network + PLANE + 3 * MARGIN
    figure = Figure(figsize=(width, height), facecolor="white")
    figure.text(MARGIN / width, 1 - 0.4 / height, _title(config, moment), fontsize=11, color=TEXT, va="center")
    body = height - HEAD
    axes = figure.add_axes((MARGIN / width, 0, network / width, body / height))
    axes.set(xlim=(-0.65, network - 0.65), ylim=(-body / 2, body / 2))
    axes.axis("off")
    _draw_network(axes, layers, config, moment)
    bottom = (body - PLANE) / 2 + 0.12
    place = ((network + 1.9 * MARGIN) / width, bottom / height, PLANE / width, PLANE / height)
    _draw_plane(figure.add_axes(place), moment)
    return figure


def _title(config: MLPConfig, moment: Snapshot) -> str:
    parts = [DATASETS[config.dataset].label, f"step {moment.step:,}", f"epoch {moment.epoch:,.4g}"]
    metrics = [metric for metric in LABS[config.lab].metrics if metric.name != "train_accuracy"]  # too long with it
    return "   ·   ".join([*parts, *said(metrics, moment.metrics)])


# The network: a column of neurons for every layer, links from column to column


def _draw_network(axes: Axes, layers: list[int], config: MLPConfig, moment: Snapshot) -> None:
    inputs = [list(FEATURES).index(name) for name in config.features]
    maps = [*moment.arrays["input_maps"][inputs], *moment.arrays["maps"]]
    for path, weight, name, size in _links(layers, moment):
        color = POSITIVE if weight > 0 else NEGATIVE
        link = PathPatch(path, fill=False, edgecolor=color, linewidth=THINNEST + (WIDEST - THINNEST) * size)
        link.set_gid(name)
        link.set_alpha(0.85)
        axes.add_patch(link)
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
                axes.text(box[0] - 0.1, y, FEATURES[config.features[row]].label, ha="right", va="center", color=TEXT)
            else:
                level = np.uint8(round((float(next(biases)) + 1) * 127.5))
                corner = box[0] - BIAS / 2, box[2] - BIAS / 2
                shade = tuple(diverging(np.array(level)) / 255)
                axes.add_patch(Rectangle(corner, BIAS, BIAS, facecolor=shade, edgecolor="white", lw=0.8, zorder=5))
    # Pictures set an axes' limits to their own.
    half = (axes.get_figure(root=True).get_size_inches()[1] - HEAD) / 2  # type: ignore[union-attr]
    axes.set(xlim=(-0.65, (len(layers) - 1) * COLUMN + TILE + 0.1), ylim=(-half, half))


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


def _centre(column: int, row: int, count: int) -> tuple[float, float]:
    return column * COLUMN, ((count - 1) / 2 - row) * ROW


def _draw_heading(axes: Axes, column: int, layers: list[int], config: MLPConfig) -> None:
    hidden = config.hidden_sizes
    if 0 < column <= len(hidden):
        all_of = hidden[column - 1]
        text = f"{all_of} neurons" if all_of > 1 else "1 neuron"
        if all_of > layers[column]:
            text = f"{layers[column]} of {all_of}"
    else:
        text = "output" if column else "inputs"
    top = max(layers) * ROW / 2 + 0.1
    axes.text(column * COLUMN, top, text, ha="center", va="bottom", color=MUTED, fontsize=8)


def _draw_plane(axes: Axes, moment: Snapshot) -> None:
    scene, arrays = moment.info["scene"], moment.arrays
    low, high = scene["domain"]
    axes.imshow(plane_colors(arrays["plane"]), extent=(low, high, low, high), interpolation="bilinear")
    training = arrays["is_test"] == 0
    points, colors = arrays["points"][training], point_colors(arrays["labels"][training], scene) / 255
    axes.scatter(points[:, 0], points[:, 1], s=20, c=colors, edgecolors="white", linewidths=0.6, gid="points")
    axes.set(xlim=(low, high), ylim=(low, high), xlabel="x₁", ylabel="x₂")
    axes.tick_params(colors=MUTED, length=2, labelsize=8)
    for label in (axes.xaxis.label, axes.yaxis.label):
        label.set_color(MUTED)
    for spine in axes.spines.values():
        spine.set_color(FAINT)
