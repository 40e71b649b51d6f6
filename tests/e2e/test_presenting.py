"""The presenter's view: the run alone, as large as the screen allows."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened, reaches

pytestmark = pytest.mark.browser


def font_px(page: Page, part: str) -> float:
    return float(page.locator(part).first.evaluate("each => parseFloat(getComputedStyle(each).fontSize)"))


def test_a_link_opens_in_the_view_and_the_keys_of_a_teacher_work(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1920, "height": 1080})
    opened(page, address, "?dataset=xor&present=true")
    sidebar, toggle = page.locator(".stSidebar"), ".stMain .stCheckbox p"
    expect(page.get_by_test_id("stAlertContainer")).to_have_count(0)
    expect(sidebar).to_be_hidden()
    expect(page.locator(".stAppHeader")).to_be_hidden()
    expect(page.get_by_role("button", name="Leave (Esc)")).to_be_visible()
    expect(page.locator(toggle).first).to_be_visible()
    stage = page.locator(STAGE).bounding_box()
    assert stage is not None
    assert stage["width"] > 1800
    assert stage["y"] + stage["height"] <= 1080
    large = [font_px(page, part) for part in (toggle, f"{STAGE} .nn-play", ".st-key-page_head h1")]
    page.keyboard.press("Space")
    reaches(page, 1)
    page.keyboard.press("Space")
    is_in_state(page, "paused")
    page.locator(STAGE).evaluate("stage => new Promise(requestAnimationFrame)")
    before = number(page, "step")
    page.keyboard.press("ArrowRight")
    reaches(page, before + 1)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(STAGE)).to_have_attribute("data-step", f"{before:.0f}")

    page.keyboard.press("Escape")
    expect(sidebar).to_be_visible()
    present = page.get_by_role("button", name="Present")
    usual = [font_px(page, part) for part in (toggle, f"{STAGE} .nn-play", ".st-key-page_head h1")]
    assert [a / b for a, b in zip(large, usual, strict=True)] == pytest.approx([1.4, 1, 1.4], abs=0.01)
    present.click()
    page.wait_for_function("document.fullscreenElement !== null")
    expect(sidebar).to_be_hidden()
    page.evaluate("document.exitFullscreen()")  # as Esc does, which the browser keeps to itself
    expect(sidebar).to_be_visible()
    expect(present).to_be_visible()
