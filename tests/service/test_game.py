import datetime as dt

import polars as pl
import pytest

from gatecast.formatting import rounded_people
from gatecast.games import columns as c
from gatecast.service.game import Fact, came_near, game_row, game_view, history_of, is_coming

NEXT, PLAYED = "QUI202506130", "QUI202505250"


def forecast(service, game, middle, *, as_of=None, lead="7", issued=None):
    quantiles = {f"q{level:02d}": middle + level for level in (5, 10, 25, 50, 75, 90, 95)}
    row = {"game_id": game, "lead": lead, "as_of": as_of, "mean": middle, **quantiles, "p_sellout": None}
    return service.store.record_forecast(pl.DataFrame([row]), "m", issued_at=issued)


def test_a_game_to_come(sample_club):
    view = game_view(sample_club, NEXT)
    assert view.coming
    assert view.game.attendance is None
    assert view.last.as_of == dt.date(2025, 6, 8)
    assert view.last.days == 5
    assert view.game.forecast["q50"] == view.last.forecast["q50"]
    assert [issue.days for issue in view.issues] == sorted((issue.days for issue in view.issues), reverse=True)
    assert view.stand.last == dt.date(2025, 6, 15)
    assert NEXT in [game.row[c.GAME_ID] for game in view.stand.games]
    assert view.season == 2025
    assert view.since == ()


def test_a_game_played_with_the_forecast_that_knew_nothing_of_its_day(sample_club):
    view = game_view(sample_club, PLAYED)
    assert not view.coming
    assert view.game.attendance == view.row[c.ATTENDANCE] > 0
    assert all(issue.as_of < view.row[c.DATE] for issue in view.issues)
    assert view.game.miss == pytest.approx(view.game.attendance - rounded_people(view.last.forecast["mean"]))


def test_what_changed_since_the_forecast_before(sample_club):
    change = game_view(sample_club, NEXT).change
    assert (change.before.days, change.now.days) == (12, 5)
    assert change.difference == rounded_people(change.now.forecast["mean"]) - rounded_people(
        change.before.forecast["mean"]
    )
    assert change.tickets == (2803, 3879)
    told = {fact.column: fact.after for fact in change.facts}
    assert told[c.HOME_STARTER] == "Joss Pellerby"
    assert c.VISITOR not in told


def test_what_an_import_changes_is_told_after_the_last_forecast_and_then_between_two(own_service):
    moved = pl.DataFrame(
        {"game_id": [NEXT], "date": [dt.date(2025, 6, 13)], "home": ["Quillport Lanterns"], "start_time": ["18:05"]}
    )
    own_service.store.import_games(moved, columns=["start_time"])
    view = game_view(own_service, NEXT)
    assert [(fact.column, fact.before, fact.after) for fact in view.since] == [
        (c.START_TIME, dt.time(19, 5), dt.time(18, 5))
    ]
    forecast(own_service, NEXT, 5000, as_of=dt.date(2025, 6, 8), lead="5")
    view = game_view(own_service, NEXT)
    assert view.since == ()
    assert view.game.forecast["q50"] == 5050
    assert [fact.column for fact in view.change.facts] == [c.START_TIME]


def test_a_game_that_is_not_there_and_one_without_a_forecast(sample_club):
    assert game_view(sample_club, "nowhere") is None
    assert game_row(sample_club, "") is None
    away = sample_club.games().table.filter(pl.col(c.HOME) != "Quillport Lanterns").row(0, named=True)
    view = game_view(sample_club, away[c.GAME_ID])
    assert (view.last, view.change, view.game.forecast, view.issues) == (None, None, None, ())


def test_a_game_of_an_order_without_dates(empty_service):
    empty_service.store.import_games(pl.DataFrame({"game_id": ["x", "y"], "attendance": [500, None]}))
    forecast(empty_service, "y", 400, lead="1")
    forecast(empty_service, "y", 450, lead="preseason")
    view = game_view(empty_service, "y")
    assert view.coming
    assert is_coming(empty_service, view.row)
    assert not is_coming(empty_service, game_row(empty_service, "x"))
    assert [issue.days for issue in view.issues] == [1, None]
    assert view.change.difference == 50
    assert view.pace is None
    assert view.game.forecast["q50"] == 500
    assert view.game.seats is None


def test_a_game_whose_day_has_passed_without_a_gate_is_not_to_come(own_service):
    late = pl.DataFrame({"game_id": ["late"], "date": [dt.date(2025, 6, 1)], "home": ["Quillport Lanterns"]})
    own_service.store.import_games(late)
    view = game_view(own_service, "late")
    assert not view.coming
    assert view.game.attendance is None


GAME = {"game_id": ["a"], "date": [dt.date(2025, 6, 1)], "home": ["Hens"]}


@pytest.fixture
def service(empty_service):
    empty_service.store.import_games(pl.DataFrame({**GAME, "start_time": ["19:05"]}))
    return empty_service


def changed(service, **values):
    frame = pl.DataFrame({**GAME, **{name: [value] for name, value in values.items()}})
    return service.store.import_games(frame, erase=True).import_id


def now():
    return dt.datetime.now(dt.UTC)


def history(service):
    return history_of(service.store, game_row(service, "a"), service.games().columns)


def test_what_imports_changed_between_two_moments(service):
    first = now()
    changed(service, start_time="18:35", home_starter="Ashquill")
    second = now()
    changed(service, start_time="17:05", promotion="fireworks")
    start = Fact(c.START_TIME, dt.time(19, 5), dt.time(18, 35))
    assert history(service).between(first, second) == (Fact(c.HOME_STARTER, None, "Ashquill"), start)
    later = {fact.column: (fact.before, fact.after) for fact in history(service).between(second)}
    assert later == {c.START_TIME: (dt.time(18, 35), dt.time(17, 5)), c.PROMOTION: (None, "fireworks")}
    assert history(service).between(now()) == ()


def test_what_was_changed_back_or_taken_back_is_not_told(service):
    before = now()
    changed(service, start_time="18:35")
    changed(service, start_time="19:05")
    assert history(service).between(before) == ()
    number = changed(service, visitor="Kites")
    assert [fact.column for fact in history(service).between(before)] == [c.VISITOR]
    service.store.undo(number)
    assert history(service).between(before) == ()


def test_a_gate_is_no_change_of_what_was_known(service):
    before = now()
    changed(service, attendance=1200)
    assert history(service).between(before) == ()


def test_what_comes_near_enough_to_be_known():
    row = {c.HOME_STARTER: "Ashquill", c.SKY: "sunny", c.VISITOR: "Kites", c.TEMPERATURE: None}
    assert came_near(row, c.CANONICAL, 20, 7) == (Fact(c.SKY, None, "sunny"),)
    assert [fact.column for fact in came_near(row, c.CANONICAL, 6, 5)] == [c.HOME_STARTER]
    assert came_near(row, c.CANONICAL, 5, 1) == ()
