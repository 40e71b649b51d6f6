"""What is under way to one page over its socket."""

import asyncio

from playground.stream.pace import Rate

IN_FLIGHT = 2  # frames on their way to the page while it plays


class Connection:
    """One socket's time on a channel; ``replaced`` is set when another takes its place."""

    def __init__(self, frames_per_s: float) -> None:
        self.rate = Rate(frames_per_s, burst=3)
        self.replaced, self.news = asyncio.Event(), asyncio.Event()
        self.unpainted = 0
        self._loop = asyncio.get_running_loop()

    def is_full(self, is_awaited: bool) -> bool:
        """Whether enough frames are under way: two, or three where somebody waits to see a change."""
        return self.unpainted >= IN_FLIGHT + is_awaited

    def painted(self) -> None:
        """The page has painted a frame."""
        self.unpainted = max(0, self.unpainted - 1)
        self.news.set()

    def wake(self) -> None:
        """There is something new; may be called from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.news.set)
