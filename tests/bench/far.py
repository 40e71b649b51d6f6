"""What a person sees who is far from the server, or at the end of a narrow line."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from tests.bench.browser import BARE, change_times, frame_gaps
from tests.bench.row import Row
from tests.browser import FASTEST, STAGE, app, browser, opened, press, reaches
from tests.wire import Wire

FRAMES_PER_S = {0: 50, 40: 50, 100: 50, 200: 30}  # to reach, by round trip in milliseconds
OPEN_BESIDE_S = {"cold": 0.6, "cached": 0.35}  # more than a bare page, at most
CHANGE_BESIDE_MS = 100  # more than the round trip, at most
NARROW_BYTES_PER_S = 125_000  # 1 Mbit/s
OPENINGS = 5
PAINTED = f"document.querySelector('{STAGE}')?.dataset.frame > 0"
BARE_PAINTED = "document.body.innerText.includes('painted')"


def rows() -> Iterator[Row]:
    """Frames, changes and page loads at each round trip, then on a narrow line."""
    with tempfile.TemporaryDirectory() as folder, app() as (ours, _), browser() as chromium:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with app(script=str(script)) as (bare, _):
            for address in (ours, bare):
                chromium.new_context().new_page().goto(address)  # the server's own first page
            for milliseconds in FRAMES_PER_S:
                with _wire(ours, milliseconds) as near, _wire(bare, milliseconds) as peer:
                    yield from _watching(chromium, near, milliseconds)
                    yield from _opening(chromium, near, peer, milliseconds)
        with _wire(ours, 40, NARROW_BYTES_PER_S) as narrow:
            yield from _narrow(chromium, narrow)


@contextmanager
def _wire(address: str, milliseconds: float, bytes_per_s: float | None = None) -> Iterator[str]:
    with Wire(urlsplit(address).port or 80, milliseconds / 1000, bytes_per_s) as wire:
        yield f"http://localhost:{wire.port}"


@contextmanager
def _playing(chromium: Browser, address: str) -> Iterator[Page]:
    page = chromium.new_page(viewport={"width": 1440, "height": 900})
    opened(page, address, speed=FASTEST)
    press(page, "Play")
    reaches(page, 100)
    page.wait_for_timeout(3000)  # the frames under way have found their number
    yield page
    page.context.close()


def _watching(chromium: Browser, address: str, milliseconds: int) -> Iterator[Row]:
    where = f"{milliseconds} ms round trip"
    with _playing(chromium, address) as page:
        rate = 1000 / statistics.fmean(frame_gaps(page, 6))
        target = FRAMES_PER_S[milliseconds]
        yield Row(f"frames/s, {where}", rate, "1/s", target, "the limit", at_least=1.0)
        p95 = statistics.quantiles(change_times(page, 20), n=20)[-1]
        most = milliseconds + CHANGE_BESIDE_MS
        yield Row(f"learning rate changed to painted, {where}, p95 of 20", p95, "ms", most, "the limit", at_most=1.0)


def _opening(chromium: Browser, ours: str, bare: str, milliseconds: int) -> Iterator[Row]:
    """From the request to the first painted frame, beside a bare Streamlit page, turn by turn."""
    found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in OPEN_BESIDE_S}
    for _ in range(OPENINGS):
        mine, theirs = _open_twice(chromium, ours, PAINTED), _open_twice(chromium, bare, BARE_PAINTED)
        for kind, pair in zip(OPEN_BESIDE_S, zip(mine, theirs, strict=True), strict=True):
            found[kind].append(pair)
    for kind, pairs in found.items():
        value, peer = (statistics.median(times) for times in zip(*pairs, strict=True))
        name = f"page open to painted, {kind} cache, {milliseconds} ms round trip"
        yield Row(name, value, "s", peer, "a bare Streamlit page", limit=peer + OPEN_BESIDE_S[kind])


def _open_twice(chromium: Browser, address: str, painted: str) -> list[float]:
    """Seconds until ``painted``, with an empty cache, then with what it had brought."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(painted, timeout=60_000)
        seconds.append(time.perf_counter() - started)
        page.wait_for_load_state("networkidle")  # else it would be left in the middle, and its connections closed
    page.context.close()
    return seconds


def _narrow(chromium: Browser, address: str) -> Iterator[Row]:
    with _playing(chromium, address) as page:
        rate = 1000 / statistics.fmean(frame_gaps(page, 6))
        yield Row("frames/s, 1 Mbit/s", rate, "1/s", 15, "the limit", at_least=1.0)
        p95 = statistics.quantiles(change_times(page, 20), n=20)[-1]
        yield Row("learning rate changed to painted, 1 Mbit/s, p95 of 20", p95, "ms", 500, "the limit", at_most=1.0)
