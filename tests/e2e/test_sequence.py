"""The lab of sequences as a person uses it: Play, another shape, a sequence of their own, a step."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser


def test_a_network_is_trained_and_reads_what_is_typed(page: Page, address: str) -> None:
    opened(page, address, "sequence")
    press(page, "Play")
    reaches(page, 50)
    press(page, "Pause")
    is_in_state(page, "paused")
    typed = page.get_by_role("textbox", name="Type a sequence of your own")
    typed.fill("the film was not good")
    typed.press("Enter")
    lines = page.locator(".nn-sequence-cell")
    expect(lines).to_contain_text("Step 5, which reads “good”")
    typed.fill("the movie was good")
    typed.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="'movie' is unknown")).to_be_visible()
    page.get_by_role("button", name="Many to many, aligned").click()
    page.wait_for_url("**task=depth**")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
