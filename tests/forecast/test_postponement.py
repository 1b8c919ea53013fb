import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.forecast.postponement import SHIPPED, PostponementModel, p_postponed, postponed_days, simulated_rain
from gatecast.games import columns as c

SATURDAY = dt.date(2019, 6, 8)


def season(days, twice=()):
    """Home games of one club against another on some days after a Saturday, with an opener long before."""
    rows = [(2019, dt.date(2019, 4, 1), "MIL", "SLN", "MIL06", 0)]
    for day in days:
        numbers = (1, 2) if day in twice else (0,)
        rows += [(2019, SATURDAY + dt.timedelta(days=day), "MIL", "CHN", "MIL06", number) for number in numbers]
    return pl.DataFrame(rows, schema=[c.SEASON, c.DATE, c.HOME, c.VISITOR, c.VENUE, c.NUMBER], orient="row")


def days_of(table):
    return [(date - SATURDAY).days for date in postponed_days(table)[c.DATE]]


@pytest.mark.parametrize(
    ("days", "twice", "postponed"),
    [
        ((-1, 0, 1), (), []),
        ((-1, 1), (1,), [0]),
        ((0, 1), (0,), [-1]),
        ((-1, 0), (), [1]),
        ((3, 4), (), []),
        ((0, 1, 3, 4), (), []),
        ((-1, 0, 1, 3, 4), (3,), [2]),
    ],
    ids=["played", "within a series", "before, with a doubleheader", "Sunday after", "midweek", "a Monday", "made up"],
)
def test_idle_days_of_a_series_tell_what_was_postponed(days, twice, postponed):
    found = [day for day in days_of(season(days, twice)) if day > -2]
    assert found == postponed


def chance(rain, lead=1.0, month=4, closed=0.0, temperature=15.0):
    values = np.atleast_1d(np.asarray(rain, float))
    full = np.ones(len(values))
    return SHIPPED.chance(values, temperature * full, np.full(len(values), month), closed * full, lead * full)


def test_rain_raises_the_chance_and_less_so_from_afar():
    near = chance([0, 2, 10, 40])
    assert (np.diff(near) > 0).all()
    assert near[0] < 0.01 < 0.15 < near[3] < 0.7
    assert chance(40, lead=7)[0] < near[3]


def test_a_closed_roof_keeps_rain_out():
    assert chance(40, closed=1.0)[0] < 0.001


def test_without_weather_the_chance_is_the_usual_one():
    assert chance(np.nan)[0] == chance(40, lead=16)[0]
    assert 0.003 < chance(np.nan)[0] < 0.05


def test_what_is_fitted_is_calibrated():
    draw = np.random.default_rng(0)
    rain = np.where(draw.random(20_000) < 0.2, draw.exponential(10, 20_000), 0.0)
    truth = 1 / (1 + np.exp(6 - np.log1p(rain) * 1.5))
    came = draw.random(len(rain)) < truth
    months, closed = draw.integers(4, 10, len(rain)), np.zeros(len(rain))
    model = PostponementModel.fit(came, (rain, np.full(len(rain), 20.0)), months, closed)
    told = model.chance(simulated_rain(rain, 1, draw), np.full(len(rain), 20.0), months, closed, np.ones(len(rain)))
    assert told.mean() == pytest.approx(came.mean(), rel=0.1)
    assert ((told - came) ** 2).mean() < 0.95 * came.mean() * (1 - came.mean())


def test_a_forecast_tells_the_chance_of_each_game(sample_league_forecast):
    games, rows, cutoffs = sample_league_forecast
    told = p_postponed(games, rows, cutoffs)
    assert ((told >= 0) & (told < 0.6)).all()
    wet = games.table[rows][c.PRECIPITATION].cast(pl.String).is_in(["rain", "showers"]).fill_null(False).to_numpy()
    assert not wet.any() or told[wet].mean() > told[~wet].mean()


@pytest.fixture
def sample_league_forecast(league):
    games = league.games
    rows = np.arange(len(games) - 50, len(games))
    return games, rows, (games.days[rows] - 3).astype(np.int64)
