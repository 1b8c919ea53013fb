"""Small games tables that tests of games share."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import polars as pl

from gatecast.games import AFTER, ALWAYS, Column, Games, Knowability, Role
from gatecast.games import columns as c

OPENING = dt.date(2019, 4, 1)
EXTRAS = (
    Column("price", pl.Float64, Role.NUMBER, ALWAYS, "dollars", low=0, high=500),
    Column("sold_7", pl.Int32, Role.NUMBER, Knowability.parse("7 days"), "tickets", low=0),
    Column("mood", pl.String, Role.CATEGORY, Knowability.parse("3 days")),
    Column("radar", pl.String, Role.CATEGORY, Knowability.parse("forecast 5 days")),
    Column("pollen", pl.Int16, Role.NUMBER, Knowability.parse("forecast 4 days")),
    Column("beers", pl.Int32, Role.RESULT, AFTER),
)


def read(custom_columns: Sequence[Column] = (), **columns: object) -> Games:
    """Games of a table with these columns."""
    return Games.from_frame(pl.DataFrame(columns), custom_columns)


def days(count: int, first: dt.date = OPENING) -> list[dt.date]:
    """Consecutive dates."""
    return [first + dt.timedelta(days=i) for i in range(count)]


def full(count: int = 12, seed: int = 0) -> Games:
    """Games of one club on consecutive days, every canonical column and every one of EXTRAS known."""
    rng = np.random.default_rng(seed)

    def drawn(*labels: str) -> list[str]:
        return rng.choice(labels, count).tolist()

    return read(
        EXTRAS,
        **{
            c.DATE: days(count, dt.date(2010, 4, 1)),
            c.START_TIME: [dt.time(19, 5)] * count,
            c.HOME: ["RIV"] * count,
            c.VISITOR: drawn("OAK", "ELM", "ASH"),
            c.HOME_LEAGUE: ["N"] * count,
            c.VISITOR_LEAGUE: drawn("N", "S"),
            c.CAPACITY: [9000] * count,
            c.PROMOTION: drawn("cap", "fireworks;cap"),
            c.TEMPERATURE: rng.normal(18, 4, count),
            c.WIND: rng.uniform(20, 40, count),
            c.SKY: drawn("sunny", "cloudy", "overcast", "dome"),
            c.PRECIPITATION: drawn("none", "rain", "drizzle"),
            c.HOME_STARTER: drawn("a", "b"),
            c.VISITOR_STARTER: drawn("x", "y"),
            c.HOME_RUNS: rng.integers(0, 9, count),
            c.VISITOR_RUNS: rng.integers(0, 9, count),
            c.ATTENDANCE: rng.integers(2000, 9000, count),
            c.SCANNED: rng.integers(1000, 2000, count),
            c.VENUE_OPENED: [1990] * count,
            c.EXPECTED_WINS: [0.5] * count,
            "price": rng.uniform(8, 40, count),
            "sold_7": rng.integers(0, 900, count),
            "mood": drawn("high", "low"),
            "radar": drawn("clear", "storm"),
            "pollen": rng.integers(0, 90, count),
            "beers": rng.integers(0, 900, count),
        },
    )
