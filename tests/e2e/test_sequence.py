"""The lab of sequences as a person uses it: Play, another shape, a sequence of their own, a step."""

import pytest
from playwright.sync_api import Locator, Page, expect

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
    lines = page.locator(".nn-sequence-panel")
    expect(lines).to_contain_text("Step 5, which reads “good”")
    typed.fill("the movie was good")
    typed.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="'movie' is unknown")).to_be_visible()
    page.get_by_label("Gate n").select_option("0")
    expect(page.locator(".nn-sequence-effect")).to_contain_text("Before n = 0 and now: test loss")
    part = page.get_by_role("button", name="h = n = 0")
    part.press("Enter")
    expect(part).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".nn-sequence-lines .nn-chosen")).to_have_text("h = n = 0")
    tab(page, "States").click()
    expect(page.locator(".nn-sequence-panel")).to_contain_text("Two principal components hold")
    page.get_by_role("button", name="Many to many, aligned").click()
    page.wait_for_url("**task=depth**")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    held = page.locator(".nn-sequence-held")
    expect(held).to_contain_text("Gate held: n = 0")  # the next task begins with it, and says so
    held.get_by_role("button", name="Free all").click()
    expect(held).to_be_hidden()
    tab(page, "Units").click()
    panel = page.locator(".nn-sequence-panel")
    expect(panel).to_contain_text("inside brackets: unit")
    box = page.locator(".nn-sequence-canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 120, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 12, steps=4)
    page.mouse.up()
    expect(panel).to_contain_text("Steps 2 to 5")
    tab(page, "Lengths").click()
    expect(panel).to_contain_text("It is trained on a length of 20 alone")


def tab(page: Page, name: str) -> Locator:
    return page.locator(".nn-sequence-tab", has_text=name)


def test_a_series_of_one_s_own_is_learned_or_refused_by_name(page: Page, address: str) -> None:
    opened(page, address, "sequence")
    page.get_by_text("Your own series or text").click()
    chooser = page.locator('input[type="file"]').first
    chooser.set_input_files({"name": "bad.csv", "mimeType": "text/csv", "buffer": b"1\n2\nx\n4\n"})
    expect(page.get_by_text("bad.csv, line 3: 'x' is not a number")).to_be_visible()
    values = "\n".join(str(place % 9) for place in range(120)).encode()
    chooser.set_input_files({"name": "good.csv", "mimeType": "text/csv", "buffer": values})
    page.wait_for_url("**task=own_series**")
    tab(page, "Free run").click()
    expect(page.locator(".nn-sequence-panel")).to_contain_text("its own answer is its next input")
