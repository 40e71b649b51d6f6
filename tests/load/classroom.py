"""A class at once: synthetic clients that play, each over a socket of its own, painting 60 times a second at most.

``make soak`` runs it for ten minutes; a short version is among the tests.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx2
import psutil
import websockets

from playground.stream.frame import unpack
from tests.browser import ROOT, free_port

PAINT_S = 1 / 60
LARGE = {"hidden_sizes": ",".join(["32"] * 8), "features": "x,y,x_squared,y_squared,xy,sin_x,sin_y"}


@dataclass
class Report:
    """What a class saw. Rates are painted frames per second, one for each client; latencies are in milliseconds."""

    rates: list[float] = field(default_factory=list)
    health_ms: list[float] = field(default_factory=list)
    change_ms: list[float] = field(default_factory=list)
    memory_mb: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def spread(self) -> float:
        """The best served client's rate over the worst one's."""
        return max(self.rates) / min(self.rates)

    def __str__(self) -> str:
        return (
            f"{len(self.rates)} clients: {min(self.rates):.1f} to {max(self.rates):.1f} frames/s "
            f"(spread {self.spread:.2f}), health p95 {p95(self.health_ms):.0f} ms, change to frame p95 "
            f"{p95(self.change_ms):.0f} ms, memory {self.memory_mb[0]:.0f} to {self.memory_mb[-1]:.0f} MB, "
            f"{len(self.errors)} errors"
        )


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def attend(clients: int, seconds: float, large: int = 0) -> Report:
    """``clients`` play for ``seconds``, ``large`` of them the largest network there may be."""
    report = Report()
    async with _server() as (address, process), httpx2.AsyncClient(base_url=address, timeout=60) as http:
        configs = [LARGE if i < large else {} for i in range(clients)]
        opened = [(await http.get("/issue", params=config)).json()["token"] for config in configs]
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_play(address, token, end, report) for token in opened),
            _watch(http, process, end, report),
            _change(http, address, end, report),
        )
    return report


@asynccontextmanager
async def _server() -> AsyncIterator[tuple[str, psutil.Process]]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.load.server", str(port)], cwd=ROOT)
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx2.AsyncClient() as http:
            while process.poll() is None:
                try:
                    await http.get(f"{address}/health")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


async def _play(address: str, token: str, end: float, report: Report) -> None:
    """One client: paints a frame when the next refresh is due, and then acknowledges it."""
    try:
        async with websockets.connect(_socket(address), max_size=None, compression=None) as socket:
            await socket.send(json.dumps({"type": "hello", "token": token}))
            await socket.recv()
            await socket.send('{"type": "ack"}')
            await socket.send('{"type": "play"}')
            started, painted, step, refresh = time.monotonic(), 0, -1, time.monotonic()
            while time.monotonic() < end:
                frame = await asyncio.wait_for(socket.recv(), 30)
                if isinstance(frame, str):
                    raise ValueError(frame)
                header, _ = unpack(frame)
                if header["step"] < step:
                    raise ValueError(f"step {header['step']} came after {step}")
                step = header["step"]
                refresh = max(refresh + PAINT_S, time.monotonic())
                await asyncio.sleep(refresh - time.monotonic())
                painted += 1
                await socket.send('{"type": "ack"}')
            report.rates.append(painted / (time.monotonic() - started))
    except (OSError, ValueError, TimeoutError, websockets.WebSocketException) as error:
        report.errors.append(repr(error))


async def _change(http: httpx2.AsyncClient, address: str, end: float, report: Report) -> None:
    """One more client that changes its learning rate again and again; how long until a frame tells of it?"""
    token = (await http.get("/issue")).json()["token"]
    async with websockets.connect(_socket(address), max_size=None, compression=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": token}))
        await socket.send('{"type": "play"}')
        edits, asked, rate = 0, 0.0, 0.03
        while time.monotonic() < end:
            header, _ = unpack(await asyncio.wait_for(socket.recv(), 30))  # type: ignore[arg-type]
            await asyncio.sleep(PAINT_S)
            await socket.send('{"type": "ack"}')
            if asked and header["edits"] > edits:
                report.change_ms.append((time.monotonic() - asked) * 1000)
                asked = 0.0
            edits = header["edits"]
            if not asked:
                rate = 0.13 - rate
                asked = time.monotonic()
                await http.get("/change", params={"token": token, "learning_rate": f"{rate:g}"})


async def _watch(http: httpx2.AsyncClient, process: psutil.Process, end: float, report: Report) -> None:
    while time.monotonic() < end:
        started = time.monotonic()
        await http.get("/health")
        report.health_ms.append((time.monotonic() - started) * 1000)
        report.memory_mb.append(process.memory_info().rss / 1e6)
        await asyncio.sleep(0.25)


def _socket(address: str) -> str:
    return address.replace("http", "ws", 1) + "/playground/socket"


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(asyncio.run(attend(30, minutes * 60)))
    print("with 3 of the largest network:", asyncio.run(attend(30, minutes * 60, large=3)))
