"""Numbers as people type them: the same table as the browser's reader has to pass, tests/stage/number.test.js."""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from playground import numbers
from playground.kinds import ConfigError, Integer, Number, Sizes

CASES = json.loads((Path(__file__).parent / "stage" / "numbers.json").read_text("utf-8"))
MOST = 1e9


@pytest.mark.parametrize("case", CASES, ids=lambda case: repr(case["text"]))
def test_a_number_is_the_one_that_was_typed_or_refused_in_words(case: dict[str, Any]) -> None:
    kind, text = Number(-MOST, MOST), case["text"]
    if "value" in case:
        assert numbers.read(text) == kind.parse(text) == case["value"]
        return
    words = (
        "can be read in two ways" if case["problem"] == "ambiguous" else "is not a number from -1e[+]09 to 1e[+]09"
    )
    with pytest.raises(ConfigError, match=words):
        kind.parse(text)


def test_what_a_setting_writes_it_reads() -> None:
    kind = Number(-math.inf, math.inf)
    for value in (0.0, -0.5, 1.125, 1000.0, 1e-5, 123456.789, 1 / 3, 1e22, 2.0**-1074):
        assert kind.parse(kind.format(value)) == value


def test_a_whole_number_has_no_decimals() -> None:
    kind = Integer(0, 10**12)
    for text, value in (("100", 100), (" 1 000", 1000), ("+7", 7), ("999999999999", 999_999_999_999)):
        assert kind.parse(text) == value
    for text in ("0,5", "10.5", "10.0", "1e3", "-1", "ten", ""):
        with pytest.raises(ConfigError, match="is not a whole number from 0 to"):
            kind.parse(text)
    with pytest.raises(ConfigError, match="can be read in two ways"):
        kind.parse("1,000")


def test_sizes_are_whole_so_that_a_comma_stands_between_them() -> None:
    kind = Sizes(8, 1, 32)
    for text in ("8,8,4", "8-8-4", "8, 8, 4", "8 8 4", " 8–8–4 "):
        assert kind.parse(text) == (8, 8, 4)
    for text in ("", "none", "None"):
        assert kind.parse(text) == ()
    for text in ("-4", "8,,4", "8.5", "8;4", "1,000", "eight"):
        with pytest.raises(ConfigError, match="is not a list of at most 8 whole numbers from 1 to 32"):
            kind.parse(text)
