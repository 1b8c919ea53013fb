"""Games that tests of preparation share."""

from pathlib import Path

import polars as pl
import pytest

from gatecast.collect import retrosheet, sample_league
from gatecast.games import Games
from gatecast.games import columns as c

HOSTS = 3


@pytest.fixture(scope="session")
def league() -> Games:
    """Three seasons of three hosts of the sample league: some gates unknown or 0, one club's seats unsaid, one in a new
    ballpark for the last season, two leagues."""
    games = sample_league().games
    clubs = games.table[c.HOME].unique().sort()
    yours = sample_league().club
    hosts = [yours, *clubs.filter(clubs != yours)[: HOSTS - 1]]
    table = games.table.filter(pl.col(c.HOME).is_in(hosts), pl.col(c.SEASON) <= 2024)
    place = pl.int_range(pl.len())
    gate = pl.when(place % 17 == 0).then(0).when(place % 23 != 0).then(pl.col(c.ATTENDANCE))
    return Games(
        table.with_columns(
            gate.cast(pl.Int32).alias(c.ATTENDANCE),
            pl.when(pl.col(c.HOME) != hosts[1]).then(pl.col(c.CAPACITY)).alias(c.CAPACITY),
            pl.when(pl.col(c.VISITOR).is_in(clubs[:4].implode()))
            .then(pl.lit("S"))
            .otherwise(pl.lit("N"))
            .alias(c.VISITOR_LEAGUE),
            pl.when((pl.col(c.HOME) == hosts[2]) & (pl.col(c.SEASON) == 2024))
            .then(pl.lit("NEW"))
            .otherwise(pl.col(c.VENUE))
            .alias(c.VENUE),
            pl.lit("N").alias(c.HOME_LEAGUE),
            pl.when(place % 31 == 0).then(pl.col(c.HOME_RUNS)).otherwise(pl.col(c.VISITOR_RUNS)).alias(c.VISITOR_RUNS),
        ),
        games.custom_columns,
    )


@pytest.fixture(scope="session")
def real_games(shared_data: Path) -> Games:
    """Every game of the shared data."""
    return retrosheet([shared_data / "retrosheet"])
