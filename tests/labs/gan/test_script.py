"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import hashlib
import io
from typing import Any

import pytest

from playground.headless.runs import replay
from playground.labs.gan.config import GANConfig
from playground.labs.gan.data import SETS
from playground.labs.gan.script import script
from playground.run import Run
from playground.runs.timeline import Timeline

SMALL: dict[str, Any] = {"generator_layers": (8,), "discriminator_layers": (8, 8), "batch_size": 16, "seed": 3}
CASES: list[dict[str, Any]] = [
    *({"dataset": name} for name in SETS),
    {"loss": "wgan_gp", "noise": "uniform", "generator_batch_norm": True, "discriminator_updates_per_round": 3},
    {"loss": "least_squares", "discriminator_batch_norm": True, "discriminator_optimizer": "momentum"},
    {"loss": "minimax", "noise_size": 5, "dataset": "drawn", "drawing": "0f" * 128},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    timeline = Timeline(Run(config=GANConfig(**SMALL, **settings)))
    timeline.advance(steps=2)
    timeline.apply("generator_learning_rate", 0.01)
    timeline.apply("generator.layers.0.weight[1,0]", 0.5)
    timeline.apply("loss", "wgan_gp" if settings.get("loss") != "wgan_gp" else "non_saturating")
    timeline.advance(steps=1)
    timeline.apply("plays", "discriminator")
    timeline.apply("discriminator_updates_per_round", 2)
    timeline.advance(steps=2)
    expected = replay(timeline.run, 5, quiet=True)
    out, names = io.StringIO(), {"__name__": "run"}
    with contextlib.redirect_stdout(out):
        exec(compile(script(timeline.run, 5), "run.py", "exec", dont_inherit=True), names)
    digest = hashlib.sha256()
    for key, value in names["model"].state_dict().items():  # type: ignore[attr-defined]
        digest.update(key.encode() + value.numpy().tobytes())
    assert digest.hexdigest() == expected.parameters_sha256
    printed = {key: float(value) for key, value in (line.split() for line in out.getvalue().splitlines())}
    assert printed == pytest.approx(dict(expected.metrics), abs=1e-5)
