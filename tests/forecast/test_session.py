"""A session that forecasts many games some clubs at a time."""

import polars as pl
import pytest

from gatecast.forecast import Forecaster, ForecastSession
from gatecast.games import columns as c

LATER = 9


@pytest.fixture(scope="module")
def coming(league):
    """The last games of every club, as games to come."""
    day = league.games.table[c.DATE].max()
    as_of = league.games.table.select(pl.lit(day).dt.offset_by(f"-{LATER}d")).item()
    played = (c.ATTENDANCE, c.SCANNED, c.HOME_RUNS, c.VISITOR_RUNS)
    table = league.games.table
    known = league.games.with_table(table.with_columns(pl.lit(None, table.schema[name]).alias(name) for name in played))
    return known.filter(pl.col(c.DATE) > as_of), as_of


@pytest.mark.parametrize("kind", ["trained", "pretrained"])
def test_games_have_the_same_forecast_some_clubs_at_a_time(kind, league, forecaster, coming, monkeypatch):
    made, (games, as_of) = forecaster if kind == "trained" else Forecaster.pretrained(), coming
    past = league.games.filter(pl.col(c.DATE) <= as_of)
    at_once = ForecastSession(made, past, games, as_of)
    whole = at_once.forecast()
    monkeypatch.setattr("gatecast.forecast.session.FEW_ROWS", 10)
    told = []
    session = ForecastSession(made, past, games, as_of)
    session.progress = lambda *said: told.append(said)
    assert session.forecast().equals(whole)
    assert session.basis() == at_once.basis()
    assert [total for _, _, total in told] == [len(told)] * len(told)
    assert len(told) > 1
