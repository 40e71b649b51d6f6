"""Who may come in, and with how much: the rules, and the app as it is served."""

import asyncio
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from playground.app.doors import (
    EMBEDDERS,
    HEALTH,
    HOSTS,
    ORIGINS,
    Doors,
    Embedding,
    Uploads,
    is_known_host,
    is_welcome,
)
from playground.data.files import SENT_MB
from playground.stream.socket import PREFIX
from tests.browser import app

MINE, STREAMLIT_S = f"/{PREFIX}/socket", "/_stcore/stream"
OWN_NAME = socket.gethostname().lower()


class TestHosts:
    @pytest.mark.parametrize(
        "host",
        ["localhost", "localhost:8501", "LOCALHOST", "localhost.", "nn.localhost", "127.0.0.1:8501", "192.0.2.7",
         "[::1]:8501", "[2001:db8::1]", OWN_NAME, f"{OWN_NAME}.local:8501"],
    )  # fmt: skip
    def test_a_server_answers_to_its_own_names(self, host: str) -> None:
        assert is_known_host(host)

    @pytest.mark.parametrize(
        "host",
        ["", "evil.example", "evil.example:8501", "localhost.evil.example", "notlocalhost", "127.0.0.1.evil.example",
         "localhost@evil.example", "localhost:x", "localhost:1:2", "[", "[::1", "[::1].evil.example", "a b", "*",
         "localhost/x", "lócalhost", "localhost\n", "1" * 999],
    )  # fmt: skip
    def test_and_to_no_other(self, host: str) -> None:
        assert not is_known_host(host)

    def test_the_operator_names_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(HOSTS, " nn.school.example, *.university.example,,")
        for host in ("nn.school.example", "NN.school.example:443", "ai.university.example"):
            assert is_known_host(host)
        for host in ("school.example", "university.example", "nn.school.example.evil.example", ""):
            assert not is_known_host(host)
        monkeypatch.setenv(HOSTS, "*")
        assert is_known_host("any.example")
        assert not is_known_host("[")


