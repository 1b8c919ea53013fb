import datetime as dt
import subprocess
import sys
from functools import cache

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatecast.errors import InputError
from gatecast.games import AFTER, CANONICAL, PRESEASON, Column, Games, Knowability, Role, cutoff_days, known_at
from gatecast.games import columns as c
from gatecast.games.cutoff import CATEGORY_SKILL, NUMBER_ERROR, first_days_known

from .tables import EXTRAS, days, full, read

EPOCH = dt.date(1970, 1, 1)
GAMES = 12
LEADS = st.lists(st.integers(0, 40), min_size=GAMES, max_size=GAMES)
WEATHER = (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION)
UNKNOWABLE = [column.name for column in (*CANONICAL.values(), *EXTRAS) if np.isfinite(column.known.lead)]


@cache
def one_season(count: int = GAMES) -> Games:
    return full(count)


def at_lead(games: Games, lead: int, **options: bool) -> pl.DataFrame:
    return known_at(games, games.days - np.int32(lead), **options)


def test_the_cut_off_lies_so_many_days_before():
    games = read(date=[dt.date(2019, 5, 30), dt.date(2019, 6, 1)])
    assert pl.Series(cutoff_days(games, 7)).cast(pl.Date).to_list() == [dt.date(2019, 5, 23), dt.date(2019, 5, 25)]


@pytest.mark.parametrize(
    ("date", "season", "last"),
    [
        (dt.date(2019, 3, 20), 2019, dt.date(2019, 2, 28)),
        (dt.date(2020, 4, 30), 2020, dt.date(2020, 2, 29)),
        (dt.date(2019, 5, 30), 2019, dt.date(2019, 4, 30)),
        (dt.date(2021, 10, 1), 2021, dt.date(2021, 9, 1)),
        (dt.date(2021, 10, 1), 2022, dt.date(2021, 9, 1)),
        (dt.date(2019, 2, 16), 2019, dt.date(2019, 1, 17)),
    ],
)
def test_before_the_season_is_the_end_of_february_or_thirty_days_before_its_first_game(date, season, last):
    later = date + dt.timedelta(days=50)
    games = read(date=[date, later], season=[season, season])
    assert pl.Series(cutoff_days(games, PRESEASON)).cast(pl.Date).to_list() == [last, last]


def test_one_late_season_does_not_change_what_comes_before_a_spring_season():
    dates = [dt.date(2018, 4, 1), dt.date(2019, 3, 28), dt.date(2020, 7, 23), dt.date(2021, 4, 1)]
    before = [dt.date(2018, 2, 28), dt.date(2019, 2, 28), dt.date(2020, 2, 29), dt.date(2021, 2, 28)]
    assert pl.Series(cutoff_days(read(date=dates), PRESEASON)).cast(pl.Date).to_list() == before


def test_each_league_has_its_own_time_before_the_season():
    games = read(date=[dt.date(2019, 4, 1), dt.date(2019, 5, 20)], home_league=["AL", "Northern"])
    assert pl.Series(cutoff_days(games, PRESEASON)).cast(pl.Date).to_list() == [
        dt.date(2019, 2, 28),
        dt.date(2019, 4, 20),
    ]


def test_without_dates_a_day_is_a_place_in_the_order():
    games = read(attendance=[1, 2, 3])
    assert cutoff_days(games, 1).tolist() == [-1, 0, 1]
    assert cutoff_days(games, PRESEASON).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("lead", [0, -1, "summer", "1.5", ""])
def test_another_lead_is_refused(lead):
    with pytest.raises(InputError, match=r"lead: got .*, expected a number of days from 1, or 'preseason'"):
        cutoff_days(one_season(), lead)


