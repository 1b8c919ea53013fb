import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gatecast.desk import Desk
from gatecast.web.app import application

from ..desk.filled import copied, filled_folder, opened
from .serving import Served, demo_server

HOST = "http://127.0.0.1:8000"


class Visitor:
    """Asks an application without a server in between, and keeps its cookies; redirects are not followed."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.cookies = httpx.Cookies()

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(app=self.app)
            async with httpx.AsyncClient(transport=transport, base_url=HOST, cookies=self.cookies) as client:
                answer = await client.request(method, path, **more)
                self.cookies = client.cookies
                return answer

        return asyncio.run(asked())

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.ask("POST", path, **more)


@pytest.fixture(scope="session")
def sample_desk() -> Iterator[Desk]:
    """The sample league's desk, to read from."""
    with opened(filled_folder()) as desk:
        yield desk


@pytest.fixture
def own_desk(tmp_path: Path) -> Iterator[Desk]:
    """The sample league's desk, to write to."""
    with opened(copied(tmp_path)) as desk:
        yield desk


@pytest.fixture
def empty_desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk with nothing on it."""
    with opened(tmp_path) as desk:
        yield desk


@pytest.fixture
def visit() -> Callable[[Desk], Visitor]:
    """Visits the pages and the API of a desk, open to whoever asks."""
    return lambda desk: Visitor(application(desk))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose pages are only read."""
    with demo_server(tmp_path_factory.mktemp("serving")) as server:
        yield server
