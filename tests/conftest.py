from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from playground.engine.inline import InlineEngine
from playground.stream.hub import Hub, use_hub
from playground.training.compiled import compiler_available
from playground.training.device import use_one_thread

# An example may take as long as a busy machine makes it; pytest-timeout ends what hangs.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")

HERE = Path(__file__).parent
# Servers, browsers and clusters: one after the other, where tests run side by side.
BUSY = ("app/", "e2e/", "engine/", "load/", "studies/test_ray.py")
FIRST = ("busy", "compiler")  # the groups that take longest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests share a process where pytest runs several: those of a file, all that are busy, and all that
    need compiled loops, so that each loop is compiled once. The longest groups come first. A test in a browser has a
    second try: another program may take the machine for so long that a page gives up waiting."""
    no_compiler = pytest.mark.skipif(not compiler_available(), reason="there is no C++ compiler")
    groups = {}
    for item in items:
        path = item.path.relative_to(HERE).as_posix()
        needs_compiler = item.get_closest_marker("compiler")
        groups[item] = "busy" if path.startswith(BUSY) else "compiler" if needs_compiler else path
        item.add_marker(pytest.mark.xdist_group(groups[item]))
        if needs_compiler:
            item.add_marker(no_compiler)
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: (*FIRST, groups[item]).index(groups[item]))


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    use_one_thread()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compiled loops of the tests stay among themselves, and no run takes one that the test did not ask for."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PLAYGROUND_COMPILE", "off")
    patch.setenv("PLAYGROUND_STORE", f"sqlite:///{tmp_path_factory.mktemp('store') / 'runs.sqlite'}")
    patch.setenv("PLAYGROUND_FILES", str(tmp_path_factory.mktemp("files")))
    patch.setenv("PLAYGROUND_CACHE", str(tmp_path_factory.mktemp("compiled")))
    patch.setattr("playground.stream.course.GOAL_SLICE_S", 60.0)  # on a busy machine too one frame ends a step
    patch.setattr("playground.pages.stage.HEAD_START_S", 0.0)  # no browser draws a page of this process
    yield
    patch.undo()


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A hub of the test's own, which trains in this process."""
    made = Hub(InlineEngine())
    use_hub(made)
    yield made
    use_hub(None)
