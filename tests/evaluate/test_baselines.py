import datetime as dt

import numpy as np
import polars as pl
import pytest
from threadpoolctl import threadpool_limits

from gatecast.collect.sample import sample_league
from gatecast.evaluate import FORECAST_COLUMNS, QUANTILE_COLUMNS, score
from gatecast.evaluate.backtesting import backtest
from gatecast.evaluate.baselines import BASELINES, RuleOfThumb
from gatecast.evaluate.scores import MAE
from gatecast.games import PRESEASON, Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MEDIAN, MODEL, P_SELLOUT
from gatecast.prepare import Preparation

SEASON = 2024
LEADS = (1, 7, PRESEASON)
ROUNDING = 0.11


@pytest.fixture(scope="module")
def games():
    return sample_league().games


@pytest.fixture(scope="module")
def forecasts(games):
    with threadpool_limits(1):
        return backtest(games, [SEASON], LEADS, BASELINES)


def mean(gates):
    return sum(gates) / len(gates) if gates else None


def last_gate(past, game):
    return past[-1][c.ATTENDANCE] if past else None


def season_mean(past, game):
    def of_season(season):
        return mean([g[c.ATTENDANCE] for g in past if g[c.SEASON] == season])

    return of_season(game[c.SEASON]) or of_season(game[c.SEASON] - 1) or mean([g[c.ATTENDANCE] for g in past[-81:]])


def weekday_mean(past, game):
    weekday, before = game[c.DATE].weekday(), game[c.SEASON] - 1
    last_season = [g for g in past if g[c.SEASON] == before]
    return mean([g[c.ATTENDANCE] for g in last_season if g[c.DATE].weekday() == weekday]) or mean(
        [g[c.ATTENDANCE] for g in last_season]
    )


ORACLES = {
    "last gate": last_gate,
    "season mean to date": season_mean,
    "last season's weekday mean": weekday_mean,
}


@pytest.mark.parametrize("name", ORACLES)
@pytest.mark.parametrize("lead", LEADS)
def test_rules_of_thumb_are_what_they_say(games, forecasts, name, lead):
    rows = {game[c.GAME_ID]: game for game in games.table.iter_rows(named=True)}
    told = forecasts.filter(pl.col(MODEL) == name, pl.col(LEAD) == str(lead)).gather_every(11)
    assert told.height > 40
    for forecast in told.iter_rows(named=True):
        game = rows[forecast[c.GAME_ID]]
        past = [
            other
            for other in rows.values()
            if other[c.HOME] == game[c.HOME] and other[c.DATE] <= forecast[AS_OF] and (other[c.ATTENDANCE] or 0) > 0
        ]
        assert forecast[MEAN] == pytest.approx(ORACLES[name](past, game), abs=ROUNDING)


def test_a_game_of_which_nothing_is_known_gets_the_mean_of_all_gates():
    games = Games.from_frame(
        pl.DataFrame(
            {
                c.DATE: [dt.date(2018, 5, 1), dt.date(2018, 5, 2), dt.date(2019, 5, 1)],
                c.HOME: ["Old", "Old", "New"],
                c.ATTENDANCE: [1000, 3000, 9000],
            }
        )
    )
    rule = RuleOfThumb("gate_last1").fit_rows(Preparation(games), np.array([0, 1]))
    assert rule.forecast_rows(Preparation(games), np.array([2]), 1)[MEAN].to_list() == [2000.0]


def test_all_baselines_fill_the_contract_with_a_point(forecasts, games):
    assert forecasts.columns == [MODEL, *FORECAST_COLUMNS]
    assert forecasts[MODEL].unique(maintain_order=True).to_list() == list(BASELINES)
    assert forecasts[MEAN].equals(forecasts[MEDIAN], null_equal=True, check_names=False)
    assert forecasts[MEAN].is_not_null().all()
    others = [name for name in (*QUANTILE_COLUMNS, P_SELLOUT) if name != MEDIAN]
    assert all(forecasts[name].is_null().all() for name in others)
    seats = forecasts.join(games.table.select(c.GAME_ID, c.CAPACITY), on=c.GAME_ID, maintain_order="left")[c.CAPACITY]
    assert ((forecasts[MEAN] >= 0) & (forecasts[MEAN] <= seats)).all()


@pytest.mark.parametrize("name", ["ridge", "boosted trees"])
def test_regressions_learn_more_than_a_mean(forecasts, games, name):
    maes = score(forecasts, games, by=(MODEL, LEAD))
    figures = {(row[MODEL], row[LEAD]): row[MAE] for row in maes.iter_rows(named=True)}
    for lead in map(str, LEADS):
        assert figures[name, lead] < 0.9 * figures["season mean to date", lead]


def test_a_regression_gives_the_same_twice(games, forecasts):
    again = backtest(games, [SEASON], [7], {"ridge": BASELINES["ridge"]})
    before = forecasts.filter(pl.col(MODEL) == "ridge", pl.col(LEAD) == "7")
    assert again.equals(before)
