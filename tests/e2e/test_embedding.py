"""Inside another site's page, and in a browser that keeps nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.browser import ARGUMENTS, STAGE, installed, opened, press, reaches

pytestmark = pytest.mark.browser
NOTHING_KEPT = {"default_content_setting_values": {"cookies": 2}}


@contextmanager
def private(folder: Path, **profile: Any) -> Iterator[Page]:
    """A page of a Chromium with these settings of its profile; a script error on the page fails the test."""
    (folder / "Default").mkdir()
    (folder / "Default" / "Preferences").write_text(json.dumps({"profile": profile}), "utf-8")
    errors: list[str] = []
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(folder, executable_path=installed(), args=ARGUMENTS)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
        context.close()
    assert errors == []


def test_a_browser_that_keeps_nothing_has_everything(address: str, tmp_path: Path) -> None:
    with private(tmp_path, **NOTHING_KEPT) as page:
        opened(page, address)
        blocked = "() => { try { return window.localStorage && false } catch { return true } }"
        assert page.evaluate(blocked)
        press(page, "Play")
        reaches(page, 200)
        press(page, "Pause")
        slider = page.get_by_label("Speed", exact=True)
        slider.press("ArrowLeft")
        expect(page.locator(STAGE).get_by_text("1,000 updates/s")).to_be_visible()
