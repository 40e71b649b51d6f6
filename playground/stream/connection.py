"""What is under way to one page over its socket."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from playground.stream.pace import Rate

SPARE, MOST = 2, 24  # frames under way beyond those that the round trip takes, and in all
NARROW_S, PROOF_S = 0.06, 1.0  # a line is narrow when every frame waits for others so long on its way, for so long
NARROW_FOR_S = 30.0  # after which larger frames are tried again


class Window:
    """How many frames may be under way to a page: those that travel at the page's own pace, and few that wait.

    The rule is that of FAST TCP (Wei, Jin, Low, Hegde, IEEE/ACM Transactions on Networking 14(6), 2006) with a gain
    of 1. Of n frames under way when one is sent, n · (shortest round trip) / (this round trip) travel. The others
    wait, on a narrow line or for a slow painter. The next window is what travels and SPARE more. So SPARE frames
    wait, however far the page is, and a page that paints nothing gets nothing more.

    The shortest round trip is that of the connection's whole life: a later one would contain the waiting. Only when
    frames become smaller it is measured again, by one that travels alone. Whether frames wait on the line is judged
    as in CoDel (Nichols, Jacobson: Controlling queue delay, ACM Queue 10(5), 2012), by the least delay of some time:
    a browser that was busy for a moment delays frames too.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: deque[tuple[float, int]] = deque()  # for each frame under way: when, and with how many
        self._size, self._measured_from = float(SPARE), -math.inf
        self._shortest_s = self._shortest_way_s = math.inf
        self._queued_since: float | None = None
        self._narrow_until = -math.inf

    @property
    def size(self) -> int:
        """The number of frames that may be under way."""
        return min(MOST, round(self._size))

    @property
    def is_narrow(self) -> bool:
        """Whether frames should be smaller: they wait for each other on their way, and not for the painter."""
        return self._clock() < self._narrow_until

    def is_full(self, is_awaited: bool) -> bool:
        """Whether enough frames are under way; one more may be where somebody waits to see a change."""
        return len(self._sent) >= self.size + is_awaited

    def sent(self) -> None:
        """One more frame is under way."""
        self._sent.append((self._clock(), len(self._sent) + 1))

    def painted(self, waited_s: float) -> None:
        """The page has painted the frame that was sent first, after it had lain there for ``waited_s`` ≥ 0."""
        if not self._sent:
            return
        sent_at, under_way = self._sent.popleft()
        if sent_at < self._measured_from:
            return
        took_s = max(self._clock() - sent_at, 1e-6)
        self._shortest_s = min(self._shortest_s, took_s)
        self._size = under_way * self._shortest_s / took_s + SPARE
        self._judge(max(took_s - waited_s, 0.0))

    def _judge(self, way_s: float) -> None:
        """Tell a narrow line by how much longer than the shortest way a frame's has become."""
        now = self._clock()
        self._shortest_way_s = min(self._shortest_way_s, way_s)
        if way_s - self._shortest_way_s <= NARROW_S:
            self._queued_since = None
        elif self._queued_since is None:
            self._queued_since = now
        elif now - self._queued_since > PROOF_S:
            was_narrow, self._narrow_until = self.is_narrow, now + NARROW_FOR_S
            if not was_narrow:  # the next frame is sent when nothing is under way
                self._size, self._measured_from = 1.0, now
                self._shortest_s = self._shortest_way_s = math.inf


class Connection:
    """One socket's time on a channel; ``replaced`` is set when another takes its place."""

    def __init__(self, frames_per_s: float) -> None:
        self.rate, self.window = Rate(frames_per_s, burst=3), Window()
        self.replaced, self.news = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def painted(self, waited_s: float) -> None:
        """The page has painted a frame, ``waited_s`` after it had come."""
        self.window.painted(waited_s)
        self.news.set()

    def wake(self) -> None:
        """There is something new; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.news.set)
