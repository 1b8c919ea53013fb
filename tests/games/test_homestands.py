import datetime as dt

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from gatecast.games.homestands import homestand_of, homestand_starts

START = dt.date(2019, 4, 1)


def stands(days, home="A", **more):
    dates = pl.Series("date", [None if day is None else START + dt.timedelta(days=day) for day in days], pl.Date)
    return homestand_of(pl.DataFrame({"date": dates}).with_columns(home=pl.lit(home), **more)).tolist()


def naive(games):
    """Homestand of each (club, day): walk through the days of each club."""
    found, number = {}, -1
    for club in sorted({club for club, _ in games}):
        last = None
        for day, place in sorted((day, i) for i, (name, day) in enumerate(games) if name == club):
            number += last is None or day - last > 3
            found[place], last = number, day
    return [found[i] for i in range(len(games))]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 60)), min_size=1, max_size=40))
def test_games_are_joined_as_a_walk_through_each_club_joins_them(games):
    table = pl.DataFrame({"home": [g[0] for g in games], "date": [START + dt.timedelta(days=g[1]) for g in games]})
    assert homestand_of(table).tolist() == naive(games)


def test_three_days_from_one_game_to_the_next_are_one_homestand_and_four_are_two():
    assert stands([0, 1, 4, 8]) == [0, 0, 0, 1]


def test_a_doubleheader_is_one_homestand():
    assert stands([0, 0, 1]) == [0, 0, 0]


def test_games_without_dates_are_each_their_own():
    assert stands([None, None]) == [0, 1]
    assert len(set(stands([0, None, 1, None]))) == 3


def test_clubs_and_leads_are_kept_apart():
    days = [0, 1, 0, 1]
    assert homestand_of(
        pl.DataFrame({"home": ["A", "A", "B", "B"], "date": [START + dt.timedelta(days=d) for d in days]})
    ).tolist() == [0, 0, 1, 1]
    table = pl.DataFrame({"home": "A", "date": [START] * 2, "lead": ["1", "7"]})
    assert homestand_of(table, apart=["lead"]).tolist() == [0, 1]
    assert homestand_of(table).tolist() == [0, 0]


def test_no_games_have_no_homestands():
    assert np.array_equal(homestand_of(pl.DataFrame(schema={"home": pl.String, "date": pl.Date})), [])


def test_a_table_without_a_date_column_has_a_homestand_for_each_game():
    assert homestand_of(pl.DataFrame({"home": ["A", "A"]})).tolist() == [0, 1]


def test_a_table_without_a_club_is_of_one_club():
    assert homestand_of(pl.DataFrame({"date": [START, START + dt.timedelta(days=1)]})).tolist() == [0, 0]


def test_a_new_season_starts_a_homestand_however_short_the_pause():
    day = np.array([10, 11, 12])
    assert homestand_starts(day, np.array([True, False, True])).tolist() == [True, False, True]
    assert homestand_starts(day[:0], np.zeros(0, bool)).tolist() == []
