"""The window on screens of other sizes."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, opened, press, reaches

pytestmark = pytest.mark.browser


def test_one_screen_shows_it_all_and_a_narrow_window_its_first_part(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    opened(page, address)
    press(page, "Step one epoch")
    reaches(page, 25)
    page.evaluate(  # as wide as a loss is that has become small, beside accuracies, and as a long training's numbers
        """() => {
          const write = (where, ...texts) => document.querySelectorAll(where)
            .forEach((each, index) => { each.textContent = texts[index % texts.length]; });
          write(".nn-drawn .nn-metric-value", "1.2·10⁻⁴");
          write(".nn-stat-value", "444,444", "8,888,888", "222,222");
          write(".nn-stat:last-child .nn-stat-note", "compiled");
        }"""
    )
    parts = (".nn-toolbar", ".nn-graph", ".nn-plane", ".nn-metrics", ".nn-curves canvas", ".nn-time")
    inputs = page.locator(f"{STAGE} .nn-feature")
    for width, height in ((1280, 720), (1366, 768), (1440, 900)):
        page.set_viewport_size({"width": width, "height": height})
        for part in parts:
            expect(page.locator(f"{STAGE} {part}")).to_be_in_viewport(ratio=0.99)
        for index in range(inputs.count()):
            expect(inputs.nth(index)).to_be_in_viewport(ratio=1)
    first = {390: "plane"}  # on a phone the network stands below it
    for width, height in ((1140, 800), (1024, 768), (768, 1024), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(f"{STAGE} .nn-{first.get(width, 'graph')}")).to_be_in_viewport(ratio=0.9)
        page.wait_for_function("(width) => document.documentElement.scrollWidth <= width", arg=width)
    page.locator(f"{STAGE} .nn-time").scroll_into_view_if_needed()
    expect(page.get_by_role("button", name="Play")).to_be_in_viewport(ratio=1)  # it stays in reach
    expect(page.get_by_test_id("stExpandSidebarButton")).to_be_visible()
