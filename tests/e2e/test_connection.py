"""Connections that are cut, and pages that are closed."""

import re
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import psutil
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, app, free_port, is_in_state, number, opened, press, reaches, type_value
from tests.wire import Wire

pytestmark = pytest.mark.browser


@pytest.fixture
def wire(address: str) -> Iterator[Wire]:
    """A line to the app. A test names it before its page, which is closed first then, and misses nothing."""
    with Wire(urlsplit(address).port or 80) as made:
        yield made


def test_a_cut_connection_comes_back_to_the_same_run(wire: Wire, page: Page) -> None:
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


def test_far_away_the_picture_is_there_before_the_socket(page: Page, address: str) -> None:
    sockets: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda _: sockets.append(socket.url)))
    with Wire(urlsplit(address).port or 80, round_trip_s=0.3) as far:
        opened(page, f"http://localhost:{far.port}")
        assert not [url for url in sockets if url.endswith("/playground/socket")]
        press(page, "Play")  # it counts, though nothing is there yet that could carry it
        reaches(page, 30)
        is_in_state(page, "playing")
        expect(page.get_by_role("combobox", name="L2 rate")).to_be_visible()  # whole, before the line is closed
        expect(page.get_by_text("cannot reach its server")).to_have_count(0)  # slow is not refused
        page.close()  # before its line is


def test_a_closed_tab_trains_nothing(page: Page, server: tuple[str, int]) -> None:
    address, pid = server
    opened(page, address)
    press(page, "Play")
    reaches(page, 2000)
    page.close()
    deadline = time.monotonic() + 60
    while _used_s(pid) > 0.02:  # a busy machine hears of it later
        assert time.monotonic() < deadline


def _used_s(pid: int) -> float:
    """The processor time that the app's workers take in about a second: while training 0.06 s and more, also where
    two other programs want both cores."""
    workers = [
        child for child in psutil.Process(pid).children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
    ]
    assert workers

    def used() -> float:
        return sum(sum(worker.cpu_times()[:2]) for worker in workers)

    before = used()
    time.sleep(1)
    return used() - before


def trained(page: Page) -> tuple[float, str]:
    """The step at which a run with a change on its way was paused, and its score."""
    press(page, "Play")
    reaches(page, 200)
    type_value(page, "Learning rate", "0.07")
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    reaches(page, number(page, "step") + 100)
    press(page, "Pause")
    is_in_state(page, "paused")
    return number(page, "step"), page.locator(STAGE).get_attribute("data-score") or ""


def shown_run(page: Page) -> str:
    return page.locator(STAGE).get_attribute("data-run") or ""


def opens_again(page: Page, left: str, step: float, score: str) -> None:
    """Wait until the run that was ``left`` is there by itself, computed again, and the words say why."""
    expect(page.locator(STAGE)).not_to_have_attribute("data-run", left, timeout=60_000)
    expect(page.get_by_text(f"open again, at step {step:,.0f}.")).to_be_visible(timeout=60_000)
    expect(page.locator(STAGE)).to_have_attribute("data-step", f"{step:.0f}")
    expect(page.locator(STAGE)).to_have_attribute("data-score", score)
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(page.get_by_role("combobox", name="Learning rate", exact=True).first).to_have_value("0.07")


def test_a_run_opens_again_after_a_long_absence_and_after_a_restart(chromium: Browser) -> None:
    port, environment = (
        free_port(),
        {"PLAYGROUND_MAX_AWAY_S": "3", "PLAYGROUND_COMPILE": "off", "PLAYGROUND_WORKERS": "1"},
    )
    context = chromium.new_context(viewport={"width": 1440, "height": 900})
    with Wire(port) as wire:
        page = context.new_page()
        with app(port=port, **environment):
            opened(page, f"http://localhost:{wire.port}")
            step, score = trained(page)
            left = shown_run(page)
            context.set_offline(True)  # no new connection
            wire.cut()
            expect(page.get_by_text("reconnecting")).to_be_visible()
            page.wait_for_timeout(5000)  # the absence itself
            context.set_offline(False)
            opens_again(page, left, step, score)
            left = shown_run(page)
        with app(port=port, **environment):
            opens_again(page, left, step, score)
            left = shown_run(page)
        with app(port=port, **environment):  # loaded anew after a restart
            page.reload()
            opens_again(page, left, step, score)


def test_a_server_that_does_not_know_the_page_says_so(page: Page, address: str) -> None:
    hurry = "const wait = window.setTimeout; window.setTimeout = (what, ms, ...more) => wait(what, ms / 20, ...more)"
    page.add_init_script(hurry)
    page.route_web_socket(re.compile("/playground/socket"), lambda socket: socket.close(code=4401))
    page.goto(address)
    expect(page.get_by_text("The server knows this page no more")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Reload")).to_be_visible()


@pytest.mark.parametrize("path", ["", "compare"])
def test_where_every_websocket_is_refused_the_page_says_why_until_one_gets_through(
    wire: Wire, page: Page, path: str
) -> None:
    wire.refuses_websockets = True
    page.goto(f"http://localhost:{wire.port}/{path}")
    why = page.get_by_role("alert").filter(has_text="This page cannot reach its server")
    expect(why).to_be_visible(timeout=60_000)
    expect(why).to_contain_text("It needs a WebSocket")
    wire.refuses_websockets = False
    expect(page.locator(STAGE)).to_be_visible(timeout=90_000)
    expect(why).to_have_count(0)


def test_a_stopped_server_is_told_in_plain_words(page: Page) -> None:
    with app(PLAYGROUND_WORKERS="1") as (address, _):
        opened(page, address)
        for last in (page.get_by_role("combobox", name="L2 rate"), page.get_by_role("radio", name="XOR")):
            expect(last).to_be_visible()  # whole: a module that it still asks for would be an error of the page
    dialog = page.get_by_role("dialog", name="Connection error")
    expect(dialog).to_contain_text("The server does not answer")
    expect(dialog.get_by_text("streamlit run")).to_be_hidden()
