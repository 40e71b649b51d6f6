"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import hashlib
import io
from typing import Any

import pytest

from playground.headless.runs import replay
from playground.labs.gpt.config import GPTConfig
from playground.labs.gpt.script import script
from playground.run import Run
from playground.runs.timeline import Timeline

SMALL = {"width": 8, "heads": 2, "context": 16, "batch_size": 4}
CASES: list[dict[str, Any]] = [
    {},
    {"corpus": "sort", "norm": "post", "positions": "sinusoidal", "optimizer": "sgd"},
    {"corpus": "addition", "dropout": 0.2, "positions": "none"},
    {"corpus": "circles", "layers": 2},
    {"corpus": "own", "own": "¶".join(f"你好 number {n}" for n in range(30)), "data_seed": 2},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    timeline = Timeline(Run(config=GPTConfig(**{**SMALL, "seed": 3, **settings})))
    timeline.advance(steps=2)
    timeline.apply("learning_rate", 0.01)
    timeline.apply("tokens.weight[1,2]", 0.5)
    timeline.apply("off", "1.2,2")
    timeline.advance(steps=2)
    expected = replay(timeline.run, 4, quiet=True)
    out, names = io.StringIO(), {"__name__": "run"}
    with contextlib.redirect_stdout(out):
        exec(compile(script(timeline.run, 4), "run.py", "exec", dont_inherit=True), names)
    digest = hashlib.sha256()
    for key, value in names["model"].state_dict().items():  # type: ignore[attr-defined]
        digest.update(key.encode() + value.numpy().tobytes())
    assert digest.hexdigest() == expected.parameters_sha256
    printed = dict(line.split() for line in out.getvalue().splitlines())
    for key, number in printed.items():
        assert float(number) == pytest.approx(expected.metrics[key], abs=1e-5)
