"""The stages' scripts and styles, at addresses that change with their content, so that browsers cache them forever.

A page's first response already names the files of its stage, so that they load in parallel with Streamlit's scripts.
"""

import hashlib
import mimetypes
import re
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.export.modules import PACKAGE, module, styles
from playground.lab import FIRST, LABS

PREFIX = "playground"
SERVED = (".js", ".css")
CONDITIONS = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
FIRST_SCRIPTS = {
    "stage/address.js": "keepOneEntry(window);",
    "stage/silence.js": "explainSilence();",
    "stage/words.js": "sayPlainly();",
    "stage/touch.js": "sayTap(document);",
    "stage/present.js": "offerPresenting(window);",
}
FOR_EVER = "public, max-age=31536000, immutable"
_SCRIPTS, _ELEMENTS = "static/js", ("BidiComponent", "Html")  # Streamlit's
_IMPORTED = re.compile(r"""(?:from|import)\s*["'`]\./([\w.-]+\.js)["'`]""")


@cache
def stage_files() -> dict[str, Path]:
    """Returns every script and style of the stages by its path below ``playground/``."""
    found = sorted(path for path in PACKAGE.rglob("*") if path.suffix in SERVED)
    return {path.relative_to(PACKAGE).as_posix(): path for path in found}


@cache
def stage_version() -> str:
    """Returns a hash of the stages' files."""
    digest = hashlib.sha256()
    for name, path in stage_files().items():
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def stage_address(path: str) -> str:
    """Returns the address of a stage's file, relative to the app's own."""
    return f"{PREFIX}/{stage_version()}/{path}"


async def stage_file(request: Request) -> Response:
    """Serve a style as it is, or a script bundled with its imports."""
    name = request.path_params["path"]
    path = stage_files().get(name)
    if path is None:
        raise HTTPException(404)
    text = module(name) if path.suffix == ".js" else path.read_text("utf-8")
    return Response(text, media_type=mimetypes.types_map[path.suffix], headers={"cache-control": FOR_EVER})


class Announcement:
    """Middleware that adds a ``Link`` header for the lab's stage, and ``FIRST_SCRIPTS``, to each HTML response.

    That response is small and never taken from a cache, so the additions are always current.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or "text/html" not in Headers(scope=scope).get("accept", ""):
            await self._app(scope, receive, send)
            return
        asked = [(name, value) for name, value in scope["headers"] if name not in CONDITIONS]
        page = _Page(scope["path"], send)
        await self._app({**scope, "headers": asked}, receive, page.send)


class _Page:
    """Forwards a response; an HTML one is collected and gets the additions."""

    def __init__(self, path: str, send: Send) -> None:
        self._path, self._send = path, send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type", "").startswith("text/html"):
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            message = await self._begun(self._start)
        await self._send(message)

    async def _begun(self, start: Message) -> Message:
        """Send the head of the response. Returns its body."""
        scripts = "".join(
            f'<script type="module">{stage_files()[name].read_text("utf-8")}{call}\n</script>'
            for name, call in FIRST_SCRIPTS.items()
        )
        body = self._body.replace(b"<head>", f"<head>{scripts}".encode(), 1)
        headers = MutableHeaders(scope=start)
        for name in ("etag", "last-modified"):
            del headers[name]
        if "content-length" in headers and self._body:
            headers["content-length"] = str(len(body))
        headers.append("link", announcement(self._path))
        await self._send(start)
        return {"type": "http.response.body", "body": body}


def announcement(page: str) -> str:
    """Returns the header ``Link`` of the page at this path: its stage's script and styles, and Streamlit's scripts.

    The addresses are relative to the page's, so they work behind any proxy.
    """
    labs = {lab.path: lab for lab in LABS.values()}
    picture = labs.get(page.rsplit("/", 1)[-1], LABS[FIRST]).picture
    return ", ".join(
        [
            f"<{stage_address(picture)}>; rel=modulepreload",
            *(f"<{stage_address(style)}>; rel=preload; as=style" for style in styles(picture)),
            *(f"<{script}>; rel=prefetch" for script in mounting_scripts()),  # with the lowest priority
        ]
    )


@cache
def mounting_scripts() -> list[str]:
    """Returns Streamlit's scripts for a component on our pages, relative to the app's address.

    Streamlit loads the script of an element kind when the first such element arrives: one more round trip.
    """
    static = Path(streamlit.__file__).parent / "static"
    first = (static / "index.html").read_text("utf-8")  # names the scripts loaded at once
    found: dict[str, None] = {}
    waiting = [path.name for kind in _ELEMENTS for path in (static / _SCRIPTS).glob(f"{kind}.*.js")]
    while waiting:
        name = waiting.pop()
        if name not in found and name not in first:
            found[name] = None
            waiting += _IMPORTED.findall((static / _SCRIPTS / name).read_text("utf-8"))
    return [f"{_SCRIPTS}/{name}" for name in found]
