"""What is to be seen on every page: in the light and in the dark, narrow and wide, on any screen, by everybody."""

from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

#: A narrow window's menu is Streamlit's: a list that holds groups beside its items.
NOT_OURS = ['[data-testid="stSidebarNavItems"]']
AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
CUT_TABLES_TAKE_THE_FOCUS = """() => [...document.querySelectorAll('.stMarkdown table')]
  .every((table) => (table.scrollWidth > table.clientWidth) === (table.tabIndex === 0))"""
#: The page and its stage are light or dark, and the shade at the end of a table that is cut has the page's colour.
IS_IN_SCHEME = """(scheme) => {
  const painted = (of, pseudo) => getComputedStyle(of, pseudo).backgroundColor;
  const stage = document.querySelector(".nn-stage"), app = document.querySelector(".stApp"), page = painted(app);
  return (Number(page.match(/\\d+/)[0]) < 128) === (scheme === "dark") && painted(app, "::after") === page
    && (!stage || stage.classList.contains("nn-dark") === (scheme === "dark"));
}"""
#: The canvases in the screen's own pixels: how many of these make a pixel of the page, and whether any is drawn.
DRAWN = """() => [...document.querySelectorAll(".nn-stage canvas")]
    .filter((canvas) => canvas.isConnected && canvas.width > 1 && canvas.style.width && canvas.clientWidth)
    .map((canvas) => {
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const density = Math.round(10 * canvas.width / parseFloat(canvas.style.width)) / 10;
      return [canvas.className, density, data.some((byte) => byte > 0)];
    })
    .filter(([name]) => !/-map$/.test(name))"""  # rasters: as large as what they show


def places_asked(page: Page) -> set[str]:
    """The servers that the page asks for anything from here on."""
    places: set[str] = set()

    def note(url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob"):
            places.add(urlsplit(url).netloc)

    page.on("request", lambda request: note(request.url))
    page.on("websocket", lambda socket: note(socket.url))
    return places


def is_for_everybody(page: Page) -> None:
    """In both schemes and widths axe finds nothing, and a small phone has no need to scroll sideways. Colours are
    a scheme's and places a width's: each is looked at once."""
    page.emulate_media(reduced_motion="reduce")
    page.add_style_tag(content=".stApp::after { content: ''; background: var(--page); }")
    page.evaluate(AXE)
    schemes: Any = (("light", 1440), ("dark", 390))
    for scheme, width in schemes:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(IS_IN_SCHEME, arg=scheme)
        page.wait_for_function(CUT_TABLES_TAKE_THE_FOCUS)
        page.wait_for_function("document.getAnimations().every((each) => each.playState === 'finished')")
        found = page.evaluate(f"() => axe.run({{ exclude: {NOT_OURS} }}, {{ resultTypes: ['violations'] }})")
        failed = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]]
        assert (scheme, width, failed) == (scheme, width, [])
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_function("document.querySelector('.stMain').scrollWidth <= 320")
    page.set_viewport_size({"width": 1440, "height": 900})


def fits_a_low_window(page: Page) -> None:
    """Controls, picture, curves and time are in sight together, with nothing to scroll."""
    page.set_viewport_size({"width": 1280, "height": 720})
    page.wait_for_function("document.querySelector('.nn-stage').getBoundingClientRect().bottom <= innerHeight + 1")
    expect(page.locator(".nn-time")).to_be_in_viewport(ratio=1)


def is_sharp_on_another_screen(page: Page) -> None:
    """Every canvas is drawn again, in the pixels of a screen that has twice as many."""
    expect(page.locator(".nn-stage canvas:visible").first).to_be_visible()
    before = page.evaluate(DRAWN)
    assert before
    assert {density for _, density, _ in before} == {1}
    device = page.context.new_cdp_session(page)
    # A pixel higher: an emulated density alone tells a page's media queries nothing.
    screen = {"width": 1440, "height": 901, "deviceScaleFactor": 2, "mobile": False}
    device.send("Emulation.setDeviceMetricsOverride", screen)
    after = [[name, 2, is_drawn] for name, _, is_drawn in before]
    page.wait_for_function(f"(after) => JSON.stringify(({DRAWN})()) === JSON.stringify(after)", arg=after)
