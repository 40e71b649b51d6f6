"""A person paints points with the mouse, a finger and keys, and takes them back."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import opened, press, reaches

pytestmark = pytest.mark.browser


def _at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator(".nn-plane-probe").bounding_box()
    assert box is not None
    return box["x"] + (x + 6) / 12 * box["width"], box["y"] + (6 - y) / 12 * box["height"]


def test_points_are_painted_erased_and_taken_back(page: Page, address: str) -> None:
    opened(page, address, "?dataset=own")
    count, plane = page.locator(".nn-brush-hint"), page.locator(".nn-plane-probe")
    expect(count).to_have_text("24 points")
    page.mouse.move(*_at(page, -5, -5))
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(*_at(page, -5 + step / 2, -5))
    page.mouse.up()
    expect(count).to_have_text("35 points")
    page.wait_for_function("new URL(location).searchParams.get('own')?.length === 35 * 8")
    page.get_by_role("radio", name="Eraser").click()
    page.mouse.click(*_at(page, -5, -5))
    expect(count).to_have_text("34 points")
    page.get_by_role("button", name="Undo").click()
    expect(count).to_have_text("35 points")
    plane.focus()
    for key in ("1", "ArrowUp", "ArrowUp", "Enter"):
        plane.press(key)
    expect(count).to_have_text("36 points")
    page.wait_for_function("new URL(location).searchParams.get('own')?.length === 36 * 8")


def test_points_are_painted_with_a_finger(chromium: Browser, address: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 800}, has_touch=True)
    page = opened(context.new_page(), address, "?dataset=own")
    page.locator(".nn-plane-probe").scroll_into_view_if_needed()
    page.touchscreen.tap(*_at(page, 4, 4))
    expect(page.locator(".nn-brush-hint")).to_have_text("25 points")


def test_a_csv_file_is_brought_with_all_its_columns(page: Page, address: str) -> None:
    rows = "".join(f"{i};{i % 5},5;{i % 7};{'ab'[i % 2]}\n" for i in range(40))
    opened(page, address, "?dataset=own")
    page.get_by_role("button", name="Bring a CSV file").click()
    file = {"name": "mine.csv", "mimeType": "text/csv", "buffer": f"age;height;size;kind\n{rows}".encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    expect(page.get_by_text("40 points with 2 classes. The network sees all 3 columns")).to_be_visible()
    page.get_by_role("button", name="Use these points").click()
    expect(page.get_by_text("All 3 columns are inputs")).to_be_visible()
    expect(page.locator(".nn-painter")).to_be_hidden()
    expect(page.get_by_role("button", name="Input height")).to_be_visible()
    page.wait_for_function("new URL(location).searchParams.get('own')?.length === 2 + 40 * 11")
    press(page, "Play")
    reaches(page, 5)
