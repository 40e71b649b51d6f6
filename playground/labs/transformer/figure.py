"""A moment of a run as a picture: a translation, and where each head of the cross-attention looks. In inches."""

from matplotlib.figure import SubFigure

from playground.export.figure import Drawing, drawable
from playground.export.palette import FAINT, MUTED, TEXT
from playground.labs.transformer.config import TransformerConfig
from playground.run import Run, Snapshot

CELL, WORDS, GAP, LABEL = 0.22, 0.85, 0.2, 0.22  # a weight, the words beside a map, around it, and the line above it
MARGIN, LINE, LEAST_WIDTH, COLUMNS = 0.4, 0.22, 5.0, 4


def _size(run: Run, _: Snapshot) -> tuple[float, float]:
    """Room for the longest pair, so that all frames of a film are alike."""
    config = run.config
    assert isinstance(config, TransformerConfig)
    columns, known = min(config.heads, COLUMNS), config.corpus
    rows = config.decoder_layers * -(-config.heads // columns)
    width = max(LEAST_WIDTH, 2 * MARGIN + WORDS + columns * (known.source_length * CELL + GAP))
    return width, 2.5 * LINE + WORDS + rows * (known.target_length * CELL + LABEL + GAP) + MARGIN


def _draw(area: SubFigure, run: Run, moment: Snapshot) -> None:
    width, height = _size(run, moment)
    layers = moment.arrays["cross"]
    columns, (wide, high) = min(layers.shape[1], COLUMNS), (CELL * count for count in layers.shape[:1:-1])
    most = CELL * run.config.corpus.target_length  # type: ignore[attr-defined]
    shown, separator = moment.info["shown"], moment.info["scene"]["separator"]
    written = shown["free"][: shown["free"].index("<end>")] if "<end>" in shown["free"] else shown["free"]
    for number, line in enumerate((" ".join(shown["source"]), "→ " + separator.join(written))):
        place = MARGIN / width, 1 - (0.7 + number) * LINE / height
        area.text(*place, drawable(line), fontsize=10, color=TEXT, va="top")
    for index, weights in enumerate(layers.reshape(-1, *layers.shape[2:])):
        layer, head = divmod(index, layers.shape[1])
        row = layer * -(-layers.shape[1] // columns) + head // columns
        left = MARGIN + WORDS + head % columns * (wide + GAP)
        bottom = height - 2.5 * LINE - WORDS - row * (most + LABEL + GAP) - high
        axes = area.add_axes((left / width, bottom / height, wide / width, high / height))
        axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, interpolation="nearest", aspect="auto")
        axes.set_xlabel(f"{layer + 1}.{head + 1}", fontsize=8, color=MUTED, labelpad=3)
        sources = [drawable(word) for word in shown["source"]] if row == 0 else [""] * len(shown["source"])
        targets = [drawable(word) for word in shown["free"]] if head % columns == 0 else [""] * weights.shape[0]
        axes.set_xticks(range(len(sources)), sources, rotation=60, ha="left", fontsize=8, color=TEXT)
        axes.set_yticks(range(len(targets)), targets, fontsize=8, color=TEXT)
        axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False, pad=2)
        for spine in axes.spines.values():
            spine.set_color(FAINT)


FIGURE = Drawing(draw=_draw, size=_size)
