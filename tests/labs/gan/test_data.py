"""A drawing as data, and the defaults that digits have."""

import numpy as np
import pytest

from playground.kinds import ConfigError
from playground.labs.gan.config import DIGITS, GANConfig
from playground.labs.gan.data import LETTERS, bitmap, drawn


@pytest.mark.parametrize(("text", "side"), [(LETTERS, 16), ("0" * 40 + "8001" + "0" * 212, 32)])
def test_points_are_drawn_evenly_from_the_dark_squares(text: str, side: int) -> None:
    points = drawn(text, 4000, np.random.default_rng(0))
    columns, rows = np.floor((points[:, 0] / 2.5 + 0.5) * side), np.floor((0.5 - points[:, 1] / 2.5) * side)
    counts = np.zeros((side, side))
    np.add.at(counts, (rows.astype(int), columns.astype(int)), 1)
    assert ((counts > 0) == bitmap(text)).all()
    dark = counts[bitmap(text)]
    assert dark.min() > 0.5 * dark.mean()


@pytest.mark.parametrize("text", ["", "0" * 64, "f" * 65, "f" * 100, "g" * 64, "0" * 256])
def test_what_is_no_drawing_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not 256 or 64 hexadecimal digits"):
        GANConfig(drawing=text)


def test_digits_named_alone_get_their_own_defaults() -> None:
    config, problems = GANConfig.from_text({"dataset": "digits", "noise_size": "8"})
    assert not problems
    assert config == GANConfig(**{**DIGITS, "noise_size": 8})
    assert GANConfig.from_text({"dataset": "ring"})[0] == GANConfig(dataset="ring")
    every = GANConfig(dataset="digits").to_text()  # an older link names all
    assert GANConfig.from_text(every)[0] == GANConfig(dataset="digits")
