"""The small pictures of runs, in both schemes."""

import io

import numpy as np
from PIL import Image

from playground.export.palette import INK_ON_DARK, NEGATIVE, NEUTRAL, NEUTRAL_ON_DARK, POSITIVE, rgb
from playground.stream.thumbnail import in_scheme, png


def test_in_the_dark_signs_keep_their_colours_and_mixes_are_mixed_from_them() -> None:
    half = (rgb(NEUTRAL) + rgb(POSITIVE)) / 2
    drawn = np.stack([rgb(NEGATIVE), rgb(POSITIVE), rgb(NEUTRAL), half, np.zeros(3)])
    expected = np.stack(
        [
            rgb(NEGATIVE),
            rgb(POSITIVE),
            rgb(NEUTRAL_ON_DARK),
            (rgb(NEUTRAL_ON_DARK) + rgb(POSITIVE)) / 2,
            rgb(INK_ON_DARK),
        ]
    )
    picture = png(drawn[:, None].repeat(5, axis=1).round().astype(np.uint8), 5)
    assert in_scheme(picture, "light") == in_scheme(picture, None) == picture
    seen = np.asarray(Image.open(io.BytesIO(in_scheme(picture, "dark"))), float)[:, 0]
    assert np.abs(seen - expected).max() < 2  # mixed in whole levels
    white = png(np.full((1, 1, 3), 255, np.uint8))
    assert np.asarray(Image.open(io.BytesIO(in_scheme(white, "dark")))).max() < rgb(NEUTRAL_ON_DARK).min()
