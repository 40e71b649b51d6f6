"""What is read of a CSV file, what is refused and how it is named."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.data.csv_file import MOST_BYTES, Points, points, read
from playground.data.points import dataset_of
from playground.kinds import ConfigError
from playground.labs.mlp.config import MLPConfig

PLAIN = "height,weight,kind\n1.5,60,cat\n2,70,dog\n2.5,61,cat\n3,80.5,dog\n"
ROWS = [[-5.0, -5.0], [-5 + 10 / 3, -5 + 100 / 20.5], [-5 + 20 / 3, -5 + 10 / 20.5], [5.0, 5.0]]


def drawn(found: Points) -> tuple[np.ndarray, list[float]]:
    """The points that the settings then hold, in the order of the file."""
    config = MLPConfig(dataset="own", own=found.text, own_classes=found.classes, own_names=found.names, batch_size=1,
                       loss="cross_entropy" if found.classes > 2 else "squared_error")  # fmt: skip
    entry = config.data
    places, labels = entry.generate(entry.size, 0.0, np.random.default_rng(0))
    return places, labels.tolist()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.encode("utf-16"),
        PLAIN.replace(",", ";").replace(".", ",").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.replace("cat", '"cat"').replace("1.5", '" 1.5 "').encode(),
        ("\n" + PLAIN.replace("\n", "\n\n")).encode(),
    ],
    ids=["plain", "mark", "utf-16", "semicolon", "tab", "windows", "quoted", "empty rows"],
)
def test_however_it_is_written_the_points_are_the_same(content: bytes) -> None:
    table = read(content)
    assert [column.name for column in table.columns] == ["height", "weight", "kind"]
    assert [column.is_numeric for column in table.columns] == [True, True, False]
    found = points(table, (0, 1), 2)
    places, labels = drawn(found)
    assert places == pytest.approx(np.array(ROWS), abs=1e-4)
    assert (labels, found.classes, found.names, found.left_out) == ([0, 1, 0, 1], 2, "height|weight|cat|dog", ())


def test_commas_and_line_breaks_within_quotes_belong_to_a_field() -> None:
    table = read(b'x,"a, b\nc",kind\n1,2,"big, one"\n2,3,"small ""one"""\n3,4,"big, one"\n4,1,"big, one"\n')
    assert [column.name for column in table.columns] == ["x", "a, b c", "kind"]
    assert table.columns[2].classes == ("big, one", 'small "one"')


def test_numbers_to_predict_and_columns_without_names() -> None:
    rows = [f"{i},{i * i},{i / 10}" for i in range(20)]
    found = points(read("\n".join(rows).encode()), (0, 1), 2)
    places, labels = drawn(found)
    assert (found.classes, found.names, len(places)) == (0, "column 1|column 2", 20)
    assert labels == pytest.approx(np.linspace(-1, 1, 20), abs=3e-4)


def test_what_is_missing_is_named_and_left_out() -> None:
    content = PLAIN + "4,,dog\n5,60,\nNA,1,cat\n6,x7,dog\n7,1,dog\n"
    found = points(read(content.encode()), (0, 1), 2)
    assert len(drawn(found)[0]) == 5
    assert found.left_out == (
        "Row 8 has no value in column 'height'.",
        "Row 6 has no value in column 'weight'.",
        "Row 9 has 'x7', which is not a number in column 'weight'.",
        "Row 7 has no value in column 'kind'.",
    )


def test_of_many_rows_a_part_is_taken_that_is_spread_over_the_file() -> None:
    rows = ["x,y,c", *(f"{i},{-i},{i % 3}" for i in range(12_000))]
    found = points(read("\n".join(rows).encode()), (0, 1), 2)
    places, labels = drawn(found)
    assert (len(places), places[0, 0], places[-1, 0], set(labels)) == (
        5000,
        pytest.approx(-5, abs=1e-4),
        pytest.approx(5, abs=1e-4),
        {0, 1, 2},
    )
    assert found.left_out == ("Of 12,000 rows 5,000 are taken, spread evenly over the file.",)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file has 0 rows"),
        (b"a,b,c\n1,2,x\n", "the file has 2 rows"),
        (b"a\n1\n2\n3\n4\n5\n", "row 1 has 1 column; use 3 to 200"),
        (PLAIN.encode() + b"1,2\n", "row 6 has 2 fields, but row 1 has 3"),
        (b"\x00\x01\x02" * 50, "zero bytes"),
        (b"a" * (MOST_BYTES + 1), r"10,485,761 bytes; use at most 10,485,760 \(10 MB\)"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read(content)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1,2,a\n1,3,b\n1,4,a\n1,5,b\n", "column 'x' is 1 in every row"),
        ("1,2,a\n2,3,a\n3,4,a\n4,5,a\n", "column 'c' has 1 different label;"),
        ("".join(f"{i},{i},c{i}\n" for i in range(9)), "column 'c' has 9 different labels; use one with 2 to 6"),
        (
            "1,,a\n2,,b\n3,1,a\n4,2,b\n",
            "2 rows have all three values; 4 are needed. Row 2 has no value in column 'y'.",
        ),
    ],
)
def test_what_cannot_be_points_is_refused(body: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        points(read(f"x,y,c\n{body}".encode()), (0, 1), 2)


FIELDS = st.one_of(
    st.floats().map(str),
    st.integers().map(str),
    st.sampled_from(["", "a", "b", "NA", "1e400", "-inf", "1_0", "٣", '"', "1,5"]),
    st.text(max_size=6),
)


@settings(max_examples=150, deadline=None)
@given(
    st.binary(max_size=300)
    | st.tuples(
        st.lists(st.lists(FIELDS, min_size=3, max_size=4), min_size=4, max_size=9), st.sampled_from(",;\t")
    ).map(lambda given: _csv(*given))
)
def test_any_file_gives_points_or_a_message(content: bytes) -> None:
    try:
        table = read(content)
        last = len(table.columns) - 1
        found = points(table, range(last), last)
    except ConfigError:
        return
    places, labels = drawn(found)
    assert np.isfinite(places).all()
    assert np.abs(places).max() <= 5.001
    assert len(set(labels)) == found.classes or found.classes == 0


def _csv(rows: list[list[str]], separator: str) -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(rows)
    return out.getvalue().encode("utf-8", errors="replace")


def test_names_are_those_of_the_file() -> None:
    entry = dataset_of("own", None, (1, 2), "0" * 32, 2, "age|height|cat|dog")
    assert (entry.columns, entry.class_names) == (("age", "height"), ("cat", "dog"))
    assert dataset_of("own", None, (1, 2), "0" * 32, 3, "age|height|cat|dog").class_names == ()
