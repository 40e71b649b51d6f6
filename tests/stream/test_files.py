"""The stages' files, and the first answer that names them."""

import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import HTMLResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from playground.lab import LABS
from playground.stream.files import FIRST_SCRIPTS, Announcement, stage_address
from playground.stream.socket import routes

SHELL = "<!DOCTYPE html><html><head><title>Streamlit</title></head>" + "<p>…</p>" * 999 + "</html>"


@pytest.fixture
def client() -> TestClient:
    """An app that answers every path with a page, as Streamlit does."""
    page = Route("/{path:path}", lambda request: HTMLResponse(SHELL, headers={"etag": "1"}))
    app = Starlette(routes=[*routes("base"), page], middleware=[Middleware(Announcement), Middleware(GZipMiddleware)])
    return TestClient(app, headers={"accept": "text/html,*/*", "accept-encoding": "gzip"})


@pytest.mark.parametrize("base", ["", "/base"])
def test_files_are_served_for_ever(client: TestClient, base: str) -> None:
    for name, kind in (("stage/shell.js", "javascript"), ("stage/stage.css", "text/css")):
        answer = client.get(f"{base}/{stage_address(name)}")
        assert answer.status_code == 200
        assert kind in answer.headers["content-type"]
        assert "immutable" in answer.headers["cache-control"]
    for name in ("lab.py", "stage/none.js", "%2e%2e/app.py", "stage/player.html"):
        assert client.get(f"{base}/{stage_address(name)}").status_code == 404


@pytest.mark.parametrize("base", ["", "/base"])
def test_a_page_names_what_its_stage_needs(client: TestClient, base: str) -> None:
    pages = {lab.path: lab for lab in LABS.values()} | {"": LABS["mlp"], "side-by-side": LABS["mlp"]}
    for path, lab in pages.items():
        address = f"{base}/{path}"
        found = re.findall(r"<([^>]+)>; rel=(\w+)", client.get(address).headers["link"])
        served = {urljoin(f"http://testserver{address}", link): kind for link, kind in found}
        assert served[f"http://testserver{base}/{stage_address(lab.picture)}"] == "modulepreload"
        assert served[f"http://testserver{base}/{stage_address('stage/stage.css')}"] == "preload"
        for link, kind in served.items():
            if kind == "prefetch":  # Streamlit's own
                continue
            answer = client.get(link)
            assert "immutable" in answer.headers["cache-control"]
            assert "link" not in answer.headers


def test_a_page_names_what_mounts_its_stage(client: TestClient) -> None:
    """Streamlit's scripts for a component, which its first answer does not name itself, and all that they import."""
    static = Path(streamlit.__file__).parent / "static"
    first = (static / "index.html").read_text("utf-8")
    named = re.findall(r"<(static/js/[^>]+)>; rel=prefetch", client.get("/").headers["link"])
    assert [name for name in named if "/BidiComponent." in name]
    for name in named:
        assert name not in first
        for other in re.findall(r"""(?:from|import)\s*["'`]\./([^"'`]+)""", (static / name).read_text("utf-8")):
            assert f"static/js/{other}" in named or other in first


def test_a_page_names_its_picture_s_own_style(client: TestClient) -> None:
    assert stage_address("studies/compare/stage/compare.css") in client.get("/compare").headers["link"]
    assert "compare.css" not in client.get("/").headers["link"]


def test_a_page_keeps_its_own_history_from_its_first_script_on(client: TestClient) -> None:
    """It is never a copy from before the last change of the server."""
    answer = client.get("/", headers={"if-none-match": "1"})
    head, _, rest = SHELL.partition("<head>")
    assert answer.text.startswith(f'{head}<head><script type="module">')
    assert answer.text.endswith(f"</script>{rest}")
    for call in FIRST_SCRIPTS.values():
        assert answer.text.count(f"{call}\n</script>") == 1
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "etag" not in answer.headers
    assert client.head("/").status_code == 200
    plain = client.get("/", headers={"accept": "*/*"})
    assert plain.text == SHELL
    assert plain.headers["content-encoding"] == "gzip"
