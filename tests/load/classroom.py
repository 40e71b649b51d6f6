"""A class at once: synthetic clients that play, each over a socket of its own, painting 60 times a second at most.

``make soak`` runs it for ten minutes; a short version is among the tests.
"""

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass, field

import websockets

from tests.load.client import Server, running

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
            f"{p95(self.change_ms):.0f} ms, memory of all processes {self._memory()} MB, {len(self.errors)} errors"
        )

    def _memory(self) -> str:
        """At the start, after each quarter of the time, and so at the end."""
        last = len(self.memory_mb) - 1
        return ", ".join(f"{self.memory_mb[last * quarter // 4]:.0f}" for quarter in range(5))


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


async def attend(clients: int, seconds: float, large: int = 0, **config: str) -> Report:
    """``clients`` play for ``seconds``, ``large`` of them the largest network there may be, the others ``config``."""
    report = Report()
    async with running() as server:
        tokens = [await server.issue(**(LARGE if i < large else config)) for i in range(clients)]
        end = time.monotonic() + seconds
        await asyncio.gather(
            *(_play(server, token, end, report) for token in tokens),
            _watch(server, end, report),
            _change(server, end, report),
        )
    return report


async def _play(server: Server, token: str, end: float, report: Report) -> None:
    """One client: paints a frame when the next refresh is due, and then acknowledges it."""
    try:
        async with server.client(token) as client:
            await client.frame()
            await client.send(type="play")
            started, painted, step, refresh = time.monotonic(), 0, -1, time.monotonic()
            while time.monotonic() < end:
                refresh = max(refresh + PAINT_S, time.monotonic())
                header = await client.frame(refresh - time.monotonic())
                if header["step"] < step:
                    raise ValueError(f"step {header['step']} came after {step}")
                step = header["step"]
                painted += 1
                if header["notice"] and header["state"] == "paused":  # at rest: there is nothing more to learn
                    await client.send(type="play")
            report.rates.append(painted / (time.monotonic() - started))
            report.errors += client.errors
    except (OSError, ValueError, TimeoutError, websockets.WebSocketException) as error:
        report.errors.append(repr(error))


async def _change(server: Server, end: float, report: Report) -> None:
    """One more client that changes its learning rate again and again; how long until a frame tells of it?"""
    token = await server.issue()
    async with server.client(token) as client:
        await client.send(type="play")
        edits, asked, rate = 0, 0.0, 0.03
        while time.monotonic() < end:
            header = await client.frame(PAINT_S)
            if asked and header["edits"] > edits:
                report.change_ms.append((time.monotonic() - PAINT_S - asked) * 1000)
                asked = 0.0
            edits = header["edits"]
            if not asked:
                rate = 0.13 - rate
                asked = time.monotonic()
                await server.change(token, learning_rate=f"{rate:g}")


async def _watch(server: Server, end: float, report: Report) -> None:
    while time.monotonic() < end:
        started = time.monotonic()
        await server.channels()
        report.health_ms.append((time.monotonic() - started) * 1000)
        everything = [server.process, *server.workers()]
        report.memory_mb.append(sum(process.memory_info().rss for process in everything) / 1e6)
        await asyncio.sleep(0.25)


if __name__ == "__main__":
    minutes = float(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(asyncio.run(attend(30, minutes * 60)), flush=True)
    print("with 3 of the largest network:", asyncio.run(attend(30, minutes * 60, large=3)), flush=True)
    print("10 with LeNet:", asyncio.run(attend(10, minutes * 60, lab="image")))
