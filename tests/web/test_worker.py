"""The worker's process: it answers as the server itself would, and is done without where it is gone."""

import asyncio
import datetime as dt
import os
import signal
import time

import httpx
import pytest

from gatecast.service import homestands
from gatecast.web.app import pages
from gatecast.web.front import application
from gatecast.web.worker import Worker, WorkerProxy
from gatecast.web.worker_pages import render_ahead

HOST = "http://127.0.0.1:8000"
STARTED_S = 60
PATHS = ("/", "/plan", "/track", "/settings", "/data", "/api/v1/games?limit=3", "/games/absent", "/no/such/page")


async def until(holds):
    began = time.monotonic()
    while not holds():
        assert time.monotonic() < began + STARTED_S
        await asyncio.sleep(0.05)


def run(app, script):
    async def running():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=HOST) as client:
            await script(client)

    asyncio.run(running())


class Counted:
    """An application that counts what it is asked."""

    def __init__(self, app):
        self.app, self.asked = app, []

    async def __call__(self, scope, receive, send):
        self.asked.append(scope["path"])
        await self.app(scope, receive, send)


@pytest.fixture
def worker(own_service):
    made = Worker(own_service)
    yield made
    made.close()


@pytest.mark.slow
def test_the_worker_answers_as_the_server_does(own_service, worker, monkeypatch):
    # Pages say which day it is: the worker knows no other than today's.
    monkeypatch.setattr(own_service, "today", dt.date.today)
    own = Counted(pages(own_service))

    async def script(client):
        assert (await client.get("/healthz")).status_code == 200
        await until(worker.ready)
        own.asked.clear()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=pages(own_service)), base_url=HOST) as direct:
            for path in PATHS:
                told, expected = await client.get(path), await direct.get(path)
                assert (told.status_code, told.content) == (expected.status_code, expected.content), path
                assert dict(told.headers) == dict(expected.headers)
            question = {"stand": None}
            told, expected = [await each.post("/api/v1/plans/preview", json=question) for each in (client, direct)]
            assert (told.status_code, told.json()) == (200, expected.json())
            refused = await client.post("/api/v1/what-if", content=b"{", headers={"content-type": "application/json"})
            assert refused.status_code == 400
        assert own.asked == []

    run(WorkerProxy(own, worker), script)


def test_a_page_rendered_ahead_has_its_plan(own_service, monkeypatch):
    app = pages(own_service)
    render_ahead(app)
    monkeypatch.setattr(homestands, "make_plan", None)

    async def script(client):
        assert "people to hire" in (await client.get("/plan")).text

    run(app, script)


def test_what_only_the_server_knows_stays_with_it(own_service, worker):
    own = Counted(pages(own_service))

    async def script(client):
        await until(worker.ready)
        sent = await client.post("/data/uploads", files={"file": ("gates.csv", b"game_id,attendance\nx,1\n")})
        assert sent.status_code == 303
        assert (await client.get(sent.headers["location"])).status_code == 200
        assert len(own.asked) == 2

    run(WorkerProxy(own, worker), script)


def test_pages_of_what_only_the_server_knows_never_pass(own_service, worker):
    async def answered(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def script(client):
        await until(worker.ready)
        for path in ("/login", "/logout", "/account", "/account/tokens", "/data/uploads/x", "/healthz", "/static/x"):
            for method in ("GET", "POST"):
                assert (await client.request(method, path)).status_code == 204, (method, path)

    run(WorkerProxy(answered, worker), script)


def test_a_change_is_seen_by_the_next_who_asks(own_service, worker):
    async def script(client):
        await until(worker.ready)
        for tickets in (1111, 2222, 3333):
            game = (await client.get("/api/v1/games?season=2025&limit=1")).json()["items"][0]["game_id"]
            row = {"game_id": game, "as_of": "2025-03-01", "tickets": tickets}
            assert (await client.post("/api/v1/tickets", json=[row])).status_code == 200
            told = [await client.get(f"/api/v1/tickets?limit=500&offset={offset}") for offset in (0, 500, 1000)]
            sold = [row for answer in told for row in answer.json()["items"]]
            assert [each["tickets"] for each in sold if each["as_of"] == row["as_of"]] == [tickets]

    run(application(own_service, worker), script)


def test_the_server_does_without_a_worker_that_was_killed_and_begins_another(own_service):
    moment = [0.0]
    worker = Worker(own_service, clock=lambda: moment[0])
    own = Counted(pages(own_service))

    async def script(client):
        await until(worker.ready)
        first = worker.process_id
        asked = asyncio.create_task(client.get("/track"))
        await asyncio.sleep(0.02)
        os.kill(first, signal.SIGKILL)
        assert (await asked).status_code == 200
        await until(lambda: worker.process_id is None)
        assert (await client.get("/")).status_code == 200
        assert worker.process_id is None
        assert "/" in own.asked
        moment[0] += 60
        assert (await client.get("/")).status_code == 200
        await until(worker.ready)
        assert worker.process_id not in (None, first)
        own.asked.clear()
        assert (await client.get("/")).status_code == 200
        assert own.asked == []

    try:
        run(WorkerProxy(own, worker), script)
    finally:
        worker.close()


def test_a_change_that_broke_off_is_not_made_twice(own_service, worker):
    async def script(client):
        await until(worker.ready)
        asked = asyncio.create_task(client.post("/api/v1/forecasts"))
        await asyncio.sleep(0.05)
        os.kill(worker.process_id, signal.SIGKILL)
        answer = await asked
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        # A process that has been killed takes connections for a moment.
        await until(lambda: worker.process_id is None)
        assert (await client.post("/api/v1/forecasts")).status_code == 200

    run(application(own_service, worker), script)


@pytest.mark.slow
def test_a_worker_that_hangs_holds_nobody_up_and_is_replaced(own_service):
    moment = [0.0]
    worker = Worker(own_service, clock=lambda: moment[0], ping_timeout_s=1.0)

    async def script(client):
        await until(worker.ready)
        hung = worker.process_id
        os.kill(hung, signal.SIGSTOP)
        began = time.monotonic()
        rows = [{"game_id": "x", "as_of": "2025-03-01", "tickets": 5}] * 5000
        asked = [asyncio.create_task(client.get("/track")) for _ in range(20)]
        asked += [asyncio.create_task(client.post("/api/v1/tickets", json=rows)) for _ in range(20)]
        await asyncio.sleep(0.1)
        assert (await client.get("/healthz")).text == "ok"
        assert time.monotonic() - began < 3
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers[:20]} == {200}
        assert {answer.status_code for answer in answers[20:]} <= {200, 503}
        with pytest.raises(ProcessLookupError):
            os.kill(hung, 0)
        moment[0] += 60
        await until(worker.ready)
        assert worker.process_id != hung

    try:
        run(application(own_service, worker), script)
    finally:
        worker.close()


def test_files_of_the_folder_it_is_started_in_are_not_run(own_service, worker, tmp_path, monkeypatch):
    (tmp_path / "polars.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    worker.start()
    asyncio.run(until(worker.ready))


def test_nothing_of_it_is_left_at_the_end(own_service):
    worker = Worker(own_service)
    worker.start()
    process = worker.process_id
    asyncio.run(until(worker.ready))
    worker.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert not worker.ready()
