"""A run as a picture (PNG, SVG) and as a film (GIF): what its lab draws of a moment, beside the metrics' curves.

A lab's card names its ``Drawing``. Figures are drawn with matplotlib's objects alone, without pyplot and its global
state. Lengths are in inches.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure, SubFigure
from matplotlib.patches import Rectangle
from numpy.typing import NDArray
from PIL import Image

from playground.catalog import resolve
from playground.export.palette import CLASSES, FAINT, MUTED, TEST, TEXT, TRAIN
from playground.format import scaled
from playground.lab import LABS, Metric
from playground.run import Run, Snapshot, View
from playground.runs.replay import Progress, moments

CJK = ("Noto Sans CJK SC", "WenQuanYi Micro Hei", "PingFang SC", "Microsoft YaHei")
INSTALLED = [name for name in CJK if name in set(font_manager.get_font_names())]  # fonts that have 中文
HEAD, MARGIN, CURVES = 0.55, 0.4, 3.2
STYLE: Any = {
    "font.family": ["DejaVu Sans", *INSTALLED],
    "font.size": 9,
    "svg.hashsalt": "run",
    "svg.fonttype": "path",
}
PNG_DPI = 160

FRAMES = 60
FRAME_MS, LAST_MS = 80, 2500
GIF_PIXELS = 860  # the most in width
COLORS = (128, 64, 32)  # the most with which the file is small enough
MOST_BYTES = 3 * 10**6

Size = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """How a lab draws a moment of its run.

    ``draw(area, run, moment)`` draws into a part of a figure that is ``size(run, moment)`` wide and high. The moment
    is what the stage shows of ``panels`` to a user who has selected nothing.
    """

    draw: Callable[[SubFigure, Run, Snapshot], None]
    size: Callable[[Run, Snapshot], Size] = lambda run, moment: (6.0, 4.4)
    panels: frozenset[str] = frozenset({"stage", "scene"})


@dataclass(frozen=True, slots=True)
class Film:
    """The recorded moments of a run, and every metric at each of ``steps``, those of the curves."""

    moments: list[Snapshot]
    steps: list[int]
    metrics: list[Mapping[str, float | None]]


def png(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """Returns the run at ``step`` as a picture."""
    return _saved(run, step, progress, format="png", dpi=PNG_DPI, metadata={"Software": None})


def svg(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """Returns the same picture as SVG."""
    return _saved(run, step, progress, format="svg", metadata={"Date": None, "Creator": None})


def gif(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """Returns the run up to ``step`` as about 60 frames, which begin close together, where most is learned."""
    film = _filmed(run, step, progress)
    with matplotlib.rc_context(STYLE):
        pictures = [_pixels(_figure(run, film, moment)) for moment in film.moments]
    pictures = _equally_high(pictures)
    made = b""
    for colors in COLORS:
        made = _animated(pictures, colors)
        if len(made) <= MOST_BYTES:
            break
    return made


def drawable(text: str) -> str:
    """Returns ``text`` with □ in place of every character that the fonts lack."""
    return "".join(character if character in "\n" or ord(character) in _known() else "□" for character in text)


@cache
def _known() -> frozenset[int]:
    """The code points that the fonts of ``STYLE`` have."""
    paths = {font_manager.findfont(family) for family in STYLE["font.family"]}
    return frozenset(code for path in paths for code in font_manager.get_font(path).get_charmap())


def _saved(run: Run, step: int, progress: Progress | None, **how: Any) -> bytes:
    film = _filmed(run, step, progress, only_last=True)
    file = io.BytesIO()
    with matplotlib.rc_context(STYLE):
        _figure(run, film, film.moments[-1]).savefig(file, **how)
    return file.getvalue()


def _filmed(run: Run, step: int, progress: Progress | None, only_last: bool = False) -> Film:
    """Compute ``run`` again. Returns its moments, or only the last, and its metrics."""
    steps = sorted({round(step * (frame / (FRAMES - 1)) ** 2) for frame in range(FRAMES)})
    view = View(panels=_drawing(run).panels)
    film = Film([], [], [])
    for timeline in moments(run, steps, progress):
        experiment = timeline.experiment
        film.steps.append(timeline.step)
        film.metrics.append(experiment.metrics())
        if not only_last or timeline.step == step or experiment.notice is not None:
            film.moments.append(timeline.observe("", view))
    return film


def _drawing(run: Run) -> Drawing:
    found: Drawing = resolve(LABS[run.lab].figure or "")
    return found


# For drawings of many small pictures: axes of their own would take most of the time


def sheet(area: SubFigure, width: float, height: float) -> Axes:
    """Returns invisible axes over the whole ``area``, in inches from its lower left corner."""
    axes = area.add_axes((0, 0, 1, 1))
    axes.axis("off")
    axes.set(xlim=(0, width), ylim=(0, height))
    return axes


def place(paper: Axes, colors: NDArray[np.uint8], box: tuple[float, float, float, float]) -> None:
    """Draw ``colors`` (h, w, 3) on a ``sheet``, framed, in a box: left, bottom, width, height."""
    left, bottom, width, height = box
    ends = paper.get_xlim(), paper.get_ylim()  # which a picture sets to its own
    extent = (left, left + width, bottom, bottom + height)
    paper.imshow(colors, extent=extent, interpolation="nearest", aspect="auto", zorder=2)
    paper.add_patch(Rectangle((left, bottom), width, height, fill=False, edgecolor=FAINT, linewidth=0.8, zorder=3))
    paper.set(xlim=ends[0], ylim=ends[1])


# One figure: a title, what the lab draws, the curves


def _figure(run: Run, film: Film, moment: Snapshot) -> Figure:
    drawing = _drawing(run)
    width, height = drawing.size(run, moment)
    figure = Figure(figsize=(width + CURVES, height + HEAD), facecolor="white")
    grid = figure.add_gridspec(2, 2, width_ratios=(width, CURVES), height_ratios=(HEAD, height), wspace=0, hspace=0)
    config = run.config_after(moment.info["edits"])
    title = f"{config.title()}   ·   update {moment.step:,}   ·   epoch {moment.epoch:,.4g}"
    figure.text(
        MARGIN / (width + CURVES), 1 - 0.32 / (height + HEAD), drawable(title), fontsize=11, color=TEXT, va="center"
    )
    drawing.draw(figure.add_subfigure(grid[1, 0]), run, moment)
    _draw_curves(figure.add_subfigure(grid[1, 1]), LABS[run.lab].metrics, film, moment.step, (CURVES, height))
    return figure


def _draw_curves(area: SubFigure, metrics: Sequence[Metric], film: Film, step: int, size: Size) -> None:
    """Draw a plot for each of the axes that the metrics have, up to ``step``, on ranges that fit the whole film."""
    plots: dict[str, list[Metric]] = {}
    for metric in metrics:
        if any(found.get(metric.name) is not None for found in film.metrics):
            plots.setdefault(metric.axes, []).append(metric)
    width, height = size
    each = (height - MARGIN) / max(len(plots), 1)
    for row, together in enumerate(plots.values()):
        bottom = height - (row + 1) * each
        plot = area.add_axes(
            (0.6 / width, bottom / height, (width - 1.0) / width, (each - 0.25 * len(together) - 0.2) / height)
        )
        for line, metric in enumerate(reversed(together)):
            _draw_curve(plot, metric, film, step, _color(line, len(together)), len(together) - 1 - line)
        _frame(plot, film, together, is_last=row == len(plots) - 1)


def _color(line: int, count: int) -> str:
    return (TEST, TRAIN)[line] if count <= 2 else (TEST, *CLASSES)[line]


def _draw_curve(plot: Axes, metric: Metric, film: Film, step: int, color: str, line: int) -> None:
    known = [
        (at, value)
        for at, found in zip(film.steps, film.metrics, strict=True)
        if at <= step and (value := found.get(metric.name)) is not None
    ]
    if known:
        plot.plot(*np.array(known).T, color=color, linewidth=1.4)
    text = f"{metric.label} {metric.text(known[-1][1] if known else None)}"
    plot.annotate(text, (0, 1), (0, 4 + 11 * line), "axes fraction", "offset points", color=color, fontsize=8)


def _frame(plot: Axes, film: Film, metrics: Sequence[Metric], is_last: bool) -> None:
    """Set the axes to fit the whole film: 0 or the lowest value, the highest, and the last step."""
    values = [value for found in film.metrics for metric in metrics if (value := found.get(metric.name)) is not None]
    low, high = min(0.0, *values), 1.0 if metrics[0].unit == "share" else max(values) or 1.0
    last = max(film.steps[-1], 1)
    plot.set(xlim=(0, last), ylim=(low, high + 0.03 * (high - low)))
    ends = [metrics[0].text(value) if metrics[0].unit else scaled(value) for value in (low, high)]
    plot.set_yticks([low, high], ends if low else ["0", ends[1]])
    plot.set_xticks([0, last], ["0", f"update {last:,}"] if is_last else ["", ""])
    plot.get_xticklabels()[1].set_horizontalalignment("right")
    plot.tick_params(colors=MUTED, length=2, labelsize=8)
    for name, spine in plot.spines.items():
        spine.set_color(FAINT)
        spine.set_visible(name in ("left", "bottom"))


# The film


def _pixels(figure: Figure) -> Image.Image:
    figure.set_dpi(GIF_PIXELS / figure.get_figwidth())
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _equally_high(pictures: list[Image.Image]) -> list[Image.Image]:
    """Returns pictures of one width with white below, where the network has grown on the way."""
    width, height = pictures[0].width, max(picture.height for picture in pictures)
    found = [Image.new("RGB", (width, height), "white") for _ in pictures]
    for sheet, picture in zip(found, pictures, strict=True):
        sheet.paste(picture)
    return found


def _animated(pictures: list[Image.Image], colors: int) -> bytes:
    palette = _palette(pictures, colors)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    file = io.BytesIO()
    frames[0].save(
        file, format="GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False
    )
    return file.getvalue()


def _palette(pictures: list[Image.Image], colors: int) -> Image.Image:
    """Returns the colours that serve all frames, found from a few of them."""
    few = pictures[:: max(len(pictures) // 6, 1)] + pictures[-1:]
    width, height = few[0].size
    sheet = Image.new("RGB", (width, height * len(few)))
    for row, picture in enumerate(few):
        sheet.paste(picture, (0, height * row))
    found = sheet.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    levels = np.array(found.getpalette()).reshape(-1, 3)
    levels[levels.min(axis=1) > 248] = 255  # the background stays white
    found.putpalette(levels.ravel().tolist())
    return found
