"""A run is handed on: by a link, by a file."""

import json
import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from playground.headless.runs import replay
from playground.runs.runfile import read
from tests.browser import STAGE, is_in_state, number, opened, press, reaches

pytestmark = pytest.mark.browser


def shown(page: Page) -> tuple[float, str | None]:
    """The step and the test loss on the stage."""
    return number(page, "step"), page.locator(STAGE).get_attribute("data-score")


def test_a_link_opens_the_same_moment_in_another_tab(page: Page, address: str) -> None:
    opened(page, address, "?dataset=xor")
    press(page, "Play")
    reaches(page, 300)
    press(page, "Pause")
    is_in_state(page, "paused")
    page.get_by_role("combobox", name="Learning rate").click()
    page.get_by_role("option", name="0.1", exact=True).click()
    page.wait_for_function("(stage) => document.querySelector(stage).dataset.edits === '1'", arg=STAGE)
    before = number(page, "step")
    press(page, "Play")
    reaches(page, before + 300)
    press(page, "Pause")
    is_in_state(page, "paused")
    page.get_by_role("button", name="Share", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"Trained to step {number(page, 'step'):,.0f}")).to_be_visible()
    expect(dialog.get_by_text("learning rate set to 0.1 at step")).to_be_visible()
    expect(dialog.get_by_role("img", name="The link as a QR code")).to_be_visible()
    dialog.get_by_role("textbox", name="Task").fill("Stay *below* http://0.05")
    page.keyboard.press("Enter")
    field = dialog.get_by_role("textbox", name="Link")
    expect(field).to_have_value(re.compile("exercise=Stay"))
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_role("button", name="Copied")).to_be_visible()
    link = field.input_value()
    with page.expect_download() as downloading:
        dialog.get_by_role("button", name="Run file").click()
    run, step, _ = read(Path(downloading.value.path()).read_text())
    assert downloading.value.suggested_filename == f"xor-2-4-2-1-seed-0-step-{step}.json"
    assert (step, str(replay(run, step).metrics["test_loss"])) == shown(page)
    assert page.context.browser is not None
    other = page.context.browser.new_page()
    opened(
        other, address, "?" + link.partition("?")[2] + "&utm_source=mail&fbclid=x"
    )  # as a mail program sends it on
    reaches(other, step)
    is_in_state(other, "paused")
    assert shown(other) == shown(page)
    expect(other.get_by_role("combobox", name="Learning rate")).to_have_value("0.1")
    expect(other.locator(".st-key-page_task")).to_contain_text("Task Stay *below* http:\u2060//0.05")
    expect(other.locator(".st-key-page_task a, .st-key-page_task em")).to_have_count(0)
    expect(other.get_by_test_id("stAlertContainer")).to_have_count(0)
    assert "edits" not in other.url
    other.context.close()

    dialog.get_by_text("From the start").click()
    expect(dialog.get_by_text("The network as it was before training.")).to_be_visible()
    expect(field).to_have_value(re.compile("step=0&"))
    from_start = page.context.browser.new_page()
    opened(from_start, address, "?" + field.input_value().partition("?")[2])
    assert number(from_start, "step") == 0
    press(from_start, "Play")
    reaches(from_start, step + 1)
    assert from_start.locator(STAGE).get_attribute("data-edits") == "1"  # the change came again at its step


ALIVE = {
    "dataset": "http://evil.example",
    "features": "www.evil.example",
    "activation": "someone@evil.example",
    "optimizer": "http&colon;//evil.example",
    "noise": "[x](http://evil.example)",
    "seed": "**bold** <b>bold</b>",
    "batch_size": ":smile: :material/home: :red[x]",
    "learning_rate": "$x^2$ `code` ![x](/x.png)",
}


def test_an_address_has_no_power_over_the_page(page: Page, address: str) -> None:
    """Nothing that stands in it becomes a link, a picture, an icon or markup."""
    opened(page, address, "?" + urlencode(ALIVE))
    warning = page.get_by_test_id("stAlertContainer")
    expect(warning).to_contain_text("optimizer")
    said = warning.inner_text().replace("\u2060", "")
    assert [text for text in ALIVE.values() if f"'{text}' is not " not in said] == []
    live = warning.locator("a, img, code, li strong ~ strong, b, .katex, [role=img], [data-testid=stIconMaterial]")
    assert [each.evaluate("each => each.outerHTML") for each in live.all()] == []


def test_a_file_opens_as_its_run_or_says_why_not(page: Page, address: str, tmp_path: Path) -> None:
    opened(page, address)
    press(page, "Step")
    reaches(page, 1)
    (tmp_path / "evil.json").write_text('{"format": "pickle"}')
    config = {"dataset": "spiral", "hidden_sizes": [6], "activation": "relu"}
    edits = [{"step": 100, "target": "learning_rate", "value": 0.1}]
    content = {"format": "neural-playground-run", "version": 1, "torch": "1.0", "lab": "mlp", "step": 700}
    (tmp_path / "run.json").write_text(json.dumps({**content, "config": config, "edits": edits}))
    page.get_by_role("button", name="Open file").click()
    page.locator("input[type=file]").set_input_files(tmp_path / "evil.json")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("evil.json cannot be opened. this is not a run file")).to_be_visible()
    assert number(page, "step") == 1
    page.locator("input[type=file]").set_input_files(tmp_path / "run.json")
    expect(dialog).to_have_count(0)
    expect(page.get_by_text("It was made with torch '1.0'")).to_be_visible()
    reaches(page, 700)
    is_in_state(page, "paused")
    run, step, _ = read((tmp_path / "run.json").read_text())
    assert shown(page) == (700, str(replay(run, step).metrics["test_loss"]))
    expect(page.get_by_role("combobox", name="Activation")).to_have_value("ReLU")
    expect(page.get_by_role("combobox", name="Learning rate")).to_have_value("0.1")
