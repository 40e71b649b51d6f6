"""What a person sees, timed in headless Chromium: frames, latencies, page loads, memory."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Locator, Page

from playground.labs.mlp.structure import Structure
from tests.bench.engine import rate_of
from tests.bench.row import Row
from tests.browser import FASTEST, STAGE, app, browser, number, opened, press, reaches

SPIRAL = "?dataset=spiral&features=x,y,sin_x,sin_y&hidden_sizes=8,8,8&learning_rate=0.03&batch_size=10"
LARGE = "?features=x,y,x_squared,y_squared,xy,sin_x,sin_y&hidden_sizes=8,8,8,8,8,8"
WALL = "compare?dataset=spiral&features=x,y,sin_x,sin_y&hidden_sizes=8,8&values=sigmoid,relu&seeds=32"
MAP = "map?cells=32"  # 2-8-8-1 on 100 points
TENSORFLOW_PLAYGROUND = "TensorFlow Playground, as measured on two cores"

# The times at which the stage painted another frame, until asked; and the first time that something was so.
RECORD = """
(stage) => {
  const root = document.querySelector(stage);
  window.painted = [];
  window.recorder?.disconnect();
  window.recorder = new MutationObserver(() => window.painted.push(performance.now()));
  window.recorder.observe(root, {attributes: true, attributeFilter: ['data-frame']});
}
"""
# Moves the timeline's slider; → the milliseconds until the stage has painted that step.
SEEK = """
([stage, step]) => new Promise((resolve) => {
  const root = document.querySelector(stage);
  const started = performance.now();
  const observer = new MutationObserver(() => {
    if (Math.abs(Number(root.dataset.step) - step) > 5) return; // less than a place of the slider
    observer.disconnect();
    resolve(performance.now() - started);
  });
  observer.observe(root, {attributes: true, attributeFilter: ['data-step']});
  const slider = root.querySelector('input[aria-label="Timeline"]');
  const end = Number(slider.getAttribute('aria-valuetext').split(' of ')[1].replaceAll(',', ''));
  slider.value = Math.round(slider.max * Math.log1p(step / 100) / Math.log1p(end / 100));
  slider.dispatchEvent(new Event('input', {bubbles: true}));
})
"""
# From the next move of the pen to the frame that has it.
PEN = """
window.answered = new Promise((resolve) => {
  const pad = document.querySelector(".nn-image-pad");
  let moved = 0;
  document.addEventListener("pointermove", (event) => { moved = event.timeStamp; }, {once: true, capture: true});
  const observer = new MutationObserver(() => {
    if (!moved) return;
    observer.disconnect();
    resolve(performance.now() - moved);
  });
  observer.observe(pad, {attributes: true, attributeFilter: ["data-drawing"]});
}); 0
"""
BARE = """
import streamlit as st
view = st.components.v2.component("bare", html="<div id='bare'></div>", js=\"\"\"
export default function ({ parentElement }) {
  parentElement.querySelector("#bare").textContent = "painted";
}
\"\"\", isolate_styles=False)
view()
"""


def rows() -> Iterator[Row]:
    """Every measure of the page, one after the other."""
    with app() as (address, pid), browser() as chromium:
        yield from _frames(chromium, address)
        yield from _deep(chromium, address)
        yield from _transformer(chromium, address)
        yield from _sequences(chromium, address)
        yield from _learning(chromium, address, "cold cache", 1.5)
        yield from _compiled(chromium, address, pid)
        yield from _latencies(chromium, address)
        yield from _time_travel(chromium, address)
        yield from _populations(chromium, address)
        yield from _endurance(chromium, address)
        memory = psutil.Process(pid).memory_info().rss / 1e6
        yield Row("memory of the web process", memory, "MB", 200, "the limit", at_most=1.0)
        yield from _page_loads(chromium, address)


@contextmanager
def _page(chromium: Browser, address: str, query: str = "") -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    yield opened(page, address, query, FASTEST)
    page.context.close()


def frame_gaps(page: Page, seconds: float) -> list[float]:
    """The milliseconds between painted frames over some time."""
    page.evaluate(RECORD, STAGE)
    page.wait_for_timeout(seconds * 1000)
    times = page.evaluate("window.painted")
    return [after - before for before, after in pairwise(times)]


def _frames(chromium: Browser, address: str) -> Iterator[Row]:
    for name, query, theirs, target in (
        ("frames/s, default network", "", 60, 55 / 60),
        ("frames/s, 7 features, six layers of 8", LARGE, 26, 50 / 26),
    ):
        with _page(chromium, address, query) as page:
            press(page, "Play")
            reaches(page, 100)
            gaps = frame_gaps(page, 8)
            rate = 1000 / statistics.fmean(gaps)
            yield Row(name, rate, "1/s", theirs, TENSORFLOW_PLAYGROUND, at_least=target)
            p95 = statistics.quantiles(gaps, n=20)[-1]
            if not query:
                yield Row("p95 between frames, default network", p95, "ms", 25, "the limit", at_most=1.0)


def _deep(chromium: Browser, address: str) -> Iterator[Row]:
    """Two networks of 20 layers of 32 neurons, each with its ladders."""
    with _page(chromium, address, "deep") as page:
        press(page, "Play")
        reaches(page, 20)
        rate = 1000 / statistics.fmean(frame_gaps(page, 8))
        yield Row("frames/s, two networks of 20 layers", rate, "1/s", 30, "the limit", at_least=1.0)


def _transformer(chromium: Browser, address: str) -> Iterator[Row]:
    """A translation with all its heads."""
    with _page(chromium, address, "transformer") as page:
        press(page, "Play")
        reaches(page, 20)
        rate = 1000 / statistics.fmean(frame_gaps(page, 8))
        yield Row("frames/s, a Transformer of 1 + 1 layers", rate, "1/s", 30, "the limit", at_least=1.0)


def _sequences(chromium: Browser, address: str) -> Iterator[Row]:
    """The network over a sequence, with the cell's formulas beside it, while it trains."""
    for name, query, least in (
        ("an RNN on sentences", "sequence", 30),
        ("an LSTM of 64 on 102 steps", "sequence?task=recall&length=98&cell=lstm&hidden=64", 20),
    ):
        with _page(chromium, address, query) as page:
            press(page, "Play")
            reaches(page, 20)
            rate = 1000 / statistics.fmean(frame_gaps(page, 8))
            yield Row(f"frames/s, {name}", rate, "1/s", least, "the least", at_least=1.0)


def _learning(chromium: Browser, address: str, state: str, limit_s: float) -> Iterator[Row]:
    """From Play to a test loss below 0.05, as the page shows it."""
    seconds = []
    for seed in range(1, 6):
        with _page(chromium, address, f"{SPIRAL}&seed={seed}&data_seed={seed}") as page:
            started = time.perf_counter()
            press(page, "Play")
            page.wait_for_function(
                "(stage) => Number(document.querySelector(stage).dataset.score) < 0.05", arg=STAGE, timeout=120_000
            )
            seconds.append(time.perf_counter() - started)
    yield Row(f"Play to loss < 0.05, spiral, median of 5, {state}", statistics.median(seconds), "s", 3.2,
              TENSORFLOW_PLAYGROUND, at_most=limit_s / 3.2)  # fmt: skip


def _compiled(chromium: Browser, address: str, pid: int) -> Iterator[Row]:
    """What a page shows while its loop is compiled beside it, and then."""
    with _page(chromium, address, SPIRAL) as page:
        press(page, "Play")
        reaches(page, 100)
        before = 1000 / statistics.fmean(frame_gaps(page, 1))
        while not any("playground.training.build" in " ".join(_command(p)) for p in _below(pid)):
            page.wait_for_timeout(50)
        during = 1000 / statistics.fmean(frame_gaps(page, 6))
        yield Row("frames/s while its loop is compiled", during, "1/s", before, "before", at_least=0.8)
        page.wait_for_function(f"document.querySelector('{STAGE}').textContent.includes('compiled')", timeout=120_000)
        structure = Structure((4, 8, 8, 8, 1), "tanh", "squared_error", "tanh", "sgd", 10)
        steps, started = number(page, "step"), time.perf_counter()
        page.wait_for_timeout(4000)
        streaming = (number(page, "step") - steps) / (time.perf_counter() - started)
        press(page, "Pause")
        headless = statistics.median(rate_of(structure) for _ in range(5))
        yield Row("updates/s while streaming", streaming, "1/s", headless, "the same loop, headless", at_least=0.75)
    yield from _learning(chromium, address, "warm cache", 0.5)


def _below(pid: int) -> list[psutil.Process]:
    """The processes that ``pid`` started, and those that these started."""
    return psutil.Process(pid).children(recursive=True)


def _command(process: psutil.Process) -> list[str]:
    try:
        return list(process.cmdline())
    except psutil.Error:  # it has just ended
        return []


def _latencies(chromium: Browser, address: str) -> Iterator[Row]:
    first = []
    with _page(chromium, address) as page:
        for _ in range(20):
            press(page, "Reset")
            page.wait_for_function("(stage) => document.querySelector(stage).dataset.step === '0'", arg=STAGE)
            page.wait_for_timeout(150)
            play = page.locator(STAGE).get_by_role("button", name="Play", exact=True)
            first.append(_until_painted(page, play, "data-step"))
            press(page, "Pause")
    p95 = statistics.quantiles(first, n=20)[-1]
    yield Row("Play to first painted progress, p95 of 20", p95, "ms", 100, "the limit", at_most=1.0)
    with _page(chromium, address) as page:
        press(page, "Play")
        reaches(page, 100)
        changes = change_times(page, 20)
    p95 = statistics.quantiles(changes, n=20)[-1]
    yield Row("learning rate changed to painted, p95 of 20", p95, "ms", 60, "the limit", at_most=1.0)


def change_times(page: Page, count: int) -> list[float]:
    """The milliseconds from a click on another learning rate to a frame of the run that has it."""
    changes = []
    for index in range(count):
        page.wait_for_timeout(150)
        page.get_by_role("combobox", name="Learning rate").click()
        option = page.get_by_role("option", name=("0.1", "0.03")[index % 2], exact=True)
        option.wait_for()
        changes.append(_until_painted(page, option, "data-edits"))
    return changes


def _until_painted(page: Page, target: Locator, attribute: str) -> float:
    """Click; → milliseconds from the mouse button's way up to the frame that changes the stage's attribute."""
    page.evaluate(
        """([stage, attribute]) => {
          const root = document.querySelector(stage);
          const before = root.getAttribute(attribute);
          window.seen = new Promise((resolve) => {
            document.addEventListener("mouseup", () => { window.clicked = performance.now(); },
                                      {once: true, capture: true});
            const observer = new MutationObserver(() => {
              if (root.getAttribute(attribute) === before) return;
              observer.disconnect();
              resolve(performance.now() - window.clicked);
            });
            observer.observe(root, {attributes: true, attributeFilter: [attribute]});
          });
        }""",
        [STAGE, attribute],
    )
    target.click()
    return float(page.evaluate("window.seen"))


def drawing() -> Iterator[Row]:
    """From a move of the pen to the answer for what is drawn then, with all maps of the default network in sight."""
    with app() as (address, _), browser() as chromium:
        for name, plays in (("paused", False), ("training", True)):
            with _page(chromium, address, "image") as page:
                if plays:
                    press(page, "Play")
                    reaches(page, 20)
                page.get_by_role("button", name="✎ Draw").click()
                times = pen_times(page, 40)
                p95 = statistics.quantiles(times, n=20)[-1]
                yield Row(f"pen moved to answer painted, {name}, p95 of 40", p95, "ms", 50, "the limit", at_most=1.0)


def pen_times(page: Page, count: int) -> list[float]:
    """The milliseconds from each move of the pen to the frame whose answer is of what is drawn then."""
    box = page.get_by_role("img", name="Paper").bounding_box()
    assert box
    page.mouse.move(box["x"] + 10, box["y"] + 8)
    page.mouse.down()
    times = []
    for move in range(1, count + 1):
        page.evaluate(PEN)
        row, column = divmod(move, 10)
        page.mouse.move(box["x"] + 10 + 14 * column, box["y"] + 8 + 30 * row)
        times.append(float(page.evaluate("window.answered")))
    page.mouse.up()
    return times


def _time_travel(chromium: Browser, address: str) -> Iterator[Row]:
    """From a move of the timeline's slider to the moment that it asked for, painted."""
    latencies = []
    with _page(chromium, address, SPIRAL) as page:
        press(page, "Play")
        reaches(page, 10_000)
        press(page, "Pause")
        page.wait_for_timeout(300)
        for k in range(40):
            step = 1 + 7919 * (k + 1) % 9_999
            latencies.append(page.evaluate(SEEK, [STAGE, step]))
    p95 = statistics.quantiles(latencies, n=20)[-1]
    yield Row("timeline moved to painted, run of 10,000, p95 of 40", p95, "ms", 100, "the limit", at_most=1.0)


def _populations(chromium: Browser, address: str) -> Iterator[Row]:
    """The Compare page with 2 × 32 networks, all 64 in sight; and a map of 32 × 32, from Play to its 200th update."""
    with _page(chromium, address, WALL) as page:
        press(page, "Play")
        reaches(page, 200)
        rate = 1000 / statistics.fmean(frame_gaps(page, 8))
        yield Row("frames/s, wall of 2 × 32 boundaries", rate, "1/s", 30, "the limit", at_least=1.0)
    with _page(chromium, address, MAP) as page:
        page.wait_for_timeout(1000)
        started = time.perf_counter()
        press(page, "Play")
        reaches(page, 200)
        seconds = time.perf_counter() - started
        yield Row("map of 32 × 32 in the page, 200 full batches", seconds, "s", 10, "the limit", at_most=1.0)


def _endurance(chromium: Browser, address: str) -> Iterator[Row]:
    """Frames and memory of one page after 20,000 epochs, beside its start."""
    with _page(chromium, address) as page:
        client = page.context.new_cdp_session(page)
        press(page, "Play")
        reaches(page, 2000)
        start_rate, start_heap = 1000 / statistics.fmean(frame_gaps(page, 5)), _heap(client)
        while number(page, "epoch") < 20_000:
            page.wait_for_timeout(1000)
        end_rate, end_heap = 1000 / statistics.fmean(frame_gaps(page, 5)), _heap(client)
        yield Row("frames/s after 20,000 epochs", end_rate, "1/s", start_rate, "its own start", at_least=0.95)
        yield Row("memory of the tab after 20,000 epochs", end_heap, "MB", start_heap, "its own start", at_most=1.2)


def _heap(client) -> float:  # type: ignore[no-untyped-def]
    client.send("HeapProfiler.collectGarbage")
    return float(client.send("Runtime.getHeapUsage")["usedSize"]) / 1e6


def _page_loads(chromium: Browser, address: str) -> Iterator[Row]:
    """From the request to the first painted frame, beside a bare Streamlit page with one component."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with app(script=str(script)) as (bare, _):
            ours = _load_times(chromium, address, f"document.querySelector('{STAGE}')?.dataset.frame > 0")
            theirs = _load_times(chromium, bare, "document.body.innerText.includes('painted')")
    for kind, limit in (("cold", 1.6), ("cached", 0.7)):
        value, peer = statistics.median(ours[kind]), statistics.median(theirs[kind])
        yield Row(f"page open to painted, {kind} cache", value, "s", peer, "a bare Streamlit page", limit=limit)


def _load_times(chromium: Browser, address: str, painted: str) -> dict[str, list[float]]:
    """Seconds until ``painted``, first with an empty cache, then once more with what it had brought."""
    found: dict[str, list[float]] = {"cold": [], "cached": []}
    chromium.new_context().new_page().goto(address)  # the server's own first page
    for _ in range(5):
        page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
        for seconds in found.values():
            started = time.perf_counter()
            page.goto(address)
            page.wait_for_function(painted, timeout=60_000)
            seconds.append(time.perf_counter() - started)
        page.context.close()
    return found
