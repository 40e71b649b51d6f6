"""How many frames are under way: a server, a line and a page in simulated time."""

import heapq
import math
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from playground.stream.connection import MOST, SPARE, Window

SLICE_S = 0.0155  # in which the server makes a frame
SCREEN_S = 1 / 60
FRAME_BYTES, COARSE_BYTES = 15_300, 4_700
SECONDS = 12.0
END = SECONDS - 5  # what is measured begins here, when the window has found its size


class Page:
    """A server that makes frames while the window has room, a line, and a page that paints one every ``paint_s``."""

    def __init__(
        self,
        round_trip_s: float,
        paint_s: float = SCREEN_S,
        *,
        bytes_per_s: float = math.inf,
        hidden_at: float = math.inf,
    ) -> None:
        self.round_trip_s, self.paint_s = round_trip_s, paint_s
        self.bytes_per_s, self.hidden_at = bytes_per_s, hidden_at
        self.now = 0.0
        self.window = Window(lambda: self.now)
        self.waiting: list[float] = []  # when each frame came that is not painted yet
        self.most_waiting = 0
        self.painted: list[float] = []
        self.ways: list[float] = []  # of late, the seconds from the server to the screen
        self._sent: list[float] = []
        self._events: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = count()
        self._is_busy = self._is_awake = False
        self._line_free_at = 0.0
        self._serve()
        while self._events and self.now < SECONDS:
            self.now, _, do, arguments = heapq.heappop(self._events)
            do(*arguments)

    @property
    def frames_per_s(self) -> float:
        return len([at for at in self.painted if at > END]) / (SECONDS - END)

    def _at(self, time: float, do: Callable[..., None], *arguments: Any) -> None:
        heapq.heappush(self._events, (time, next(self._number), do, arguments))

    def _serve(self) -> None:
        if not self._is_busy and not self.window.is_full(False):
            self._is_busy = True
            self._at(self.now + SLICE_S, self._send)

    def _send(self) -> None:
        self.window.sent()
        self._sent.append(self.now)
        size = COARSE_BYTES if self.window.is_narrow else FRAME_BYTES
        self._line_free_at = max(self._line_free_at, self.now) + size / self.bytes_per_s
        self._at(self._line_free_at + self.round_trip_s / 2, self._arrive)
        self._is_busy = False
        self._serve()

    def _arrive(self) -> None:
        self.waiting.append(self.now)
        self.most_waiting = max(self.most_waiting, len(self.waiting))
        self._await_screen()

    def _await_screen(self) -> None:
        if not self._is_awake and self.now < self.hidden_at:
            self._is_awake = True
            self._at((math.floor(self.now / self.paint_s) + 1) * self.paint_s, self._paint)

    def _paint(self) -> None:
        self._is_awake = False
        came_at = self.waiting.pop(0)
        self.painted.append(self.now)
        self.ways.append(self.now - self._sent.pop(0))
        self._at(self.now + self.round_trip_s / 2, self._acknowledge, self.now - came_at)
        if self.waiting:
            self._await_screen()

    def _acknowledge(self, waited_s: float) -> None:
        self.window.painted(waited_s)
        self._serve()


@pytest.mark.parametrize("round_trip_s", [0.001, 0.04, 0.1, 0.2, 0.3])
def test_every_page_gets_the_frames_that_it_can_paint_wherever_it_is(round_trip_s: float) -> None:
    page = Page(round_trip_s)
    assert page.frames_per_s >= 0.98 / SCREEN_S
    assert page.window.size <= math.ceil((round_trip_s + SLICE_S) / SCREEN_S) + SPARE + 1
    assert page.most_waiting <= SPARE + 2
    assert max(page.ways[-100:]) <= round_trip_s / 2 + SLICE_S + (SPARE + 1) * SCREEN_S
    assert not page.window.is_narrow


def test_the_window_is_bounded() -> None:
    page = Page(0.6)
    assert page.window.size == MOST
    assert page.frames_per_s == pytest.approx(MOST / 0.6, rel=0.1)


@pytest.mark.parametrize("round_trip_s", [0.001, 0.2])
@pytest.mark.parametrize("paint_s", [0.05, 0.2, 0.5])
def test_a_slow_painter_gets_few_frames(round_trip_s: float, paint_s: float) -> None:
    page = Page(round_trip_s, paint_s)
    assert page.window.size <= round_trip_s / paint_s + SPARE + 1
    assert page.frames_per_s >= 0.8 / paint_s
    assert not page.window.is_narrow


def test_a_hidden_page_gets_none() -> None:
    page = Page(0.1, hidden_at=3.0)
    assert page.window.is_full(False)
    assert page.frames_per_s == 0
    assert len(page.waiting) <= 0.1 / SCREEN_S + SPARE + 2  # what was under way, and no more
    page.now += 60.0
    for _ in range(len(page.waiting)):  # in sight again
        page.window.painted(60.0)
    assert page.window.size == SPARE
    assert not page.window.is_full(False)


@pytest.mark.parametrize("round_trip_s", [0.01, 0.04, 0.2])
def test_on_a_narrow_line_frames_shrink_and_do_not_queue(round_trip_s: float) -> None:
    page = Page(round_trip_s, bytes_per_s=125_000)
    frame_s = COARSE_BYTES / 125_000
    assert page.window.is_narrow
    assert page.frames_per_s >= 0.95 / frame_s
    assert max(page.ways[-50:]) <= round_trip_s / 2 + SLICE_S + SCREEN_S + (SPARE + 2) * frame_s


def test_on_a_line_too_narrow_for_small_frames_too_they_come_less_often() -> None:
    page = Page(0.04, bytes_per_s=12_500)
    frame_s = COARSE_BYTES / 12_500
    assert page.frames_per_s == pytest.approx(1 / frame_s, rel=0.2)
    assert page.window.size <= SPARE + 2


def test_one_frame_more_is_under_way_for_a_change_that_is_awaited() -> None:
    window = Window(lambda: 0.0)
    for _ in range(SPARE):
        assert not window.is_full(False)
        window.sent()
    assert window.is_full(False)
    assert not window.is_full(True)
    window.sent()
    assert window.is_full(True)


def test_a_page_that_says_that_it_paints_what_was_never_sent_gains_nothing() -> None:
    window = Window(lambda: 0.0)
    for _ in range(100):
        window.painted(0.0)
    assert window.size == SPARE
