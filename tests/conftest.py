from collections.abc import Iterator

import pytest
import torch


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled loops of the tests stay among themselves, and no run takes one that the test did not ask for."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PLAYGROUND_COMPILE", "off")
    patch.setenv("PLAYGROUND_STORE", f"sqlite:///{tmp_path_factory.mktemp('store') / 'runs.sqlite'}")
    patch.setenv("PLAYGROUND_CACHE", str(tmp_path_factory.mktemp("compiled")))
    yield
    patch.undo()
