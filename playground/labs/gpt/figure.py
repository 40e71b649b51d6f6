"""A moment of a run as a picture: what the network writes, and where its heads look. Lengths are in inches."""

from textwrap import wrap

from matplotlib.figure import SubFigure

from playground.export.figure import Drawing, drawable
from playground.export.palette import FAINT, MUTED, TEXT
from playground.labs.gpt.config import GPTConfig
from playground.run import Run, Snapshot

MAP, GAP, LABEL = 1.05, 0.15, 0.22  # of an attention map: its side, the space behind it, the line above it
MARGIN, LINE, LETTER = 0.4, 0.2, 0.083
LEAST_WIDTH, LINES = 5.0, 7
TEXT_HEIGHT = LINE * (LINES + 1.5)


def _size(run: Run, moment: Snapshot) -> tuple[float, float]:
    config = run.config
    assert isinstance(config, GPTConfig)
    width = max(LEAST_WIDTH, config.heads * (MAP + GAP) + 2 * MARGIN)
    return width, TEXT_HEIGHT + config.layers * (MAP + LABEL + GAP) + MARGIN


def _lines(moment: Snapshot, width: float) -> list[str]:
    """Returns the first lines of the prompt and what is written behind it."""
    text = drawable(f"{moment.info['prompt']}{moment.info['text']}")
    most = int((width - 2 * MARGIN) / LETTER)
    return [part for line in text.split("\n") for part in wrap(line, most, break_on_hyphens=False) or [""]][:LINES]


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    width, height = _size(run, moment)
    top = height - LINE
    for number, line in enumerate(_lines(moment, width)):
        place = MARGIN / width, (top - number * LINE) / height
        area.text(*place, line, family="DejaVu Sans Mono", fontsize=9, color=TEXT, va="top")
    top = height - TEXT_HEIGHT
    for layer, heads in enumerate(moment.arrays["weights"]):
        for head, weights in enumerate(heads):
            left, bottom = MARGIN + head * (MAP + GAP), top - (layer + 1) * (MAP + LABEL + GAP) + GAP
            axes = area.add_axes((left / width, bottom / height, MAP / width, MAP / height))
            axes.imshow(weights**0.5, cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.set_title(f"{layer + 1}.{head + 1}", fontsize=8, color=MUTED, pad=3)
            for spine in axes.spines.values():
                spine.set_color(FAINT)


FIGURE = Drawing(draw=_draw, size=_size)
