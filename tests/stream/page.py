"""The stage's side of the socket, and a server for it in this process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from starlette.testclient import WebSocketTestSession

from playground.engine.inline import InlineEngine
from playground.runs.frame import unpack
from playground.stream.files import PREFIX
from playground.stream.hub import Hub, use_hub
from playground.stream.limits import Limits

PATH = f"/{PREFIX}/socket"


@contextmanager
def own_hub(limits: Limits | None = None) -> Iterator[Hub]:
    """A hub of its own in the place of this process's."""
    made = Hub(InlineEngine(), limits)
    use_hub(made)
    try:
        yield made
    finally:
        use_hub(None)


class Page:
    """The stage's side of the protocol."""

    def __init__(self, socket: WebSocketTestSession, token: str, **hello: Any) -> None:
        self.socket = socket
        self.send(type="hello", token=token, **hello)

    def send(self, **message: Any) -> None:
        self.socket.send_text(json.dumps(message))

    def frame(self, ack: bool = True) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        header, arrays = unpack(self.socket.receive_bytes())
        if ack:
            self.send(type="ack")
        return header, arrays

    def frame_when(self, **wanted: Any) -> dict[str, Any]:
        """The header of the first frame from here on in which these values stand."""
        while True:
            header, _ = self.frame()
            if wanted.items() <= header.items():
                return header

    def error(self) -> str:
        while True:
            message = self.socket.receive()
            if message.get("text"):
                return json.loads(message["text"])["text"]
            self.send(type="ack")
