"""Every lab in a browser: its page paints, trains, goes back and is for everybody; the page of the labs shows all."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from playground.lab import LABS
from tests.browser import STAGE, is_in_state, number, opened, press, reaches
from tests.e2e.seen import fits_a_low_window, is_for_everybody, is_sharp_on_another_screen, places_asked

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", LABS)
def test_a_lab_trains_is_reset_is_for_everybody_and_asks_nobody_else(page: Page, address: str, name: str) -> None:
    places = places_asked(page)
    lab = LABS[name]
    settings = lab.config_class(**lab.small).to_text()
    opened(page, address, f"{lab.path}?" + "&".join(f"{key}={settings[key]}" for key in lab.small))
    press(page, "Play")
    reaches(page, 5)
    press(page, "Pause")
    is_in_state(page, "paused")
    assert number(page, "frame") > 1
    page.get_by_role("button", name="Tour").click()
    tour = page.get_by_role("region", name="Tour")
    stops = int(tour.locator(".nn-caption").inner_text().split()[-1])
    assert stops >= 5  # two of its picture, and those of every page
    page.keyboard.press("Escape")
    press(page, "Reset")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")

    press(page, "Step one epoch")
    page.wait_for_function("(stage) => document.querySelector(stage).dataset.epoch >= 1", arg=STAGE)
    expect(page.get_by_role("heading", level=1)).to_have_text(lab.title)
    expect(page.get_by_role("heading", level=2).first).to_be_visible()
    expect(page).to_have_title(re.compile(f"^{lab.title} · " if lab.path else "^Neural network playground$"))
    is_sharp_on_another_screen(page)
    fits_a_low_window(page)
    is_for_everybody(page)
    assert places == {urlsplit(address).netloc}


def test_the_page_of_the_labs_leads_to_each(page: Page, address: str) -> None:
    page.goto(f"{address}/labs")
    for lab in LABS.values():
        picture = page.get_by_alt_text(f"A run of {lab.title} in training")
        expect(picture).to_be_visible(timeout=60_000)
    first = page.get_by_alt_text("A run of Playground in training").get_attribute("src")
    expect(page.get_by_alt_text("A run of Playground in training")).not_to_have_attribute("src", first or "")
    is_for_everybody(page)
    page.get_by_test_id("stMain").get_by_role("link", name="Race of optimizers").click()
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0", timeout=60_000)
