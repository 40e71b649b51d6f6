"""A person's own series and text: what can be used is cut in time, what cannot is named."""

import numpy as np
import pytest

from playground.kinds import ConfigError
from playground.labs.sequence import own
from playground.labs.sequence.config import SequenceConfig


def test_a_csv_file_gives_its_first_column_of_numbers() -> None:
    assert own.values_of_csv("a.csv", b"day,value,other\n1 May,2,7\n2 May,3.5,8\n") == [2, 3.5]
    assert own.values_of_csv("a.csv", "\ufeff4\n5\n".encode()) == [4, 5]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "bad.csv is empty"),
        (b"\xff\xfe\x00", "bad.csv is not a CSV file in UTF-8"),
        (b"a,b\nc,d\n", "bad.csv: its last line, 'c,d', has no number"),
        (b"1\n2\nx\n4\n", "bad.csv, line 3: 'x' is not a number"),
    ],
)
def test_a_bad_file_is_named(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        own.values_of_csv("bad.csv", content)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"task": "own_series", "series": "1 2 3"}, "3 values are not 40 to 2,000"),
        ({"task": "own_series", "series": "1 " * 50 + "x"}, "value 51: 'x' is not a number"),
        ({"task": "own_series", "series": "5 " * 90}, "all 90 values are 5"),
        (
            {"task": "own_series", "series": "1 2 " * 20, "length": 30},
            "too few for sequences of 30; use a length of 12",
        ),
        ({"task": "own_text", "text": "short"}, "your text has 5 characters; use 40 to 4,000"),
    ],
)
def test_what_cannot_be_learned_is_named(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        SequenceConfig(**settings)  # type: ignore[arg-type]


def test_a_series_is_parted_in_time() -> None:
    train, test = own.series_windows(" ".join(map(str, range(90))), 9)
    np.testing.assert_allclose(np.diff(train.inputs, axis=1), np.diff(train.inputs)[0, 0], atol=1e-5)
    np.testing.assert_array_equal(train.inputs[:, 1:], train.targets[:, :-1])
    assert train.targets.max() < test.inputs.min()
