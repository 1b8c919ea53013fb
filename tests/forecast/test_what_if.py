import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError, InputError
from gatecast.forecast import ForecastSession
from gatecast.forecast.what_if import changeable, changed_games
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import MEAN, QUANTILE_COLUMNS
from gatecast.prepare import Preparation

GAME = "QUI202506140"


def cell(games, name, game=GAME):
    return games.table.filter(pl.col(c.GAME_ID) == game)[name].item()


def both(forecaster, games, upcoming, as_of, changes):
    """The forecasts without and with some changes."""
    session = ForecastSession(forecaster, games, upcoming, as_of)
    return session.forecast(), session.what_if(changes)


def changed(league, **change):
    return changed_games(league.upcoming, {GAME: change})


def test_the_forecast_with_and_without_differs_at_the_games_changed(forecaster, league, forecast):
    wet = {c.PRECIPITATION: "rain", c.SKY: "overcast", c.TEMPERATURE: 5.0}
    before, after = both(forecaster, league.games, league.upcoming, league.as_of, {GAME: wet})
    assert before.equals(forecast)
    assert after.columns == before.columns
    assert after[c.GAME_ID].equals(before[c.GAME_ID])
    here = pl.col(c.GAME_ID) == GAME
    assert after.filter(here)[MEAN].item() != before.filter(here)[MEAN].item()
    assert (
        after.filter(~here).select(MEAN, *QUANTILE_COLUMNS).equals(before.filter(~here).select(MEAN, *QUANTILE_COLUMNS))
    )


def test_it_is_the_forecast_of_games_given_so(forecaster, league):
    change = {GAME: {c.PROMOTION: "fireworks"}, "QUI202506150": {c.PROMOTION: ""}}
    _, after = both(forecaster, league.games, league.upcoming, league.as_of, change)
    table = league.upcoming.table.with_columns(
        pl.when(pl.col(c.GAME_ID) == GAME).then(pl.lit("fireworks"))
        .when(pl.col(c.GAME_ID) == "QUI202506150").then(None)
        .otherwise(c.PROMOTION).alias(c.PROMOTION)
    )  # fmt: skip
    given = Games(table, league.upcoming.custom_columns)
    assert after.equals(forecaster.forecast(league.games, given, league.as_of))


def test_a_frame_will_do_and_a_change_to_what_is_changes_nothing(forecaster, league, forecast):
    same = {GAME: {c.START_TIME: cell(league.upcoming, c.START_TIME)}}
    before, after = both(forecaster, league.games, league.upcoming.table, str(league.as_of), same)
    assert before.equals(after)


def test_a_game_moved_to_another_day_stays_in_its_row(forecaster, league):
    last = league.upcoming.table[c.DATE].max()
    before, after = both(
        forecaster, league.games, league.upcoming, league.as_of, {GAME: {c.DATE: last + dt.timedelta(days=1)}}
    )
    assert after[c.GAME_ID].equals(before[c.GAME_ID])
    assert after.filter(pl.col(c.GAME_ID) == GAME)[c.DATE].item() > last


@pytest.mark.parametrize(
    ("column", "value", "held"),
    [
        (c.PRECIPITATION, "Rain", "rain"),
        (c.TEMPERATURE, "12.5", 12.5),
        (c.TEMPERATURE, 12, 12.0),
        (c.START_TIME, "7:05PM", dt.time(19, 5)),
        (c.START_TIME, dt.time(13), dt.time(13)),
        (c.PROMOTION, "fireworks, bobblehead", "fireworks;bobblehead"),
        (c.PROMOTION, None, None),
        (c.HOME_STARTER, "Ruiz", "Ruiz"),
        ("tickets_sold_7", 1234, 1234),
    ],
)
def test_values_are_read_as_tables_spell_them(league, column, value, held):
    assert cell(changed(league, **{column: value}), column) == held


