import datetime as dt

import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.evaluate.homestand import MOST_LATER, homestand


def upcoming(days=(0, 1, 2), **columns):
    count = len(days)
    middle = [6200.0 - 100 * i for i in range(count)]
    return pl.DataFrame(
        {
            "date": [dt.date(2025, 6, 14) + dt.timedelta(days=day) for day in days],
            "start_time": [dt.time(19, 5)] * count,
            "visitor": ["Rivals"] * count,
            "mean": middle,
            "q05": [value - 1300 for value in middle],
            "q10": [value - 1000 for value in middle],
            "q50": middle,
            "q90": [value + 900 for value in middle],
            "q95": [value + 1200 for value in middle],
            "capacity": [8000] * count,
            "p_sellout": [0.12] * count,
            **columns,
        }
    )


def plain(text):
    return text


def test_a_game_is_told_in_one_sentence():
    told = plain(homestand(upcoming()).games[0].sentence)
    assert told == (
        "Sat 14 June 19:05 v. Rivals: 6,200 expected, 90% chance between 4,900 and 7,400; sell-out chance 12%."
    )


def test_without_the_outer_quantiles_the_chance_is_eight_in_ten():
    game = homestand(upcoming().drop("q05", "q95")).games[0]
    assert game.chance == "80% chance between 5,200 and 7,100"


def test_the_summary_adds_up_the_means_and_names_the_busiest_game():
    summary = homestand(upcoming(mean=[5000.0, 7000.0, 6000.0])).summary
    assert summary == (
        "3 home games, Sat 14 June to Mon 16 June: 18,000 people expected in all. Busiest: Sun 15 June v. Rivals, 7,000 expected."
    )


def test_a_long_pause_ends_the_homestand_and_a_day_off_does_not():
    stand = homestand(upcoming((0, 1, 3, 12, 13)))
    assert (len(stand.games), len(stand.later)) == (3, 2)


def test_games_stand_in_order_of_play():
    stand = homestand(upcoming((2, 0, 1)))
    assert [game.when for game in stand.games] == ["Sat 14 June", "Sun 15 June", "Mon 16 June"]


def test_one_scale_holds_every_bound_and_the_seats():
    stand = homestand(upcoming(p_sellout=[0.4, 0.1, 0.1]))
    assert all(0 <= place <= 100 for game in stand.games for place in (game.middle, game.seats, sum(game.wide)))
    assert stand.games[0].wide[0] == pytest.approx(4900 / (8000 * 1.02) * 100, abs=0.01)
    assert [mark for _, mark in stand.ticks] == ["0", "2,000", "4,000", "6,000", "8,000"]
    assert [game.notable for game in stand.games] == [True, False, False]


def test_medians_alone_are_enough():
    stand = homestand(pl.DataFrame({"q50": [3.0, 0.0]}))
    assert [game.sentence for game in [*stand.games, *stand.later]] == ["Game: 3 expected.", "Game: 0 expected."]
    assert (stand.wide, stand.narrow, stand.seats) == ("", "", False)


def test_dates_as_a_csv_file_holds_them_are_read():
    table = upcoming().with_columns(pl.col("date").cast(pl.String), pl.col("start_time").cast(pl.String))
    assert homestand(table).games[1].when == "Sun 15 June"


def test_people_through_the_gate_and_clubs_are_told_where_known():
    stand = homestand(upcoming(scanned_mean=[5300.0, None, 5000.0], home=["HAR", "BAY", "HAR"]))
    assert "5,300 through the gate" in stand.games[0].sentence and "through" not in stand.games[1].sentence
    assert stand.games[1].opponent == "v. Rivals at BAY"


def test_games_without_a_forecast_are_left_out_and_a_long_list_is_cut():
    assert len(homestand(upcoming(q50=[None, float("nan"), 5.0])).games) == 1
    assert homestand(upcoming(range(MOST_LATER + 7))).left_out == 7
    assert homestand(upcoming(())).games == []


def test_a_table_without_medians_is_refused():
    with pytest.raises(DataError, match="q50"):
        homestand(upcoming().drop("q50"))


def test_a_game_without_a_date_belongs_to_no_other_games_homestand():
    undated = homestand(upcoming().drop("date"))
    assert (len(undated.games), len(undated.later)) == (1, 2)
    partly = homestand(upcoming(date=[dt.date(2025, 6, 14), dt.date(2025, 6, 15), None]))
    assert (len(partly.games), len(partly.later)) == (2, 1)
