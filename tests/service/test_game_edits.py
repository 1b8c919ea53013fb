import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.games import columns as c
from gatecast.service.freshness import freshness
from gatecast.service.game import game_row
from gatecast.service.game_edits import (
    CANCELLED,
    POSTPONED,
    EditRefusedError,
    change_game,
    edit_log,
    games_set_aside,
    read_values,
    stored_game,
    values_from_json,
)
from gatecast.service.issued_forecasts import DAYS, issue_forecast, scored_forecasts


@pytest.fixture
def service(own_service):
    return own_service


def coming(service, place=0):
    return service.upcoming(service.club()).table.row(place, named=True)


def test_a_game_postponed_is_played_as_a_doubleheader_and_both_are_undone(service):
    first, other = coming(service), coming(service, 3)
    games = service.home_games(service.club()).table
    aside = change_game(service, first[c.GAME_ID], {}, status=POSTPONED)
    assert game_row(service, first[c.GAME_ID]) is None
    assert [row[c.GAME_ID] for row in games_set_aside(service, service.club())] == [first[c.GAME_ID]]
    made_up = change_game(service, first[c.GAME_ID], {c.DATE: other[c.DATE], c.START_TIME: dt.time(12, 5)})
    assert made_up.changed == 2
    row, status = stored_game(service, first[c.GAME_ID])
    assert (status, row[c.NUMBER], row[c.DAY_NIGHT]) == ("", 1, "day")
    assert game_row(service, other[c.GAME_ID])[c.NUMBER] == 2
    assert row[c.TEMPERATURE] is None
    log = edit_log(service, row, status)
    assert [each.undoable for each in log] == [True, False, False]
    assert {fact.column: fact.after for fact in log[0].facts}[c.DATE] == other[c.DATE]
    service.store.undo(made_up.import_id)
    service.store.undo(aside.import_id)
    assert service.home_games(service.club()).table.equals(games)


def test_a_game_that_leaves_a_doubleheader_leaves_a_single_game(service):
    first, other = coming(service), coming(service, 3)
    change_game(service, first[c.GAME_ID], {c.DATE: other[c.DATE]})
    change_game(service, first[c.GAME_ID], {}, status=CANCELLED)
    assert game_row(service, other[c.GAME_ID])[c.NUMBER] == 0


def test_a_game_played_is_not_set_aside(service):
    row = service.home_games(service.club()).table.row(0, named=True)
    with pytest.raises(InputError, match="with an attendance"):
        change_game(service, row[c.GAME_ID], {}, status=CANCELLED)


def test_typed_values_are_read_or_told_by_column(service):
    columns = service.games().columns
    read = read_values(columns, {c.START_TIME: "19:05", c.PROMOTION: " ", c.TEMPERATURE: "68"}, {c.TEMPERATURE: "F"})
    assert read[c.START_TIME] == dt.time(19, 5)
    assert read[c.PROMOTION] is None
    assert read[c.TEMPERATURE] == pytest.approx(20)
    with pytest.raises(EditRefusedError) as refused:
        read_values(columns, {c.DATE: "soon", c.CAPACITY: "many"}, {})
    assert set(refused.value.errors) == {c.DATE, c.CAPACITY}


def test_values_of_json_are_read(service):
    columns = service.games().columns
    assert values_from_json(columns, {c.DATE: "2025-08-01", c.CAPACITY: 8000.0, c.PROMOTION: None}) == {
        c.DATE: dt.date(2025, 8, 1),
        c.CAPACITY: 8000,
        c.PROMOTION: None,
    }
    for wrong in ({"colour": "red"}, {c.HOME: "Elsewhere"}, {c.CAPACITY: 1.5}, {c.DATE: "soon"}):
        with pytest.raises(DataError):
            values_from_json(columns, wrong)


def test_each_kind_of_change_makes_a_forecast_stale_and_an_update_or_undo_makes_it_fresh(service):
    club = service.club()
    assert not freshness(service, club).stale
    game, later = coming(service)[c.GAME_ID], coming(service, 1)[c.GAME_ID]
    report = change_game(service, game, {c.PROMOTION: "fireworks"})
    assert freshness(service, club).games == {game: ("details",)}
    service.store.undo(report.import_id)
    assert not freshness(service, club).stale
    change_game(service, game, {c.TEMPERATURE: 31.0})
    assert freshness(service, club).reasons == ("weather of 1 game",)
    service.store.record_tickets(pl.DataFrame({c.GAME_ID: [later], "as_of": [service.as_of(club)], "tickets": [4321]}))
    assert freshness(service, club).games[later] == ("tickets sold",)
    service.store.record_outcomes(pl.DataFrame({c.GAME_ID: [game], c.ATTENDANCE: [3210]}))
    stale = freshness(service, club)
    assert stale.results == 1
    assert game not in stale.games
    issue_forecast(service, club)
    assert not freshness(service, club).stale


def test_a_forecast_issued_before_a_move_is_scored_at_the_lead_it_was_issued_for(service):
    row = coming(service)
    game, moved = row[c.GAME_ID], row[c.DATE] + dt.timedelta(days=5)
    issued = service.store.forecasts([game])
    change_game(service, game, {c.DATE: moved})
    service.store.record_outcomes(pl.DataFrame({c.GAME_ID: [game], c.ATTENDANCE: [3210]}))
    scored = scored_forecasts(service, service.club()).filter(pl.col(c.GAME_ID) == game)
    assert scored[DAYS].to_list() == [(row[c.DATE] - as_of).days for as_of in issued["as_of"]]
    assert scored["mean"].to_list() == issued["mean"].to_list()
