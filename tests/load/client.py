"""A server of its own for load and faults, and synthetic clients that speak the stage's side of the socket."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import psutil
import websockets

from playground.runs.frame import unpack
from tests.browser import ROOT, free_port

START_S = 60


@dataclass
class Server:
    """The app's socket and engine without its pages (``tests/load/server.py``), in a process of its own."""

    address: str
    process: psutil.Process
    http: httpx2.AsyncClient

    async def issue(self, **config: str) -> str:
        """The token of a new channel with this configuration."""
        return (await self.http.get("/issue", params=config)).json()["token"]

    async def change(self, token: str, **config: str) -> None:
        """What a page does when a person moves a control."""
        (await self.http.get("/change", params={"token": token, **config})).raise_for_status()

    async def channels(self) -> int:
        return (await self.http.get("/health")).json()["channels"]

    def workers(self) -> list[psutil.Process]:
        return [child for child in self.process.children() if "spawn_main" in _command(child)]

    def compilers(self) -> list[psutil.Process]:
        """The processes that compile a training loop now."""
        below = self.process.children(recursive=True)
        return [child for child in below if "playground.training.build" in _command(child)]

    @asynccontextmanager
    async def client(self, token: str) -> AsyncIterator["Client"]:
        url = self.address.replace("http", "ws", 1) + "/playground/socket"
        async with websockets.connect(url, max_size=None, compression=None) as socket:
            client = Client(socket)
            await client.send(type="hello", token=token)
            yield client


class Client:
    """One page's socket. ``errors`` are the server's words for the person."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.errors: list[str] = []

    async def send(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def frame(self, painted_after_s: float = 0.0) -> dict[str, Any]:
        """The header of the next frame, which is acknowledged."""
        while isinstance(data := await asyncio.wait_for(self.socket.recv(), 60), str):
            message = json.loads(data)
            if message["type"] == "error":  # else it says that the page waits for a busy server
                self.errors.append(message["text"])
        header, _ = unpack(data)
        await asyncio.sleep(painted_after_s)
        await self.send(type="ack")
        return header

    async def until(self, step: int) -> dict[str, Any]:
        """Take frames until one shows ``step`` or a later one."""
        while (header := await self.frame())["step"] < step:
            pass
        return header


@asynccontextmanager
async def running(prefix: Sequence[str] = (), **environment: str) -> AsyncIterator[Server]:
    """A server until the block ends. ``prefix`` is a command that starts it in another world, such as ``unshare``."""
    port = free_port()
    command = [*prefix, sys.executable, "-m", "tests.load.server", str(port)]
    child = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    address = f"http://127.0.0.1:{port}"
    try:
        async with httpx2.AsyncClient(base_url=address, timeout=60) as http:
            for _ in range(START_S * 10):
                if child.poll() is not None:
                    raise RuntimeError(f"the server ended with {child.returncode}")
                try:
                    await http.get("/health")
                    break
                except httpx2.TransportError:
                    await asyncio.sleep(0.1)
            yield Server(address, psutil.Process(child.pid), http)
    finally:
        if child.poll() is None:
            child.terminate()
        child.wait(30)


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:  # it has just ended
        return ""
