"""The list of runs: found again after a reload and after the server was killed, by whom they belong to."""

import os
import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import STAGE, app, free_port, is_in_state, number, opened, press, reaches

pytestmark = pytest.mark.browser


def train(page: Page, to: int) -> float:
    press(page, "Play")
    reaches(page, to)
    press(page, "Pause")
    is_in_state(page, "paused")
    page.wait_for_timeout(300)  # a frame may be on its way
    return number(page, "step")


def cards(page: Page) -> Locator:
    return page.locator(".nn-kept")


def act(page: Page, card: int, action: str) -> None:
    page.get_by_role("button", name="Actions").nth(card).click()
    page.get_by_text(action, exact=True).click()


def test_runs_are_listed_renamed_opened_compared_and_deleted(page: Page, address: str) -> None:
    opened(page, address, "?runs=on&dataset=xor")
    expect(page.get_by_text("Nothing yet.")).to_be_visible()
    first = train(page, 200)
    expect(cards(page)).to_have_count(1)
    page.get_by_role("combobox", name="Activation").click()
    page.get_by_role("option", name="ReLU", exact=True).click()
    expect(page.locator(STAGE)).to_have_attribute("data-step", "0")
    train(page, 200)
    expect(cards(page)).to_have_count(2)
    expect(cards(page).nth(0)).to_contain_text("Activation ReLU")
    act(page, 1, "Rename")
    page.get_by_role("textbox", name="Name").fill("<b>mine</b>")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(cards(page).nth(1)).to_contain_text("<b>mine</b>")
    act(page, 1, "Open")
    expect(page.locator(STAGE)).to_have_attribute("data-step", f"{first:.0f}")
    is_in_state(page, "paused")
    expect(page.get_by_role("combobox", name="Activation")).to_have_value("Tanh")
    expect(cards(page).nth(1)).to_contain_text("here")
    act(page, 1, "Pin")
    expect(cards(page).nth(0)).to_contain_text("pinned")
    for card in (0, 1):
        page.get_by_test_id("stCheckbox").filter(has_text="Curves").nth(card).click()
    expect(page.locator(".stPlotlyChart")).to_be_visible()
    with page.expect_popup() as popup:
        page.get_by_role("link", name="Open both side by side").click()
    side = popup.value
    expect(side.get_by_text("mine", exact=False).first).to_be_visible()
    expect(side.locator(f'{STAGE}[data-step="{first:.0f}"]')).to_be_visible()
    expect(side.locator(STAGE)).to_have_count(2)
    side.close()
    act(page, 0, "Delete")
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(cards(page)).to_have_count(1)


def test_they_survive_kill_9_and_belong_to_one_browser(chromium: Browser, tmp_path: Path) -> None:
    settings = {
        "PLAYGROUND_STORE": f"sqlite:///{tmp_path / 'runs.sqlite'}",
        "port": free_port(),
        "PLAYGROUND_WORKERS": "1",
    }
    context, other = chromium.new_context(), chromium.new_context()
    page = context.new_page()
    with app(**settings) as (address, pid):  # type: ignore[arg-type]
        opened(page, address, "?runs=on&dataset=xor")
        train(page, 200)
        expect(cards(page)).to_have_count(1)
        os.kill(pid, signal.SIGKILL)
    with app(**settings) as (address, _):  # type: ignore[arg-type]
        opened(page, address, "?runs=on")
        expect(cards(page)).to_have_count(1)
        expect(cards(page)).to_contain_text("XOR 2-4-2-1")
        stranger = other.new_page()
        opened(stranger, address, "?runs=on")
        expect(stranger.get_by_text("Nothing yet.")).to_be_visible()
