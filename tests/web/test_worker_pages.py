"""The pages of a club as the worker gives them before it has imported all of them."""

import asyncio
import re
import subprocess
import sys

import httpx
import pytest

from gatecast.web import worker_pages
from gatecast.web.worker_pages import PagesLater


@pytest.fixture
def later(sample_club):
    return PagesLater(sample_club)


@pytest.fixture
def ask(later):
    async def answer(path):
        async with httpx.AsyncClient(transport=httpx.ASGITransport(later), base_url="http://worker") as client:
            return await client.get(path)

    return lambda path: asyncio.run(answer(path))


def test_the_calendar_is_the_same_before_and_after_the_pages_are_imported(later, ask):
    before = ask("/")
    assert later._pages is None
    assert ask("/settings").status_code == 200
    assert later._pages is not None
    after = ask("/")
    assert before.status_code == after.status_code == 200
    assert re.findall("<h1>.*</h1>", before.text)
    assert before.text == after.text
    assert before.headers.items() == after.headers.items()


def test_a_calendar_that_asks_for_something_is_left_to_the_pages(later, ask):
    assert ask("/?season=now").status_code == 422
    assert later._pages is not None


def test_what_goes_wrong_with_the_first_page_is_told_by_the_pages(later, ask, monkeypatch):
    def broken(request):
        raise ValueError

    monkeypatch.setattr(worker_pages, "calendar", broken)
    assert ask("/").status_code == 200
    assert later._pages is not None


def test_the_api_is_there_when_it_is_first_asked_for(ask):
    assert ask("/api/v1/clubs").status_code == 200


def test_the_first_page_needs_no_fastapi():
    asked = "import sys, gatecast.web.worker_pages; sys.exit('fastapi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
