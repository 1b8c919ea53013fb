import asyncio

import httpx
import pytest

from gatecast.games import columns as c
from gatecast.store.revisions import AREAS
from gatecast.web import cache, render
from gatecast.web.app import pages as application_of
from gatecast.web.cache import CACHEABLE_HEADER, NEWS_HEADER, PageCache, cacheable

from ..web.conftest import Visitor


class Pages:
    """A store with a state, and an application that shows it."""

    def __init__(self):
        self.state, self.rendered, self.slow, self.stale_s, self.answers_after = 0, 0, 0.0, 60.0, 0.0

    async def __call__(self, scope, receive, send):
        if scope["method"] == "POST":
            self.state += 1
            await asyncio.sleep(self.answers_after)
            await answer(send, b"changed", [])
            return
        state = self.state
        self.rendered += 1
        await asyncio.sleep(self.slow)
        if scope["path"] == "/job":
            await answer(send, b"done", [(NEWS_HEADER.encode(), b"1")])
            return
        kind = [] if scope["path"] == "/own" else [(CACHEABLE_HEADER.encode(), f"{self.stale_s:g} games".encode())]
        await answer(send, f"state {state} ".encode() * 100, kind)


async def answer(send, body, headers):
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html"), *headers]})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def pages():
    return Pages()


def asked(pages, script, checked_s=0.0):
    """Run a script of requests against one cache."""
    kept = PageCache(pages, lambda: {**dict.fromkeys(AREAS, 0), "games": pages.state, "day": 1}, checked_s)

    async def run():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=kept), base_url="http://127.0.0.1") as client:
            await script(client)

    asyncio.run(run())


def test_a_page_is_rendered_once_for_a_state(pages):
    async def script(client):
        for _ in range(3):
            page = await client.get("/")
            assert page.text.startswith("state 0")
            assert CACHEABLE_HEADER not in page.headers
        pages.state = 1
        assert (await client.get("/")).text.startswith("state 1")

    pages.stale_s = 0.0
    asked(pages, script)
    assert pages.rendered == 2


def test_whoever_changed_something_sees_it_at_once(pages):
    async def script(client):
        await client.get("/")
        for state in (1, 2):
            await client.post("/")
            assert (await client.get("/")).text.startswith(f"state {state}")

    asked(pages, script, checked_s=60)


def test_whoever_is_told_that_a_job_is_done_sees_what_it_stored_at_once(pages):
    async def script(client):
        await client.get("/")
        pages.state = 1
        assert (await client.get("/")).text.startswith("state 0")
        assert NEWS_HEADER not in (await client.get("/job")).headers
        assert (await client.get("/")).text.startswith("state 1")

    asked(pages, script, checked_s=60)


def test_others_see_a_page_a_little_old_while_it_is_rendered_anew_once(pages):
    async def script(client):
        await client.get("/")
        pages.state, pages.slow = 1, 0.05
        for waited, renderings in ((0.0, 1), (1.1, 2)):
            await asyncio.sleep(waited)
            answers = await asyncio.gather(*(client.get("/") for _ in range(10)))
            assert {each.text[:7] for each in answers} == {"state 0"}
            for _ in range(100):
                await asyncio.sleep(0.01)
                if pages.rendered >= renderings:
                    break
            assert pages.rendered == renderings
        await asyncio.sleep(0.5)
        assert (await client.get("/")).text.startswith("state 1")

    pages.stale_s = 2.0
    asked(pages, script)
    assert pages.rendered == 2


def test_what_may_never_be_old_is_begun_after_the_last_change(pages):
    async def script(client):
        await client.get("/")
        pages.slow = 0.05
        pages.state = 1
        early = asyncio.create_task(client.get("/"))
        await asyncio.sleep(0.02)
        await client.post("/")
        # The rendering that is under way began before the change: whoever asks now waits for the next one.
        assert (await client.get("/", headers={"cookie": ""})).text.startswith("state 2")
        await early

    pages.stale_s = 0.0
    asked(pages, script, checked_s=60)


def test_a_page_too_old_is_awaited_and_rendered_once_for_all(pages):
    async def script(client):
        await client.get("/")
        pages.state, pages.slow = 1, 0.05
        answers = await asyncio.gather(*(client.get("/") for _ in range(10)))
        assert {each.text[:7] for each in answers} == {"state 1"}

    pages.stale_s = 0.0
    asked(pages, script)
    assert pages.rendered == 2


