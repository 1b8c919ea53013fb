"""The calendar: the next homestand, the season, and a warning where forecasts drift."""

import polars as pl

from gatecast.games import columns as c
from gatecast.service.drift import LONGEST

CLUB = "Quillport Lanterns"
DRIFT = "Forecasts are drifting."


def test_the_next_home_stand_stands_first(visit, sample_club):
    page = visit(sample_club).get("/").text
    stand = page[page.index("This homestand") : page.index("The season")]
    assert "Tue 3 June to Sun 15 June" in stand
    assert stand.count("<li>") >= 6
    assert "busiest Fri 13 June v. Velmora Kites" in stand
    assert "70 fewer than forecast on Mon 2 June" in stand
    assert "<b>1 deadline overdue:</b> Hire" in page
    assert '<table class="stacked threes">' in page  # on a phone, "Attendance" fits a third of the width
    assert "<b>Due today:</b> Order 8 items for the delivery of Tue 10 June" in page


def test_every_game_of_the_season_is_a_link(visit, sample_club):
    page = visit(sample_club).get("/").text
    games = sample_club.home_games(CLUB).table.filter(pl.col(c.SEASON) == 2025)[c.GAME_ID]
    assert all(f'href="/games/{game}"' in page for game in games)


def test_another_season_and_another_club(visit, sample_club):
    visitor = visit(sample_club)
    assert "<h1>Quillport Lanterns, 2023</h1>" in visitor.get("/?season=2023").text
    assert "<h1>Velmora Kites, 2025</h1>" in visitor.get("/?club=Velmora+Kites").text
    assert "<h1>Quillport Lanterns, 2025</h1>" in visitor.get("/?club=nobody").text


def test_no_warning_while_chance_explains_the_errors(visit, sample_club):
    assert DRIFT not in visit(sample_club).get("/").text


def test_a_warning_where_the_latest_gates_lie_far_below_their_forecasts(visit, own_service):
    latest = own_service.home_games(CLUB).table.filter(pl.col(c.ATTENDANCE).is_not_null()).tail(LONGEST)
    own_service.store.record_outcomes(latest.select(c.GAME_ID, pl.col(c.ATTENDANCE) // 2), source="a test")
    page = visit(own_service).get("/").text
    assert DRIFT in page
    assert "below the forecast" in page


def test_a_service_without_games_says_how_to_begin(visit, empty_service):
    page = visit(empty_service).get("/")
    assert page.status_code == 200
    assert 'href="/data"' in page.text


def test_another_club_is_shown_on_every_page(visit, own_service):
    visitor = visit(own_service)
    assert 'action="/club"' not in visitor.get("/").text
    assert 'name="club" value="Velmora Kites"' in visitor.get("/?club=Velmora+Kites").text
    assert visitor.post("/club", data={"club": "Velmora Kites"}).status_code == 303
    assert "<h1>Velmora Kites, 2025</h1>" in visitor.get("/").text
    assert visitor.post("/club", data={"club": "nobody"}).status_code == 422
