import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.games import ALWAYS, PRESEASON, Column, Games, Knowability, League, Role, cutoff_days, known_at
from gatecast.games import columns as c
from gatecast.prepare import Preparation
from gatecast.prepare.encoding import Encoding

CALENDAR = ("day_of_year", "season_sine", "weekday_cosine", "weekend", "start_hour", "days_from_labor", "holiday")
PLACES = ("home_game", "stand_game", "series_game", "series_length", "home_opener", "days_since_home_game")


def figures(arrays, name):
    return arrays.numeric[:, arrays.names.index(name)]


def read(custom_columns=(), **columns):
    return Games.from_frame(pl.DataFrame(columns), custom_columns)


@pytest.fixture(scope="module")
def undated():
    """Seven games in order of play, as a spreadsheet without dates holds them."""
    return read(
        visitor=["1", "2", "3", "1", "4", "2", "3"],
        home_runs=[3, 1, 5, 2, 4, 2, None],
        visitor_runs=[1, 2, 0, 3, 4, 0, None],
        temperature_c=[20.0, 21.0, 22.0, 23.0, 24.0, 25.0, 26.0],
        home_starter=["a", "b", "a", "b", "a", "b", "a"],
        attendance=[300, 250, 410, 280, 220, 350, None],
    )


def test_every_game_is_prepared_at_every_lead(league):
    preparation = Preparation(league)
    for lead in (1, 30, PRESEASON):
        arrays = preparation.at_lead(lead)
        assert arrays.numeric.shape == (len(league), len(arrays.names))
        assert arrays.numeric.dtype == np.float32
        assert arrays.categories.height == len(arrays.capacity) == len(league)
        assert len(set(arrays.names)) == len(arrays.names)
        assert not np.isinf(arrays.numeric).any()


def test_labels_are_those_known_at_the_cut_off(league):
    arrays, known = Preparation(league).at_lead(7), known_at(league, cutoff_days(league, 7))
    for name in (c.HOME, c.VISITOR, c.VENUE, c.DAY_NIGHT, c.SKY, c.PRECIPITATION, c.HOME_STARTER, c.PROMOTION):
        assert arrays.categories[name].equals(known[name]), name
    assert arrays.categories[c.HOME_STARTER].null_count() == len(league)
    dates = league.table[c.DATE].to_list()
    assert arrays.categories["weekday"].to_list() == [str(date.weekday()) for date in dates]
    assert arrays.categories["month"].to_list() == [str(date.month) for date in dates]


def test_weather_forecasts_given_are_used_as_they_stand(league):
    told = figures(Preparation(league, weather_as_observed=False).at_lead(10), c.TEMPERATURE)
    np.testing.assert_array_equal(told, league.table[c.TEMPERATURE].cast(pl.Float32).to_numpy())
    guessed = figures(Preparation(league).at_lead(10), c.TEMPERATURE)
    assert (guessed != told).mean() > 0.9


def test_a_club_s_own_columns_are_seen_from_the_day_they_are_known():
    own = [
        Column("sold", pl.Int32, Role.NUMBER, Knowability.parse("7 days")),
        Column("mood", pl.String, Role.CATEGORY, Knowability.parse("3 days")),
        Column("giveaway", pl.Boolean, Role.CATEGORY, ALWAYS),
    ]
    date = [dt.date(2019, 5, 1), dt.date(2019, 5, 2)]
    preparation = Preparation(read(own, date=date, sold=[5, None], mood=["up", "down"], giveaway=[True, False]))
    seen = {lead: preparation.at_lead(lead) for lead in (3, 7, 8)}
    np.testing.assert_array_equal(figures(seen[7], "own_sold"), [5.0, np.nan])
    assert np.isnan(figures(seen[8], "own_sold")).all()
    assert seen[3].categories["own_mood"].to_list() == ["up", "down"]
    assert seen[7].categories["own_mood"].to_list() == [None, None]
    assert seen[8].categories["own_giveaway"].to_list() == ["true", "false"]


@pytest.mark.parametrize("name", ["month", "weekday", "lead", "holiday", "gate_last1", "log_capacity", "n", "count"])
@pytest.mark.parametrize("dtype", [pl.Float64, pl.String])
def test_a_club_s_own_column_is_never_taken_for_one_of_ours(name, dtype):
    date = [dt.date(2019, 7, 1), dt.date(2019, 7, 4), dt.date(2019, 7, 5)]
    plain = {"date": date, "attendance": [5, 8, 6]}
    own = Column(name, dtype, Role.NUMBER if dtype is pl.Float64 else Role.CATEGORY, ALWAYS)
    bare = Preparation(read(**plain)).at_lead(1)
    arrays = Preparation(read([own], **plain, **{name: pl.Series([70, 80, 90]).cast(dtype)})).at_lead(1)
    for ours in bare.names:
        np.testing.assert_array_equal(figures(arrays, ours), figures(bare, ours))
    assert arrays.categories.select(bare.categories.columns).equals(bare.categories)
    encoding = Encoding.fit([arrays])
    assert encoding.level_names == Encoding.fit([bare]).level_names
    assert (f"own_{name}" in encoding.names) == (dtype is pl.Float64)
    assert (f"own_{name}" in encoding.vocabularies) == (dtype is pl.String)


def test_without_dates_what_needs_a_calendar_is_unknown(undated):
    arrays = Preparation(undated).at_lead(1)
    for name in (*CALENDAR, *PLACES, "gate_weekday1", "gate_month_last_season", "weekday_ratio"):
        assert np.isnan(figures(arrays, name)).all(), name
    assert arrays.categories["weekday"].null_count() == len(undated)


