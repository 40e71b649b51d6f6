"""Inside another site's page, and in a browser that keeps nothing."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, opened, press, reaches

pytestmark = pytest.mark.browser
# What a browser does whose settings forbid a page to keep anything: every page's storage, or that of embedded ones.
REFUSE = """if (%s) for (const name of ["localStorage", "sessionStorage", "indexedDB"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("Access is denied.", "SecurityError"); } });
}"""
IS_BLOCKED = "() => { try { return window.localStorage && false } catch { return true } }"


@contextmanager
def private(chromium: Browser, where: str) -> Iterator[Page]:
    """A page of a browser that keeps nothing ``where`` this is true; a script error on the page fails the test."""
    errors: list[str] = []
    context = chromium.new_context()
    context.add_init_script(REFUSE % where)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def test_a_browser_that_keeps_nothing_has_everything(chromium: Browser, address: str) -> None:
    with private(chromium, "true") as page:
        opened(page, address)
        assert page.evaluate(IS_BLOCKED)
        press(page, "Play")
        reaches(page, 200)
        press(page, "Pause")
        slider = page.get_by_label("Speed", exact=True)
        slider.press("ArrowRight")
        expect(page.locator(STAGE).get_by_text("1 update/s")).to_be_visible()


@pytest.fixture
def course(address: str) -> Iterator[str]:
    """The address of a page of another site that embeds the playground."""

    class Lesson(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            src = f"{address}/?dataset=xor&hidden_sizes=4&embed=true"
            self.wfile.write(f'<h1>XOR</h1><iframe src="{src}" width="1200" height="760"></iframe>'.encode())

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Lesson) as server:  # another site than localhost
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_course_page_embeds_it(chromium: Browser, course: str) -> None:
    with private(chromium, "window !== window.top") as page:
        page.goto(course)
        frame = page.frames[-1]
        frame.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0", timeout=60_000)
        assert frame.evaluate(IS_BLOCKED)
        frame.get_by_role("button", name="Play", exact=True).click()
        frame.wait_for_function(f"document.querySelector('{STAGE}').dataset.step >= 200")
        frame.wait_for_url("**dataset=xor**hidden_sizes=4&**")
        assert "embed=true" in frame.url
        expect(frame.get_by_role("slider", name="Noise")).to_be_visible()
        assert frame.get_by_role("link", name="Labs").count() == 0
        assert frame.get_by_test_id("stSidebarLogo").count() == 0
