"""The page for those who use it by keyboard, hear it, or see its colours otherwise."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("by", ["keyboard", "click"])
def test_the_arrows_move_the_focused_planes_probe_and_train_nothing(page: Page, address: str, by: str) -> None:
    opened(page, address)
    plane = page.locator(".nn-plane-probe")
    expect(plane).to_have_attribute("aria-label", re.compile("Arrow keys move a probe"))
    plane.click() if by == "click" else plane.focus()
    page.mouse.move(0, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".nn-plane [aria-live]")).to_have_text(re.compile(r"^\(0\.\d+, 0\.\d+\) → [−\d.]+$"))
    assert number(page, "step") == 0
    page.keyboard.press("Space")  # which the plane has no use for
    is_in_state(page, "playing")


def test_escape_closes_a_card_that_tab_has_left(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True).press("Enter")
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    card.get_by_role("textbox").last.press("Tab")
    expect(card).to_be_visible()
    assert not card.evaluate("(card) => card.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(STAGE)).to_be_visible()
