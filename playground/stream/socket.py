"""The socket between a stage and its channel, and the routes added to Streamlit's server.

A client first sends its token, then commands, and an acknowledgement of each painted frame with the milliseconds
since the frame's arrival; ``connection.py`` limits the frames in flight. The wire format of frames is in
``frame.py``; commands are JSON:

    {"type": "hello", "token": …, "resume": …, "run": …}      {"type": "ack", "waited_ms": number}
    {"type": "play"}  {"type": "pause"}  {"type": "step", "unit": "update" | "epoch"}  {"type": "reset"}
    {"type": "speed", "updates_per_s": number | "gentle" | null}    {"type": "seek", "step": n}
    {"type": "visitor", "secret": …, "returning": boolean}   {"type": "return"}
    {"type": "view", …}  with the settings of the lab's look by their names
    {"type": "set", "target": "layers.0.weight[2,1]", "value": v}
    {"type": "setting", "name": "learning_rate", "text": "0,03"}   a live setting, as entered
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketDisconnected

from playground.kinds import ConfigError
from playground.stream import commands
from playground.stream.channel import Channel
from playground.stream.connection import Connection
from playground.stream.files import PREFIX, stage_address, stage_file
from playground.stream.hub import hub
from playground.stream.limits import Limits
from playground.stream.pace import Rate

UTF8_BYTES = 4  # most bytes of a character
HELLO_S = 10.0  # time limit for the hello
UNKNOWN_TOKEN, REPLACED, TOO_MANY = 4401, 4409, 4429

log = logging.getLogger(__name__)


def routes(base_path: str) -> list[BaseRoute]:
    """Returns the routes of the socket and the stage's files, with and without Streamlit's base path."""
    found: list[BaseRoute] = []
    for base in {"", "/" + base_path.strip("/") if base_path.strip("/") else ""}:
        found.append(WebSocketRoute(f"{base}/{PREFIX}/socket", serve))
        found.append(Route(f"{base}/{stage_address('{path:path}')}", stage_file))
    return found


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Start the workers with the server, and stop them with it."""
    reaper = asyncio.create_task(hub().keep_reaping())
    try:
        yield
    finally:
        reaper.cancel()
        hub().close()


def limits() -> Limits:
    return hub().limits


async def serve(websocket: WebSocket) -> None:
    """Serve one connection, from its handshake to its end."""
    _bound(websocket, limits().message_chars)
    await websocket.accept()
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        channel = await _greeted(websocket)
        if channel is not None:
            await _converse(websocket, channel)


def _bound(websocket: WebSocket, characters: int) -> None:
    """Limit the size of a message in memory. ASGI has no such option, and uvicorn's own limit is the same for all
    sockets, so set the limit of the protocol's connection."""
    protocol = getattr(websocket._receive, "__self__", None)
    connection = getattr(protocol, "conn", None)
    if connection is not None:
        connection.max_message_size = UTF8_BYTES * characters


async def _greeted(websocket: WebSocket) -> Channel | None:
    """Returns the channel of the token in the client's hello; closes the connection without a valid one."""
    try:
        message = await asyncio.wait_for(_received(websocket), HELLO_S)
    except (ConfigError, TimeoutError):
        message = {}
    token = message.get("token")
    channel = hub().find(token) if isinstance(token, str) and message.get("type") == "hello" else None
    if channel is None:
        await websocket.close(UNKNOWN_TOKEN, "unknown token")
        return None
    earlier = message.get("resume")
    former = hub().find(earlier) if isinstance(earlier, str) else None
    if former is None or former is channel:
        channel.recall(message.get("run"))
    else:
        channel.adopt(former)
    return channel


async def _converse(websocket: WebSocket, channel: Channel) -> None:
    """Send frames and carry out commands until either side disconnects."""
    connection = channel.connect()
    tasks = [
        asyncio.create_task(_send(websocket, channel, connection)),
        asyncio.create_task(_listen(websocket, channel, connection)),
        asyncio.create_task(connection.replaced.wait()),
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        with contextlib.suppress(RuntimeError):
            await websocket.close(REPLACED if connection.replaced.is_set() else 1000)
    finally:
        channel.disconnect(connection)
        for task in tasks:
            task.add_done_callback(_log_failure)
            task.cancel()


def _log_failure(task: "asyncio.Task[Any]") -> None:
    error = None if task.cancelled() else task.exception()
    if error is not None and not isinstance(error, WebSocketDisconnect | WebSocketDisconnected):
        log.error("a connection ended", exc_info=error)


async def _send(websocket: WebSocket, channel: Channel, connection: Connection) -> None:
    async def tell(text: str) -> None:
        await websocket.send_text(json.dumps({"type": "busy", "text": text}))

    while True:
        await websocket.send_bytes(await channel.next_frame(connection, tell))


async def _listen(websocket: WebSocket, channel: Channel, connection: Connection) -> None:
    most = limits().messages_per_s
    rate = Rate(most, burst=most)
    while not rate.wait_s():
        rate.count()
        try:
            message = await _received(websocket)
            if message.get("type") == "ack":
                connection.painted(commands.waited_s(message))
                continue
            answer = channel.handle(message)
            if answer is not None:
                await asyncio.wrap_future(answer)
        except (ConfigError, KeyError) as error:
            text = str(error) if isinstance(error, ConfigError) else "this run is over"
            await websocket.send_text(json.dumps({"type": "error", "text": text}))
    log.warning("a page was cut off: it sent more than %d messages a second", most)
    await websocket.close(TOO_MANY, f"This page sent more than the {most} messages a second that are allowed.")


async def _received(websocket: WebSocket) -> dict[str, Any]:
    """Returns the next message, a JSON object of limited size. Raises ConfigError for anything else."""
    data = await websocket.receive()
    if data["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(data.get("code", 1005))
    text, most = data.get("text"), limits().message_chars
    if text is None:
        raise ConfigError("a message is JSON text, not bytes")
    if len(text) > most:
        raise ConfigError(f"a message of {len(text)} characters is too long; at most {most} characters are allowed")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    if not isinstance(message, dict):
        raise ConfigError("a message is a JSON object")
    return message
