"""A link for a class: what it locks cannot be changed on the stage either; and the questions as pictures."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser


def test_what_a_link_locks_stays_as_it_is(page: Page, address: str) -> None:
    opened(page, address, "?dataset=xor&lock=hidden_sizes,seed,noise,features,frozen,keeps&hide=loss,code,take_home")
    words = page.get_by_text("Locked: Hidden layers 4-2, Seed 0, Noise 0")
    expect(words).to_contain_text("Hidden: Loss, Code, Take home.")
    expect(page.get_by_role("slider", name="Noise")).to_be_disabled()
    expect(page.get_by_role("switch", name="Keep the weights")).to_be_disabled()
    expect(page.get_by_role("combobox", name="Loss", exact=True)).to_have_count(0)
    expect(page.locator(".stMain .stCheckbox", has_text="Runs")).to_be_visible()
    expect(page.locator(".stMain .stCheckbox", has_text=re.compile("Code|Take home"))).to_have_count(0)
    stage = page.locator(STAGE)
    for name in ("New weights", "Add a hidden layer", "Add a neuron to hidden layer 1", "Input x₁²"):
        held = stage.get_by_role("button", name=name)
        expect(held).to_be_disabled()
        expect(held).to_have_attribute("title", "This is locked by the link that opened the page.")
        held.dispatch_event("click")
    expect(page.get_by_text("This is locked by the link that opened the page.")).to_have_count(4)
    expect(stage.get_by_text("2 hidden layers").first).to_be_visible()
    expect(stage.get_by_role("button", name="Input x₁²")).to_have_attribute("aria-pressed", "false")
    stage.get_by_role("button", name="Hidden layer 1, neuron 1").click()
    expect(stage.get_by_role("button", name="Freeze its weights")).to_be_disabled()
    expect(stage.get_by_role("button", name="Set its output to 0")).to_be_enabled()
    page.keyboard.press("Escape")
    expect(stage.get_by_role("button", name="Regenerate data")).to_be_enabled()
    press(page, "Play")
    reaches(page, 5)


def test_a_teacher_makes_such_a_link(page: Page, address: str) -> None:
    opened(page, address, "?dataset=xor")
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Share").click()
    page.get_by_text("For a class: lock or hide controls").click()
    page.get_by_role("combobox", name="Locked").click()
    page.get_by_role("option", name="Noise").click()
    expect(page.get_by_text("Locked: Noise 0.")).to_be_visible()
    expect(page.locator(".nn-copying input")).to_have_value(re.compile("&lock=noise$"))


def test_a_question_is_begun_by_its_picture(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Pictures").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img")).to_have_count(10)
    dialog.get_by_role("button", name="Start", exact=True).nth(9).click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("Each neuron is one step. Two leave a test loss")).to_be_visible()  # the page's, in full
    expect(page.get_by_role("combobox", name="f(x)")).to_have_value("sin(x)")
    press(page, "Play")
    reaches(page, 30)
    press(page, "Pause")
    is_in_state(page, "paused")
