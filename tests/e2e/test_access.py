"""The page for those who use it by keyboard, hear it, or see its colours otherwise."""

import re
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, is_in_state, number, opened

pytestmark = pytest.mark.browser
#: A narrow window's menu is Streamlit's: a list that holds groups beside its items.
NOT_OURS = ['[data-testid="stSidebarNavItems"]']
CUT_TABLES_TAKE_THE_FOCUS = """() => [...document.querySelectorAll('.stMarkdown table')]
  .every((table) => (table.scrollWidth > table.clientWidth) === (table.tabIndex === 0))"""


@pytest.mark.parametrize("by", ["keyboard", "click"])
def test_the_arrows_move_the_focused_planes_probe_and_train_nothing(page: Page, address: str, by: str) -> None:
    opened(page, address)
    plane = page.locator(".nn-plane-probe")
    expect(plane).to_have_attribute("aria-label", re.compile("Arrow keys move a probe"))
    plane.click() if by == "click" else plane.focus()
    page.mouse.move(0, 0)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    expect(page.locator(".nn-plane [aria-live]")).to_have_text(re.compile(r"^\(0\.\d+, 0\.\d+\) → [−\d.]+$"))
    assert number(page, "step") == 0
    page.keyboard.press("Space")  # which the plane has no use for
    is_in_state(page, "playing")


def test_escape_closes_a_card_that_tab_has_left(page: Page, address: str) -> None:
    opened(page, address)
    page.get_by_role("button", name="Hidden layer 1, neuron 3", exact=True).press("Enter")
    card = page.get_by_role("dialog", name="Hidden layer 1, neuron 3")
    card.get_by_role("textbox").last.press("Tab")
    expect(card).to_be_visible()
    assert not card.evaluate("(card) => card.contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator(STAGE)).to_be_visible()


def test_the_skip_link_is_the_first_stop_and_leads_to_play(page: Page, address: str) -> None:
    opened(page, address)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(STAGE).get_by_role("button", name="Play", exact=True)).to_be_focused()


@pytest.mark.parametrize(
    ("path", "name"),
    [("", "Playground"), ("neuron", "One neuron"), ("compare?seeds=2", "Compare"), ("race", "Race of optimizers")],
)
def test_a_page_has_its_name_and_fits_a_small_phone(page: Page, address: str, path: str, name: str) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    opened(page, address, path)
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page).to_have_title(re.compile("^Neural network playground$" if not path else f"^{name} · "))
    assert page.evaluate("document.querySelector('.stMain').scrollWidth") <= 320


def test_high_contrast_leaves_sliders_switches_and_swatches_to_be_seen(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900}, forced_colors="active")
    opened(page, address, "?code=on&dataset=rings")
    background = "(element) => getComputedStyle(element).backgroundColor"
    bare = page.locator(".stApp").evaluate(background)
    seen = [
        page.locator('.stSlider [role="group"] > div > [data-rac]').first,
        page.locator('.stSlider [role="group"] > div > div').first,
        page.locator(".stCheckbox label:has(:checked) > div:not([data-testid])"),
        page.locator(".nn-swatch").first,
    ]
    for each in seen:
        expect(each).to_be_attached()
        assert each.evaluate(background) not in (bare, "rgba(0, 0, 0, 0)")
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_table_that_is_not_cut_has_no_shade_of_another_colour(chromium: Browser, address: str, scheme: Any) -> None:
    page = chromium.new_page(color_scheme=scheme)
    page.goto(f"{address}/labs")
    expect(page.get_by_role("heading", name="Labs")).to_be_visible()
    page.add_style_tag(content="body::after { content: ''; background: var(--page); }")
    page.wait_for_function(  # the page hears of the browser's scheme a moment later
        """() => getComputedStyle(document.body, '::after').backgroundColor
          === getComputedStyle(document.querySelector('.stApp')).backgroundColor"""
    )
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "path",
    [
        "", "?inspect=on&code=on&runs=on", "neuron", "deep?depth=4", "image?images=200", "compare?seeds=4",
        "map?cells=4", "race", "labs",
    ],
)  # fmt: skip
def test_axe_finds_nothing(chromium: Browser, address: str, path: str, scheme: Any) -> None:
    page = chromium.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    if path == "labs":
        page.goto(f"{address}/labs")
        expect(page.get_by_role("heading", name="Labs")).to_be_visible()
    else:
        opened(page, address, path)
        page.get_by_role("button", name="Epoch").click()
        page.wait_for_function("(stage) => document.querySelector(stage).dataset.epoch >= 1", arg=STAGE)
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
    if path.startswith("compare"):
        expect(page.get_by_role("columnheader", name="diverged")).to_be_visible()
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text("utf-8"))
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(CUT_TABLES_TAKE_THE_FOCUS)
        found = page.evaluate(f"() => axe.run({{ exclude: {NOT_OURS} }}, {{ resultTypes: ['violations'] }})")
        failed = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]]
        assert (width, failed) == (width, [])
    page.context.close()
