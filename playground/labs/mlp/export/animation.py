"""A run as a film (GIF): the boundary finds its points while the loss goes down.

Drawn with Pillow at twice the size and made smaller, which smooths every edge. Lengths are in final pixels.
"""

import io
from pathlib import Path
from typing import Any

import matplotlib
from PIL import Image, ImageDraw, ImageFont

from playground.data.points import DATASETS
from playground.export.palette import FAINT, MUTED, TEST, TEXT, TRAIN, plane_colors, point_colors
from playground.format import loss, scaled
from playground.labs.mlp.config import MLPConfig
from playground.run import Run, Snapshot, View
from playground.runs.replay import Progress, moments

FRAMES = 60
FRAME_MS, LAST_MS = 80, 2500
WIDTH, HEIGHT = 640, 356
PLANE = (16, 40, 316, 340)  # left, top, right, bottom
CURVES = (364, 62, 624, 316)
POINT, OUTLINE = 2.8, 3.6  # radii
SCALE = 2
COLORS = (128, 64, 32)  # the most with which the file is small enough
MOST_BYTES = 3 * 10**6


def animation(run: Run, step: int, progress: Progress | None = None) -> bytes:
    """The run up to ``step`` as a GIF of about 60 frames, which begin close together, where most is learned."""
    steps = sorted({round(step * (frame / (FRAMES - 1)) ** 2) for frame in range(FRAMES)})
    view = View(panels=frozenset({"stage", "scene"}))
    film = [timeline.observe("", view) for timeline in moments(run, steps, progress)]
    pictures = [_drawn(run, film[: index + 1], film) for index in range(len(film))]
    made = b""
    for colors in COLORS:
        made = _gif(pictures, colors)
        if len(made) <= MOST_BYTES:
            break
    return made


def _gif(pictures: list[Image.Image], colors: int) -> bytes:
    palette = _palette(pictures, colors)
    frames = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [FRAME_MS] * (len(frames) - 1) + [LAST_MS]
    file = io.BytesIO()
    frames[0].save(
        file, format="GIF", save_all=True, append_images=frames[1:], duration=durations, loop=0, optimize=False
    )
    return file.getvalue()


def _palette(pictures: list[Image.Image], colors: int) -> Image.Image:
    """The colours that serve all frames, found from a few of them."""
    few = pictures[:: max(len(pictures) // 6, 1)] + pictures[-1:]
    sheet = Image.new("RGB", (WIDTH, HEIGHT * len(few)))
    for row, picture in enumerate(few):
        sheet.paste(picture, (0, HEIGHT * row))
    return sheet.quantize(colors, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)


def _drawn(run: Run, past: list[Snapshot], film: list[Snapshot]) -> Image.Image:
    """One frame: the last of ``past``, on axes that fit all of the ``film``."""
    assert isinstance(run.config, MLPConfig)
    moment = past[-1]
    picture = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), "white")
    draw = ImageDraw.Draw(picture)
    title = f"{DATASETS[run.config.dataset].label}   step {moment.step:,}   epoch {moment.epoch:,.4g}"
    draw.text(_at(PLANE[0], 20), title, fill=TEXT, font=_font(15), anchor="lm")
    _draw_plane(picture, draw, moment)
    _draw_curves(draw, past, film)
    return picture.resize((WIDTH, HEIGHT), Image.Resampling.BOX)


def _draw_plane(picture: Image.Image, draw: ImageDraw.ImageDraw, moment: Snapshot) -> None:
    left, top, right, bottom = PLANE
    arrays, scene = moment.arrays, moment.info["scene"]
    size = (right - left) * SCALE, (bottom - top) * SCALE
    plane = Image.fromarray(plane_colors(arrays["plane"])).resize(size, Image.Resampling.BILINEAR)
    low, high = scene["domain"]
    inner = ImageDraw.Draw(plane)
    training = arrays["is_test"] == 0
    places = (arrays["points"][training] - low) / (high - low)
    for (x, y), color in zip(places, point_colors(arrays["labels"][training], scene), strict=True):
        centre = float(x) * size[0], (1 - float(y)) * size[1]
        inner.circle(centre, OUTLINE * SCALE, fill="white")
        inner.circle(centre, POINT * SCALE, fill=tuple(color.tolist()))
    picture.paste(plane, _at(left, top))
    draw.rectangle((*_at(left, top), *_at(right, bottom)), outline=FAINT, width=SCALE)


def _draw_curves(draw: ImageDraw.ImageDraw, past: list[Snapshot], film: list[Snapshot]) -> None:
    left, top, right, bottom = CURVES
    losses = [moment.metrics[name] for moment in film for name in ("train_loss", "test_loss")]
    most = max((value for value in losses if value is not None), default=1.0) or 1.0
    last = max(film[-1].step, 1)
    draw.line((*_at(left, top), *_at(left, bottom), *_at(right, bottom)), fill=FAINT, width=SCALE)
    draw.text(_at(left - 6, top), scaled(most), fill=MUTED, font=_font(11), anchor="rm")
    draw.text(_at(left - 6, bottom), "0", fill=MUTED, font=_font(11), anchor="rm")
    draw.text(_at(right, bottom + 8), f"step {last:,}", fill=MUTED, font=_font(11), anchor="rt")
    for name, label, color, place in (
        ("test_loss", "test loss", TEST, right),
        ("train_loss", "training loss", TRAIN, (left + right) / 2 - 6),
    ):
        known = [(moment.step, value) for moment in past if (value := moment.metrics[name]) is not None]
        curve = [
            _at(left + step / last * (right - left), bottom - value / most * (bottom - top)) for step, value in known
        ]
        if len(curve) > 1:
            draw.line(curve, fill=color, width=2 * SCALE, joint="curve")
        now = past[-1].metrics[name]
        text = f"{label} " + ("not finite" if now is None else loss(now))
        draw.text(_at(place, top - 20), text, fill=color, font=_font(13), anchor="rm")


def _at(x: float, y: float) -> tuple[int, int]:
    return round(x * SCALE), round(y * SCALE)


def _font(size: int) -> Any:
    file = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")  # Pillow's own has no 10⁻⁴
    return ImageFont.truetype(file, size * SCALE)
