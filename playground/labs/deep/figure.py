"""A moment of a run as a picture: of each network what arrives of the gradient and of the signal, layer by layer.

Lengths are in inches.
"""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from playground.export.figure import Drawing
from playground.export.palette import FAINT, MUTED, NEGATIVE, POSITIVE, TEXT
from playground.run import Run, Snapshot

WIDTH, ROW = 7.2, 2.1  # of the whole, and of a network's row
NAMES = {"plain": "Without skips", "residual": "With skips", "prefix": "Short control"}
LOWEST, HIGHEST = 1e-12, 1e2  # of what is drawn


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    return WIDTH, ROW * len(moment.info["scene"]["networks"]) + 0.4


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    """Draw a row of two ladders for each network, all on one scale."""
    networks, (width, height) = moment.info["scene"]["networks"], _size(run, moment)
    for row, network in enumerate(networks):
        bottom = (height - (row + 1) * ROW + 0.1) / height
        for column, (part, title, color) in enumerate(
            (("gradients", "gradient ‖g‖ / ‖W‖", POSITIVE), ("signals", "signal (root mean square)", NEGATIVE))
        ):
            left = (0.75 + column * (width - 0.5) / 2) / width
            axes = area.add_axes((left, bottom, ((width - 0.5) / 2 - 0.65) / width, (ROW - 0.75) / height))
            words = f"{NAMES[network['name']]}: {title}"
            _draw_ladder(axes, moment.arrays[f"{network['name']}_{part}"], words, color, row == len(networks) - 1)


FIGURE = Drawing(draw=_draw, size=_size)


def _draw_ladder(axes: Axes, values: NDArray[Any], title: str, color: str, is_last: bool) -> None:
    layers = np.arange(1, len(values) + 1)
    shown = np.clip(np.nan_to_num(values, nan=LOWEST, posinf=HIGHEST), LOWEST, HIGHEST)
    axes.bar(layers, shown, color=color, width=0.8)
    axes.set(yscale="log", ylim=(LOWEST, HIGHEST), xlim=(0.4, len(values) + 0.6))
    axes.set_title(title, fontsize=9, color=TEXT, loc="left")
    axes.tick_params(colors=MUTED, length=2, labelsize=8, which="both")
    axes.minorticks_off()
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if is_last:
        axes.set_xlabel("layer", fontsize=8, color=MUTED)
    for spine in axes.spines.values():
        spine.set_color(FAINT)
