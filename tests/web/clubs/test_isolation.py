"""No club sees another's data: every address of the application, asked by everybody who must not see the answer."""

import re

import pytest

from gatecast.games import columns as c
from gatecast.service import access
from gatecast.web.app import pages
from gatecast.web.guard.requests import SAFE_METHODS

from ..conftest import Visitor
from .conftest import NAMES, PASSWORD, VISITORS

OF_BEES = (NAMES["bees"], VISITORS["bees"], "BEE")
OWN = {"sec-fetch-site": "same-origin"}
"""What a browser sends with a form of the same site, so that nothing but a right is missing."""
SHARED = ("/static/", "/login", "/logout")
STORES_NOTHING = {"/preferences", "/api/v1/what-if", "/api/v1/plans/preview"}
LINK = re.compile(r'<[a-z]+ ([^>]*?)\b(?:href|action|formaction|src|hx-[a-z]+)="(/[^"]*)"')


def every_address(app):
    """The method and the path of every route, those of included routers too."""
    found = set()
    for route in app.routes:
        for each in getattr(getattr(route, "original_router", None), "routes", [route]):
            for method in getattr(each, "methods", None) or {"GET"}:
                found.add((method, each.path))
    return sorted(found)


@pytest.fixture(scope="module")
def known(clubs):
    """Of each club: a game, a token that may write, and the addresses with what belongs there filled in."""
    told = {}
    for slug in NAMES:
        with clubs.open(slug) as service:
            game = service.games().table[c.GAME_ID][0]
            token = access.make_token(service.store, f"a program of {slug}", True)
            filled = {"game_id": game, "game_id:path": game, "number": "1", "kind": "forecast", "ending": "csv"}
            told[slug] = (game, token, filled, pages(service))
    return told


def addresses(known, slug):
    _, _, filled, app = known[slug]
    named = [
        (method, re.sub(r"{([^}]*)}", lambda m: filled.get(m[1], "1"), path)) for method, path in every_address(app)
    ]
    return [(method, f"/clubs/{slug}{path}") for method, path in named]


def state_of(clubs, slug):
    """Everything that a change would move."""
    with clubs.open(slug) as service:
        store = service.store
        return store.revisions(), store.jobs(), store.tokens(), access.has_password(store)


def assert_nothing_of_bees(answer):
    text = answer.content.decode("utf-8", "replace") + str(answer.headers)
    assert not [word for word in OF_BEES if word in text]


def test_the_walk_finds_the_addresses(known):
    found = {path for _, path in addresses(known, "bees")}
    assert {"/clubs/bees/", "/clubs/bees/plan", "/clubs/bees/data/uploads", "/clubs/bees/api/v1/outcomes"} <= found
    assert len(addresses(known, "bees")) > 70


@pytest.mark.parametrize("person", ["ann", "rob"])
def test_who_may_see_one_club_gets_nothing_of_another(clubs, signed_in, known, person):
    before, visitor = state_of(clubs, "bees"), signed_in(person)
    for method, path in addresses(known, "bees"):
        answer = visitor.ask(method, path, headers=OWN)
        assert answer.status_code in (403, 404), (method, path, answer.status_code)
        assert_nothing_of_bees(answer)
    assert state_of(clubs, "bees") == before


def test_a_stranger_gets_nothing(clubs, app, known):
    before, stranger = state_of(clubs, "bees"), Visitor(app)
    for method, path in addresses(known, "bees"):
        answer = stranger.ask(method, path, headers=OWN)
        assert answer.status_code in (303, 401), (method, path, answer.status_code)
        assert answer.headers.get("location", "/login").startswith("/login")
        assert_nothing_of_bees(answer)
    assert state_of(clubs, "bees") == before


def test_a_token_of_one_club_opens_no_other(clubs, app, known):
    before, program = state_of(clubs, "bees"), Visitor(app)
    bearer = {"authorization": f"Bearer {known['ants'][1]}"}
    for method, path in addresses(known, "bees"):
        answer = program.ask(method, path, headers=bearer)
        assert answer.status_code in (303, 401), (method, path, answer.status_code)
        assert_nothing_of_bees(answer)
    assert program.get("/clubs/ants/api/v1/games", headers=bearer).status_code == 200
    assert state_of(clubs, "bees") == before


