"""A moment of a run as a picture: the first test image, every map that the network makes of it, and its answer.

Lengths are in inches.
"""

from math import ceil
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from numpy.typing import NDArray

from playground.export.figure import Drawing, drawable, place, sheet
from playground.export.palette import FAINT, MUTED, POSITIVE, TEXT, diverging
from playground.run import Run, Snapshot

TALL, COLUMN, HEAD, SIDE, BARS = 4.2, 0.46, 0.5, 0.25, 1.5
MOST = 16  # maps of a layer that are drawn
PER_COLUMN = 8
MOST_ROWS = 30  # of a dense layer in the whole height; more are finer
WIDE = 4  # numbers of a dense layer side by side


def _columns(moment: Snapshot) -> list[tuple[str, NDArray[np.uint8]]]:
    """The names of what is drawn, and its levels: maps (n, h, w); a dense layer's numbers as one map, row by row."""
    subject = moment.arrays["subject"].astype(int).reshape(1, 28, 28)
    found = [("image", (128 + subject * 127 // 255).astype(np.uint8))]
    for layer in moment.info["scene"]["layers"]:
        levels = moment.arrays[f"map_{layer['name']}"]
        if layer["kind"] in ("norm", "flatten", "dropout", "activation"):
            continue
        if levels.ndim == 2:
            padded = np.full(ceil(levels.size / WIDE) * WIDE, 128, np.uint8)
            padded[: levels.size] = levels[0]
            levels = padded.reshape(1, -1, WIDE)
        found.append((layer["name"], levels[:MOST]))
    return found


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    wide = sum(ceil(len(levels) / PER_COLUMN) for _, levels in _columns(moment))
    return 2 * SIDE + COLUMN * wide + BARS + 0.4, TALL


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    width, height = _size(run, moment)
    paper = sheet(area, width, height)
    left, tile = SIDE, (TALL - HEAD - 0.2) / PER_COLUMN
    for name, levels in _columns(moment):
        paper.text(left, TALL - HEAD + 0.05, name, fontsize=7, color=MUTED, va="bottom")
        for index, map_ in enumerate(levels):
            high = tile * PER_COLUMN * min(len(map_) / MOST_ROWS, 1) if name.startswith("dense") else tile
            x, y = left + index // PER_COLUMN * COLUMN, TALL - HEAD - index % PER_COLUMN * tile - high
            place(paper, diverging(map_), (x, y, COLUMN - 0.08, high - 0.06))
        left += ceil(len(levels) / PER_COLUMN) * COLUMN
    axes = area.add_axes(((left + 0.45) / width, 0.2 / height, (BARS - 0.5) / width, (TALL - HEAD - 0.2) / height))
    _answer(axes, moment)


def _answer(axes: Axes, moment: Snapshot) -> None:
    """The softmax as bars, with the true class in bold."""
    classes: list[Any] = moment.info["scene"]["classes"]
    logits = moment.arrays["logits"].astype(float)
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    axes.barh(range(len(classes)), shares, color=POSITIVE, height=0.7)
    axes.set(xlim=(0, 1), xticks=[0, 1], xticklabels=["0", "100%"], yticks=range(len(classes)))
    axes.set_yticklabels([drawable(str(each))[:10] for each in classes])
    axes.invert_yaxis()
    axes.tick_params(colors=MUTED, length=2, labelsize=8)
    for index, label in enumerate(axes.get_yticklabels()):
        if index == moment.info["target"]:
            label.set(fontweight="bold", color=TEXT)
    axes.set_title("answer", fontsize=7, color=MUTED, loc="left", pad=3)
    for spine in axes.spines.values():
        spine.set_color(FAINT)


FIGURE = Drawing(draw=_draw, size=_size)
