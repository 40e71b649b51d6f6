"""The lab of one neuron as a person uses it: a question, an update, a weight and a row."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser
ROW = ".nn-neuron-table tbody tr"


def test_a_question_is_asked_and_the_perceptron_answers(page: Page, address: str) -> None:
    opened(page, address, "neuron")
    page.get_by_role("combobox", name="Start from a question").click()
    page.get_by_role("option", name="Why does it stop?").click()
    page.wait_for_url("**rule=perceptron**")
    expect(page.get_by_text("The perceptron rule changes weights only after a mistake.")).to_be_visible()
    press(page, "Play")
    reaches(page, 200)
    press(page, "Pause")
    is_in_state(page, "paused")
    expect(page.locator(ROW)).to_have_count(4)
    expect(page.locator(f"{ROW} .nn-neuron-mark", has_text="✓")).to_have_count(4)


def test_a_weight_is_typed_over_and_an_update_moves_it(page: Page, address: str) -> None:
    opened(page, address, "neuron")
    weight = page.get_by_role("button", name=re.compile("^Weight from x₁ to output"))
    weight.press("Enter")
    page.get_by_role("dialog", name="Weight from x₁ to output").get_by_role("textbox").fill("2,5")
    page.keyboard.press("Enter")
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(weight).to_have_attribute("aria-label", "Weight from x₁ to output: 2.5. Change it")
    expect(page.get_by_role("button", name="Step 0: weight from x₁ to output set to 2.5")).to_be_attached()


def test_a_row_is_followed_until_it_is_clicked_again(page: Page, address: str) -> None:
    opened(page, address, "neuron?data=majority&hidden=3")
    sentence = page.locator(".nn-neuron-sentence").first
    expect(sentence).to_have_text("The next update: row 1.")
    row = page.get_by_role("button", name="Follow row 7 through the network")
    row.click()
    expect(row).to_have_attribute("aria-pressed", "true")
    expect(sentence).to_contain_text("What row 7 alone would change.")
    expect(page.locator(".nn-neuron-graph text", has_text="x₂ = 1")).to_be_visible()
    row.press("Enter")
    expect(sentence).to_have_text("The next update: row 1.")


def test_an_update_is_told_in_phases_forwards_and_back(page: Page, address: str) -> None:
    opened(page, address, "neuron?data=majority&hidden=3")
    caption, gradients = page.locator(".nn-neuron-caption"), page.locator(".nn-neuron-port text:nth-of-type(2)")
    expect(caption).to_be_empty()
    page.get_by_role("button", name="One phase on").click()
    expect(caption).to_contain_text("h₁: z = ")
    expect(gradients.first).to_be_empty()  # it is not known yet
    page.get_by_role("button", name="Backward: hidden").click()
    expect(caption).to_contain_text("h₁: δ = Σ w δ · tanh′(z) = ")
    expect(gradients.first).not_to_be_empty()
    page.get_by_role("button", name=re.compile("^Weight from x₂ to h₃")).hover()
    expect(caption).to_contain_text("Weight from x₂ to h₃: g = δ · input = ")
    page.get_by_role("button", name="Update", exact=True).click()
    expect(caption).to_contain_text("Weight from x₂ to h₃: w − η g = ")
    page.get_by_role("button", name="One phase on").click()
    expect(page.locator(STAGE)).to_have_attribute("data-step", "1")
    expect(page.get_by_role("button", name="Forward: hidden")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="One phase back").click()
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    expect(page.get_by_role("button", name="Update", exact=True)).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="All numbers").click()
    expect(caption).to_be_empty()
