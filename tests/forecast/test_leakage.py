import datetime as dt

import numpy as np
import polars as pl
import pytest

from gatecast.collect import retrosheet
from gatecast.forecast import Forecaster
from gatecast.games import PRESEASON, Games, cutoff_days
from gatecast.games import columns as c
from gatecast.games.cutoff import as_day
from gatecast.prepare import Preparation
from gatecast.train.samples import training_games
from gatecast.train.settings import TrainingSettings

from .changes import changed_after

CHANGES, ROUNDS = 200, 20
LEADS = (1, 7, 30, PRESEASON)
CLUBS = ("MIL", "CHN", "SLN")
SEASONS = range(2015, 2020)


def edited(games, column, row, value):
    """The games with one value changed."""
    values = games.table[column].to_list()
    assert values[row] != value
    values[row] = value
    return Games(games.table.with_columns(pl.Series(column, values, games.columns[column].dtype)), games.custom_columns)


class TestSampleLeague:
    """Forecasts as issued on a day of the fourth season, in a table that already holds what came after."""

    AS_OF = dt.date(2025, 5, 12)

    def forecast(self, forecaster, games):
        coming = games.filter(pl.col(c.DATE) > self.AS_OF, pl.col(c.DATE) <= self.AS_OF + dt.timedelta(days=20))
        return forecaster.forecast(games, coming, as_of=self.AS_OF).write_csv()

    def test_what_was_not_yet_known_changes_no_byte(self, forecaster, league):
        expected, rng = self.forecast(forecaster, league.games), np.random.default_rng(0)
        for _ in range(ROUNDS):
            changed = changed_after(league.games, as_day(self.AS_OF), rng, CHANGES // ROUNDS)
            assert not changed.table.equals(league.games.table)
            assert self.forecast(forecaster, changed) == expected

    def test_what_was_known_changes_the_forecast(self, forecaster, league):
        played = league.games.table[c.DATE] <= self.AS_OF
        last = int(np.flatnonzero(played.to_numpy())[-1])
        tonight = int(np.flatnonzero(~played.to_numpy())[0])
        before = self.forecast(forecaster, league.games)
        for column, row, value in (
            (c.ATTENDANCE, last, 1234),
            (c.HOME_STARTER, tonight, "newcomer"),
            (c.PROMOTION, tonight, "fireworks;bobblehead"),
        ):
            assert self.forecast(forecaster, edited(league.games, column, row, value)) != before


@pytest.fixture(scope="module")
def real_games(shared_data):
    folder = shared_data / "retrosheet"
    logs = [folder / f"gl{season}.zip" for season in SEASONS]
    games = retrosheet([*logs, folder / "gameinfo-1995-2022.csv.gz"])
    return games.filter(pl.col(c.SEASON).is_in(SEASONS), pl.col(c.HOME).is_in(CLUBS) | pl.col(c.VISITOR).is_in(CLUBS))


@pytest.fixture(scope="module")
def real_forecaster(compiled_once, real_games):
    """The transformer, since it reads past games one by one."""
    forecaster = Forecaster("transformer", settings=TrainingSettings(members=1, epochs=1))
    return forecaster.fit_rows(Preparation(real_games), training_games(real_games, through=SEASONS[-1] - 1))


@pytest.fixture(scope="module")
def rows(real_games):
    """The games of the last season."""
    return np.flatnonzero((real_games.table[c.SEASON] == SEASONS[-1]).to_numpy())


@pytest.fixture(scope="module")
def expected(real_forecaster, real_games, rows):
    return by_lead(real_forecaster, real_games, rows)


def by_lead(forecaster, games, rows):
    """Rows of the forecast, and the parameters they are rounded from, by lead."""
    preparation = Preparation(games)
    return {
        lead: (
            forecaster.forecast_rows(preparation, rows, lead),
            forecaster.model.parameters(preparation.at_lead(lead).take(rows))[0],
        )
        for lead in LEADS
    }


@pytest.mark.slow
class TestRealGames:
    """Forecasts of a backtest, each game at its own cutoff."""

    def test_what_was_not_yet_known_changes_no_byte(self, real_forecaster, real_games, rows, expected):
        rng = np.random.default_rng(1)
        days = real_games.days[rows]
        compared = 0
        for round_number in range(ROUNDS):
            last_day = int(rng.integers(days.min() - 10 if round_number % 4 == 0 else days.min(), days.max() - 20))
            changed = changed_after(real_games, last_day, rng, CHANGES // ROUNDS)
            for lead, (table, parameters) in by_lead(real_forecaster, changed, rows).items():
                before = cutoff_days(real_games, lead)[rows] <= last_day
                assert table.filter(pl.Series(before)).equals(expected[lead][0].filter(pl.Series(before)))
                assert parameters[before].tobytes() == expected[lead][1][before].tobytes()
                compared += int(before.sum())
        assert compared > CHANGES * len(LEADS)

    @pytest.mark.parametrize("lead", [1, 7, 30])
    def test_what_was_known_changes_the_forecast(self, real_forecaster, real_games, rows, expected, lead):
        """The gate of the home club's last game at the cutoff."""
        days = real_games.days
        at_home = np.flatnonzero((real_games.table[c.HOME] == CLUBS[0]).to_numpy())
        game = at_home[-1]
        known = at_home[days[at_home] <= days[game] - lead][-1]
        gate = real_games.table[c.ATTENDANCE][int(known)]
        changed = by_lead(real_forecaster, edited(real_games, c.ATTENDANCE, known, gate // 2), rows)
        place = int(np.flatnonzero(rows == game)[0])
        assert changed[lead][0].row(place) != expected[lead][0].row(place)

    def test_before_the_season_the_last_gate_of_the_one_before_is_known(
        self, real_forecaster, real_games, rows, expected
    ):
        earlier = (real_games.table[c.SEASON] < SEASONS[-1]) & (real_games.table[c.HOME] == CLUBS[0])
        known = int(np.flatnonzero(earlier.to_numpy())[-1])
        changed = by_lead(real_forecaster, edited(real_games, c.ATTENDANCE, known, 15_000), rows)
        here = pl.Series((real_games.table[c.HOME] == CLUBS[0]).to_numpy()[rows])
        assert not changed[PRESEASON][0].filter(here).equals(expected[PRESEASON][0].filter(here))
