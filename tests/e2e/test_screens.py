"""The window on screens of other sizes and densities."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import STAGE, opened, press, reaches

pytestmark = pytest.mark.browser
PAGES = ("", "compare?seeds=4", "map?cells=4", "race")
#: The canvases in the screen's own pixels: how many of these make a pixel of the page, and whether any is drawn.
DRAWN = """() => [...document.querySelectorAll(".nn-stage canvas")]
    .filter((canvas) => canvas.isConnected && canvas.width > 1 && canvas.style.width && canvas.clientWidth)
    .map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const density = Math.round(10 * canvas.width / parseFloat(canvas.style.width)) / 10;
      return [canvas.className, density, data.some((byte) => byte > 0)];
    })
    .filter(([name]) => !/-map$/.test(name))"""  # rasters: as large as what they show


@pytest.mark.parametrize("path", PAGES)
def test_on_a_screen_of_another_density_every_canvas_is_sharp_again(page: Page, address: str, path: str) -> None:
    opened(page, address, path)
    press(page, "Step one epoch")
    reaches(page, 1)
    before = page.evaluate(DRAWN)
    assert before
    assert {density for _, density, _ in before} == {1}
    device = page.context.new_cdp_session(page)
    # A pixel higher: an emulated density alone tells a page's media queries nothing.
    screen = {"width": 1440, "height": 901, "deviceScaleFactor": 2, "mobile": False}
    device.send("Emulation.setDeviceMetricsOverride", screen)
    page.wait_for_function(f"({DRAWN})().every(([, density]) => density === 2)")
    page.evaluate("() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))")
    assert page.evaluate(DRAWN) == [[name, 2, is_drawn] for name, _, is_drawn in before]


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1366, 768), (1440, 900)])
def test_one_screen_shows_it_all(page: Page, address: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, address)
    press(page, "Step one epoch")
    reaches(page, 25)
    page.evaluate(  # as wide as a loss is that has become small
        """() => document.querySelectorAll(".nn-drawn .nn-metric-value")
          .forEach((value) => { value.textContent = "1.2·10⁻⁴"; })"""
    )
    for part in (".nn-toolbar", ".nn-graph", ".nn-plane", ".nn-metrics", ".nn-curves canvas", ".nn-time"):
        expect(page.locator(f"{STAGE} {part}")).to_be_in_viewport(ratio=0.99)
    inputs = page.locator(f"{STAGE} .nn-feature")
    for index in range(inputs.count()):
        expect(inputs.nth(index)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(1140, 800), (1024, 768), (768, 1024), (390, 844)])
def test_a_narrow_window_shows_the_network(page: Page, address: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    opened(page, address)
    expect(page.locator(f"{STAGE} .nn-graph")).to_be_in_viewport(ratio=0.9)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
