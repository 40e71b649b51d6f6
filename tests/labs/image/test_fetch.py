"""MNIST by a stand-in for scikit-learn's fetch_openml: what is taken of it, and what is said where it cannot come."""

import subprocess
import sys
from types import SimpleNamespace
from typing import Any
from urllib.error import URLError

import numpy as np
import pytest

from playground.kinds import ConfigError
from playground.labs.image import fetch as module
from playground.labs.image.fetch import begin, fetched, outcome
from playground.labs.image.images import MOST, OWN, TEST, set_of
from playground.labs.image.own import pictures_of

COUNT = MOST + TEST + 40


def stand_in(asked: list[Any], columns: int = 784) -> Any:
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (COUNT, columns))

    def fetch(name: str, *, version: int, **options: Any) -> Any:
        asked.append((name, version, options["as_frame"]))
        return SimpleNamespace(data=data, target=np.array([str(i % 10) for i in range(COUNT)], object))

    return fetch


def test_the_same_images_are_kept_each_time_with_their_labels() -> None:
    asked: list[Any] = []
    fetch = stand_in(asked)
    name = fetched("mnist", fetch)
    assert fetched("mnist", fetch) == name
    assert asked == [("mnist_784", 1, False)] * 2
    found, made = pictures_of(name), set_of(OWN, name)
    assert found is not None
    assert (made.label, made.most, made.test) == ("MNIST", MOST, TEST)
    data = fetch("", version=1, as_frame=False).data
    places = {row.tobytes(): place for place, row in enumerate(data.astype(np.uint8))}
    rows = [places[image.tobytes()] for image in found.images.reshape(len(found.images), -1)]
    assert len(set(rows)) == MOST + TEST
    assert [row % 10 for row in rows] == found.labels.tolist()


def test_where_it_cannot_come_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> Any:
        raise URLError("no route")

    with pytest.raises(ConfigError, match=r"Fashion-MNIST cannot be fetched: .* openml.org \(URLError\)"):
        fetched("fashion", fails)
    with pytest.raises(ConfigError, match="MNIST has another form than expected"):
        fetched("mnist", stand_in([], columns=10))


def test_a_process_fetches_for_all_who_ask_and_tells_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []

    def starts(command: list[str], **options: Any) -> Any:
        code = "import sys; sys.stdin.read(); print('no way', file=sys.stderr); sys.exit(1)"
        made.append(command)
        return popen([sys.executable, "-c", code], stdin=subprocess.PIPE, **options)

    popen = subprocess.Popen
    monkeypatch.setattr(module.subprocess, "Popen", starts)
    first = begin("mnist")
    assert begin("mnist") is first
    assert made == [[sys.executable, "-m", "playground.labs.image.fetch", "mnist"]]
    assert first.stdin is not None
    first.stdin.close()
    first.stdin = None
    first.wait()
    for _ in range(2):
        with pytest.raises(ConfigError, match="no way"):
            outcome(first)
