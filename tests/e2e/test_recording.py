"""A recording, opened from the disk in a real Chromium that has no network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from playground.export import exported
from tests.browser import STAGE, is_in_state, number, press, reaches
from tests.export.test_recording import EDITED, STEPS, frames_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recording") / "run.html"
    path.write_bytes(exported(EDITED, STEPS, "html"))
    return path


@pytest.fixture
def played(chromium: Browser, file: Path) -> Iterator[Page]:
    """The page; an error, or a request for anything that is not in it, fails the test."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, offline=True)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: faults.append(request.url) if request.url.startswith("http") else None)
    page.goto(file.as_uri())
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0")
    yield page
    context.close()
    assert faults == []


def test_it_plays_to_its_end_and_goes_back_to_any_moment(played: Page, file: Path) -> None:
    losses = {header["step"]: header["metrics"]["test_loss"] for header, _ in frames_in(file.read_text("utf-8"))}
    assert number(played, "step") == 0
    press(played, "Play")
    is_in_state(played, "playing")
    reaches(played, STEPS)
    is_in_state(played, "paused")
    slider = played.locator(STAGE).get_by_role("slider", name="Timeline")
    track = slider.bounding_box()
    assert track is not None
    played.mouse.move(track["x"] + track["width"] - 8, track["y"] + track["height"] / 2)
    played.mouse.down()
    played.mouse.move(track["x"] + track["width"] / 2, track["y"] + track["height"] / 2, steps=5)
    played.mouse.up()
    played.wait_for_function(f"Number(document.querySelector('{STAGE}').dataset.step) < {STEPS / 2}")
    assert number(played, "step") > 0
    assert float(played.locator(STAGE).get_attribute("data-score") or "") == losses[int(number(played, "step"))]
    expect(played.get_by_text(f"{number(played, 'step'):.0f} of {STEPS}")).to_be_visible()
    press(played, "Reset")
    expect(played.locator(STAGE)).to_have_attribute("data-step", "0")


def test_the_keyboard_and_the_marks(played: Page) -> None:
    played.keyboard.press("ArrowRight")
    expect(played.locator(STAGE)).to_have_attribute("data-step", "1")
    played.keyboard.press("Shift+ArrowRight")
    reaches(played, 25)
    assert number(played, "epoch") == pytest.approx(1, abs=0.2)
    played.get_by_role("button", name="Step 40: learning rate set to 0.1").click()
    expect(played.locator(STAGE)).to_have_attribute("data-step", "40")
    played.keyboard.press("Space")
    reaches(played, 100)
    played.keyboard.press("Space")
    is_in_state(played, "paused")


def test_a_neuron_fills_the_plane_and_nothing_can_be_changed(played: Page) -> None:
    plane = played.locator(".nn-plane canvas").first
    before = plane.evaluate("(canvas) => canvas.toDataURL()")
    neuron = played.get_by_role("button", name="Hidden layer 2, neuron 1", exact=True)
    neuron.hover()
    expect(played.locator(".nn-plane").get_by_text("Hidden layer 2, neuron 1")).to_be_visible()
    assert plane.evaluate("(canvas) => canvas.toDataURL()") != before
    neuron.click()
    expect(played.get_by_role("dialog").get_by_label("Bias", exact=True)).not_to_be_editable()
    played.keyboard.press("Escape")
    for name in ("New weights", "Regenerate data", "Add a hidden layer"):
        expect(played.get_by_role("button", name=name)).to_have_count(0)
    played.get_by_role("button", name="Input x₁²").click()
    expect(played.get_by_text("This is a recording: its inputs cannot be changed.")).to_be_visible()


def test_the_run_file_is_saved(played: Page) -> None:
    with played.expect_download() as download:
        played.get_by_role("button", name="Save the run file").click()
    assert download.value.suggested_filename == "run.json"
    assert "neural-playground-run" in Path(download.value.path()).read_text()
