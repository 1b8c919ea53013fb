import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.games import ALWAYS, CANONICAL, Column, Games, Role
from gatecast.games import columns as c

from .tables import EXTRAS, days, full, read

DAY = dt.date(2019, 5, 30)


def test_every_canonical_column_is_there_and_typed():
    table = read(date=days(1), wish=["more rain"]).table
    assert table.columns == list(CANONICAL)
    assert list(table.dtypes) == [column.dtype for column in CANONICAL.values()]


def test_games_stand_in_order_of_play():
    games = read(
        date=[DAY, DAY, dt.date(2019, 4, 1), DAY],
        home=["RIV", "RIV", "RIV", "ASH"],
        number=[2, 1, 0, 0],
    )
    assert games.table[c.GAME_ID].to_list() == ["RIV201904010", "ASH201905300", "RIV201905301", "RIV201905302"]
    assert np.diff(games.days).tolist() == [59, 0, 0]


@pytest.mark.parametrize(
    ("name", "given", "held"),
    [
        (c.ATTENDANCE, [4200.0, None], [4200, None]),
        (c.ATTENDANCE, [4200.0, float("nan")], [4200, None]),
        (c.ATTENDANCE, ["4200", None], [4200, None]),
        (c.ATTENDANCE, pl.Series([4200, 0], dtype=pl.UInt64), [4200, 0]),
        (c.TEMPERATURE, [18, None], [18.0, None]),
        (c.TEMPERATURE, [18.5, float("nan")], [18.5, None]),
        (c.VISITOR, [3, 1], ["3", "1"]),
        (c.VISITOR, pl.Series(["OAK", None], dtype=pl.Categorical), ["OAK", None]),
        (c.START_TIME, ["19:05", "13:10:30"], [dt.time(19, 5), dt.time(13, 10, 30)]),
        (c.START_TIME, [dt.datetime(2019, 4, 1, 19, 5), None], [dt.time(19, 5), None]),
    ],
)
def test_values_are_cast(name, given, held):
    assert read(**{c.DATE: days(2), name: given}).table[name].to_list() == held


@pytest.mark.parametrize("given", [["2019-04-01"], [dt.datetime(2019, 4, 1, 19, 5)], [dt.date(2019, 4, 1)]])
def test_dates_are_cast(given):
    assert read(date=given).table[c.DATE].to_list() == [dt.date(2019, 4, 1)]


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        (c.ATTENDANCE, [4200.0, 0.5], "0.5, expected a whole number from 0 to 250000 people"),
        (c.ATTENDANCE, [4200.0, float("inf")], "inf, expected a whole number"),
        (c.ATTENDANCE, ["4200", "many"], "'many', expected a whole number"),
        (c.ATTENDANCE, [4200, 2**40], f"{2**40}, expected a whole number"),
        (c.ATTENDANCE, [None, [1, 2]], "expected a whole number"),
        (c.NUMBER, [0, 300], "300, expected a whole number from 0 to 3"),
        (c.TEMPERATURE, ["18", "warm"], "'warm', expected a number from -40 to 55 °C"),
        (c.START_TIME, [None, 19.5], "19.5, expected a time such as 19:05"),
        (c.START_TIME, [None, "7.05PM"], "'7.05PM', expected a time such as 19:05"),
        (c.START_TIME, [None, dt.date(2019, 1, 1)], "expected a time such as 19:05"),
    ],
)
def test_values_of_another_type_are_refused(name, given, words):
    with pytest.raises(DataError) as refused:
        read(**{c.DATE: days(2), name: given})
    assert str(refused.value).startswith(f"row 3, {name}: got ")
    assert words in str(refused.value)


@pytest.mark.parametrize("given", [[20190530], ["5/30/2019"], [43615.0], [dt.time(19, 5)], ["2019-02-30"]])
def test_dates_of_another_form_are_refused(given):
    with pytest.raises(DataError, match=r"row 2, date: got .*, expected a date such as 2019-05-30"):
        read(date=given)


def test_a_pandas_frame_is_taken():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            c.DATE: pd.to_datetime(["2019-05-30", "2019-05-29"]),
            c.VISITOR: ["OAK", None],
            c.ATTENDANCE: [4200.0, None],
            c.TEMPERATURE: [None, 18.5],
        }
    )
    table = Games.from_frame(frame).table
    assert table.select(c.DATE, c.VISITOR, c.ATTENDANCE, c.TEMPERATURE).rows() == [
        (dt.date(2019, 5, 29), None, None, 18.5),
        (dt.date(2019, 5, 30), "OAK", 4200, None),
    ]


