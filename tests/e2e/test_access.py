"""The page for those who use it by keyboard, hear it, or see its colours otherwise."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches
from tests.e2e.seen import is_for_everybody, places_asked

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
    expect(page.locator(".nn-plane .nn-words")).to_have_text(re.compile(r"^\(0\.\d+, 0\.\d+\) → [−\d.]+$"))
    assert number(page, "step") == 0
    page.keyboard.press("Space")  # which the plane has no use for
    is_in_state(page, "playing")


def test_escape_closes_a_card_that_tab_has_left(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True).press("Enter")
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    card.get_by_role("button").last.press("Tab")
    expect(card).to_be_visible()
    assert not card.evaluate("(card) => card.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(STAGE)).to_be_visible()


def test_the_skip_link_is_the_first_stop_and_leads_to_play(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(STAGE).get_by_role("button", name="Play", exact=True)).to_be_focused()


def test_high_contrast_leaves_sliders_switches_and_swatches_to_be_seen(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900}, forced_colors="active")
    opened(page, address, "?code=on&dataset=rings")
    background = "(element) => getComputedStyle(element).backgroundColor"
    bare = page.locator(".stApp").evaluate(background)
    seen = [
        page.locator('.stSlider [role="group"] > div > [data-rac]').first,
        page.locator('.stSlider [role="group"] > div > div').first,
        page.locator(".stCheckbox label:has(:checked) > div:not([data-testid])"),
        page.locator(".nn-swatch").first,
    ]
    for each in seen:
        expect(each).to_be_attached()
        assert each.evaluate(background) not in (bare, "rgba(0, 0, 0, 0)")


def test_what_is_folded_away_is_for_everybody_too_and_asks_nobody_else(page: Page, address: str) -> None:
    places = places_asked(page)
    opened(page, address, "?inspect=on&code=on&runs=on")
    press(page, "Step one epoch")
    reaches(page, 25)
    is_for_everybody(page)
    assert places == {urlsplit(address).netloc}
