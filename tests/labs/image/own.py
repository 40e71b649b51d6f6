"""Images of a person's own for the tests: upright and flat strokes, dark on white paper."""

import io
import zipfile
from collections.abc import Mapping

import numpy as np
from PIL import Image

File = tuple[str, bytes]


def png(kind: str, seed: int, side: int = 40, mode: str = "L") -> bytes:
    rng = np.random.default_rng([seed, len(kind)])
    paper = np.full((side, side), 255, np.uint8)
    at = int(rng.integers(4, side - 8))
    if kind == "upright":
        paper[4:-4, at : at + 4] = 0
    else:
        paper[at : at + 4, 4:-4] = 0
    out = io.BytesIO()
    Image.fromarray(paper).convert(mode).save(out, "PNG")
    return out.getvalue()


def strokes(each: int = 30) -> list[File]:
    """Files of two classes, by their paths."""
    return [(f"strokes/{kind}/{seed}.png", png(kind, seed)) for kind in ("flat", "upright") for seed in range(each)]


def zipped(files: list[File] | Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for path, content in dict(files).items():
            archive.writestr(path, content)
    return out.getvalue()
