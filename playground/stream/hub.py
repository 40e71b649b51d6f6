"""All channels of this server, and the engine that they share."""

import asyncio
import secrets
import threading
import time
from functools import cached_property

from playground.engine import Engine
from playground.engine.process import ProcessEngine
from playground.stream.channel import Channel

IDLE_S = 120.0  # a page that is away this long has left; Streamlit keeps its own sessions as long


class Hub:
    """Channels by token. A token is made for a page and told to nobody else: it is what a socket shows."""

    def __init__(self, engine: Engine, idle_s: float = IDLE_S) -> None:
        self.engine = engine
        self.idle_s = idle_s
        self._channels: dict[str, Channel] = {}
        self._lock = threading.Lock()

    @cached_property
    def devices(self) -> dict[str, str]:
        """The devices that can train, by name; asked once, since a worker answers only between two slices."""
        return self.engine.devices().result()

    def issue(self) -> str:
        """A new token with a channel of its own."""
        token = secrets.token_urlsafe(24)
        self.channel(token)
        return token

    def channel(self, token: str) -> Channel:
        """The channel of a token that this server issued; made anew where it was given up meanwhile."""
        with self._lock:
            if token not in self._channels:
                self._channels[token] = Channel(self.engine)
            return self._channels[token]

    def find(self, token: str) -> Channel | None:
        """The channel of a token that somebody shows us, or None."""
        with self._lock:
            return self._channels.get(token)

    def reap(self) -> int:
        """Close the channels whose page is gone, and free their runs; → how many."""
        now = time.monotonic()
        with self._lock:
            gone = [
                token
                for token, channel in self._channels.items()
                if not channel.connected and now - channel.last_seen > self.idle_s
            ]
            channels = [self._channels.pop(token) for token in gone]
        for channel in channels:
            channel.close()
        return len(channels)

    async def keep_reaping(self) -> None:
        while True:
            await asyncio.sleep(min(5.0, self.idle_s / 2))
            self.reap()

    def __len__(self) -> int:
        return len(self._channels)


_hub: Hub | None = None
_hub_lock = threading.Lock()


def hub() -> Hub:
    """This process's hub; the first call starts the workers."""
    global _hub
    with _hub_lock:
        if _hub is None:
            _hub = Hub(ProcessEngine())
        return _hub


def use_hub(other: Hub | None) -> None:
    """Put another hub in place: a test's, with an engine of its own."""
    global _hub
    with _hub_lock:
        _hub = other
