import re

import pytest

from .test_game import text_of


@pytest.fixture
def visitor(sample_club, visit):
    return visit(sample_club)


def rows(page):
    return re.findall(r'<th scope="row"[^>]*><a href="/games/(\w+)"', page.text)


def test_every_game_of_the_season_is_listed(visitor):
    page = visitor.get("/games")
    assert "48 games" in text_of(page)
    assert len(rows(page)) == 48


def test_games_are_searched_and_filtered(visitor):
    found = visitor.get("/games", params={"q": "kites fri"})
    assert 0 < len(rows(found)) < 10
    assert "Velmora Kites" in text_of(found)
    upcoming, played = (rows(visitor.get("/games", params={"show": each})) for each in ("upcoming", "played"))
    assert len(upcoming) == 18
    assert len(upcoming) + len(played) == 48
    assert "No game matches" in text_of(visitor.get("/games", params={"q": "<nobody>"}))


def test_games_are_sorted(visitor):
    page = visitor.get("/games", params={"sort": "people", "show": "played"})
    people = [
        int(each.replace(",", ""))
        for each in re.findall(r'<td class="right">([\d,]+)</td><td class="right">\d+%', page.text)
    ]
    assert people == sorted(people, reverse=True)
    assert rows(visitor.get("/games", params={"sort": "nothing"})) == rows(visitor.get("/games"))


def test_a_postponed_game_is_named_as_missing(own_service, visit):
    visitor = visit(own_service)
    assert visitor.post("/games/QUI202506110/aside", data={"status": "postponed"}).status_code == 303
    text = text_of(visitor.get("/games"))
    assert "47 games" in text
    assert "1 postponed or cancelled game is not in this list" in text