def test_who_may_only_see_a_club_changes_nothing_of_it(clubs, signed_in, known):
    before, visitor = state_of(clubs, "ants"), signed_in("rob")
    for method, path in addresses(known, "ants"):
        if method in SAFE_METHODS:
            continue
        status = visitor.ask(method, path, headers=OWN).status_code
        if path.removeprefix("/clubs/ants") in STORES_NOTHING:
            assert status not in (403, 404), path
        else:
            assert status in (403, 404), (method, path, status)
    assert state_of(clubs, "ants") == before


def test_a_club_that_is_not_there_looks_like_one_that_may_not_be_seen(signed_in, app):
    for visitor in (signed_in("ann"), Visitor(app)):
        for path in ("/", "/plan", "/api/v1/games", "/healthz", "/static/gatecast.css", "/login"):
            there, absent = (visitor.get(f"/clubs/{slug}{path}") for slug in ("bees", "cats"))
            assert there.status_code == absent.status_code
            assert there.text.replace("bees", "cats") == absent.text


def test_pages_show_their_own_club_and_lead_nowhere_else(signed_in, known):
    visitor = signed_in("all")
    for slug, other in (("ants", "bees"), ("bees", "ants")):
        shown = 0
        for method, path in addresses(known, slug):
            answer = visitor.get(path) if method == "GET" else None
            if answer is None or not answer.headers.get("content-type", "").startswith("text/html"):
                continue
            assert NAMES[other] not in answer.text
            shown += NAMES[slug] in answer.text
            for before, link in LINK.findall(answer.text):
                own = link.startswith((f"/clubs/{slug}/", *SHARED))
                assert own or "data-service" in before, (path, link)
        assert shown > 10


def test_two_clubs_have_two_caches_and_two_marks(clubs, signed_in):
    ann, bo = signed_in("ann"), signed_in("bo")
    assert NAMES["ants"] in ann.get("/clubs/ants/games").text
    assert NAMES["bees"] in bo.get("/clubs/bees/games").text
    marked = bo.post("/clubs/bees/preferences", data={"units": "metric"}, headers=OWN)
    seen = [value for name, value in marked.headers.multi_items() if name == "set-cookie" and "gc_seen" in value]
    assert seen
    assert "Path=/clubs/bees;" in seen[0]


def test_uploads_wait_for_their_own_club(signed_in):
    ann, bo = signed_in("ann"), signed_in("bo")
    file = {"file": ("games.csv", b"date,home,attendance\n2025-05-01,Antville Ants,4100\n")}
    place = ann.post("/clubs/ants/data/uploads", files=file, headers=OWN).headers["location"]
    assert place.startswith("/clubs/ants/data/uploads/")
    assert ann.get(place).status_code == 200
    assert bo.get(place.replace("ants", "bees")).status_code == 404
    assert ann.get(place.replace("ants", "bees")).status_code == 404


def test_a_right_taken_back_and_a_club_taken_off_count_at_once_after_a_moment(clubs, app, signed_in):
    from gatecast.service.accounts import save_account

    registry = clubs.registry
    clubs.add("cats")
    save_account(registry, "cy", PASSWORD)
    registry.allow("cy", "cats", "write")
    cy = Visitor(app)
    cy.post("/login", data={"name": "cy", "password": PASSWORD})
    app.clubs._listed_at = float("-inf")
    assert cy.get("/clubs/cats/").status_code == 200
    registry.allow("cy", "cats", "")
    app.accounts.forget()
    assert cy.get("/clubs/cats/").status_code == 404
    registry.allow("cy", "cats", "read")
    registry.remove_club("cats")
    app.accounts.forget()
    app.clubs._listed_at = float("-inf")
    assert cy.get("/clubs/cats/").status_code == 404
    registry.drop_account("cy")
    app.accounts.forget()
    assert cy.get("/clubs/cats/").status_code == 303
