import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from gatecast.service import ClubService
from gatecast.web.front import application

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


@pytest.fixture
def visit() -> Callable[[ClubService], Visitor]:
    """Visits the pages and the API of a service, open to whoever asks."""
    return lambda service: Visitor(application(service))


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose pages are only read."""
    with demo_server(tmp_path_factory.mktemp("serving")) as server:
        yield server
