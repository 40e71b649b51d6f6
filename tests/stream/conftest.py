from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from playground.stream.hub import Hub
from playground.stream.socket import routes


@pytest.fixture
def client(hub: Hub) -> Iterator[TestClient]:
    """A browser's side of the routes; each test file has a hub of its own kind."""
    with TestClient(Starlette(routes=routes("base"))) as made:
        yield made
