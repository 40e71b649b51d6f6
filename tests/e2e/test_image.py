"""The image lab as a person uses it: train LeNet, look into a map, draw a digit, silence a filter."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches
from tests.labs.image.own import strokes

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


def test_files_are_brought_and_what_is_wrong_with_them_is_said(page: Page, address: str, tmp_path: Path) -> None:
    for name, content in strokes(13):
        (tmp_path / "-".join(name.split("/")[1:])).write_bytes(content)
    files = sorted(tmp_path.iterdir())
    opened(page, address, QUICK)
    page.get_by_role("button", name="Bring your own images").click()
    chooser = page.locator("input[type=file]").first
    chooser.set_input_files(files[0])
    expect(page.get_by_test_id("stAlertContainer")).to_contain_text("there is 1 class (flat); use 2 to 10")
    chooser.set_input_files(files)  # the first choice does not count any more
    network = page.locator(STAGE).get_by_text("2 classes")
    expect(network).to_be_attached()
    page.keyboard.press("Escape")
    page.get_by_role("switch", name="Shortcut").wait_for(state="detached")
    run = page.locator(STAGE).get_attribute("data-run") or ""
    page.get_by_role("combobox", name="Activation").click()  # the rest of the controls goes on
    page.get_by_role("option", name="Tanh", exact=True).click()
    expect(page.locator(STAGE)).not_to_have_attribute("data-run", run)  # a new run, which begins paused
    press(page, "Play")
    reaches(page, 5)
    expect(network).to_be_attached()
    expect(page.get_by_test_id("stAlertContainer")).to_have_count(0)


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


def test_a_photograph_goes_through_the_sandbox(page: Page, address: str, tmp_path: Path) -> None:
    opened(page, address, QUICK)
    page.get_by_role("button", name="Sandbox").click()
    result, total = page.locator(".nn-image-sandbox canvas").nth(1), page.locator(".nn-image-total")
    page.get_by_role("button", name="Photograph", exact=True).click()
    expect(result).to_have_attribute("aria-label", re.compile("^The result, 48 × 48 numbers"))
    page.get_by_role("button", name="Max pool").click()
    page.get_by_label("pool size").select_option("2")
    page.get_by_label("stride").select_option("2")
    expect(total).to_contain_text("Size: (50 + 2 · 0 − 2) / 2 + 1 = 25.")
    own = tmp_path / "mine.png"
    Image.fromarray(np.full((30, 50), 153, np.uint8)).save(own)  # 153 / 255 = 0.6
    page.get_by_label("A photograph of your own").set_input_files(own)
    expect(page.get_by_text("mine.png: its middle, in grey. It stays in this browser.")).to_be_visible()
    expect(total).to_contain_text("max of 0.6, 0.6, 0.6, 0.6 = 0.6.")
    own.write_text("no picture")
    page.get_by_label("A photograph of your own").set_input_files(own)
    expect(page.get_by_text("mine.png is no picture that this browser can read")).to_be_visible()
    expect(total).to_contain_text("max of 0.6, 0.6, 0.6, 0.6 = 0.6.")
    page.get_by_role("button", name="Take the image").click()
    expect(result).to_have_attribute("aria-label", re.compile("^The result, 5 × 5 numbers"))
