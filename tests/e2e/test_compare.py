"""What a person does on the Compare page, in a real Chromium."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, number, opened, press, reaches, seek

pytestmark = pytest.mark.browser
QUERY = "compare?dataset=xor&hidden_sizes=4&learning_rate=0.1&values=sigmoid,relu&seeds=6&target_accuracy=0.8"


def pictures(page: Page, kind: str) -> list[str]:
    """What the canvases of a kind show, as data URLs: one a variant."""
    urls: list[str] = page.evaluate(
        "(kind) => [...document.querySelectorAll(`canvas.${kind}`)].map((canvas) => canvas.toDataURL())", kind
    )
    return urls


def test_two_variants_learn_beside_each_other_and_a_tile_is_chosen(page: Page, address: str) -> None:
    opened(page, address, QUERY)
    stage = page.locator(STAGE)
    is_in_state(page, "paused")
    expect(stage.get_by_role("heading", name="Sigmoid")).to_be_visible()
    expect(stage.get_by_role("heading", name="ReLU")).to_be_visible()
    expect(stage.get_by_role("button", name="New weights")).to_be_hidden()
    numbers = stage.locator(".nn-variant-value")
    before, texts = pictures(page, "nn-large-map") + pictures(page, "nn-wall-map"), numbers.all_inner_texts()
    assert len(before) == 4
    expect(page.get_by_text("Guess first: which gets to 80% sooner?")).to_be_visible()
    place = stage.bounding_box()
    press(page, "Play")
    reaches(page, 150)
    press(page, "Pause")
    is_in_state(page, "paused")
    after = pictures(page, "nn-large-map") + pictures(page, "nn-wall-map")
    assert all(old != new for old, new in zip(before, after, strict=True))
    expect(numbers.first).not_to_have_text(texts[0])
    expect(numbers.nth(4)).not_to_have_text(texts[4])
    expect(numbers.nth(6)).to_have_text(re.compile(r"\d of 6"))
    expect(page.get_by_text(re.compile("reached 80% in . of 6 runs"))).to_be_visible()
    expect(page.get_by_text("You guessed")).to_have_count(0)
    assert stage.bounding_box() == place  # Play without a guess moves nothing

    wall = stage.locator(".nn-wall-rings").first
    points = pictures(page, "nn-large-data")
    wall.focus()
    page.keyboard.press("ArrowRight")
    expect(stage.locator(".nn-compare")).to_have_attribute("data-member", "1")
    wall.click(position={"x": 12, "y": 12})
    expect(stage.locator(".nn-compare")).to_have_attribute("data-member", "0")
    wall.hover(position={"x": 12, "y": 12})
    expect(stage.locator(".nn-compare .nn-card")).to_contain_text("Sigmoid, seed 0")
    assert pictures(page, "nn-large-data") == points
    for place, words in ((".nn-bands canvas", "10–90%"), (".nn-why canvas", "Hidden layer 1")):
        stage.locator(place).hover(position={"x": 100, "y": 60})
        expect(stage.locator(".nn-compare .nn-card")).to_contain_text(words)
        expect(stage.locator(".nn-compare .nn-card")).to_contain_text("ReLU")
    page.mouse.move(0, 0)
    expect(stage.locator(".nn-compare .nn-card")).to_be_hidden()
    link = stage.get_by_role("link", name="Open in Playground").first
    assert f"&step={number(page, 'step'):.0f}&" in (link.get_attribute("href") or "")


def test_a_network_of_the_wall_opens_in_the_playground(page: Page, address: str) -> None:
    opened(page, address, QUERY)
    press(page, "Step one epoch")
    reaches(page, 25)
    link = page.locator(STAGE).get_by_role("link", name="Open in Playground").last
    expect(link).to_have_attribute("href", re.compile("&step=25&"))
    with page.context.expect_page() as made:
        link.click()
    made.value.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.step === '25'")
    expect(made.value).to_have_url(re.compile("activation=relu"))


def test_it_is_dragged_back(page: Page, address: str) -> None:
    opened(page, address, QUERY)
    press(page, "Step one epoch")
    reaches(page, 25)
    press(page, "Step one epoch")
    reaches(page, 50)
    later = pictures(page, "nn-wall-map")
    seek(page, 20)
    assert pictures(page, "nn-wall-map") != later
    seek(page, 50)
    assert pictures(page, "nn-wall-map") == later


def test_a_wall_that_is_cut_says_so_and_enter_opens_its_network(page: Page, address: str) -> None:
    opened(page, address, QUERY.replace("seeds=6", "seeds=40"))
    stage = page.locator(STAGE)
    expect(stage.get_by_text("32 of 40 seeds shown")).to_have_count(2)
    press(page, "Step")
    reaches(page, 1)
    wall = stage.locator(".nn-wall-rings").last
    wall.focus()
    page.keyboard.press("ArrowRight")
    expect(stage.get_by_text(re.compile(r"^Seed 1: test loss 0\.\d{3}, test accuracy [\d.]+%$"))).to_have_count(2)
    with page.context.expect_page() as made:
        page.keyboard.press("Enter")
    expect(made.value).to_have_url(re.compile("activation=relu.*seed=1"))


def test_type_grows_with_the_stage(page: Page, address: str) -> None:
    opened(page, address, QUERY)
    caption = page.locator(f"{STAGE} .nn-variant-number .nn-caption").first
    chart = page.locator(f"{STAGE} .nn-bands canvas")
    expect(caption).to_have_css("font-size", "11px")
    low = chart.bounding_box()
    page.set_viewport_size({"width": 1920, "height": 1260})  # as much taller as wider
    expect(caption).to_have_css("font-size", "15.4px")
    high = chart.bounding_box()
    assert low is not None
    assert high is not None
    assert high["height"] / low["height"] == pytest.approx(1.4, abs=0.01)
