"""How many threads compute."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from playground.runs.replay import apart
from playground.training.device import use_one_thread


def threads() -> set[int]:
    """Those of torch, and of each linear algebra library that NumPy brings."""
    assert np.eye(2) is not None
    of_numpy = [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]
    assert of_numpy
    return {torch.get_num_threads(), *of_numpy}


@pytest.fixture(autouse=True)
def two_threads() -> Iterator[None]:
    with threadpool_limits(2, user_api="blas"):
        torch.set_num_threads(2)
        yield
        torch.set_num_threads(1)


def test_torch_and_numpy_compute_in_one_thread() -> None:
    use_one_thread()
    assert threads() == {1}


def test_what_computes_apart_gives_the_threads_back() -> None:
    with apart():
        assert threads() == {1}
    assert threads() == {2}
