"""A database that cannot be reached or read: what pages, programs and the health check say."""

import logging
import re
import sqlite3
import time

import pytest

from gatecast.errors import StoreError
from gatecast.service import access
from gatecast.store.database import FILE_NAME
from gatecast.web.front import build

from .conftest import Visitor

NOTE = re.compile(r'<p class="alert bad" role="alert">The database has not answered since .*?</p>\n')
HERE = {"host": "127.0.0.1:8000"}


@pytest.fixture
def down(monkeypatch):
    """Cuts a service off from its database, as a server that was stopped does."""

    def cut(service):
        def refuse(*_, **__):
            try:
                raise OSError("connection refused")
            except OSError as problem:
                raise StoreError("database: got 'connection refused', expected one that answers") from problem

        for way in ("reading", "writing"):
            monkeypatch.setattr(service.store.database, way, refuse)

    return cut


def test_a_page_says_so_and_a_program_is_told_when_to_try_again(own_service, down, caplog):
    visitor = Visitor(build(own_service))
    assert visitor.get("/settings").status_code == 200
    down(own_service)
    with caplog.at_level(logging.WARNING, logger="gatecast.web"):
        page, answer = visitor.get("/track"), visitor.get("/api/v1/games")
        sent = visitor.post("/settings/defaults", headers={"sec-fetch-site": "same-origin"})
    for each in (page, answer, sent):
        assert (each.status_code, each.headers["retry-after"]) == (503, "5")
    assert "The database cannot be reached right now" in page.text
    assert "may not have been saved" in sent.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(caplog.records) == 3
    assert not any(record.exc_info or "\n" in record.getMessage() for record in caplog.records)


def test_what_is_cached_is_still_answered(own_service, down):
    visitor = Visitor(build(own_service))
    before = {path: visitor.get(path).text for path in ("/", "/plan", "/api/v1/games")}
    down(own_service)
    for path, text in before.items():
        answer = visitor.get(path)
        assert (answer.status_code, NOTE.sub("", answer.text)) == (200, text), path


def test_who_was_signed_in_is_so_still_and_no_one_else(own_service, down):
    access.set_password(own_service.store, "correct horse battery")
    visitor = Visitor(build(own_service))
    visitor.post("/login", data={"password": "correct horse battery"}, headers={"sec-fetch-site": "same-origin"})
    text = visitor.get("/").text
    down(own_service)
    visitor.app.state.auth.clock = lambda: time.monotonic() + 60
    assert NOTE.sub("", visitor.get("/").text) == text
    stranger = Visitor(visitor.app)
    stranger.cookies.set("gc_session", "A" * 43)
    assert stranger.get("/").status_code == 503


def test_health_tells_the_truth(own_service, down, monkeypatch):
    visitor = Visitor(build(own_service))
    assert visitor.get("/healthz").text == "ok"
    down(own_service)
    answer = visitor.get("/healthz")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


def test_a_damaged_database_is_not_healthy(own_service):
    file = own_service.folder / "gatecast.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        root, size = (
            connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'games'").fetchone()[0],
            connection.execute("PRAGMA page_size").fetchone()[0],
        )
    connection.close()
    content = bytearray(file.read_bytes())
    content[(root - 1) * size : root * size] = b"\xff" * size
    file.write_bytes(content)
    visitor = Visitor(build(own_service))
    assert visitor.get("/healthz").status_code == 503
    assert FILE_NAME not in visitor.get("/healthz").text
