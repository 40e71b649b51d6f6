"""The GPT lab as a person uses it: text while it trains, the next token, a banned character, a head switched off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser
QUICK = "gpt?width=16&batch_size=8"


def test_it_writes_and_a_character_is_banned(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    text = page.locator(".nn-gpt-text")
    expect(text).to_contain_text("the ")
    before = text.inner_text()
    press(page, "Play")
    reaches(page, 40)
    press(page, "Pause")
    is_in_state(page, "paused")
    expect(text).not_to_have_text(before)
    expect(text.locator(".nn-gpt-copied").first).to_have_css("display", "inline")
    expect(page.locator(".nn-gpt-former li").first).to_contain_text("0")
    likeliest = page.locator(".nn-gpt-next tbody tr").first
    likeliest.get_by_role("button", name="ban").click()
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(likeliest.locator("td").nth(2)).to_have_text("ban")
    expect(likeliest.locator(".nn-gpt-share")).to_have_text("0.0%")


def test_a_head_is_switched_off_and_each_panel_opens(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    page.locator(".nn-gpt-head").nth(5).click()
    page.get_by_role("button", name="Head 2.2 off").click()
    expect(page.get_by_role("button", name="Head 2.2 on again")).to_be_visible()
    expect(page.locator(".nn-gpt-head").nth(5)).to_have_text("2.2 off")
    page.get_by_role("button", name="Inside a head").click()
    head = page.get_by_role("region", name="Inside a head")
    expect(head).to_contain_text("q·k/√4 = (")
    numbers = head.locator("canvas").bounding_box()
    assert numbers
    page.mouse.move(numbers["x"] + 200, numbers["y"] + 10)
    expect(page.locator(".nn-tip")).to_contain_text("embedding, number 3 of 16")
    page.get_by_role("button", name="Inside a layer").click()
    page.get_by_label("Layer", exact=True).select_option("0")
    layer = page.get_by_role("region", name="Inside a layer")
    expect(layer).to_contain_text("Layer 1, at “␣”, pre-norm: x + part(norm(x))")
    numbers = layer.locator("canvas").bounding_box()
    assert numbers
    page.mouse.move(numbers["x"] + 200, numbers["y"] + 30)
    expect(page.locator(".nn-tip")).to_contain_text("· g + b =")
    page.get_by_role("button", name="Logit lens").click()
    expect(page.locator(".nn-gpt-lens tr")).to_have_count(4)
    page.get_by_role("button", name="Embeddings").click()
    expect(page.get_by_role("img", name="Embeddings of the characters in two principal components")).to_be_visible()
    page.get_by_role("button", name="Sizes").click()
    expect(page.get_by_role("row", name="GPT-3 (2020)")).to_contain_text("12,288")
