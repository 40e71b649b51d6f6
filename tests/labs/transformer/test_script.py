"""The script of a run, run: it ends at the page's weights, to the bit, and prints the page's numbers."""

import contextlib
import hashlib
import io
from typing import Any

import pytest

from playground.headless.runs import replay
from playground.labs.transformer.config import TransformerConfig
from playground.labs.transformer.script import script
from playground.run import Run
from playground.runs.timeline import Timeline

CASES: list[dict[str, Any]] = [
    {},
    {"task": "dates", "target": "chinese", "norm": "post", "positions": "sinusoidal", "held_out": "combination"},
    {"task": "sentences", "dropout": 0.2, "encoder_layers": 2, "decoder_layers": 2, "held_out": "combination"},
    {
        "task": "sorting",
        "positions": "none",
        "optimizer": "momentum",
        "held_out": "combination",
        "silent": "cross.0.0",
    },
    {"task": "reversal", "causal_mask": False, "dropout": 0.1},
    {"target": "chinese", "data_seed": 4},
    {"task": "dates"},
]


@pytest.mark.parametrize("settings", CASES, ids=range(len(CASES)))
def test_the_script_ends_at_the_same_weights(settings: dict[str, Any]) -> None:
    config = TransformerConfig(**{"width": 16, "heads": 2, "batch_size": 16, "seed": 3, **settings})
    timeline = Timeline(Run(config=config))
    timeline.advance(steps=3)
    timeline.apply("learning_rate", 0.01)
    timeline.apply("silent", "encoder.0.1,cross.0.1")
    timeline.apply("output.weight[1,2]", 0.5)
    timeline.advance(steps=2)
    timeline.apply("add_positions", False)
    timeline.apply("cross_attention", False)
    timeline.advance(steps=2)
    timeline.apply("cross_attention", True)
    timeline.advance(steps=2)
    expected = replay(timeline.run, 9, quiet=True)
    out, names = io.StringIO(), dict[str, Any]()
    with contextlib.redirect_stdout(out):
        exec(compile(script(timeline.run, 9), "run.py", "exec"), names)
    digest = hashlib.sha256()
    for key, value in names["model"].state_dict().items():
        digest.update(key.encode() + value.numpy().tobytes())
    assert digest.hexdigest() == expected.parameters_sha256
    printed = dict(line.split() for line in out.getvalue().splitlines())
    assert set(printed) == set(expected.metrics)
    for key, number in expected.metrics.items():
        assert float(printed[key]) == pytest.approx(number, abs=1e-5)
