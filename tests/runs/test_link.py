"""A run in a link opens as the same run; a damaged link says what is wrong with it."""

from typing import Any
from urllib.parse import parse_qsl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.labs.mlp.config import MLPConfig
from playground.run import Edit, Run
from playground.runs.link import MOST_CHARACTERS, NAMES, TASK, Held, held, known, query, read, task, with_task
from playground.runs.runfile import torch_version
from tests.runs.test_timeline import EDITS
from tests.test_run import configs

CHANGES = [*EDITS, ("tier", "compiled"), ("layers.0.bias[0]", 1 / 3)]
XOR = Run(config=MLPConfig(dataset="xor"))


@given(
    configs(),
    st.lists(
        st.tuples(st.integers(0, 10**6), st.sampled_from(CHANGES)),
        max_size=9,
    ),
    st.integers(0, 10**10),
)
def test_a_run_survives_its_link(config: MLPConfig, edits: list[tuple[int, tuple[str, Any]]], step: int) -> None:
    run = Run(config=config)
    for at, (target, value) in sorted(edits, key=lambda edit: edit[0]):
        run = run.edited(Edit(step=at, target=target, value=value))
    text = query(run, step)
    assert text is not None
    assert text.isascii()
    assert read("mlp", dict(parse_qsl(text, keep_blank_values=True))) == (run, step, [], None)


def test_a_link_is_short_or_there_is_none() -> None:
    run = XOR
    while (text := query(run, 5)) is not None:
        assert len(text) <= MOST_CHARACTERS
        run = run.edited(Edit(step=len(run.edits), target="layers.0.weight[2,1]", value=0.123456789))
    assert len(run.edits) > 50


def test_a_link_without_a_run_is_its_configuration() -> None:
    assert read("mlp", {"dataset": "xor"}) == (XOR, 0, [], None)


def test_another_torch_is_told() -> None:
    *_, warning = read("mlp", {"dataset": "xor", "step": "3", "torch": "1.0"})
    assert "made with torch '1.0'; this is " + torch_version() in (warning or "")


def test_a_run_from_a_batch_of_networks_tells_what_it_was_there() -> None:
    text = dict(parse_qsl(query(XOR, 1500, in_batch=0.1468) or "", keep_blank_values=True))
    run, step, problems, warning = read("mlp", text)
    assert (run, step, problems) == (XOR, 1500, [])
    assert "a test loss of 0.147 after 1,500 updates. Here it is trained alone" in (warning or "")
    *_, warning = read("mlp", {**text, "torch": "1.0"})
    assert "made with torch" in (warning or "")
    assert "trained alone" in (warning or "")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ({"in_batch": "-1"}, "'-1' is not a number from 0"),
        ({"in_batch": "nan"}, "'nan' is not a number from 0"),
        ({"step": "-3"}, "'-3' is not a whole number from 0"),
        ({"step": "1e3"}, "'1e3' is not a whole number from 0"),
        ({"step": "9" * 400}, "…' is not a whole number from 0"),
        ({"edits": "3:layers.0.bias[0]:" + "9" * 400}, "…' is not a number from -1000 to 1000"),
        ({"edits": "3:layers.0.weight[02,01]:1"}, "edits[0]: 'layers.0.weight[02,01]' cannot be set"),
        ({"edits": f"{10**12}:learning_rate:1"}, "'1000000000000' is not a whole number from 0 to 10000000000"),
        ({"edits": "x"}, "'x' is not a whole number from 0"),
        ({"edits": "3:learning_rate:fast"}, "'fast' is not a number from 0 to 100"),
        ({"edits": "3:seed:7"}, "edits[0]: 'seed' cannot be set"),
        ({"edits": "3:dataset:nowhere"}, "'nowhere' is not one of"),
        ({"edits": "3:loss:hinge;4:dataset:wine;5:loss:hinge"}, "edits[2]: loss: 'hinge' does not fit wine"),
        ({"edits": "3:layers.0.weight[9,9]:1"}, "edits[0]: 'layers.0.weight[9,9]' cannot be set"),
        ({"edits": "3:os.system:1"}, "edits[0]: 'os.system' cannot be set"),
        ({"edits": "3:foo:bar"}, "edits[0]: 'foo' cannot be set to 'bar'"),
        ({"edits": "3:tier:warp"}, "edits[0]: 'tier' cannot be set to 'warp'"),
        ({"edits": "9:learning_rate:1;3:learning_rate:1"}, "edits[1]: step 3 comes after step 9"),
    ],
)
def test_what_is_wrong_with_a_link_is_named(damage: dict[str, str], reason: str) -> None:
    run, step, (problem,), _ = read("mlp", {"dataset": "xor", "step": "3", **damage})
    assert (run, step, problem.name) == (XOR, 0, "link")
    assert reason in problem.message


