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


def test_labels_are_unknown_before_their_day_and_an_empty_cell_is_a_game_without_any():
    promos = Column("promos", pl.String, Role.LABELS, Knowability.parse("7 days"))
    days = [dt.date(2019, 4, 2) + dt.timedelta(days=3 * i) for i in range(40)]
    table = pl.DataFrame(
        {
            c.DATE: days,
            c.HOME: "HOM",
            c.VISITOR: "VIS",
            c.ATTENDANCE: pl.Series(range(1000, 1040), dtype=pl.Int64),
            promos.name: ["hats;fireworks" if i % 4 == 0 else None for i in range(40)],
        }
    )
    games = Games.from_frame(table, [promos])
    rows, cutoff = np.arange(30, 40), as_day(days[29])
    cutoffs = np.full(len(rows), cutoff, np.int64)
    at = ExtraInputs(games, cutoff).at(rows, cutoffs)
    near = np.array([(days[row] - days[29]).days <= 7 for row in rows])
    assert near.any()
    assert np.isnan(at[~near]).all()
    assert at[near].tolist() == [[1.0, 1.0] if row % 4 == 0 else [0.0, 0.0] for row in rows[near].tolist()]
