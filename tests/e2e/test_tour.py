"""What a newcomer meets: the tour that opens once, on a screen and on a phone."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import STAGE, is_in_state, press
from tests.e2e.seen import AXE

pytestmark = pytest.mark.browser


def arrives(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_function(f"document.querySelector('{STAGE}')?.dataset.frame > 0", timeout=60_000)


def stays_in_place(page: Page) -> object:
    return page.evaluate("JSON.stringify(document.querySelector('.nn-plane').getBoundingClientRect())")


# The neurons in use that the callout covers, of a network that leaves it room.
COVERED = """() => {
  const card = document.querySelector(".nn-tour").getBoundingClientRect();
  const neurons = [...document.querySelectorAll(".nn-tile-place:not(.nn-inactive)")];
  return neurons.map((each) => each.getBoundingClientRect())
    .filter((of) => of.right > card.left && of.left < card.right && of.bottom > card.top && of.top < card.bottom);
}"""


def test_a_newcomer_is_led_once_and_the_tour_comes_back_when_asked(page: Page, address: str) -> None:
    arrives(page, address)
    stage, tour = page.locator(STAGE), page.get_by_role("region", name="Tour")
    expect(tour).to_contain_text("Press Play")
    place = stays_in_place(page)
    press(page, "Play")
    is_in_state(page, "playing")
    expect(tour).to_contain_text("each small square is a neuron")
    assert page.evaluate(COVERED) == []
    for words in ("Each dot is an example", "The loss: how wrong it is", "drag it back", "Epoch: one epoch"):
        tour.get_by_role("button", name="Next").click()
        expect(tour).to_contain_text(words)
    press(page, "Pause")
    page.evaluate(AXE)
    found = page.evaluate("() => axe.run({ include: ['.nn-tour'] }, { resultTypes: ['violations'] })")
    assert [each["id"] for each in found["violations"]] == []
    tour.get_by_role("button", name="Done").click()
    expect(tour).to_be_hidden()
    assert stays_in_place(page) == place
    page.reload()
    arrives(page, address)
    expect(stage.get_by_role("button", name="Tour")).to_be_visible()
    expect(tour).to_be_hidden()
    stage.get_by_role("button", name="Tour").press("Enter")
    expect(tour.get_by_role("button", name="Next")).to_be_focused()
    page.keyboard.press("Enter")
    expect(tour).to_contain_text("each small square is a neuron")
    page.keyboard.press("Escape")
    expect(tour).to_be_hidden()
    page.evaluate("localStorage.clear()")
    arrives(page, f"{address}/?present=true")
    expect(stage.get_by_role("button", name="Tour")).to_be_visible()
    expect(tour).to_be_hidden()  # a class is not greeted


def test_a_finger_taps(chromium: Browser, address: str) -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    arrives(page, address)
    tour = page.get_by_role("region", name="Tour")
    expect(tour).to_contain_text("Tap Play: it learns")
    expect(page.get_by_text("A network learns to tell blue points")).to_contain_text("tap Play")
    expect(page.get_by_text("A link's colour is")).to_contain_text("Tap a neuron or the map to look closer.")
    press(page, "Play")
    expect(tour).to_contain_text("Each dot is an example")  # in the order in which they stand below each other
    expect(tour).to_be_in_viewport(ratio=1)
    expect(page.locator(".nn-plane-square")).to_be_in_viewport(ratio=0.9)
    covered = page.evaluate("""() => {
      const at = (name) => document.querySelector(name).getBoundingClientRect();
      const [card, plane, play] = [".nn-tour", ".nn-plane", ".nn-play"].map(at);
      return card.bottom > plane.top || card.top < play.bottom;
    }""")
    assert not covered
    for words in ("The loss", "Tap an input", "drag it back", "Step: one update. Epoch: one epoch."):
        tour.get_by_role("button", name="Next").tap()
        expect(tour).to_contain_text(words)
        expect(tour).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tour.get_by_role("button", name="Close the tour").tap()
    expect(tour).to_be_hidden()