class TestOrigins:
    @pytest.mark.parametrize(
        "origin", ["http://nn.example:8501", "https://nn.example:8501", "HTTP://NN.example:8501"]
    )
    def test_its_own_pages_are_welcome(self, origin: str) -> None:
        assert is_welcome(origin, "nn.example:8501")

    @pytest.mark.parametrize(
        "origin",
        ["", "null", "http://evil.example", "http://nn.example", "http://nn.example:8501.evil.example", "http://[",
         "http://", "//nn.example:8501", "nn.example:8501", "http://x@nn.example:8501", "http://nn.example:8501/",
         "file://", "chrome-extension://nn.example:8501", "http://nn.example:8501 http://evil.example"],
    )  # fmt: skip
    def test_and_no_others(self, origin: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for listed in ("", ",", " , "):
            monkeypatch.setenv(ORIGINS, listed)
            assert not is_welcome(origin, "nn.example:8501")

    def test_the_operator_allows_more(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(ORIGINS, "https://course.example/ , https://other.example")
        assert is_welcome("https://course.example", "nn.example")
        assert is_welcome("https://other.example", "nn.example")
        assert not is_welcome("http://course.example", "nn.example")


@pytest.mark.parametrize(
    ("listed", "policy"),
    [("", None), ("self", "frame-ancestors 'self'"),
     ("https://b.example, https://a.example/", "frame-ancestors 'self' https://a.example https://b.example")],
)  # fmt: skip
def test_the_operator_says_who_may_embed(monkeypatch: pytest.MonkeyPatch, listed: str, policy: str | None) -> None:
    monkeypatch.setenv(EMBEDDERS, listed)
    routes = [Route("/", lambda request: PlainTextResponse("page"))]
    client = TestClient(Starlette(routes=routes, middleware=[Middleware(Embedding)]))
    assert client.get("/").headers.get("content-security-policy") == policy


class Manager(MemoryUploadedFileManager):
    """Streamlit's store of files, and what else the middleware asks a runtime for."""

    active = frozenset({"a", "b"})
    uploaded_file_mgr = property(lambda self: self)

    def is_active_session(self, page: str) -> bool:
        return page in self.active

    def held(self, page: str) -> list[str]:
        return list(self.file_storage[page])


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> Manager:
    made = Manager("/upload")
    monkeypatch.setattr("streamlit.runtime.get_instance", lambda: made)
    return made


@pytest.mark.parametrize(("most", "value"), [("MOST_FILES", 2), ("MOST_BYTES", 25)])
def test_of_a_page_s_files_the_newest_stay(
    manager: Manager, monkeypatch: pytest.MonkeyPatch, most: str, value: int
) -> None:
    monkeypatch.setattr(f"playground.app.doors.{most}", value)

    async def take(request: Request) -> Response:
        page, file = request.path_params["page"], request.path_params["file"]
        manager.add_file(page, UploadedFileRec(file_id=file, name="", type="", data=bytes(10)))
        return Response(status_code=204)

    route = Route("/_stcore/upload_file/{page}/{file}", take, methods=["PUT"])
    with TestClient(Starlette(routes=[route], middleware=[Middleware(Uploads)])) as client:
        for number in range(9):
            for page in ("a", "b"):
                client.put(f"/_stcore/upload_file/{page}/file{number % 5}")
    assert len(manager.held("a")) == len(manager.held("b")) == 2
    assert manager.held("a") == ["file2", "file3"]


def test_a_page_sends_one_file_after_the_other(manager: Manager, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("playground.app.doors.MOST_WAITING", 3)
    is_in, may_end, busy = threading.Event(), threading.Event(), list[int]()

    async def take(request: Request) -> Response:
        busy.append(1)
        is_in.set()
        while not may_end.is_set():
            await asyncio.sleep(0.01)
        most.append(len(busy))
        busy.pop()
        return Response(status_code=204)

    most, codes = list[int](), list[int]()
    route = Route("/_stcore/upload_file/{page}/{file}", take, methods=["PUT"])
    with TestClient(Starlette(routes=[route], middleware=[Middleware(Uploads)])) as client:

        def put(file: int) -> None:
            codes.append(client.put(f"/_stcore/upload_file/a/{file}").status_code)

        senders = [threading.Thread(target=put, args=(file,)) for file in range(4)]
        for sender in senders:
            sender.start()
        assert is_in.wait(60)
        deadline = time.monotonic() + 60
        while 429 not in codes:  # the fourth, whichever it is, finds the line full
            assert time.monotonic() < deadline
            time.sleep(0.01)
        may_end.set()
        for sender in senders:
            sender.join()
        assert client.put("/_stcore/upload_file/a/9").status_code == 204
    assert sorted(codes) == [204, 204, 204, 429]
    assert most == [1] * 4


def test_streamlit_sees_a_socket_from_an_allowed_site_as_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another one it would ask an outside service."""
    monkeypatch.setenv(ORIGINS, "https://course.example")

    async def echo(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text(f"{websocket.headers['origin']} {websocket.headers['host']}")
        await websocket.close()

    routes = [WebSocketRoute("/socket", echo), Route("/", lambda _: PlainTextResponse("the page"))]
    doors = Starlette(routes=routes, middleware=[Middleware(Doors)])
    with TestClient(doors, base_url="http://localhost:8501") as client:
        with client.websocket_connect(
            "ws://localhost:8501/socket", headers={"origin": "https://course.example"}
        ) as s:
            assert s.receive_text() == "http://localhost:8501 localhost:8501"
        for origin in ("", "http://[", "https://evil.example"):
            with (
                pytest.raises(WebSocketDisconnect),
                client.websocket_connect("ws://localhost:8501/socket", headers={"origin": origin}),
            ):
                pass
        assert client.get("/", headers={"origin": "http://["}).text == "the page"
    with TestClient(doors, base_url="http://evil.example") as client:
        answer = client.get("/")
        assert answer.status_code == 421
        assert (
            answer.text == f"This server does not know the name 'evil.example'. Its operator can list it in {HOSTS}."
        )


# The app as it is served


class Outside:
    """What the server takes for its way into the internet; remembers who asked for what."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            with caller:
                caller.settimeout(5)
                self.asked.append(caller.recv(200))

    def close(self) -> None:
        self._listener.close()


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    made = Outside()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(outside: Outside) -> Iterator[tuple[int, int]]:
    """The running app: its port and its process id."""
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), outside.address)
    with app(PLAYGROUND_WORKERS="1", PLAYGROUND_STORE="off", **proxies) as (address, pid):
        yield urlsplit(address).port or 0, pid


def handshake(port: int, path: str, host: str | None = None, **headers: str) -> int:
    """The status with which a socket's opening is answered."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host or f'localhost:{port}'}", "Upgrade: websocket",
             "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
             *(f"{name}: {value}" for name, value in headers.items())]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), 60) as line:
        line.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return int(line.recv(99).split()[1])


def get(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=headers)
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


@pytest.mark.parametrize("path", [MINE, STREAMLIT_S])
def test_a_socket_opens_for_its_own_pages_alone(server: tuple[int, int], path: str) -> None:
    port, _ = server
    assert handshake(port, path) == 101
    assert handshake(port, path, Origin=f"http://localhost:{port}") == 101
    assert handshake(port, path, f"192.0.2.7:{port}", Origin=f"http://192.0.2.7:{port}") == 101
    for origin in ("", "null", "http://[", "http://evil.example", f"http://localhost:{port}.evil.example"):
        assert handshake(port, path, Origin=origin) == 403, origin
    assert handshake(port, path, f"evil.example:{port}", Origin=f"http://evil.example:{port}") == 403


def test_a_page_opens_under_the_server_s_names_alone(server: tuple[int, int]) -> None:
    port, _ = server
    assert get(port, "/")[0] == get(port, "/", Host="[::1]:8501")[0] == 200
    assert get(port, "/", Origin="http://[")[0] == 200
    for path in ("/", "/compare", "/_stcore/host-config", "/_stcore/metrics"):
        status, text = get(port, path, Host=f"evil.example:{port}")
        assert (status, HOSTS in text) == (421, True)
    assert get(port, HEALTH, Host="10.0.0.9.balancer") == (200, "ok")


def test_nobody_outside_is_asked(server: tuple[int, int], outside: Outside) -> None:
    """Neither at the start nor where a foreign page knocks; and it stops nobody."""
    port, _ = server
    started = time.monotonic()
    for _ in range(10):
        assert handshake(port, STREAMLIT_S, Origin="https://evil.example") == 403
    assert time.monotonic() - started < 20  # one question that nobody answers takes longer
    assert outside.asked == []


def said(client: ClientConnection, text: str) -> Any:
    """What is answered; it may come while ``text`` is still being sent."""
    client.send(text)
    return client.recv(60)


def test_a_long_message_is_refused_before_it_is_in_memory(server: tuple[int, int]) -> None:
    port, pid = server
    process = psutil.Process(pid)
    before = process.memory_info().rss
    address = f"ws://localhost:{port}{MINE}"
    for length in (100 * 10**6, 12 * 10**6, 4 * 16384 + 1):
        with connect(address) as client, pytest.raises(ConnectionClosed, match="1009" if length < 10**5 else None):
            said(client, "x" * length)
    assert process.memory_info().rss - before < 20 * 10**6
    allowed = json.dumps({"type": "hello", "token": "😀" * 4000}, ensure_ascii=False)
    with connect(address) as client, pytest.raises(ConnectionClosed, match="4401"):
        said(client, allowed)


@contextmanager
def session(port: int) -> Iterator[str]:
    """A page's session in Streamlit; gives its name."""
    with connect(f"ws://localhost:{port}{STREAMLIT_S}", subprotocols=["streamlit"], max_size=None) as client:  # type: ignore[list-item]
        asked = BackMsg()
        asked.rerun_script.query_string = ""
        client.send(asked.SerializeToString())
        while True:
            message = ForwardMsg.FromString(client.recv(60))  # type: ignore[arg-type]
            if message.WhichOneof("type") == "new_session":
                yield message.new_session.initialize.session_id
                return


def put(port: int, page: str, file: str, size: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", HEALTH)
    answer = connection.getresponse()
    answer.read()
    cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
    body = b'--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n' + bytes(size) + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x", "Cookie": cookie}
    headers["X-Xsrftoken"] = cookie.partition("=")[2]
    connection.request("PUT", f"/_stcore/upload_file/{page}/{file}", body, headers)
    status = connection.getresponse().status
    connection.close()
    return status


def test_a_file_as_large_as_pages_promise_arrives_and_no_larger_one(server: tuple[int, int]) -> None:
    port, pid = server
    process = psutil.Process(pid)
    with session(port) as page:
        assert put(port, page, "small", 1000) == 204
        assert put(port, page, "large", SENT_MB * 2**20) == 204
        assert put(port, page, "larger", (SENT_MB + 1) * 2**20) == 413
        before = process.memory_info().rss
        assert [put(port, page, str(number), 7 * 10**6) for number in range(12)] == [204] * 12
        assert process.memory_info().rss - before < 80 * 10**6
