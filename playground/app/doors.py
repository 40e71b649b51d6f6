"""Access control: every request passes these middlewares before Streamlit's routes and our own."""

import asyncio
import ipaddress
import logging
import os
import re
import socket
from collections import Counter
from functools import cache

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketClose
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

from playground.kinds import shown

HOSTS, ORIGINS = "PLAYGROUND_ALLOWED_HOSTS", "PLAYGROUND_ALLOWED_ORIGINS"
EMBEDDERS = "PLAYGROUND_ALLOWED_EMBEDDERS"
HEALTH = "/_stcore/health"  # monitoring may use any host name
MOST_BYTES, MOST_FILES = 50 * 2**20, 2500  # of one page's files, in memory: the newest, which are being read
MOST_WAITING = 200  # of a page's files at the door; a browser sends six at a time, a proxy in between more
_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:[0-9]{1,5})?", re.IGNORECASE)
_ORIGIN = re.compile(r"https?://([^\s/?#@]+)", re.IGNORECASE)
_UPLOAD = re.compile(r".*/_stcore/upload_file/([^/]+)/([^/]+)")

log = logging.getLogger(__name__)


class Doors:
    """Middleware that refuses requests with a foreign ``Host`` name, and sockets opened by another site's page.

    Refusing foreign names prevents DNS rebinding, which circumvents a browser's same-origin policy.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        host = hosts[0] if len(hosts) == 1 else ""
        if not is_known_host(host) and not scope["path"].endswith(HEALTH):
            text = f"This server does not know the name {shown(host)}. Its operator can list it in {HOSTS}."
            is_page = scope["type"] == "http"
            await (PlainTextResponse(text, 421) if is_page else WebSocketClose(1008))(scope, receive, send)
        elif scope["type"] == "websocket" and not all(is_welcome(origin, host) for origin in origins):
            log.warning(
                "a socket was refused: its page is from %s, this server is %s", shown(origins[0]), shown(host)
            )
            await WebSocketClose(1008)(scope, receive, send)
        else:
            await self._app(_as_own(scope, host) if origins else scope, receive, send)


def is_known_host(host: str) -> bool:
    """Whether a request's ``host``, a name with or without a port, is this server's: a loopback name, this machine's,
    one that the operator lists, or an IP address, which cannot be rebound."""
    match = _HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].lower().rstrip(".")
    try:
        ipaddress.ip_address(name.strip("[]"))
        return True
    except ValueError:
        return any(
            known in ("*", name) or (known.startswith("*.") and name.endswith(known[1:])) for known in _known_names()
        )


def is_welcome(origin: str, host: str) -> bool:
    """Whether a page from ``origin`` may open a socket: its origin is ``host`` itself or listed by the operator."""
    match = _ORIGIN.fullmatch(origin)
    is_own = match is not None and match[1].lower() == host.lower()
    return is_own or origin in _listed(ORIGINS) | set(st.get_option("server.corsAllowedOrigins"))


def _as_own(scope: Scope, host: str) -> Scope:
    """Returns a checked socket's request with this server as its origin. For a foreign origin Streamlit would ask an
    outside service for this machine's address, and block the event loop meanwhile."""
    if scope["type"] != "websocket":
        return scope
    scope = {**scope}
    MutableHeaders(scope=scope)["origin"] = f"http://{host}"
    return scope


def _known_names() -> set[str]:
    settings = {st.get_option("browser.serverAddress"), st.get_option("server.address")}
    named = settings | set(st.get_option("server.allowedHosts")) | _listed(HOSTS)
    return {name.strip().lower().rstrip(".") for name in named if name} | {"localhost", "*.localhost"} | _own_names()


@cache
def _own_names() -> set[str]:
    """Returns this machine's names in its own network, without a look-up."""
    name = socket.gethostname().lower()
    return {name, f"{name}.local"} if name else set()


def _listed(variable: str) -> set[str]:
    """Returns the comma-separated parts of an environment variable."""
    return {part.strip().rstrip("/") for part in os.environ.get(variable, "").split(",")} - {""}


class Embedding:
    """Middleware that tells browsers which sites may embed this one in a frame: all, or only this one and those that
    the operator lists."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        allowed = sorted(_listed(EMBEDDERS))

        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start" and allowed:
                policy = " ".join(["frame-ancestors 'self'", *(site for site in allowed if site != "self")])
                MutableHeaders(scope=message).append("content-security-policy", policy)
            await send(message)

        await self._app(scope, receive, send_with_policy)


class Uploads:
    """Middleware that takes a page's uploads one after the other, and keeps the newest: at most ``MOST_FILES``, of
    ``MOST_BYTES`` together.

    Streamlit limits only the size of each, and accepts uploads from any page, even without an upload widget.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._files: dict[str, list[str]] = {}
        self._lines: dict[str, asyncio.Lock] = {}
        self._waiting: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_upload = scope["type"] == "http" and scope["method"] == "PUT"
        match = _UPLOAD.fullmatch(scope["path"]) if is_upload else None
        if match is None:
            await self._app(scope, receive, send)
            return
        page, file = match.groups()
        if self._waiting[page] >= MOST_WAITING:
            text = f"This page is sending {MOST_WAITING} files already; wait until they are there."
            await PlainTextResponse(text, 429)(scope, receive, send)
            return
        self._waiting[page] += 1
        try:
            async with self._lines.setdefault(page, asyncio.Lock()):
                await self._app(scope, receive, send)
                self._keep_newest(page, file)
        finally:
            self._waiting[page] -= 1
            if not self._waiting[page]:
                del self._waiting[page], self._lines[page]

    def _keep_newest(self, page: str, file: str) -> None:
        runtime = st.runtime.get_instance()
        self._files = {each: files for each, files in self._files.items() if runtime.is_active_session(each)}
        if not runtime.is_active_session(page):
            return
        manager = runtime.uploaded_file_mgr
        assert isinstance(manager, MemoryUploadedFileManager)
        files = [*(each for each in self._files.get(page, []) if each != file), file]
        held = manager.get_files(page, files)  # without those that were taken back
        size = sum(len(each.data) for each in held)
        while len(held) > 1 and (len(held) > MOST_FILES or size > MOST_BYTES):
            oldest = held.pop(0)
            size -= len(oldest.data)
            manager.remove_file(page, oldest.file_id)
        self._files[page] = [each.file_id for each in held]
