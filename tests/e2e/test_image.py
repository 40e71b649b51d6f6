"""The image lab as a person uses it: train LeNet, look into a map, draw a digit, silence a filter."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser
QUICK = "image?images=200&batch_size=20"


def test_lenet_trains_and_a_map_tells_how_it_came_about(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    maps = page.get_by_role("img", name=re.compile("^Maps of the network: Conv 1 6 × 28 × 28"))
    expect(maps).to_be_visible()
    press(page, "Play")
    reaches(page, 20)
    press(page, "Pause")
    is_in_state(page, "paused")
    maps.focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".nn-image-origin strong")).to_have_text("Conv 1, map 3")
    expect(page.locator(".nn-image-sum td")).to_have_count(25)
    expect(page.locator(".nn-image-total")).to_contain_text("+ bias")
    page.get_by_role("button", name="Silence", exact=True).click()
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(page.get_by_role("button", name="Silenced: switch on")).to_be_visible()
    page.get_by_role("button", name="← All layers").click()
    expect(maps).to_be_visible()


def test_a_drawn_digit_is_answered_and_moved(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    page.get_by_role("button", name="✎ Draw").click()
    paper = page.get_by_role("img", name=re.compile("^Paper"))
    expect(page.locator(".nn-image-answer")).to_have_text("Draw a digit.")
    box = paper.bounding_box()
    assert box
    page.mouse.move(box["x"] + 75, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 70, box["y"] + 130, steps=8)
    page.mouse.up()
    expect(page.locator(".nn-image-answer")).to_have_text(re.compile(r"\d .*% · \d .*% · \d .*%"))
    page.get_by_role("button", name="Shift pad", exact=True).click()
    expect(page.locator(".nn-image-note").first).to_contain_text("of 225 offsets")
    page.get_by_role("button", name="Close", exact=True).click()
    expect(page.get_by_role("region", name="Your drawing")).to_be_hidden()


def test_a_cell_of_the_confusions_shows_its_images(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    page.get_by_role("button", name="Mistakes").click()
    expect(page.get_by_role("button", name="Hardest")).to_have_attribute("aria-pressed", "true")
    cell = page.locator(".nn-image-confusion button.nn-wrong").first
    words = re.match(r"(\d+) of class (\w+) taken for (\w+)", cell.get_attribute("aria-label") or "")
    assert words
    cell.click()
    expect(page.locator(".nn-image-mistakes strong")).to_have_text(f"{words[2]} taken for {words[3]}")
    found = page.locator(".nn-image-one")
    expect(found).to_have_count(min(int(words[1]), 12))
    page.get_by_role("button", name="Why", exact=True).click()
    page.get_by_role("button", name="Grad-CAM").click()
    expect(page.locator(".nn-image-note")).to_contain_text("10 × 10 squares")
    page.get_by_role("button", name="Sandbox").click()
    page.get_by_role("button", name="Blur").click()
    expect(page.locator(".nn-image-total")).to_contain_text("· 0.11 +")
    page.get_by_role("button", name="Mistakes").click()
    found.first.click()
    expect(page.get_by_role("img", name=re.compile("^Maps of the network"))).to_be_visible()
