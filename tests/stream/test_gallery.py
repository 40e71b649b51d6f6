"""The pictures of the labs come from runs that train while somebody looks."""

import io

import numpy as np
import pytest
from PIL import Image

from playground.engine.inline import InlineEngine
from playground.lab import LABS
from playground.stream import gallery as module
from playground.stream.gallery import SIDE_PX, Gallery


@pytest.mark.parametrize("lab", LABS)
def test_a_lab_s_picture_changes_while_somebody_looks(lab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    monkeypatch.setattr(module, "SLICE_S", 0.01)
    gallery = Gallery(InlineEngine())
    gallery.picture(lab)
    first = Image.open(io.BytesIO(gallery.picture(lab) or b""))
    assert first.size == (SIDE_PX, SIDE_PX)
    for _ in range(200):
        later = Image.open(io.BytesIO(gallery.picture(lab) or b""))
        if not np.array_equal(np.asarray(first), np.asarray(later)):
            return
    pytest.fail("the picture never changed")


def test_nothing_is_trained_more_often_than_it_is_shown() -> None:
    engine = InlineEngine()
    gallery = Gallery(engine)
    for _ in range(5):
        gallery.picture("mlp")
    assert gallery._trained_s == {"mlp": 0.0}


def test_a_run_that_is_gone_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_S", 0.0)
    engine = InlineEngine()
    gallery = Gallery(engine)
    gallery.picture("mlp")
    engine.close("gallery mlp")
    gallery.picture("mlp")  # finds that it is gone
    assert gallery.picture("mlp") is not None
    assert gallery._trained_s == {"mlp": 0.0}
