import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stnp

from playground.runs.frame import pack, unpack

arrays = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.sampled_from([np.uint8, np.float32, np.int32]).flatmap(
        lambda dtype: stnp.arrays(dtype, stnp.array_shapes(min_dims=1, max_dims=3, min_side=0, max_side=5))
    ),
    max_size=4,
)


@given(st.dictionaries(st.text(max_size=8).filter(lambda key: key != "arrays"), st.integers() | st.text()), arrays)
def test_what_is_packed_is_unpacked(header: dict[str, object], given_arrays: dict[str, np.ndarray]) -> None:
    frame = pack(header, given_arrays)
    assert len(frame) % 4 == 0
    back, found = unpack(frame)
    assert back == header
    assert list(found) == list(given_arrays)
    for name, array in given_arrays.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array, equal_nan=array.dtype == np.float32)


def test_every_array_starts_at_a_multiple_of_four() -> None:
    frame = pack({"é": 1}, {"a": np.zeros(3, np.uint8), "b": np.array([1.5], np.float32)})
    assert frame[-4:] == np.array([1.5], "<f4").tobytes()
    assert frame.index(np.array([1.5], "<f4").tobytes()) % 4 == 0


def test_what_a_browser_could_not_read_is_refused() -> None:
    with pytest.raises(ValueError, match="'a' has dtype float64"):
        pack({}, {"a": np.zeros(2)})
    with pytest.raises(ValueError):
        pack({"loss": float("nan")}, {})


@given(st.binary(max_size=60))
def test_damaged_bytes_are_a_value_error(damaged: bytes) -> None:
    frame = pack({"x": 1}, {"a": np.arange(6, dtype=np.uint8)})
    for bad in (damaged, frame[: len(damaged)], damaged + frame):
        try:
            unpack(bad)
        except ValueError:
            continue
