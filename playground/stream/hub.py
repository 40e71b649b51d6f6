"""All channels of this server, and the engine that they share."""

import asyncio
import logging
import secrets
import threading
import time
from concurrent.futures import wait
from functools import cached_property

from playground.engine import Engine
from playground.engine.process import ProcessEngine
from playground.lab import FIRST
from playground.runs.store import Store, open_store
from playground.stream.channel import Channel
from playground.stream.gallery import Gallery
from playground.stream.limits import Limits
from playground.stream.line import Line

KEEP_S = 5.0  # longest wait at shutdown for the last runs to be stored

log = logging.getLogger(__name__)


class ServerFull(Exception):
    """No more pages can be opened now; the message is shown to the user."""


class Hub:
    """Channels by token. A token is a secret made for one page, which authenticates its socket."""

    def __init__(self, engine: Engine, limits: Limits | None = None, store: Store | None = None) -> None:
        self.engine = engine
        self.store = store
        self.limits = limits or Limits()
        self.line = Line(self.limits.training)
        self.gallery = Gallery(engine)
        self._channels: dict[str, Channel] = {}
        self._lock = threading.Lock()

    @cached_property
    def devices(self) -> dict[str, str]:
        """The devices that can train, by name; cached, since a worker answers only between two slices."""
        return self.engine.devices().result()

    @property
    def is_full(self) -> bool:
        """Whether the limit of open pages is reached."""
        return len(self) >= self.limits.pages

    def issue(self, lab: str = FIRST) -> str:
        """Returns a new token, with a new channel for a run of ``lab``. Raises ServerFull."""
        if self.is_full:
            raise ServerFull(
                f"This server is full: {len(self)} pages are open on it, and it takes no more. "
                "You wait in line; this page opens by itself as soon as another one closes."
            )
        token = secrets.token_urlsafe(24)
        self.channel(token, lab)
        return token

    def channel(self, token: str, lab: str = FIRST) -> Channel:
        """Returns the channel of a token that this server issued; a new one where it was closed meanwhile."""
        with self._lock:
            if token not in self._channels:
                self._channels[token] = Channel(self.engine, self.limits, self.line, self.store, lab)
            return self._channels[token]

    def find(self, token: str) -> Channel | None:
        """Returns the channel of a token, or None for an unknown one."""
        with self._lock:
            return self._channels.get(token)

    def reap(self) -> int:
        """Close the channels of closed pages, free their runs, end long turns. Returns the number closed."""
        for member in self.line.training():
            member.end_turn()
        now = time.monotonic()
        with self._lock:
            gone = [
                token
                for token, channel in self._channels.items()
                if not channel.connected and now - channel.last_seen > self.limits.away_s
            ]
            channels = [self._channels.pop(token) for token in gone]
            staying = list(self._channels.values())
        for channel in channels:
            channel.close()
        for channel in staying:
            channel.keep()
        return len(channels)

    def close(self) -> None:
        """Store every run, then shut down the engine and the store."""
        with self._lock:
            keeping = [channel.keep() for channel in self._channels.values()]
            self._channels.clear()
        wait([future for future in keeping if future is not None], KEEP_S)
        self.engine.shutdown()
        if self.store is not None:
            self.store.close()

    async def keep_reaping(self) -> None:
        while True:
            await asyncio.sleep(min(5.0, self.limits.away_s / 2))
            self.reap()
            self.engine.tend()

    def __len__(self) -> int:
        return len(self._channels)


_hub: Hub | None = None
_hub_lock = threading.Lock()


def hub() -> Hub:
    """Returns this process's hub; the first call starts the workers."""
    global _hub
    with _hub_lock:
        if _hub is None:
            limits = Limits.from_environment()
            store = open_store(limits.kept_runs_each, limits.kept_runs)
            _hub = Hub(_start_engine(limits), limits, store)
        return _hub


def _start_engine(limits: Limits) -> Engine:
    try:
        return ProcessEngine(worker_mb=limits.worker_mb, export_s=limits.export_s)
    except OSError as error:  # most likely there is no /dev/shm that can be written
        from playground.engine.inline import InlineEngine  # imported here: it loads torch

        log.error("No worker process can be started (%s). Training goes on in the web process, more slowly.", error)
        return InlineEngine()


def use_hub(other: Hub | None) -> None:
    """Replace the hub, for tests."""
    global _hub
    with _hub_lock:
        _hub = other
