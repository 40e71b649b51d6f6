import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run
from playground.runs.runfile import MOST_BYTES, MOST_CHARACTERS, open_file, read, write
from tests.runs.test_timeline import EDITS
from tests.test_run import configs

SPIRAL = Run(config=MLPConfig(dataset="spiral")).edited(Edit(step=3, target="learning_rate", value=0.1))


def changed(**values: Any) -> str:
    return json.dumps({**json.loads(write(SPIRAL, 7)), **values})


@given(
    configs(), st.lists(st.tuples(st.integers(0, 10**6), st.sampled_from([*EDITS, ("tier", "compiled")])), max_size=9)
)
def test_a_run_survives_its_file(config: MLPConfig, edits: list[tuple[int, tuple[str, Any]]]) -> None:
    run = Run(config=config)
    for step, (target, value) in sorted(edits, key=lambda edit: edit[0]):
        run = run.edited(Edit(step=step, target=target, value=value))
    assert read(write(run, 12)) == (run, 12, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "its format is not 'neural-playground-run'"),
        ('{"format": "pickle"}', "its format is not"),
        (" " * (MOST_CHARACTERS + 1), "at most 4,000,000 characters, not 4,000,001"),
        (changed(version=2), "version: 2 is not 1"),
        (changed(lab="../mlp"), "lab: '../mlp' is not one of mlp"),
        (changed(config=[]), "config: it is not an object"),
        (changed(config={"evil": 1}), "config: there is no setting 'evil'"),
        (changed(config={"noise": 3}), "noise: 3 is not a number from 0 to 0.5"),
        (changed(step=-1), "step: -1 is not a whole number from 0"),
        (changed(edits={}), "edits: it is not a list of at most 20,000 edits"),
        (changed(edits=[7]), "edits[0]: an edit has a step, a target and a value"),
        (
            changed(edits=[{"step": 0, "target": "seed", "value": 7}]),
            "'seed' cannot be set to 7 during",
        ),
        (
            changed(edits=[{"step": 10**12, "target": "learning_rate", "value": 1}]),
            "edits[0]: 1000000000000 is not a whole number from 0 to 10000000000",
        ),
        (changed(edits=[{"step": 0, "target": [], "value": 1}]), "edits[0]: target: [] is not a name"),
        (changed(step=10**400), "step: 1000000000000000000000000000000000000000… is not a whole number from 0"),
        (changed(config={"noise": 10**400}), "noise: 1000000000000000000000000000000000000000… is not a number"),
        (changed(version=10**400), "version: 1000000000000000000000000000000000000000… is not 1"),
        (
            changed(edits=[{"step": 0, "target": "layers.0.bias[0]", "value": 10**400}]),
            "edits[0]: 1000000000000000000000000000000000000000… is not a number from -1000 to 1000",
        ),
        (
            changed(edits=[{"step": 0, "target": "layers.0.weight[02,01]", "value": 1}]),
            "'layers.0.weight[02,01]' cannot be set to 1 during",
        ),
        (
            changed(edits=[{"step": 0, "target": "layers.0.weight[٢,1]", "value": 1}]),
            "'layers.0.weight[٢,1]' cannot be set to 1 during",
        ),
        (
            changed(edits=[{"step": 0, "target": "learning_rate", "value": "x"}]),
            "edits[0]: 'x' is not a number from 0",
        ),
        (
            changed(edits=[{"step": 0, "target": "layers.0.bias[0]", "value": 1e9}]),
            "is not a number from -1000 to 1000",
        ),
        (
            changed(edits=[{"step": 0, "target": "layers.0.weight[4,0]", "value": 1}]),
            "'layers.0.weight[4,0]' cannot be set to 1 during",
        ),
        (
            changed(edits=[{"step": 0, "target": "batch_size", "value": 300}]),
            "edits[0]: batch_size: 300 is more than the 250 training points",
        ),
        (
            changed(edits=[{"step": s, "target": "learning_rate", "value": 1} for s in (5, 4)]),
            "edits[1]: step 4 comes after step 5",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_named(text: str, reason: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read(text)
    assert reason in str(refused.value)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_file_is_read_in_every_encoding_of_json(encoding: str) -> None:
    """Windows' editors put a byte-order mark before a text, and its shell writes UTF-16."""
    text = write(SPIRAL, 7)
    assert read(text.encode(encoding)) == read("\ufeff" + text) == (SPIRAL, 7, None)


def test_bytes_that_are_no_text_are_refused() -> None:
    for content in (b"\xff\xfe\xff", b"\xef\xbb\xbf", b"\x80" * 99, b""):
        with pytest.raises(ConfigError, match="it is not JSON"):
            read(content)


def test_an_endless_file_is_read_no_further_than_a_run_file_may_go() -> None:
    tracemalloc.start()
    with pytest.raises(ConfigError, match="/dev/zero: a run file has at most 8,000,002 bytes"):
        open_file(Path("/dev/zero"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 3 * MOST_BYTES


numbers = st.integers() | st.sampled_from([10**400, -(10**400), 1e400])
anything = st.recursive(
    st.none() | numbers | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
)


@settings(max_examples=200)
@given(anything, st.sampled_from(["version", "lab", "config", "edits", "step", "torch", "format"]))
def test_any_other_value_is_refused_or_read(value: Any, field: str) -> None:
    try:
        run, _, _ = read(changed(**{field: value}))
    except ConfigError:
        return
    assert isinstance(run, Run)


def test_another_torch_is_told() -> None:
    run, step, warning = read(changed(torch="1.0"))
    assert (run, step) == (SPIRAL, 7)
    assert "made with torch '1.0'" in (warning or "")
