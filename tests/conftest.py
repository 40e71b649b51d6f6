from collections.abc import Iterator

import pytest
import torch

from playground.engine.inline import InlineEngine
from playground.stream.hub import Hub, use_hub


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


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of the test's own, which trains in this process."""
    made = Hub(InlineEngine())
    use_hub(made)
    yield made
    use_hub(None)
