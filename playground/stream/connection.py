"""Flow control of the frames to one page over its socket."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable

from playground.stream.pace import Rate

SPARE, MOST = 2, 24  # frames in flight beyond those that fill the round trip, and in all
NARROW_S, PROOF_S = 0.06, 1.0  # a connection is narrow when frames queue for NARROW_S or more throughout PROOF_S
NARROW_FOR_S = 30.0  # time after which larger frames are tried again


class Window:
    """Limits the number of frames in flight to a page, so that only few of them queue.

    The rule is that of FAST TCP (Wei, Jin, Low, Hegde, IEEE/ACM Transactions on Networking 14(6), 2006) with a gain
    of 1. Of n frames in flight when one is sent, n · (shortest round trip) / (this round trip) travel. The others
    queue, on a narrow connection or for slow painting. The next window is the number that travel plus SPARE; a
    quarter of a frame counts as one, or a near page would paint a fifth fewer. So SPARE frames queue at any distance,
    and a page that paints nothing receives nothing more.

    The shortest round trip is taken over the connection's whole life, since a later one would include queueing. It is
    measured again, by a single frame in flight, only when frames become smaller. Queueing on the connection is
    detected as in CoDel (Nichols, Jacobson: Controlling queue delay, ACM Queue 10(5), 2012), by the least delay over
    some time: a browser that is busy for a moment delays frames too.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._sent: deque[tuple[float, int]] = deque()  # of each frame in flight: time, frames in flight
        self._size, self._measured_from = float(SPARE), -math.inf
        self._shortest_s = self._shortest_way_s = math.inf
        self._queued_since: float | None = None
        self._narrow_until = -math.inf

    @property
    def size(self) -> int:
        """The number of frames that may be in flight."""
        return min(MOST, math.floor(self._size + 0.75))

    @property
    def is_narrow(self) -> bool:
        """Whether frames should be smaller: they queue on the connection, not for painting."""
        return self._clock() < self._narrow_until

    def is_full(self, is_awaited: bool) -> bool:
        """Whether no more frames may be sent; after a change by the user (``is_awaited``) one more may."""
        return len(self._sent) >= self.size + is_awaited

    def sent(self) -> None:
        """Count a frame that was sent."""
        self._sent.append((self._clock(), len(self._sent) + 1))

    def painted(self, waited_s: float) -> None:
        """Take the acknowledgement of the oldest frame in flight, painted ``waited_s`` ≥ 0 after its arrival."""
        if not self._sent:
            return
        sent_at, in_flight = self._sent.popleft()
        if sent_at < self._measured_from:
            return
        took_s = max(self._clock() - sent_at, 1e-6)
        self._shortest_s = min(self._shortest_s, took_s)
        self._size = in_flight * self._shortest_s / took_s + SPARE
        self._judge(max(took_s - waited_s, 0.0))

    def _judge(self, way_s: float) -> None:
        """Detect a narrow connection by how far a frame's travel time ``way_s`` exceeds the shortest one."""
        now = self._clock()
        self._shortest_way_s = min(self._shortest_way_s, way_s)
        if way_s - self._shortest_way_s <= NARROW_S:
            self._queued_since = None
        elif self._queued_since is None:
            self._queued_since = now
        elif now - self._queued_since > PROOF_S:
            was_narrow, self._narrow_until = self.is_narrow, now + NARROW_FOR_S
            if not was_narrow:  # send the next frame when none is in flight
                self._size, self._measured_from = 1.0, now
                self._shortest_s = self._shortest_way_s = math.inf


class Connection:
    """One socket of a channel; ``replaced`` is set when another socket replaces it."""

    def __init__(self, frames_per_s: float) -> None:
        self.rate, self.window = Rate(frames_per_s, burst=3), Window()
        self.replaced, self.news = asyncio.Event(), asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def painted(self, waited_s: float) -> None:
        """Take the page's acknowledgement of a frame, painted ``waited_s`` after its arrival."""
        self.window.painted(waited_s)
        self.news.set()

    def wake(self) -> None:
        """Signal that a frame may be due; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.news.set)
