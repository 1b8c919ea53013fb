"""Changes take turns, so that those that wait for the database leave readers their way."""

import asyncio
import sqlite3

import httpx

from gatecast.web.front import build
from gatecast.web.guard.turns import ChangesInTurn

HOST = "http://127.0.0.1:8000"
OWN = {"sec-fetch-site": "same-origin"}
WRITERS = 60


def test_sixty_waiting_writers_leave_readers_their_way(own_service):
    game = own_service.upcoming(own_service.club()).table["game_id"][0]
    lock = sqlite3.connect(own_service.folder / "gatecast.db", isolation_level=None, check_same_thread=False)
    lock.execute("BEGIN IMMEDIATE")

    async def crowd():
        transport = httpx.ASGITransport(app=build(own_service))
        async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=OWN, timeout=60) as client:

            def written(number):
                row = {"game_id": game, "as_of": f"20{number // 12 + 10}-{number % 12 + 1:02d}-01", "tickets": number}
                return client.post("/api/v1/tickets", json=[row])

            writers = [asyncio.create_task(written(i)) for i in range(WRITERS)]
            await asyncio.sleep(0.3)
            async with asyncio.timeout(20):
                for path in ("/", "/plan", "/track", "/settings", f"/games/{game}", "/jobs", "/api/v1/games?limit=3"):
                    assert (await client.get(path)).status_code == 200
            assert not any(each.done() for each in writers)
            await asyncio.to_thread(lock.execute, "COMMIT")
            return [answer.status_code for answer in await asyncio.gather(*writers)]

    assert asyncio.run(crowd()) == [200] * WRITERS
    lock.close()
    stored = own_service.store.tickets()
    assert set(range(WRITERS)) <= set(stored.filter(stored["game_id"] == game)["tickets"])


async def _asked(app, scope, messages):
    sent, left = [], list(messages)

    async def receive():
        return left.pop(0) if left else await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    await app({"type": "http", "path": "/data", "headers": [], **scope}, receive, send)
    return sent


def body(content, *, more=False):
    return {"type": "http.request", "body": content, "more_body": more}


def test_a_change_that_gets_no_turn_is_told_and_not_begun():
    begun = []

    async def app(scope, receive, send):
        begun.append(await receive())
        await asyncio.sleep(60)

    async def two():
        turns = ChangesInTurn(app, most=1, longest_wait_s=0.05)
        sized = {"method": "POST", "headers": [(b"content-length", b"1")]}
        first = asyncio.create_task(_asked(turns, sized, [body(b"1")]))
        await asyncio.sleep(0.01)
        second = await _asked(turns, sized, [body(b"2")])
        third = await _asked(turns, {"method": "POST"}, [body(b"")])
        first.cancel()
        return second, third

    for sent in asyncio.run(two()):
        assert sent[0]["status"] == 503
        assert (b"retry-after", b"60") in sent[0]["headers"]
    assert [each["body"] for each in begun] == [b"1"]


def test_a_slow_body_takes_no_turn():
    async def app(scope, receive, send):
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def two():
        turns = ChangesInTurn(app, most=1)
        chunked = {"method": "POST", "headers": [(b"transfer-encoding", b"chunked")]}
        slow = asyncio.create_task(_asked(turns, chunked, [body(b"1", more=True)]))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            sent = [await _asked(turns, chunked, [body(b"2")]), await _asked(turns, {"method": "PUT"}, [body(b"")])]
        slow.cancel()
        return sent

    assert [sent[0]["status"] for sent in asyncio.run(two())] == [200, 200]