def test_a_run_is_known_again_by_its_link() -> None:
    edited = Run(config=MLPConfig(hidden_sizes=())).edited(Edit(step=3, target="learning_rate", value=1.0))
    assert known("mlp", f"{query(edited, None)}&step=7") == (edited, 7)
    assert known("mlp", f"{query(edited, None)}") == (edited, 0)
    for text in (query(Run(config=XOR.config), 0), f"{query(edited, 7)}&x=1", "step=99999999999", "", None, 7):
        assert known("mlp", text) is None


def test_edits_of_another_configuration_are_left_out_and_that_is_said() -> None:
    text = {"dataset": "xor", "noise": "9", "edits": "3:learning_rate:1", "step": "7"}
    run, step, (noise, lost), _ = read("mlp", text)
    assert (run, step, noise.name) == (XOR, 0, "noise")
    assert str(lost) == "link: its changes and its step belong to another configuration, and are left out"


EDITED = XOR.edited(Edit(step=3, target="learning_rate", value=1.0))


@pytest.mark.parametrize(
    "name",
    [
        "fbclid",
        "gclid",
        "msclkid",
        "dclid",
        "yclid",
        "gbraid",
        "igsh",
        "utm_source",
        "utm_medium",
        "mc_eid",
        "_gl",
        "ref",
    ],
)
def test_what_other_programs_add_to_a_link_changes_nothing(name: str) -> None:
    text = dict(parse_qsl(query(EDITED, 7) or "", keep_blank_values=True))
    assert read("mlp", {name: "IwAR0", **text, name.upper(): "x"})[:2] == (EDITED, 7)
    assert read("mlp", {name: "IwAR0", **text}) == (EDITED, 7, [], None)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=5))
def test_an_unknown_name_never_costs_what_is_known(unknown: dict[str, str]) -> None:
    text = dict(parse_qsl(query(EDITED, 7) or "", keep_blank_values=True))
    unknown = {name: value for name, value in unknown.items() if name not in text and name not in NAMES}
    run, step, problems, _ = read("mlp", {**unknown, **text})
    assert (run, step) == (EDITED, 7)
    assert all(found.message == "there is no such setting" for found in problems)


@given(st.text(st.characters(exclude_categories=("C", "Z")), max_size=TASK.most), st.booleans())
def test_a_task_travels_in_the_link_and_is_no_part_of_the_run(words: str, presents: bool) -> None:
    text = with_task(query(XOR, 7) or "", words, presents)
    assert text.isascii()
    found = dict(parse_qsl(text, keep_blank_values=True))
    assert task(found) == (words, [])
    assert found.get("present") == ("true" if presents else None)
    assert read("mlp", found) == (XOR, 7, [], None)


def test_a_task_is_one_short_line() -> None:
    assert task({"exercise": "  two\nlines "}) == ("two lines", [])
    assert task({}) == ("", [])
    for bad in ("x" * (TASK.most + 1), "a\u202eb"):
        found, (problem,) = task({"exercise": bad})
        assert found == ""
        assert "is not a line of at most 160 characters" in problem.message


def test_what_a_link_holds_comes_back() -> None:
    wanted = Held(locked=("activation", "noise"), hidden=("seed",))
    text = dict(parse_qsl(with_task(query(XOR, 7) or "", held=wanted)))
    assert held(text, XOR.config.settings()) == (wanted, [])
    assert read("mlp", text) == (XOR, 7, [], None)
    assert held({}, ["noise"]) == (Held(), [])


def test_a_control_that_is_not_there_is_named() -> None:
    found, problems = held({"lock": "noise,learnig_rate,noise", "hide": "<b>"}, ["noise", "learning_rate"])
    assert found == Held(locked=("noise",))
    assert [str(problem) for problem in problems] == [
        "lock: 'learnig_rate' is not a control of this page; did you mean learning_rate?",
        "hide: '<b>' is not a control of this page",
    ]
