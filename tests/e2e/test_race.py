"""What a person does on the page of the race, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches, seek

pytestmark = pytest.mark.browser

SURFACE = f"{STAGE} .nn-heights"


def paths(page: Page) -> str:
    """What the canvas with the paths shows, as a data URL."""
    url: str = page.evaluate("(surface) => document.querySelectorAll(`${surface} canvas`)[1].toDataURL()", SURFACE)
    return url


def test_press_play_and_the_paths_grow(page: Page, address: str) -> None:
    opened(page, address, "race?sgd_learning_rate=0.2")
    is_in_state(page, "paused")
    expect(page.get_by_text("The racers stand at their common start.")).to_be_visible()
    before = paths(page)
    press(page, "Play")
    reaches(page, 60)
    grown = int(page.locator(SURFACE).get_attribute("data-points") or 0)
    assert grown > 50
    reaches(page, 100)
    press(page, "Pause")
    is_in_state(page, "paused")
    assert paths(page) != before
    expect(page.get_by_text("These are projections")).to_be_visible()
    rows = page.locator(f"{STAGE} .nn-standings tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.locator(".nn-place")).to_have_text(["1", "2", "3"])  # at rest the best stands first
    assert number(page, "score") < 0.5


def test_who_takes_part_is_chosen_and_stays_in_the_address(page: Page, address: str) -> None:
    opened(page, address, "race?optimizers=sgd,adam&adam_learning_rate=0.03")
    rows = page.locator(f"{STAGE} .nn-standings tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("0.03")
    page.get_by_test_id("stSidebar").get_by_role("button", name="Momentum").click()
    expect(rows).to_have_count(3)
    expect(page).to_have_url(re.compile(r"optimizers=sgd(,|%2C)momentum(,|%2C)adam"))
    press(page, "New weights")
    expect(page).to_have_url(re.compile(r"[?&]seed=1(&|$)"))
    press(page, "Step one epoch")
    reaches(page, 25)
    seek(page, 5)


def test_numbers_of_any_size_have_one_notation(page: Page, address: str) -> None:
    opened(page, address, "race?optimizers=adam&adam_learning_rate=0.0005")
    expect(page.locator(f"{STAGE} .nn-standings tbody tr")).to_contain_text("0.00050")
