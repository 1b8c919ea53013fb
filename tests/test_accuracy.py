"""The benchmark that writes docs/accuracy.md, on a league small enough to add up by hand."""

import datetime as dt
import importlib.util
from pathlib import Path

import polars as pl
import pytest

from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.games.forecast_columns import QUANTILE_COLUMNS

FILE = Path(__file__).parents[1] / "benchmarks" / "accuracy.py"
SPEC = importlib.util.spec_from_file_location("accuracy", FILE)
accuracy = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(accuracy)

GATES = [1000, 1200, 1400, 2000, 2400, 3000]
IDS = ["a", "b", "c", "d", "e", "f"]


@pytest.fixture
def games():
    dates = ["2017-04-01", "2017-04-02", "2018-04-01", "2018-04-03", "2019-04-01", "2019-04-03"]
    return Games.from_frame(pl.DataFrame({"game_id": IDS, "date": dates, "home": "Ash", "attendance": GATES}))


@pytest.fixture
def forecasts():
    """Forecasts that are 100, 300, 500 and 100 off."""
    return pl.DataFrame({"game_id": IDS[2:], "lead": "1", "mean": [1500.0, 1700.0, 2900.0, 3100.0]}).with_columns(
        pl.col("mean").alias(name) for name in QUANTILE_COLUMNS
    )


def test_scores_of_each_season_and_their_mean(games, forecasts):
    scores = accuracy.folds(forecasts, games, [accuracy.RULE], None)
    assert scores["season"].to_list() == [2018, 2019]
    assert scores["mae"].to_list() == [200, 300]
    # Season mean to date: of 2017 before the first game (1100), of the first game (1400) before the second.
    assert scores[accuracy.RULE].to_list() == pytest.approx([(300 + 600) / 2, (700 + 600) / 2], abs=0.1)
    means = accuracy.by_lead(scores)
    assert means["mae"].to_list() == [250]
    assert means["games"].to_list() == [4]
    assert means[accuracy.BELOW][0] == pytest.approx(100 * (1 - (200 / 450 + 300 / 650) / 2), abs=0.1)


def test_a_peer_is_scored_by_its_point_and_its_own_quantiles(games, forecasts):
    peer = forecasts.rename({"mean": "point"}).with_columns(point=pl.col("point") + 200)
    scores = accuracy.folds(forecasts, games, [accuracy.RULE], peer)
    assert scores[accuracy.PEER].to_list() == [(300 + 100) / 2, (700 + 300) / 2]
    assert scores[accuracy.OVER_PEER].to_list() == [1.0, 0.6]
    assert scores[accuracy.PINBALL_OVER_PEER].to_list() == [1.0, 1.0]


def test_a_game_left_out_is_noticed(games, forecasts):
    with pytest.raises(DataError, match="1 games of 2019 at lead 1, expected all 2"):
        accuracy.folds(forecasts[:3], games, [accuracy.RULE], None)


def test_the_page_holds_the_tables_and_how_to_make_them_again(games, forecasts):
    scores = accuracy.folds(forecasts, games, [accuracy.RULE], None)
    page = accuracy.page(scores, [accuracy.RULE], "python x", "deep", "Thanks.", over_seasons="Together.")
    assert "| 1 | 4 | 250 | 550 |" in page
    assert "--seasons 2018,2019 --leads 1 " in page
    assert "python x" in page
    assert "> Thanks." in page
    assert "Together." in page
    assert "peer" not in page


def test_clubs_are_even_by_season_or_over_all_of_them():
    """Of ten gates a season Ash has ten and six inside, 80% together, Birch eight and none."""
    inside = {"Ash": (10, 6), "Birch": (8, 0)}
    rows = [
        {
            "game_id": f"{club}{year}{i}",
            "date": dt.date(year, 5, i + 1),
            "home": club,
            "attendance": 1000 + 500 * (i >= most),
        }
        for club, counts in inside.items()
        for year, most in zip((2018, 2019), counts, strict=True)
        for i in range(10)
    ]
    games = Games.from_frame(pl.DataFrame(rows))
    forecasts = games.table.select("game_id", lead=pl.lit("7"), **dict.fromkeys(("mean", *QUANTILE_COLUMNS), 1000.0))
    by_season = accuracy.even_clubs(forecasts, games, accuracy.FOLD)
    assert by_season.sort("season")[accuracy.EVEN_CLUBS].to_list() == [50, 0]
    assert accuracy.even_clubs(forecasts, games, [])[accuracy.EVEN_CLUBS].to_list() == [50]
    assert "by lead 50 at lead 7." in accuracy.together(forecasts, games)


def test_the_climatology_is_each_venue_s_share_of_sell_outs_before():
    days = [dt.date(2016, 5, day) for day in (1, 2, 3, 4)] + [
        dt.date(2017, 5, 1),
        dt.date(2018, 5, 1),
        dt.date(2018, 5, 2),
    ]
    games = Games.from_frame(
        pl.DataFrame(
            {
                "game_id": [f"g{place}" for place in range(7)],
                "date": days,
                "venue": ["full", "full", "empty", "empty", "full", "full", "new"],
                "capacity": 1000,
                "attendance": [1000, 700, 900, 800, 1000, 1000, 900],
            }
        )
    )
    told = accuracy.climatology(pl.DataFrame({"game_id": ["g5", "g6"], "lead": "1"}), games)
    # Two of three at the one; the other has none, so the share of all venues stands in: two of five.
    assert dict(zip(told["game_id"], told["p_sellout"], strict=True)) == pytest.approx({"g5": 2 / 3, "g6": 2 / 5})


def test_clubs_are_counted_of_which_70_to_90_percent_lie_inside():
    ids = [f"g{place}" for place in range(10)]
    days = [dt.date(2018, 5, 1 + place) for place in range(10)]
    before = [dt.date(2017, 5, 1), dt.date(2017, 5, 2)]
    listed = {"game_id": [*ids, "b0", "b1"], "date": [*days, *before], "home": "Ash", "attendance": 1000}
    league = Games.from_frame(pl.DataFrame(listed))

    def even(inside: int) -> list[float]:
        told = pl.DataFrame({"game_id": ids, "lead": "1", "mean": 1000.0, "q50": 1000.0, "q10": 0.0})
        told = told.with_columns(q90=pl.when(pl.int_range(pl.len()) < inside).then(2000.0).otherwise(500.0))
        return accuracy.folds(told, league, [accuracy.RULE], None)[accuracy.EVEN_CLUBS].to_list()

    assert [even(inside) for inside in (10, 8, 6)] == [[0], [100], [0]]
