"""The Transformer lab as a person uses it: train, type a source, follow the decoder, switch off a head."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches

pytestmark = pytest.mark.browser


def test_a_source_is_translated_and_followed_word_by_word(page: Page, address: str) -> None:
    opened(page, address, "transformer")
    press(page, "Play")
    reaches(page, 150, timeout_s=60)
    press(page, "Pause")
    is_in_state(page, "paused")
    assert number(page, "score") > 0.5
    page.get_by_role("textbox", name="Source to translate").fill("105")
    lines = page.locator(".nn-transformer-line-words")
    expect(lines.first).to_have_text("one hundred and five ")
    expect(lines.nth(2)).to_have_text(re.compile("^cent cinq .*end"))
    expect(lines.nth(1)).to_have_text(re.compile("–"))
    press(page, "One word on")
    press(page, "One word on")
    steps = page.get_by_role("region", name="Word by word")
    expect(steps).to_contain_text("After “cent” the next word is")
    expect(steps.locator(".nn-chosen .nn-transformer-bar-word")).to_have_text("cinq")
    page.get_by_role("textbox", name="Source to translate").fill("one hunderd")
    expect(page.locator(".nn-transformer-problem")).to_contain_text("'hunderd' is not one of the 30 words")


def test_a_head_is_switched_off_and_on_again(page: Page, address: str) -> None:
    opened(page, address, "transformer")
    expect(page.locator(f"{STAGE} canvas[role=img]").first).to_have_attribute(
        "aria-label", re.compile("^Cross 1, mean of all heads: .* looks most at ")
    )
    page.get_by_role("button", name=re.compile("^Cross 1, head 2")).click()
    press(page, "Switch off")
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(page.get_by_role("button", name=re.compile("^Cross 1, head 2.*switched off"))).to_be_visible()
    press(page, "Switch on")
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "2")
    press(page, "Inside this head")
    expect(page.get_by_role("region", name="Inside a head")).to_contain_text("q·k/√8 = (")
    press(page, "Inside this layer")
    expect(page.get_by_role("region", name="Inside a layer")).to_contain_text("Decoder layer 1, at “start”, pre-norm")
    page.get_by_role("region", name="Test pairs").get_by_role("button").nth(2).click()
    press(page, "Given the true words")
    expect(page.get_by_role("button", name="Given the true words")).to_have_attribute("aria-pressed", "true")
