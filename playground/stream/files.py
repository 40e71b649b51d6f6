"""The stages' scripts and styles, at addresses that change with their content: a browser never asks for one twice.

A page's first answer already names what its stage will need, so that it comes while Streamlit's own scripts do.
"""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from playground.export.modules import PACKAGE, module
from playground.lab import LABS

PREFIX = "playground"
SERVED = (".js", ".css")
FOR_EVER = "public, max-age=31536000, immutable"


@cache
def stage_files() -> dict[str, Path]:
    """Every script and style of the stages by its path below ``playground/``."""
    found = sorted(path for path in PACKAGE.rglob("*") if path.suffix in SERVED)
    return {path.relative_to(PACKAGE).as_posix(): path for path in found}


@cache
def stage_version() -> str:
    """A name for the present content of the stages' files."""
    digest = hashlib.sha256()
    for name, path in stage_files().items():
        digest.update(name.encode() + path.read_bytes())
    return digest.hexdigest()[:12]


def stage_address(path: str) -> str:
    """Where a stage's file is served, below the app's own address."""
    return f"{PREFIX}/{stage_version()}/{path}"


async def stage_file(request: Request) -> Response:
    """A style as it is, a script with all that it imports."""
    name = request.path_params["path"]
    path = stage_files().get(name)
    if path is None:
        raise HTTPException(404)
    text = module(name) if path.suffix == ".js" else path.read_text("utf-8")
    return Response(text, media_type=mimetypes.types_map[path.suffix], headers={"cache-control": FOR_EVER})


class Announcement:
    """Middleware that adds to each page's answer what the stage of its lab needs."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_announced(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("link", announcement(scope["path"]))
            await send(message)

        await self._app(scope, receive, send_announced if scope["type"] == "http" else send)


def announcement(page: str) -> str:
    """The header ``Link`` of the page at this path: the script of its stage and the styles.

    The addresses are relative to the page's, so that they hold behind any proxy.
    """
    labs = {lab.path: lab for lab in LABS.values()}
    picture = labs.get(page.rsplit("/", 1)[-1], next(iter(labs.values()))).picture
    folder = picture.rsplit("/", 1)[0]
    styles = [name for name in stage_files() if name.endswith(".css") and name.startswith(("stage/", f"{folder}/"))]
    return ", ".join(
        [
            f"<{stage_address(picture)}>; rel=modulepreload",
            *(f"<{stage_address(style)}>; rel=preload; as=style" for style in styles),
        ]
    )
