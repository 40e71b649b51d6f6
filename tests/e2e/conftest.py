from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import app, browser

expect.set_options(timeout=30_000)  # of a page on a busy machine; when all goes well it costs nothing


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """All pages of a window share a process, which then has compiled their scripts."""
    with browser("--process-per-site") as launched:
        yield launched


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, int]]:
    """The running app: its address and its process id. It paints a sixth of its frames, which is enough to see."""
    with app(PLAYGROUND_MAX_FRAMES_PER_S="10") as started:
        yield started


@pytest.fixture
def address(server: tuple[str, int]) -> str:
    return server[0]


@pytest.fixture(scope="session")
def window(chromium: Browser, server: tuple[str, int]) -> Iterator[BrowserContext]:
    """A desktop window of all tests, so that the scripts of the page are fetched and compiled once. One page stays
    open beside those of the tests: the process ends with its last page. Nothing flows along the links between two
    frames, which would cost as much as the frames."""
    made = chromium.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    made.new_page().goto(f"{server[0]}/_stcore/health")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def nothing_trains_on(chromium: Browser, window: BrowserContext) -> Iterator[None]:
    """A window that a test opened beside the usual one is closed with it, so that none trains on beside other tests,
    also where the test failed."""
    yield
    for context in chromium.contexts:
        if context is not window:
            context.close()


@pytest.fixture
def page(window: BrowserContext) -> Iterator[Page]:
    """A page of a browser that keeps nothing of former tests; a script error on the page fails the test."""
    staying, made = window.pages[0], window.new_page()
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    for each in window.pages:
        if each is staying:
            continue
        if each.url.startswith("http"):
            each.evaluate("localStorage.clear()")
        each.close()
    window.clear_cookies()
    assert errors == []
