"""Every lab in a browser: its page paints, trains and goes back; the page of the labs shows them all."""

import pytest
from playwright.sync_api import Page, expect

from playground.lab import LABS
from tests.browser import STAGE, is_in_state, number, opened, press, reaches

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("name", LABS)
def test_a_lab_trains_and_is_reset(page: Page, address: str, name: str) -> None:
    lab = LABS[name]
    settings = lab.config_class(**lab.small).to_text()
    opened(page, address, f"{lab.path}?" + "&".join(f"{key}={settings[key]}" for key in lab.small))
    press(page, "Play")
    reaches(page, 5)
    press(page, "Pause")
    is_in_state(page, "paused")
    assert number(page, "frame") > 1
    press(page, "Reset")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")


def test_the_page_of_the_labs_leads_to_each(page: Page, address: str) -> None:
    page.goto(f"{address}/labs")
    for lab in LABS.values():
        picture = page.get_by_alt_text(f"A run of {lab.title} in training")
        expect(picture).to_be_visible(timeout=60_000)
    first = page.get_by_alt_text("A run of Playground in training").get_attribute("src")
    expect(page.get_by_alt_text("A run of Playground in training")).not_to_have_attribute("src", first or "")
    page.get_by_test_id("stMain").get_by_role("link", name="Race of optimizers").click()
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0", timeout=60_000)
