"""A line to the app that can be long, narrow and cut: a TCP proxy in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any

CHUNK = 4096  # bytes that go over a narrow line in one piece, so that several connections share it
HELD_S = 0.25  # of its speed a narrow line holds; then the sender waits


class Wire:
    """Listens on ``port`` for the app on the port ``to``.

    Each direction takes ``round_trip_s`` / 2, a new connection one round trip more, as TCP's handshake does; downward
    all connections together carry at most ``bytes_per_s``. While it ``refuses_websockets``, each is answered as some
    proxies do.
    """

    def __init__(self, to: int, round_trip_s: float = 0.0, bytes_per_s: float | None = None) -> None:
        self._to, self._delay_s = to, round_trip_s / 2
        self._down = _Line(bytes_per_s)
        self.refuses_websockets = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._join, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Break every connection that is open now; new ones get through."""
        self._do(self._drop())

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _do(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _drop(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        await self._drop()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        shaken = self._loop.time() + 2 * self._delay_s
        with contextlib.suppress(OSError):
            first = await reader.read(CHUNK) if self.refuses_websockets else b""
            if b"upgrade: websocket" in first.lower():
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                writer.close()
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            far_writer.write(first)
            self._writers |= {writer, far_writer}
            await asyncio.gather(
                self._pump(reader, far_writer, _Line(None), shaken), self._pump(far_reader, writer, self._down, 0.0)
            )
            self._writers -= {writer, far_writer}
        writer.close()  # also where nobody listens

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: "_Line", not_before: float
    ) -> None:
        """Carry one direction of a connection: what is read now is written later."""
        travelling: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        arrival = asyncio.create_task(self._arrive(travelling, writer))
        with contextlib.suppress(OSError):
            while data := await reader.read(line.chunk):
                sent = max(await line.sent(len(data)), not_before)
                travelling.put_nowait((sent + self._delay_s, data))
        travelling.put_nowait((self._loop.time() + self._delay_s, b""))
        await arrival

    async def _arrive(self, travelling: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while True:
                due, data = await travelling.get()
                await asyncio.sleep(max(0.0, due - self._loop.time()))
                if not data:
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


class _Line:
    """One direction: ``bytes_per_s`` that all its connections share, or as many as they like."""

    def __init__(self, bytes_per_s: float | None) -> None:
        self._bytes_per_s = bytes_per_s
        self.chunk = 65536 if bytes_per_s is None else CHUNK
        self._free_at = 0.0

    async def sent(self, count: int) -> float:
        """When ``count`` bytes that are handed over now will have left."""
        now = asyncio.get_running_loop().time()
        if self._bytes_per_s is None:
            return now
        self._free_at = max(self._free_at, now) + count / self._bytes_per_s
        await asyncio.sleep(max(0.0, self._free_at - now - HELD_S))
        return self._free_at
