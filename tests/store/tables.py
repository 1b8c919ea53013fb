"""Small tables that tests of the store share."""

import datetime as dt

import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS

OPENING = dt.date(2019, 4, 1)


def season(count: int = 6, **columns: object) -> pl.DataFrame:
    """Games of one club on consecutive days."""
    days = [OPENING + dt.timedelta(days=i) for i in range(count)]
    known = {c.DATE: days, c.HOME: ["RIV"] * count, c.VISITOR: ["OAK"] * count, c.CAPACITY: [9000] * count}
    return pl.DataFrame({**known, **columns})


def ids(count: int = 6) -> list[str]:
    return [f"RIV201904{i + 1:02d}0" for i in range(count)]


def forecast(games: list[str], lead: str = "7", first: float = 1000.1) -> pl.DataFrame:
    """A forecast of games by id, each number its own."""
    numbers = {name: [first + 100 * i + j for j in range(len(games))] for i, name in enumerate(QUANTILE_COLUMNS)}
    return pl.DataFrame(
        {
            c.GAME_ID: games,
            LEAD: [lead] * len(games),
            AS_OF: [OPENING - dt.timedelta(days=7)] * len(games),
            MEAN: [first + 0.2] * len(games),
            **numbers,
            P_SELLOUT: [0.0123] * len(games),
        }
    )