@pytest.mark.parametrize(
    ("change", "start", "light"),
    [
        ({c.START_TIME: "13:05"}, dt.time(13, 5), "day"),
        ({c.START_TIME: "20:05"}, dt.time(20, 5), "night"),
        ({c.DAY_NIGHT: "day"}, None, "day"),
        ({c.DAY_NIGHT: "night"}, dt.time(18, 35), "night"),
        ({c.START_TIME: "13:05", c.DAY_NIGHT: "night"}, dt.time(13, 5), "night"),
        ({c.START_TIME: ""}, None, "night"),
    ],
)
def test_start_and_day_or_night_do_not_contradict_each_other(league, change, start, light):
    games = changed(league, **change)
    assert (cell(games, c.START_TIME), cell(games, c.DAY_NIGHT)) == (start, light)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({c.PRECIPITATION: "wet"}, f"^game {GAME}, precipitation: got 'wet', expected one of none, drizzle"),
        ({c.TEMPERATURE: "warm"}, f"^game {GAME}, temperature_c: got 'warm', expected a number from -40 to 55"),
        ({c.TEMPERATURE: 99}, f"^game {GAME}, temperature_c: got '99', expected a number from -40 to 55"),
        ({c.START_TIME: "25:00"}, f"^game {GAME}, start_time: got '25:00', expected a time such as 19:05"),
        ({c.DATE: "2019-05-30"}, f"^game {GAME}, season: got '2025' for a game on 2019-05-30"),
        ({c.PROMOTION: ["a"]}, rf"^game {GAME}, promotion: got \['a'\], expected text"),
        ({"precip": "rain"}, "got an unknown column 'precip', expected one of .*; did you mean 'precipitation'"),
        ({c.ATTENDANCE: 5000}, "got a change of attendance, a result, unknown before the game"),
        ({c.SCANNED: 5000}, "got a change of scanned, a result"),
        ({c.HOME_RUNS: 3}, "got a change of home_runs, a result"),
        ({c.HOME: "X"}, "got a change of home, which game it is"),
        ({c.CAPACITY: 5000}, "got a change of capacity, which past games state as well"),
        ({c.GAME_ID: "X"}, "got a change of game_id, which game it is"),
        ({"hot_dogs_sold": 3}, "got a change of hot_dogs_sold, a result"),
        ({}, f"^game {GAME}: got no change"),
    ],
)
def test_what_cannot_be_is_refused(league, change, told):
    with pytest.raises(InputError, match=told):
        changed(league, **change)


def test_games_that_are_not_to_come_are_refused(league):
    with pytest.raises(InputError, match=r"got 'QUI202506141', expected one of QUI.*; did you mean 'QUI20250614"):
        changed_games(league.upcoming, {"QUI202506141": {c.SKY: "sunny"}})
    with pytest.raises(InputError, match="got none, expected at least one game"):
        changed_games(league.upcoming, {})


def test_a_change_that_nobody_knows_so_early_is_refused(forecaster, league):
    late = league.upcoming.table[c.GAME_ID][-1]
    for column, value, most in ((c.PRECIPITATION, "rain", 16), (c.HOME_STARTER, "Ruiz", 5)):
        told = (
            rf"^game {late}, {column}: got a change \d+ days before the game, expected one at most {most} days before"
        )
        with pytest.raises(DataError, match=told):
            both(forecaster, league.games, league.upcoming, league.as_of, {late: {column: value}})


def test_what_may_be_changed_is_what_is_known_before(league):
    free = changeable(league.upcoming.columns)
    assert {c.PRECIPITATION, c.PROMOTION, c.HOME_STARTER, c.START_TIME, c.DAY_NIGHT, "tickets_sold_7"} <= set(free)
    assert not {c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS, c.GAME_ID, c.HOME, "hot_dogs_sold"} & set(free)


def test_games_without_dates_have_what_ifs_too(forecaster, league):
    past, coming = (
        Games.from_frame(games.table.select(c.HOME, c.VISITOR, c.PROMOTION, c.ATTENDANCE))
        for games in (league.games, league.upcoming)
    )
    game = coming.table[c.GAME_ID][0]
    before, after = both(forecaster, past, coming, None, {game: {c.PROMOTION: "fireworks"}})
    assert before.height == after.height == len(coming)
    assert after[MEAN].is_not_null().all()


@pytest.mark.parametrize(
    "change",
    [
        {c.START_TIME: "13:05"},
        {c.VISITOR: "Velmora Kites"},
        {c.VISITOR_LEAGUE: "another"},
        {c.NUMBER: 1},
        {c.DAY_NIGHT: "day"},
        {c.PROMOTION: "bobblehead"},
        {c.PRECIPITATION: "rain"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_asked_one_after_the_other_each_change_has_the_answer_it_has_alone(forecaster, league, change):
    asked = ForecastSession(forecaster, league.games, league.upcoming, league.as_of)
    asked.what_if({GAME: {c.PROMOTION: "fireworks"}})
    given = changed_games(league.upcoming, {GAME: change})
    assert asked.what_if({GAME: change}).equals(forecaster.forecast(league.games, given, league.as_of))


def test_what_was_sorted_serves_games_that_differ_in_their_weather_but_not_in_their_days(league):
    first = Preparation(league.games)
    wet = league.games.table.with_columns(pl.lit("rain").alias(c.PRECIPITATION))
    later = league.games.table.with_columns(pl.col(c.DATE) + dt.timedelta(days=7))
    again, moved = (Preparation(Games(table, league.games.custom_columns), like=first) for table in (wet, later))
    assert again.schedule is first.schedule
    assert again.history is first.history
    assert moved.schedule is not first.schedule
    assert moved.history is not first.history


@pytest.mark.parametrize("value", [99.0, "99", float("nan"), float("inf")])
def test_a_number_is_refused_alike_as_text_and_as_a_number(league, value):
    with pytest.raises(DataError) as caught:
        changed(league, **{c.TEMPERATURE: value})
    assert f"game {GAME}, {c.TEMPERATURE}: got '{value}', expected a number from -40 to 55" in str(caught.value)
