import datetime as dt

import numpy as np
import polars as pl

from gatecast.forecast.extra_inputs import ExtraInputs
from gatecast.games import Column, Games, Knowability, Role
from gatecast.games import columns as c
from gatecast.games.cutoff import as_day

WINS = Column("wins_line", pl.Float64, Role.NUMBER, Knowability.parse("from 03-25"), "wins", 0, 162)


def test_a_column_known_from_a_day_is_known_in_late_summer_whichever_games_are_asked_for():
    """The day is that of the season, which begins in April; asked for August alone, it is no later."""
    days = [dt.date(year, 4, 2) + dt.timedelta(days=3 * i) for year in (2018, 2019) for i in range(50)]
    table = pl.DataFrame(
        {
            c.DATE: days,
            c.HOME: "HOM",
            c.VISITOR: "VIS",
            c.ATTENDANCE: pl.Series(range(1000, 1100), dtype=pl.Int64),
            WINS.name: [70.0 if day.year == 2018 else 90.0 for day in days],
        }
    )
    games = Games.from_frame(table, [WINS])
    august = np.flatnonzero(games.table[c.DATE].to_numpy() >= np.datetime64("2019-08-01"))
    cutoff = as_day(dt.date(2019, 7, 31))
    cutoffs = np.full(len(august), cutoff, np.int64)
    assert ExtraInputs(games, cutoff).at(august, cutoffs).tolist() == [[90.0]] * len(august)
    winter = np.full(len(august), as_day(dt.date(2019, 3, 24)), np.int64)
    assert np.isnan(ExtraInputs(games, int(winter[0])).at(august, winter)).all()
