"""Every kind of setting takes its own values, and refuses everything else in a few words."""

import math
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.kinds import ConfigError, Integer, Kind, Maybe, Pair, Share, shown
from playground.lab import LABS
from playground.runs.runfile import PARAMETER, STEP
from playground.stream.limits import Limits
from playground.stream.pace import SPEED

HUGE = 10**400  # no float is as large
DEEP: list[Any] = []
for _ in range(5000):
    DEEP = [DEEP]
KINDS: dict[str, Kind] = {"a step": STEP, "a parameter": PARAMETER, "the speed": SPEED}
for group in (*(kind for lab in LABS.values() for kind in (lab.config_class, lab.look_class)), Limits):
    KINDS |= {f"{group.__module__}.{group.__name__}.{name}": known.kind for name, known in group.settings().items()}

LONGEST = 500  # characters of a refusal: the names of all settings of the Playground may be among them

numbers = st.sampled_from([HUGE, -HUGE, math.inf, math.nan]) | st.integers() | st.floats()
scalars = st.none() | st.booleans() | numbers | st.text(max_size=60) | st.binary(max_size=9)
anything = st.recursive(scalars, lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.text(), inner))


def refused(call: Any) -> str:
    """The words of the refusal; none where there is none."""
    try:
        call()
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("value", [HUGE, -HUGE, [HUGE], [1, HUGE], 10**5000, DEEP, b"\xff"], ids=type)
def test_what_no_setting_can_be_is_refused_in_words(value: Any) -> None:
    for name, kind in KINDS.items():
        said = refused(partial(kind.check, value))
        assert " is not " in said, name
        assert len(said) < LONGEST, name


@given(st.sampled_from(sorted(KINDS)), anything)
def test_whatever_is_checked_is_taken_or_refused(name: str, value: Any) -> None:
    assert len(refused(lambda: KINDS[name].check(value))) < LONGEST


@given(st.sampled_from(sorted(KINDS)), st.text() | st.integers(0, 5000).map(lambda digits: "9" * digits))
def test_whatever_is_read_is_taken_or_refused(name: str, text: str) -> None:
    assert len(refused(lambda: KINDS[name].parse(text))) < LONGEST


@pytest.mark.parametrize("value", [None, (2, 7)])
def test_a_pair_or_nothing_comes_back_from_its_text(value: Any) -> None:
    kind = Maybe(Pair(Integer(0, 9)))
    assert kind.parse(kind.format(value)) == kind.check(value and list(value)) == value


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (7, "7 is not a pair of values"),
        ([1], "[1] is not a pair of values"),
        ([1, 2, 3], "[1, 2, 3] is not a pair of values"),
        ([1, 10], "10 is not a whole number from 0 to 9"),
        ([1, None], "None is not a whole number from 0 to 9"),
    ],
)
def test_what_is_no_pair_is_refused(value: Any, said: str) -> None:
    assert refused(lambda: Maybe(Pair(Integer(0, 9))).check(value)) == said


def test_what_cannot_be_written_is_named_by_its_kind() -> None:
    assert shown(10**5000) == "this int"
    assert shown(DEEP) == "this list"
    assert shown("x" * 50) == repr("x" * 40 + "…")


# What is typed on the stage, brought, or explained by what it stands in.
_SPOKEN_FOR = {"own", "own_names", "own_classes", "frozen", "zeroed", "device", "table_columns", "all_columns"}


@pytest.mark.parametrize("lab", ["mlp", "compare", "map", "race"])
def test_a_help_says_what_to_try_and_its_range_in_the_unit_of_its_slider(lab: str) -> None:
    known = {name: each for name, each in LABS[lab].config_class().settings().items() if name not in _SPOKEN_FOR}
    assert [name for name, each in known.items() if "Try " not in each.help] == []
    shares = {name: each for name, each in known.items() if isinstance(each.kind, Share)}
    texts = {name: f"{each.kind.low * 100:.0f} to {each.kind.high:.0%}" for name, each in shares.items()}
    assert {name: text for name, text in texts.items() if text not in known[name].help} == {}
