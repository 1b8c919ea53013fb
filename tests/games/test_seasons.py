import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from gatecast.collect import read_games
from gatecast.errors import DataError, InputError
from gatecast.games import PRESEASON, Games, cutoff_days, parse_season, season_labels
from gatecast.games import columns as c

from .tables import days, read

WINTER = [*days(100, dt.date(2021, 10, 5)), *days(100, dt.date(2022, 10, 5))]
CASE = Path(__file__).resolve().parents[3] / "shared" / "cases" / "winter_season.csv"


def seasons(**columns):
    return read(**columns).table[c.SEASON].to_list()


def test_a_season_goes_on_over_new_year():
    assert seasons(date=WINTER) == [2021] * 100 + [2022] * 100


@pytest.mark.parametrize(("gap", "second"), [(59, 2021), (60, 2022)])
def test_a_gap_of_sixty_days_begins_a_season(gap, second):
    last = dt.date(2021, 12, 20)
    assert seasons(date=[last, last + dt.timedelta(days=gap)]) == [2021, second]


def test_rows_may_stand_in_any_order():
    games = read(date=WINTER[::-1])
    assert games.table.sort(c.DATE)[c.SEASON].to_list() == [2021] * 100 + [2022] * 100


def test_each_league_has_seasons_of_its_own():
    dates = [dt.date(2021, month, 1) for month in range(4, 10)]
    winter = [dt.date(2021, 10, 1), dt.date(2021, 11, 20), dt.date(2022, 1, 10)]
    table = read(date=[*dates, *winter], home_league=["summer"] * 6 + ["winter"] * 3).table
    assert table.filter(pl.col(c.HOME_LEAGUE) == "winter")[c.SEASON].to_list() == [2021] * 3


def test_a_league_that_never_pauses_has_calendar_years():
    dates = [dt.date(2020, 1, 1) + dt.timedelta(days=30 * i) for i in range(36)]
    assert seasons(date=dates) == [date.year for date in dates]


def test_seasons_that_are_stated_stay():
    assert seasons(date=WINTER[:1], season=[2022]) == [2022]
    assert seasons(date=[WINTER[0], WINTER[150]], season=["2021-22", "2022/23"]) == [2021, 2022]
    with pytest.raises(DataError, match="row 2, season: got '2021-23', expected a whole number from 1850 to 2200"):
        seasons(date=WINTER[:1], season=["2021-23"])


def test_games_to_come_continue_the_season_of_past_ones():
    past, coming = read(date=WINTER[:150]), read(date=WINTER[150:])
    assert coming.table[c.SEASON].unique().to_list() == [2022]
    spring = read(date=days(10, dt.date(2023, 1, 15)))
    assert spring.table[c.SEASON].unique().to_list() == [2023]
    together = past.extended(Games.from_frame(spring.table.drop(c.SEASON)))
    assert together.table[c.SEASON].to_list()[-10:] == [2022] * 10


def test_a_league_that_names_seasons_by_their_end_goes_on_to_do_so():
    past = read(date=WINTER, season=[2022] * 100 + [2023] * 100)
    coming = read(date=[dt.date(2023, 1, 20), dt.date(2023, 10, 7)])
    assert past.extended(coming).table[c.SEASON].to_list()[-2:] == [2023, 2024]


def test_a_season_of_games_to_come_that_is_stated_stays():
    past, coming = read(date=WINTER[:150]), read(date=[dt.date(2023, 1, 20)], season=[2023])
    assert past.extended(coming).table[c.SEASON].to_list()[-1] == 2023


def test_labels_say_whether_a_season_goes_on_in_the_next_year():
    assert season_labels(read(date=WINTER).table) == {2021: "2021-22", 2022: "2022-23"}
    assert season_labels(read(date=days(3, dt.date(2019, 4, 1))).table) == {2019: "2019"}


@pytest.mark.parametrize("text", ["", "18", "2018-20", "2018-2018", "2018-19-20", "spring 2018", "2018-1"])
def test_other_labels_are_refused(text):
    with pytest.raises(InputError, match="expected a year such as 2018, or 2018-19 for a season over New Year"):
        parse_season(text)


@pytest.mark.skipif(not CASE.is_file(), reason="the shared cases are absent")
def test_the_winter_season_of_the_shared_cases():
    games = read_games(CASE, note=lambda text: None)
    assert season_labels(games.table) == {2021: "2021-22", 2022: "2022-23", 2023: "2023-24"}
    cutoffs = pl.Series(cutoff_days(games, PRESEASON)).cast(pl.Date)
    assert sorted(set(cutoffs)) == [dt.date(year, 9, 1) for year in (2021, 2022, 2023)]
    assert (cutoffs < games.table[c.DATE].min().replace(year=2024)).all()
