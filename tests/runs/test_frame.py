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


maps = stnp.arrays(np.uint8, stnp.array_shapes(min_dims=3, max_dims=3, min_side=0, max_side=9))


@given(maps, arrays)
def test_a_coarse_frame_has_every_second_row_and_column_and_means_between(
    given_maps: np.ndarray, others: dict[str, np.ndarray]
) -> None:
    found = unpack(pack({}, others | {"maps": given_maps}, coarse=True))[1]["maps"]
    assert found.shape == given_maps.shape
    exact = given_maps[:, ::2, ::2]
    assert np.array_equal(found[:, ::2, ::2], exact)
    between = found[:, ::2, 1:-1:2].astype(int)
    means = (exact[:, :, :-1].astype(int) + exact[:, :, 1:] + 1) // 2
    assert np.array_equal(between, means[:, :, : between.shape[2]])
    down = found[:, 1:-1:2].astype(int)
    assert np.array_equal(down, (found[:, :-2:2].astype(int) + found[:, 2::2] + 1) // 2)


def test_a_coarse_frame_is_small_and_keeps_what_is_no_map() -> None:
    rows = np.arange(100, dtype=np.uint8)
    given_arrays = {"plane": (rows[:, None] + rows)[None], "is_test": rows, "weights": np.ones((2, 3, 4), np.float32)}
    whole, coarse = pack({}, given_arrays), pack({}, given_arrays, coarse=True)
    assert len(coarse) < len(whole) / 3
    found = unpack(coarse)[1]
    assert np.abs(found["plane"].astype(int) - given_arrays["plane"]).max() <= 2  # at the far edge
    for name in ("is_test", "weights"):
        assert np.array_equal(found[name], given_arrays[name])


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
