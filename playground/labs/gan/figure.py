"""A moment of a GAN as a picture: the plane with D's map, real points, fakes and their push; or digits. In inches."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import SubFigure
from matplotlib.patches import Rectangle

from playground.export.figure import Drawing
from playground.export.palette import FAINT, MUTED, TEXT, diverging
from playground.labs.gan.config import GANConfig
from playground.run import Run, Snapshot

SIDE, MARGIN = 4.6, 0.45
FAKE = "#6544ff"  # violet, as on the page
ACROSS, PIXELS = 8, 8  # digits in a row, and pixels of one
LONGEST = 0.2  # of an arrow, in the data's unit


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    config = run.config
    assert isinstance(config, GANConfig)
    width, height = _size(run, moment)
    axes = area.add_axes((MARGIN / width, MARGIN / height, SIDE / width, SIDE / height))
    (_draw_digits if config.dataset == "digits" else _draw_plane)(axes, moment)


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    return SIDE + 2 * MARGIN, SIDE + 2 * MARGIN


FIGURE = Drawing(draw=_draw, size=_size)


def _draw_plane(axes: Axes, moment: Snapshot) -> None:
    arrays, (low, high) = moment.arrays, moment.info["scene"]["domain"]
    axes.imshow(
        diverging(arrays["map"])[::-1], extent=(low, high, low, high), interpolation="bilinear", alpha=0.72, zorder=0
    )
    (x, y), (fake_x, fake_y), push = arrays["real"].T, arrays["fakes"].T, arrays["arrows"]
    axes.scatter(x, y, s=3, color=MUTED, linewidths=0, gid="real")
    axes.scatter(fake_x, fake_y, s=10, color=FAKE, linewidths=0, gid="fakes")
    longest = float(np.linalg.norm(push, axis=1).max()) or 1.0
    axes.quiver(
        fake_x, fake_y, *(push * LONGEST / longest).T, angles="xy", scale_units="xy", scale=1, width=0.0022,
        color=TEXT, gid="push",
    )  # fmt: skip
    axes.set(xlim=(low, high), ylim=(low, high))
    axes.tick_params(colors=MUTED, length=2, labelsize=8)
    for spine in axes.spines.values():
        spine.set_color(FAINT)


def _draw_digits(axes: Axes, moment: Snapshot) -> None:
    """Every fake in a frame of what the discriminator believes of it."""
    fakes, beliefs = moment.arrays["fakes"], moment.arrays["beliefs"]
    for index, (image, belief) in enumerate(zip(fakes, beliefs, strict=True)):
        x, y = index % ACROSS, -(index // ACROSS)
        color = tuple(diverging(np.array(np.uint8(round(float(belief) * 255)))) / 255)
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=color, edgecolor="white", lw=1))
        box = (x + 0.09, x + 0.91, y + 0.09, y + 0.91)
        axes.imshow(
            -image.reshape(PIXELS, PIXELS),
            extent=box,
            cmap="gray",
            vmin=-1,
            vmax=1,
            interpolation="nearest",
            zorder=2,
        )
    rows = -(-len(fakes) // ACROSS)
    axes.set(xlim=(0, ACROSS), ylim=(1 - rows, 1), aspect="equal")
    axes.axis("off")
