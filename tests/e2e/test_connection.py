"""Connections that are cut, and pages that are closed."""

import asyncio
import contextlib
import re
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches

pytestmark = pytest.mark.browser


class Wire:
    """A TCP proxy in front of the app that can be cut: what setting a browser offline does not do."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection that is open now; new ones get through."""
        self._do(self._drop())

    def close(self) -> None:
        self.cut()
        self._loop.call_soon_threadsafe(self._server.close)
        time.sleep(0.1)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, coroutine):  # type: ignore[no-untyped-def]
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _drop(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._writers |= {writer, far_writer}
            await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            self._writers -= {writer, far_writer}


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@pytest.fixture
def wire(address: str) -> Iterator[Wire]:
    made = Wire(urlsplit(address).port or 80)
    yield made
    made.close()


def test_a_cut_connection_comes_back_to_the_same_run(page: Page, wire: Wire) -> None:
    opened(page, f"http://localhost:{wire.port}")
    press(page, "Play")
    reaches(page, 200)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    before = number(page, "step")
    wire.cut()
    reaches(page, before + 300, timeout_s=60)
    expect(page.locator(STAGE)).to_have_attribute("data-run", run)
    expect(page.locator(STAGE)).to_have_attribute("data-transport", "socket")
    is_in_state(page, "playing")


def test_a_closed_tab_trains_nothing(chromium: Browser, server: tuple[str, int]) -> None:
    address, pid = server
    page = chromium.new_page()
    opened(page, address)
    press(page, "Play")
    reaches(page, 2000)
    assert _training_s(pid) > 0.2
    page.context.close()
    time.sleep(0.5)
    assert _training_s(pid) < 0.1


def _training_s(pid: int) -> float:
    """The processor time that the app's workers take in about a second."""
    workers = [
        child for child in psutil.Process(pid).children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
    ]
    assert workers

    def used() -> float:
        return sum(sum(worker.cpu_times()[:2]) for worker in workers)

    before = used()
    time.sleep(1)
    return used() - before


def test_a_server_that_was_restarted_says_so(page: Page, address: str) -> None:
    page.route_web_socket(re.compile("/playground/socket"), lambda socket: socket.close(code=4401))
    page.goto(address)
    expect(page.get_by_text("earlier server")).to_be_visible(timeout=20_000)
    expect(page.get_by_role("button", name="Reload")).to_be_visible()
