from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import app, browser

expect.set_options(timeout=30_000)  # of a page on a busy machine; when all goes well it costs nothing


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="session")
def server() -> Iterator[tuple[str, int]]:
    """The running app: its address and its process id."""
    with app() as started:
        yield started


@pytest.fixture
def address(server: tuple[str, int]) -> str:
    return server[0]


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desktop window; a script error on the page fails the test."""
    made = chromium.new_page(viewport={"width": 1440, "height": 900})
    errors: list[str] = []
    made.on("pageerror", lambda error: errors.append(str(error)))
    yield made
    made.context.close()
    assert errors == []
