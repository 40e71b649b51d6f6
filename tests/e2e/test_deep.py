"""The lab of deep networks as a person uses it: a network that stays dark, and what can be done to a layer."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, is_in_state, opened, press, reaches

pytestmark = pytest.mark.browser


DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def number(text: str) -> float:
    """The number behind ``0.26``, ``6.1·10⁻¹³`` or ``10⁻⁷``."""
    mantissa, is_power, power = text.partition("10⁻")
    return float(f"{mantissa.rstrip('·') or 1}e-{power.translate(DIGITS)}") if is_power else float(text)


def told(page: Page, network: str) -> dict[str, float]:
    """What stands above a network: its ``loss`` and ``accuracy`` in training, and the ``ratio`` of its gradients."""
    part = page.locator(f'[data-network="{network}"]')
    words = part.locator(".nn-deep-numbers").inner_text()
    [found] = re.findall(r"training loss ([\d.]+), accuracy ([\d.]+)", words)
    ratio = number(part.locator(".nn-deep-ratio").inner_text().rpartition(" ")[2])
    return {"loss": float(found[0]), "accuracy": float(found[1]) / 100, "ratio": ratio}


def trained(page: Page, address: str, path: str, updates: int) -> None:
    opened(page, address, path)
    press(page, "Play")
    reaches(page, updates)
    press(page, "Pause")
    is_in_state(page, "paused")
    expect(page.locator(f"{STAGE} .nn-words")).to_contain_text("Paused.")


def test_only_the_network_with_skips_learns(page: Page, address: str) -> None:
    trained(page, address, "deep?learning_rate=0.01", 150)
    plain, residual = told(page, "plain"), told(page, "residual")
    assert plain["accuracy"] < 0.3
    assert residual["accuracy"] > 0.8
    assert plain["ratio"] < 1e-6
    assert residual["ratio"] > 1e-2


def test_forty_layers_train_worse_than_ten_of_them_although_gradients_flow(page: Page, address: str) -> None:
    trained(page, address, "deep?activation=relu&depth=40&prefix=10&learning_rate=0.001", 250)
    plain = told(page, "plain")
    assert 1e-2 < plain["ratio"] < 1e2
    assert plain["loss"] > 2 * max(told(page, "residual")["loss"], told(page, "prefix")["loss"])


def test_what_is_done_to_a_layer_is_an_edit_and_is_taken_back(page: Page, address: str) -> None:
    opened(page, address, "deep?depth=6&width=8")
    layer = page.get_by_role("button", name="Layer 3, with skips")
    layer.press("Enter")
    card = page.get_by_role("dialog", name="Layer 3")
    card.get_by_role("button", name="Set its output to 0").click()
    expect(page.locator(STAGE)).to_have_attribute("data-edits", "1")
    expect(layer).to_have_attribute("data-changed", "zeroed")
    expect(page.get_by_role("button", name="Step 0: zeroed layers: 3")).to_be_attached()
    card.get_by_role("button", name="Cut its skip").click()
    expect(layer).to_have_attribute("data-changed", "zeroed cut")
    card.get_by_role("button", name="Output is 0: give it back").click()
    expect(layer).to_have_attribute("data-changed", "cut")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(layer).to_be_focused()


def test_a_look_inside_walks_through_the_layers(page: Page, address: str) -> None:
    opened(page, address, "deep?dataset=spiral&depth=6&activation=tanh")
    page.get_by_role("button", name="Look inside a layer").click()
    sentence = page.locator(".nn-deep-sentence")
    expect(sentence).to_contain_text("Without skips, layer 1: a linear probe on it is right for")
    page.get_by_role("slider", name="Layer").fill("4")
    page.locator(".nn-deep-inside").get_by_label("Network").select_option("With skips")
    expect(sentence).to_contain_text("With skips, layer 4: a linear probe on it is right for")


def test_a_landscape_is_computed_beside_the_page_and_can_be_turned(page: Page, address: str) -> None:
    opened(page, address, "deep?dataset=circle&depth=4&width=8&landscape=on")
    press(page, "Step one epoch")
    reaches(page, 12)
    page.get_by_role("button", name="Compute the landscape").click()
    expect(page.locator(".js-plotly-plot")).to_have_count(2, timeout=60_000)
    expect(page.get_by_text("Each network is in the middle of its plane.")).to_be_visible()
    page.get_by_role("radio", name="The path's directions").click()
    expect(page.get_by_text("of the way it holds: without skips")).to_be_visible()
    page.get_by_role("radio", name="Surface").click()
    expect(page.locator(".js-plotly-plot .gl-container")).to_have_count(2)