@given(LEADS, st.booleans())
@settings(max_examples=60, deadline=None)
def test_each_value_is_known_exactly_at_the_leads_of_its_column(leads, observed):
    games = one_season()
    known = known_at(games, games.days - np.array(leads, np.int32), weather_as_observed=observed)
    assert known.schema == games.table.schema
    for name, column in games.columns.items():
        assert games.table[name].null_count() == 0
        late = [lead > column.known.lead for lead in leads]
        if column.known.since:
            late = (games.days - np.array(leads) < (dt.date(2010, 2, 28) - EPOCH).days).tolist()
        assert known[name].is_null().to_list() == late, name


@given(LEADS)
@settings(max_examples=30, deadline=None)
def test_what_is_known_is_as_it_is_in_the_table(leads):
    games = one_season()
    known = known_at(games, games.days - np.array(leads, np.int32), weather_as_observed=False)
    for name in games.columns:
        there = known[name].is_not_null()
        assert known[name].filter(there).equals(games.table[name].filter(there)), name


@pytest.mark.parametrize("lead", [1, 2, PRESEASON])
def test_results_are_never_known_before_the_game(lead):
    games = one_season()
    known = known_at(games, cutoff_days(games, lead))
    results = [name for name, column in games.columns.items() if column.known == AFTER]
    assert "beers" in results
    assert known.select(results).null_count().row(0) == (GAMES,) * len(results)


@given(st.integers(0, GAMES - 1), st.integers(1, 40), st.sampled_from(UNKNOWABLE), st.booleans())
@settings(max_examples=100, deadline=None)
def test_a_change_shows_exactly_where_the_value_is_known(row, lead, name, observed):
    games = one_season()
    table = games.table
    changed = table.with_columns(
        pl.when(pl.int_range(pl.len()) == row)
        .then(pl.lit(None, table.schema[name]))
        .otherwise(pl.col(name))
        .alias(name)
    )
    before = at_lead(games, lead, weather_as_observed=observed)
    after = at_lead(Games(changed, games.custom_columns), lead, weather_as_observed=observed)
    assert before.equals(after) == (lead > games.columns[name].known.lead)


@pytest.mark.parametrize("name", NUMBER_ERROR)
def test_the_error_of_a_weather_forecast_grows_with_the_lead(name):
    games = one_season(3000)
    start, growth = NUMBER_ERROR[name]
    errors = []
    for lead in range(1, 17):
        error = (at_lead(games, lead)[name] - games.table[name]).to_numpy()
        errors.append(np.abs(error))
        if name == c.TEMPERATURE:
            assert np.std(error) == pytest.approx(start + growth * lead, rel=0.05)
            assert np.mean(error) == pytest.approx(0.0, abs=0.3)
    assert (np.diff(errors, axis=0) >= 0).all()
    assert at_lead(games, 0)[name].equals(games.table[name])


@pytest.mark.parametrize("name", [c.SKY, c.PRECIPITATION])
def test_a_weather_label_is_right_less_often_the_earlier_it_is_told(name):
    games = one_season(3000).filter(pl.col(c.SKY) != "dome")
    right = [(at_lead(games, lead)[name] == games.table[name]).to_numpy() for lead in (0, 5, 7, 10, 16)]
    shares = [each.mean() for each in right]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1.0
    assert all(share >= skill - 0.03 for share, skill in zip(shares, CATEGORY_SKILL[1], strict=True))
    assert shares[-1] < 0.8


def test_a_forecast_stays_within_what_a_column_may_hold():
    games = read(date=days(500), wind_kmh=[0.5] * 500, temperature_c=[54.9] * 500)
    told = at_lead(games, 16)
    assert told[c.WIND].min() == 0
    assert told[c.TEMPERATURE].max() == 55


def test_a_roof_is_known_for_sure():
    games = one_season(400).filter(pl.col(c.SKY) == "dome")
    assert set(at_lead(games, 16)[c.SKY]) == {"dome"}


def test_weather_that_was_not_observed_is_not_made_up():
    games = read(date=days(200))
    assert at_lead(games, 10).select(WEATHER).null_count().row(0) == (200,) * 4


def test_a_club_s_own_forecast_is_told_as_it_stands():
    games = one_season()
    assert at_lead(games, 4).select("radar", "pollen").equals(games.table.select("radar", "pollen"))


