"""The trainability map: it learns in sight, and each of its networks can be looked at and opened."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches, type_value

pytestmark = pytest.mark.browser

MAP = "map?cells=8"
SUMMARY = ".nn-map-summary"
CELLS = ".nn-map-layer"  # the first of them
COLORS = """(canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    for (let i = 0; i < data.length; i += 4 * 97) colors.add(`${data[i]} ${data[i + 1]} ${data[i + 2]}`);
    return [...colors].sort().join();
}"""


def colors(page: Page) -> str:
    return str(page.locator(CELLS).first.evaluate(COLORS))


def choose(page: Page, across: float, down: float) -> None:
    """Click the cell that lies at these shares of the grid."""
    box = page.locator(".nn-map-marks").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + across * box["width"], box["y"] + down * box["height"])


def is_chosen(page: Page, index: int) -> None:
    expect(page.locator(STAGE)).to_have_attribute("data-chosen", str(index))


def test_the_map_changes_its_colours_and_a_cell_opens_in_the_playground(page: Page, address: str) -> None:
    opened(page, address, MAP)
    expect(page.locator(STAGE)).to_have_attribute("data-cells", "64")
    expect(page.locator(SUMMARY)).to_contain_text("8 × 8 networks of up to 105 weights and biases")
    before = colors(page)
    press(page, "Play")
    reaches(page, 60)
    press(page, "Pause")
    is_in_state(page, "paused")
    assert colors(page) != before
    choose(page, 0.5, 0.5)
    page.mouse.move(0, 0)
    expect(page.locator(".nn-map-panel")).to_contain_text("Chosen network")
    expect(page.locator(".nn-map-panel canvas.nn-plane-map")).to_be_visible()
    loss = page.locator(".nn-map-numbers dd").nth(2).inner_text()
    with page.context.expect_page() as tab:
        page.get_by_role("link", name="Open in Playground").click()
    step = number(page, "step")
    expect(tab.value.locator(STAGE)).to_have_attribute("data-step", f"{step:.0f}", timeout=60_000)
    shown = tab.value.locator(STAGE).get_attribute("data-score")
    assert float(shown or "nan") == pytest.approx(float(loss), abs=0.002)


def test_the_keyboard_moves_the_chosen_cell(page: Page, address: str) -> None:
    opened(page, address, MAP)
    page.locator(".nn-map-marks").focus()
    page.keyboard.press("ArrowRight")  # the first press chooses the middle
    is_chosen(page, 4 * 8 + 4)
    page.keyboard.press("ArrowRight")
    is_chosen(page, 4 * 8 + 5)
    page.keyboard.press("ArrowUp")
    is_chosen(page, 5 * 8 + 5)
    assert number(page, "step") == 0
    page.keyboard.press("Escape")
    expect(page.locator(STAGE)).to_have_attribute("data-chosen", "")
    page.keyboard.press("Space")
    reaches(page, 5)


def test_other_axes_make_another_map(page: Page, address: str) -> None:
    opened(page, address, MAP)
    page.get_by_role("combobox", name="Left to right").click()
    page.get_by_role("option", name="Depth").click()
    expect(page.locator(STAGE)).to_have_attribute("data-cells", "48")
    page.wait_for_url("**across=depth&across_from=1&across_to=6**")
    press(page, "Step")
    reaches(page, 1)


def test_an_end_is_typed_and_what_does_not_fit_is_refused_by_the_name_on_the_page(page: Page, address: str) -> None:
    opened(page, address, "map?cells=4")
    end = page.get_by_role("combobox", name="To", exact=True).first
    for typed, words in (("-5", "-5 does not fit learning rate"), ("1e12", "1e+12 does not fit learning rate")):
        type_value(page, "To", typed)
        said = page.get_by_test_id("stToast").filter(has_text=f"Left to right, to: {words}")
        expect(said.first).to_contain_text("to at most 100")
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(end).to_have_value("30")
    type_value(page, "To", "12.5")
    page.wait_for_url("**across_to=12.5**")


def test_what_diverges_is_marked(page: Page, address: str) -> None:
    opened(page, address, "map?cells=4&dataset=plane&across_from=1&across_to=90")
    press(page, "Play")
    reaches(page, 100)
    expect(page.locator(SUMMARY)).to_contain_text("diverged")
    choose(page, 0.9, 0.8)
    page.mouse.move(0, 0)
    expect(page.get_by_text("it has diverged")).to_be_visible()
