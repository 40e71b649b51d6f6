"""The window on screens of other sizes and densities."""

import pytest
from playwright.sync_api import Page

from tests.browser import opened, press, reaches

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
