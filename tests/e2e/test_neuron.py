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


def test_a_gradient_is_checked_found_first_and_seen_saturate(page: Page, address: str) -> None:
    opened(page, address, "neuron?data=xor&hidden=2&seed=3")
    page.get_by_role("button", name="Check a gradient").click()
    table = page.locator(".nn-neuron-check td")
    expect(table.first).to_have_text(re.compile(r"0\.1"))
    page.get_by_role("combobox", name="Weight", exact=True).select_option(label="Bias of output")
    page.get_by_label("Step h").fill("10")
    sentence = page.locator(".nn-neuron-tool .nn-neuron-sentence").last
    expect(sentence).to_contain_text("Too small")
    page.get_by_label("Step h").fill("2")
    expect(sentence).to_contain_text("They agree")

    page.get_by_role("button", name="Answer first").click()
    bias = page.get_by_role("button", name=re.compile("^Bias of output"))
    bias.click()
    gradient = bias.locator("text").nth(1)
    expect(gradient).to_have_text("?")
    expect(page.get_by_text("What is the gradient g of the bias of output?")).to_be_visible()
    answer = page.get_by_role("textbox", name="Your answer")
    answer.fill("twelve")
    answer.press("Enter")
    expect(page.get_by_role("status").filter(has_text="'twelve' is not a number")).to_be_visible()
    answer.fill("-7")
    answer.press("Enter")
    expect(page.get_by_text("Not yet: −7 is too low.")).to_be_visible()
    delta = page.locator(".nn-neuron-graph text", has_text=re.compile("^δ")).last.text_content() or ""
    answer.fill(delta.removeprefix("δ "))  # a bias has the input 1
    answer.press("Enter")
    expect(page.get_by_text(re.compile("^Right, within "))).to_be_visible()
    expect(gradient).not_to_have_text("?")

    page.get_by_role("button", name="Activation", exact=True).click()
    page.get_by_role("combobox", name="Neuron", exact=True).select_option(label="Neuron h₂")
    told = page.locator(".nn-neuron-tool .nn-neuron-sentence")
    expect(told).to_contain_text("25.0% of the rows are where f′ is below 0.05")
    page.get_by_role("button", name=re.compile("^Bias of h₂")).press("Enter")
    page.get_by_role("dialog").get_by_role("textbox").fill("-6")
    page.keyboard.press("Enter")
    expect(told).to_contain_text("100% of the rows are where f′ is below 0.05")


def test_an_input_is_typed_over_and_a_line_finds_the_bottom_of_its_bowl(page: Page, address: str) -> None:
    opened(page, address, "neuron?data=line&batch_size=8&learning_rate=0.3")
    box = page.get_by_role("button", name=re.compile("^x₁ of row 1"))
    box.press("Enter")
    page.get_by_role("dialog", name="x₁ of row 1").get_by_role("textbox").fill("-1.1")
    page.keyboard.press("Enter")
    expect(box).to_have_attribute("aria-label", "x₁ of row 1: −1.1. Change it")
    expect(page.locator(f"{ROW} td:nth-child(2)").first).to_have_text("−1.1")
    expect(page.get_by_role("button", name="Step 0: x₁ of row 1 set to -1.1")).to_be_attached()
    press(page, "Play")
    reaches(page, 300)
    press(page, "Pause")
    is_in_state(page, "paused")
    x, y = [-1.1, 0.4, -0.4, 0.9, 0.1, -0.7, 0.6, -0.1], [-0.74, 0.29, -0.4, 0.1, 0.1, -0.58, 0.09, -0.12]
    mean_x, mean_y = sum(x) / 8, sum(y) / 8
    slope = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / sum((a - mean_x) ** 2 for a in x)
    expect(page.locator('section[aria-label="Line"] p')).to_contain_text(f"y = {slope:.3g} x")
    expect(page.get_by_role("img", name="The loss over weight and bias")).to_be_visible()
    expect(page.get_by_text("seen from above: the lighter, the lower")).to_be_visible()
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_text("seen from above: the darker, the lower")).to_be_visible()
