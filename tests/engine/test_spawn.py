"""What a process begins with that is started beside the server."""

from concurrent.futures import ProcessPoolExecutor

from threadpoolctl import threadpool_info

from playground.engine.spawn import BareSpawnContext


def blas_threads() -> list[int]:
    """The threads of each linear algebra library that NumPy brings, in this process."""
    import numpy as np

    assert np.eye(2) is not None
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_numpy_computes_in_one_thread() -> None:
    with ProcessPoolExecutor(1, mp_context=BareSpawnContext()) as pool:
        found = pool.submit(blas_threads).result()
    assert found
    assert set(found) == {1}