def test_without_dates_the_rows_above_are_the_past(undated):
    arrays = Preparation(undated).at_lead(1)
    people = {name: figures(arrays, name) * arrays.capacity for name in ("gate_last1", "gate_last3", "gate_visitor1")}
    np.testing.assert_allclose(people["gate_last1"], [np.nan, 300, 250, 410, 280, 220, 350], rtol=1e-6)
    np.testing.assert_allclose(people["gate_last3"][-1], (280 + 220 + 350) / 3, rtol=1e-6)
    np.testing.assert_allclose(people["gate_visitor1"], [np.nan, np.nan, np.nan, 300, np.nan, 250, 410], rtol=1e-6)
    holds = [np.nan, 300 * 2, 300 * 3 / 2, 410 * 4 / 3, 410 * 5 / 4, 410 * 6 / 5, 410 * 7 / 6]
    np.testing.assert_allclose(arrays.capacity, holds, rtol=1e-6)
    assert figures(arrays, "home_played").tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert figures(arrays, "home_win_rate")[-1] == pytest.approx((3 + 5) / (6 + 10))


def test_without_dates_a_longer_lead_knows_fewer_rows(undated):
    preparation = Preparation(undated)
    assert figures(preparation.at_lead(3), "season_gates").tolist() == [0, 0, 0, 1, 2, 3, 4]
    assert figures(preparation.at_lead(PRESEASON), "season_gates").tolist() == [0] * 7
    assert preparation.at_lead(6).categories[c.HOME_STARTER].null_count() == 7
    assert preparation.at_lead(5).categories[c.HOME_STARTER].to_list() == ["a", "b", "a", "b", "a", "b", "a"]


def test_one_game_can_be_prepared():
    arrays = Preparation(read(date=[dt.date(2019, 5, 1)])).at_lead(1)
    assert arrays.numeric.shape[0] == 1
    assert np.isnan(arrays.capacity).all()
    assert np.isnan(figures(arrays, "gate_last1")).all()


def test_no_games_can_be_prepared(league):
    assert Preparation(league.filter(pl.lit(False))).at_lead(1).numeric.shape[0] == 0


@pytest.mark.parametrize(
    ("date", "feature", "value"),
    [
        (dt.date(2022, 7, 4), "days_from_independence", 0),
        (dt.date(2022, 6, 19), "days_from_independence", -4),
        (dt.date(2022, 6, 19), "holiday", 1),
        (dt.date(2019, 6, 19), "holiday", 0),
        (dt.date(2022, 7, 2), "days_from_independence", -2),
        (dt.date(2022, 5, 31), "days_from_memorial", 1),
        (dt.date(2022, 9, 2), "days_from_labor", -3),
        (dt.date(2022, 9, 5), "holiday", 1),
        (dt.date(2022, 7, 3), "weekend", 1),
        (dt.date(2022, 7, 1), "weekend", 1),
        (dt.date(2022, 6, 30), "weekend", 0),
        (dt.date(2021, 11, 25), "near_thanksgiving", 1),
        (dt.date(2021, 11, 23), "near_thanksgiving", np.float32(0.6)),
        (dt.date(2021, 12, 31), "near_new_year", np.float32(0.8)),
        (dt.date(2022, 1, 1), "near_new_year", 1),
        (dt.date(2022, 1, 2), "near_christmas", np.float32(1 / 9)),
        (dt.date(2022, 1, 3), "near_christmas", 0),
        (dt.date(2021, 12, 29), "near_christmas", np.float32(5 / 9)),
        (dt.date(2022, 6, 30), "near_christmas", 0),
    ],
)
def test_days_near_holidays(date, feature, value):
    assert figures(Preparation(read(date=[date])).at_lead(1), feature).tolist() == [value]


@pytest.mark.parametrize(
    ("country", "date", "feature", "value"),
    [
        ("JP", dt.date(2023, 5, 4), "holiday", 1),
        ("JP", dt.date(2023, 7, 4), "holiday", 0),
        ("JP", dt.date(2023, 5, 4), "days_off", 5),
        ("JP", dt.date(2023, 5, 1), "days_off", 0),
        ("JP", dt.date(2023, 5, 13), "days_off", 2),
        ("CA", dt.date(2023, 7, 1), "holiday", 1),
        ("CA", dt.date(2023, 10, 9), "near_thanksgiving", 1),
        ("DE", dt.date(2023, 12, 25), "near_christmas", 1),
    ],
)
def test_holidays_are_those_of_the_country(country, date, feature, value):
    games = Games.from_frame(pl.DataFrame({"date": [date]}), league=League(country=country))
    arrays = Preparation(games).at_lead(1)
    assert figures(arrays, feature).tolist() == [value]
    assert not any(name.startswith("days_from_") for name in arrays.names if name != "days_from_gate")


def test_places_in_the_season_the_home_stand_and_the_series():
    days = [1, 4, 5, 9, 9, 10]
    arrays = Preparation(
        read(
            date=[dt.date(2019, 5, day) for day in days] + [dt.date(2020, 5, 1)],
            visitor=["a", "a", "b", "b", "b", "c", "c"],
        )
    ).at_lead(1)
    assert figures(arrays, "home_game").tolist() == [0, 1, 2, 3, 4, 5, 0]
    assert figures(arrays, "stand_game").tolist() == [0, 1, 2, 0, 1, 2, 0]
    assert figures(arrays, "series_game").tolist() == [0, 1, 0, 0, 1, 0, 0]
    assert figures(arrays, "series_length").tolist() == [2, 2, 1, 2, 2, 1, 1]
    assert figures(arrays, "home_opener").tolist() == [1, 0, 0, 0, 0, 0, 1]
    assert figures(arrays, "doubleheader").tolist() == [0, 0, 0, 1, 1, 0, 0]
    np.testing.assert_array_equal(figures(arrays, "days_since_home_game"), [np.nan, 3, 1, 4, 0, 1, np.nan])