def test_the_same_forecast_is_told_each_time_and_whatever_the_other_games():
    games = one_season()
    told = at_lead(games, 5)
    assert told.equals(at_lead(games, 5))
    few = games.filter(pl.int_range(pl.len()) % 3 == 0)
    assert at_lead(few, 5).equals(told.gather_every(3))


def test_the_same_forecast_is_told_in_another_run():
    program = (
        "import polars as pl; from gatecast.games import Games, known_at; import datetime as dt;"
        "games = Games.from_frame(pl.DataFrame({'date': [dt.date(2019, 4, 1)], 'home': ['RIV'], 'wind_kmh': [30.0]}));"
        "print(repr(known_at(games, games.days - 9)['wind_kmh'][0]))"
    )
    here = at_lead(read(date=[dt.date(2019, 4, 1)], home=["RIV"], wind_kmh=[30.0]), 9)[c.WIND][0]
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert there.stdout.strip() == repr(here)
    assert here != 30.0


def test_no_games_are_no_problem():
    nothing = one_season().filter(pl.lit(False))
    assert at_lead(nothing, 3).shape == (0, nothing.table.width)


def known_days(since, dates, **columns):
    """The first and the last of some cutoffs at which a value that is known from a day on is told."""
    odds = Column("odds", pl.Float64, Role.NUMBER, Knowability.parse(f"from {since}"))
    games = read([odds], date=dates, odds=[0.5] * len(dates), **columns)
    told = []
    for day in range(-500, 200):
        cutoffs = np.full(len(dates), (dates[0] - EPOCH).days + day, np.int32)
        told.append(known_at(games, cutoffs)["odds"].is_not_null().to_list())
    first = [[row[i] for row in told].index(True) - 500 for i in range(len(dates))]
    assert all(told[-1])
    return [dates[0] + dt.timedelta(days=day) for day in first]


@pytest.mark.parametrize(
    ("since", "first", "known"),
    [
        ("2019-03-25", dt.date(2019, 4, 1), dt.date(2019, 3, 25)),
        ("03-25", dt.date(2019, 4, 1), dt.date(2019, 3, 25)),
        ("12-01", dt.date(2019, 4, 1), dt.date(2018, 12, 1)),
        ("09-15", dt.date(2018, 10, 3), dt.date(2018, 9, 15)),
        ("01-15", dt.date(2018, 10, 3), dt.date(2019, 1, 15)),
        ("preseason", dt.date(2019, 4, 1), dt.date(2019, 2, 28)),
        ("preseason", dt.date(2018, 10, 3), dt.date(2018, 9, 3)),
    ],
)
def test_a_value_known_from_a_day_on_is_told_from_then_on_for_every_game_of_the_season(since, first, known):
    dates = [first, first + dt.timedelta(days=60)]
    assert known_days(since, dates, season=[first.year] * 2) == [known, known]


def test_without_dates_a_value_known_from_a_day_on_is_never_told():
    odds = Column("odds", pl.Float64, Role.NUMBER, Knowability.parse("from 03-25"))
    games = read([odds], home=["RIV"] * 2, odds=[0.5, 0.6])
    assert at_lead(games, 0)["odds"].null_count() == 2


def test_some_games_of_a_season_are_known_from_the_day_that_all_of_it_is():
    dates = [dt.date(2018, 10, 3), dt.date(2019, 2, 3)]
    whole = read(date=dates, season=[2018, 2018], expected_wins=[50.0, 50.0])
    late = whole.with_table(whole.table[1:])
    cutoffs = np.array([(dt.date(2018, 12, 1) - EPOCH).days], np.int32)
    first_days = {name: day[1:] for name, day in first_days_known(whole).items()}
    assert known_at(late, cutoffs)[c.EXPECTED_WINS].to_list() == [None]
    assert known_at(late, cutoffs, first_days=first_days)[c.EXPECTED_WINS].to_list() == [50.0]
