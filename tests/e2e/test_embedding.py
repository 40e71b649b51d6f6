"""Inside another site's page, and in a browser that keeps nothing."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import ARGUMENTS, STAGE, installed, opened, press, reaches

pytestmark = pytest.mark.browser
NOTHING_KEPT = {"default_content_setting_values": {"cookies": 2}}
NOTHING_FOR_THIRD_PARTIES = {"block_third_party_cookies": True, "cookie_controls_mode": 1}
IS_BLOCKED = "() => { try { return window.localStorage && false } catch { return true } }"


@contextmanager
def private(chromium: Browser, folder: Path, **profile: Any) -> Iterator[Page]:
    """A page of another Chromium with these settings of its profile; a script error on the page fails the test."""
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": profile}), "utf-8")
    errors: list[str] = []
    context = chromium.browser_type.launch_persistent_context(folder, executable_path=installed(), args=ARGUMENTS)
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


def test_a_browser_that_keeps_nothing_has_everything(chromium: Browser, address: str, tmp_path: Path) -> None:
    with private(chromium, tmp_path, **NOTHING_KEPT) as page:
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


def test_a_course_page_embeds_it(chromium: Browser, course: str, tmp_path: Path) -> None:
    with private(chromium, tmp_path, **NOTHING_FOR_THIRD_PARTIES) as page:
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