def test_a_pandas_frame_with_dates_as_text_is_taken():
    pd = pytest.importorskip("pandas")
    assert Games.from_frame(pd.DataFrame({c.DATE: ["2019-05-30"], c.ATTENDANCE: [9]})).dated


def test_further_columns_are_kept_as_declared():
    games = full()
    assert games.table.columns == [*CANONICAL, *(column.name for column in EXTRAS)]
    assert games.columns["mood"].known.lead == 3
    assert games.table["sold_7"].dtype == pl.Int32


def test_a_further_column_that_is_absent_is_unknown():
    assert read(EXTRAS, date=days(2)).table["price"].to_list() == [None, None]


def test_a_further_column_needs_a_name_of_its_own():
    with pytest.raises(DataError, match="wind_kmh: got a custom column named 'wind_kmh', expected a name of its own"):
        read([Column(c.WIND, pl.Float64, Role.NUMBER, ALWAYS)], date=days(1))


def test_filter_keeps_the_games_asked_for_and_the_declarations():
    games = full()
    kept = games.filter(pl.col(c.SKY) == "sunny", pl.col(c.HOME_STARTER) == "a")
    assert 0 < len(kept) < len(games)
    assert set(kept.table[c.SKY]) == {"sunny"}
    assert set(kept.table[c.HOME_STARTER]) == {"a"}
    assert kept.custom_columns == games.custom_columns


def test_games_to_come_are_added_in_order():
    past, coming = read(date=days(3), home=["RIV"] * 3), read(date=[days(2)[1]], home=["ASH"])
    assert past.extended(coming).table[c.HOME].to_list() == ["RIV", "ASH", "RIV", "RIV"]


def test_a_game_in_both_is_taken_from_those_to_come():
    past = read(date=days(3), attendance=[10, 20, 30], visitor=["a", "b", "c"])
    coming = read(date=days(4)[2:], visitor=["d", "e"])
    both = past.extended(coming).table
    assert both.select(c.VISITOR, c.ATTENDANCE).rows() == [("a", 10), ("b", 20), ("d", None), ("e", None)]


def test_further_columns_follow_the_past_games():
    past = full(3)
    own = Column("wish", pl.String, Role.CATEGORY, ALWAYS)
    both = past.extended(read([own], date=days(5)[3:], wish=["x", "y"]))
    assert both.custom_columns == past.custom_columns
    assert both.table.columns == past.table.columns
    assert both.table["price"].null_count() == 2


@pytest.mark.parametrize("name", ["days", "clubs"])
def test_what_is_worked_out_once_cannot_be_written_to(name):
    values = getattr(read(date=["2025-05-01", "2025-05-02"], home=["a", "a"]), name)
    with pytest.raises(ValueError, match="read-only"):
        values[0] = values[1]


def test_games_without_dates_keep_the_order_of_their_rows():
    games = read(attendance=[300, 100, 200], home=["c", "b", "a"])
    assert not games.dated
    assert games.table[c.ATTENDANCE].to_list() == [300, 100, 200]
    assert games.days.tolist() == [0, 1, 2]


def test_games_to_come_without_dates_follow_all_past_games():
    past, coming = read(attendance=[300, 100, 200]), read(visitor=["x", "y"])
    both = past.extended(coming)
    assert both.table[c.ATTENDANCE].to_list() == [300, 100, 200, None, None]
    assert both.table[c.GAME_ID].to_list() == [f"game-00000{place}" for place in range(1, 6)]
    assert both.extended(coming).table[c.GAME_ID].n_unique() == 7


def test_an_undated_game_with_an_id_of_its_own_is_taken_from_those_to_come():
    past = read(game_id=["a", "b"], attendance=[1, 2])
    both = past.extended(read(game_id=["a", "new"], attendance=[None, None])).table
    assert both.select(c.GAME_ID, c.ATTENDANCE).rows() == [("b", 2), ("a", None), ("new", None)]


@pytest.mark.parametrize(
    ("past", "coming", "words"),
    [
        ({c.DATE: days(1)}, {c.VISITOR: ["x"]}, "upcoming games with no dates, expected dates, as the past games have"),
        ({c.VISITOR: ["x"]}, {c.DATE: days(1)}, "upcoming games with dates, expected no dates, as the past games have"),
    ],
)
def test_games_with_and_without_dates_do_not_mix(past, coming, words):
    with pytest.raises(DataError, match=f"date: got {words}"):
        read(**past).extended(read(**coming))
