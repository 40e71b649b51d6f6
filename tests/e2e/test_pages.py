"""From page to page: each keeps its own run and shows its settings, though their controls share names."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, opened, press, reaches, type_value

pytestmark = pytest.mark.browser
PAGES = {"Compare": "compare", "Trainability map": "map", "Race of optimizers": "race"}


def settings(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def go(page: Page, name: str) -> None:
    """Take the menu at the top, and wait for the page's own stage."""
    before = page.locator(STAGE).get_attribute("data-run") or ""
    menu = page.get_by_test_id("stTopNav")
    if name in PAGES:
        menu.get_by_text("Experiments").click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=name).click()
    else:
        menu.get_by_role("link", name=name, exact=True).click()
    expect(page.locator(STAGE)).not_to_have_attribute("data-run", before)
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0")


@pytest.mark.parametrize("name", PAGES)
def test_the_menu_leads_to_the_same_page_as_its_address(page: Page, address: str, name: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 1600})  # a menu that has to scroll into view closes again
    opened(page, address, PAGES[name])
    page.wait_for_url("**activation=**")
    direct = settings(page)
    opened(page, address)
    go(page, name)
    page.wait_for_url(f"**/{PAGES[name]}?**activation=**")
    assert settings(page) == direct
    if name == "Compare":
        page.get_by_text("What all have in common").click()
        page.wait_for_function("document.getAnimations().length > 0")
    page.wait_for_function("document.getAnimations().every((each) => each.playState === 'finished')")
    shown = page.get_by_role("combobox", name="Batch size")
    expect(shown).to_have_value(direct["batch_size"][0])
    # The next change of one control changes nothing else.
    page.get_by_role("combobox", name="Initial weights").click()
    page.get_by_role("option", name="Kaiming").click()
    page.wait_for_url("**initializer=kaiming**")
    assert settings(page) == {**direct, "initializer": ["kaiming"]}


def test_one_press_of_back_leaves_the_page(page: Page, address: str) -> None:
    before = f"{address}/_stcore/health"
    page.goto(before)
    opened(page, address)
    page.wait_for_url("**dataset=circle**")
    entries = page.evaluate("history.length")
    for name, value in (("XOR", "xor"), ("Spiral", "spiral")):
        page.get_by_role("radio", name=name).click()
        page.wait_for_url(f"**dataset={value}**")
    assert page.evaluate("history.length") == entries
    page.go_back()
    page.wait_for_url(before)
    page.go_forward()
    page.wait_for_url("**dataset=spiral**")
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0")
    assert page.evaluate("history.length") == entries


def test_back_and_forward_go_from_page_to_page(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1440, "height": 1600})
    opened(page, address, "?dataset=xor")
    press(page, "Step")
    reaches(page, 1)
    run = page.locator(STAGE).get_attribute("data-run") or ""
    go(page, "Trainability map")
    page.wait_for_url("**/map?**dataset=**")
    page.go_back()
    expect(page.locator(STAGE)).to_have_attribute("data-run", run)
    page.wait_for_url(f"{address}/?**dataset=xor**")
    assert "/map" not in page.url
    page.go_forward()
    page.wait_for_url("**/map?**dataset=**")
    expect(page.locator(STAGE)).not_to_have_attribute("data-run", run)


def test_a_comparison_is_still_there_after_a_visit_elsewhere(page: Page, address: str) -> None:
    opened(page, address, "compare?seeds=2&values=sigmoid,tanh&dataset=xor")
    press(page, "Step one epoch")
    reaches(page, 25)
    run, before = page.locator(STAGE).get_attribute("data-run"), settings(page)
    go(page, "Trainability map")
    go(page, "Race of optimizers")
    go(page, "Compare")
    expect(page.locator(STAGE)).to_have_attribute("data-run", run or "")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "25")
    page.wait_for_url("**values=sigmoid%2Ctanh**")
    assert settings(page) == before


def test_a_preset_lasts_when_something_else_changes(page: Page, address: str) -> None:
    opened(page, address, "compare?seeds=2")
    page.get_by_role("combobox", name="Start from a question").click()
    page.get_by_role("option", name="Without or with L2 on noisy data").click()
    page.wait_for_url("**noise=0.3**")
    before = settings(page)
    page.get_by_text("What all have in common").click()
    expect(page.get_by_role("combobox", name="Learning rate")).to_have_value("0.1")
    # The preset draws the page once more, and a slider that is moved meanwhile goes back.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    seeds = page.get_by_role("slider", name="Seeds each")
    seeds.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile("seeds=1(&|$)"))
    assert settings(page) == {**before, "seeds": ["1"]}
    type_value(page, "Hidden layers", "8-8-4")
    page.wait_for_url("**hidden_sizes=8%2C8%2C4**")
    type_value(page, "Hidden layers", "6-5-4")
    page.wait_for_url("**hidden_sizes=6%2C5%2C4**")
    assert settings(page) == {**before, "seeds": ["1"], "hidden_sizes": ["6,5,4"]}
    expect(page.get_by_role("combobox", name="Start from a question")).not_to_have_value(
        "Without or with L2 on noisy data"
    )


def test_the_counter_experiment_is_one_click(page: Page, address: str) -> None:
    opened(page, address, "compare?dataset=xor&hidden_sizes=&varied=learning_rate&values=0.01,0.03&seeds=2")
    for epoch in range(1, 13):  # before its tenth epoch no network has failed
        press(page, "Step one epoch")
        reaches(page, 25 * epoch)
    before = settings(page)
    with page.context.expect_page() as made:
        page.get_by_role("link", name=re.compile("^seed ., step 300$")).first.click()
    expect(made.value.locator(STAGE)).to_have_attribute("data-step", "300")
    made.value.close()
    page.get_by_role("button", name="Try Hidden layers 4-2").first.click()
    page.wait_for_url("**hidden_sizes=4%2C2**")
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    assert settings(page) == {**before, "hidden_sizes": ["4,2"]}
    expect(page.get_by_text("A new comparison: Hidden layers 4-2")).to_be_visible()
