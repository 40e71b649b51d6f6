"""The GAN lab as a person uses it: a round told slowly, a prediction, and data of one's own."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from playground.labs.gan.data import bitmap
from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser
QUICK = "gan?generator_layers=8&discriminator_layers=8&batch_size=16"


def test_a_round_is_told_slowly_and_then_made_and_the_modes_are_predicted(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    press(page, "Play")
    reaches(page, 10)
    words = page.locator(".nn-gan-words")
    page.get_by_role("button", name="Slow motion", exact=True).click()
    is_in_state(page, "paused")
    expect(words).to_contain_text("D sees 16 real examples and as many new fakes")
    page.get_by_role("button", name="Pause the story").click()
    page.get_by_role("button", name="One stage on").click()
    expect(words).to_contain_text(re.compile(r"D's loss on them is \d\.\d{3} \(guessing: 1\.386\)"))
    page.get_by_role("button", name="5 G moves").click()
    expect(words).to_contain_text("their mean cosine is")
    step = int(page.locator(STAGE).get_attribute("data-step") or 0)
    page.get_by_role("button", name="One stage on").click()
    expect(page.locator(STAGE)).to_have_attribute("data-step", str(step + 1))
    expect(words).to_contain_text("D sees 16")
    page.get_by_role("button", name="End slow motion").click()
    expect(words).not_to_contain_text("D sees 16")

    plane, modes = page.locator(".nn-gan-dots"), page.get_by_role("button", name=re.compile("Modes found"))
    page.get_by_role("button", name="Guess").click()
    expect(plane).to_be_hidden()
    expect(modes).to_be_hidden()
    page.get_by_role("button", name="all 8").click()
    expect(words).to_contain_text(re.compile(r"You said all 8: it has \d of 8 modes"))
    expect(plane).to_be_visible()
    expect(modes).to_be_visible()
    plane.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".nn-gan-note")).to_contain_text(re.compile(r"Noise z = \(.*, .*\) made the fake \("))


def test_one_player_makes_one_step_and_the_run_knows(page: Page, address: str) -> None:
    opened(page, address, "gan?generator_layers=8&discriminator_layers=8")
    stage = page.locator(STAGE)
    for name, step, edits in (("Step D", 1, 2), ("Step both", 2, 2), ("Step G", 3, 4)):
        press(page, name)
        expect(stage).to_have_attribute("data-step", f"{step}")
        expect(stage).to_have_attribute("data-edits", f"{edits}")
        expect(stage.get_by_role("button", name="Both learn")).to_have_attribute("aria-pressed", "true")
    expect(stage.get_by_role("button", name=re.compile("D updates"))).to_contain_text("D updates2")
    expect(stage.get_by_role("button", name=re.compile("D updates"))).to_contain_text("G updates2")


def test_data_are_drawn_with_the_mouse_and_the_keyboard_and_go_into_the_address(page: Page, address: str) -> None:
    opened(page, address, QUICK)
    page.get_by_role("button", name="Draw", exact=True).click()
    expect(page.locator(".nn-gan-note")).to_contain_text("Nothing is drawn yet")
    paper = page.locator(".nn-gan-paper")
    box = paper.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + 40, steps=6)
    page.mouse.up()
    page.wait_for_url(re.compile("dataset=drawn"))
    with_mouse = _drawing(page)
    rows = [index for index, row in enumerate(bitmap(with_mouse)) if row.any()]
    assert 2 <= len(rows) <= 4
    assert bitmap(with_mouse)[rows[1]].sum() > 20
    paper.focus()
    for key in ("ArrowDown", "ArrowDown", " "):
        page.keyboard.press(key)
    page.wait_for_url(lambda url: with_mouse not in url)
    assert bitmap(_drawing(page))[18, 16]
    assert bitmap(_drawing(page)).sum() > bitmap(with_mouse).sum()
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    page.get_by_role("button", name="Done").click()
    expect(paper).to_be_hidden()


def _drawing(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["drawing"][0]