def test_nobody_waits_for_a_long_change_under_way(pages, monkeypatch):
    monkeypatch.setattr(cache, "LONG_CHANGE_S", 0.05)

    async def script(client):
        await client.get("/")
        pages.slow = pages.answers_after = 0.3
        change = asyncio.create_task(client.post("/"))
        await asyncio.sleep(0.1)
        for _ in range(3):
            assert (await client.get("/", headers={"cookie": ""})).text.startswith("state 0")
            assert not change.done()
        await change
        assert (await client.get("/", headers={"cookie": ""})).text.startswith("state 1")

    pages.stale_s = 0.05
    asked(pages, script)


def test_what_may_not_be_kept_is_not(pages):
    async def script(client):
        for _ in range(2):
            await client.get("/own")

    asked(pages, script, checked_s=60)
    assert pages.rendered == 2


def test_each_preference_and_query_has_its_own_page(pages):
    async def script(client):
        for headers in ({}, {"accept-language": "en-US"}, {"cookie": "gc_theme=dark"}, {"hx-request": "true"}):
            await client.get("/", headers=headers)
        await client.get("/?season=2024")
        await client.get("/", headers={"cookie": "other=1"})
        await client.get("/", headers={"accept-language": "en-GB"})

    asked(pages, script, checked_s=60)
    assert pages.rendered == 6


def test_a_page_known_to_the_browser_is_not_sent_again(pages):
    async def script(client):
        first = await client.get("/")
        again = await client.get("/", headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await client.head("/")
        assert (head.status_code, head.content) == (200, b"")
        assert first.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in (await client.get("/", headers={"accept-encoding": "identity"})).headers

    asked(pages, script, checked_s=60)
    assert pages.rendered == 1


@pytest.mark.parametrize("cookie", ["gc_seen=99999999", "gc_seen=-1", "gc_seen=" + "9" * 5000, "gc_seen=x", "a=\x01"])
def test_marks_that_say_nothing(pages, cookie):
    async def script(client):
        await client.get("/")
        assert (await client.get("/", headers={"cookie": cookie})).text.startswith("state 0")

    asked(pages, script, checked_s=60)
    assert pages.rendered == 1


CLUB = "Quillport Lanterns"


def changes(service):
    """One of each kind, by what is changed."""
    table = service.home_games(CLUB).table
    played = table.drop_nulls(c.ATTENDANCE)[c.GAME_ID][-1]
    coming = service.upcoming(CLUB).table[c.GAME_ID][0]
    yield "outcome", "/api/v1/outcomes", [{"game_id": played, "attendance": 1234}]
    yield "tickets", "/api/v1/tickets", [{"game_id": coming, "as_of": "2025-01-05", "tickets": 77}]
    yield "plan", "/api/v1/plans", {}
    yield "game", "/api/v1/games", [{"game_id": coming, "visitor": "Another Club", "home": CLUB}]
    yield "forecast", "/api/v1/forecasts", None


@pytest.fixture
def paths(own_service):
    table = own_service.home_games(CLUB).table
    game, past = own_service.upcoming(CLUB).table[c.GAME_ID][0], table.drop_nulls(c.ATTENDANCE)[c.GAME_ID][-1]
    shown = ["/", "/?season=2024", "/plan", "/track", "/track?season=all", "/track/plans", "/data", "/settings"]
    shown += [f"/games/{game}", f"/games/{past}", f"/games/{game}/what-if", "/api/v1/docs"]
    api = (
        "clubs",
        "games",
        f"games/{past}",
        "imports",
        "forecasts",
        "plans",
        "tickets",
        "outcomes",
        "track",
        "operations",
    )
    return [*shown, *(f"/api/v1/{each}" for each in api)]


@pytest.mark.slow
def test_what_is_kept_is_what_would_be_worked_out_anew(own_service, visit, paths, monkeypatch):
    monkeypatch.setattr(render, "cacheable", lambda areas: cacheable(areas, stale_s=0))
    visitor, anew = visit(own_service), Visitor(application_of(own_service))
    for path in paths:
        assert visitor.get(path).status_code == 200, path
    sent = [*changes(own_service)]
    for kind, path, body in sent:
        answer = visitor.post(path, json=body)
        assert answer.status_code == 200, (kind, answer.text)
        # Whoever sent a change is never shown what was kept before it; others are, where nothing of it has changed.
        visitor.cookies.clear()
        for shown in paths:
            assert visitor.get(shown).text == anew.get(shown).text, (kind, shown)
    assert visitor.post("/club", data={"club": own_service.clubs()[1]}).status_code == 303
    visitor.cookies.clear()
    for shown in paths:
        assert visitor.get(shown).text == anew.get(shown).text, ("club", shown)
