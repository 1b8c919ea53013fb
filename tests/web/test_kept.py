"""Every page says what it comes from: what is kept is what would be worked out anew, whatever changed in between."""

import pytest

from gatecast.games import columns as c
from gatecast.web import render
from gatecast.web.app import pages
from gatecast.web.kept import cacheable

from ..web.conftest import Visitor

CLUB = "Quillport Lanterns"


def changes(service):
    """One of each kind, by what is changed."""
    table = service.home_games(CLUB).table
    played = table.drop_nulls(c.ATTENDANCE)[c.GAME_ID][-1]
    coming = service.coming(CLUB).table[c.GAME_ID][0]
    yield "outcome", "/api/v1/outcomes", [{"game_id": played, "attendance": 1234}]
    yield "tickets", "/api/v1/tickets", [{"game_id": coming, "as_of": "2025-01-05", "tickets": 77}]
    yield "plan", "/api/v1/plans", {}
    yield "game", "/api/v1/games", [{"game_id": coming, "visitor": "Another Club", "home": CLUB}]
    yield "forecast", "/api/v1/forecasts", None


@pytest.fixture
def paths(own_service):
    table = own_service.home_games(CLUB).table
    game, past = own_service.coming(CLUB).table[c.GAME_ID][0], table.drop_nulls(c.ATTENDANCE)[c.GAME_ID][-1]
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


def test_what_is_kept_is_what_would_be_worked_out_anew(own_service, visit, paths, monkeypatch):
    monkeypatch.setattr(render, "cacheable", lambda areas: cacheable(areas, stale_s=0))
    visitor, anew = visit(own_service), Visitor(pages(own_service))
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
