"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load

from playground.data import files
from playground.export import exported
from playground.headless.runs import replay
from playground.labs.image.bring import brought
from playground.labs.image.config import ImageConfig
from playground.labs.image.script import script
from playground.run import Run
from playground.runs.timeline import Timeline
from tests.labs.image.own import strokes

CASES: list[dict[str, Any]] = [
    {},
    {"architecture": "mlp", "last_activation": True, "dataset": "centred", "optimizer": "sgd", "split": "place"},
    {"architecture": "cnn", "dataset": "shifted", "dense": (16,), "dropout": 0.3, "batch_norm": True, "images": 1500},
    {"architecture": "cnn", "head": "average", "dataset": "shapes", "planted": True, "pooling": "none"},
    {"dataset": "own", "images": 40},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(
    settings: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if settings.get("dataset") == "own":
        settings = {**settings, "own": files.put(brought(strokes()).packed())}
    timeline = Timeline(Run(config=ImageConfig(**{"images": 60, "seed": 3, **settings})))
    timeline.advance(steps=3)
    timeline.apply("learning_rate", 0.01)
    name, shape = next(iter(timeline.run.config.shapes().items()))
    timeline.apply(f"{name}[{','.join('0' * len(shape))}]", 0.5)
    if "conv1.weight" in timeline.run.config.shapes():
        timeline.apply("silent", "conv1.1,conv2.0")
    timeline.advance(steps=3)
    expected = replay(timeline.run, 6, quiet=True)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "run.json").write_text(
        exported(timeline.run, 6, "run").decode()
    )  # which a person's own images are in
    out, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(out):
        exec(compile(script(timeline.run, 6), "run.py", "exec"), names)
    digest = hashlib.sha256()
    for key, value in names["model"].state_dict().items():
        digest.update(key.encode() + value.numpy().tobytes())
    assert digest.hexdigest() == expected.parameters_sha256
    printed = dict(line.split() for line in out.getvalue().splitlines())
    for key, number in expected.metrics.items():
        assert float(printed[key]) == pytest.approx(number, abs=1e-5)
    kept = load(exported(timeline.run, 6, "safetensors", quiet=True))
    names["model"].load_state_dict(kept)
    assert all(torch.equal(kept[key], value) for key, value in names["model"].state_dict().items())
