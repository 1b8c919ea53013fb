"""The wins expected of each major-league club before a season, which come with the package.

Computed from the tables of batting, pitching and fielding that Sean Lahman began and the Society for American Baseball
Research keeps (CC BY-SA 3.0; so is the file `expected_wins.csv`): the last three seasons of each player on a club's
first roster, drawn towards the average and aged, as in Tango's Marcel; from 2003 on runs are turned into wins by a
regression on the seasons before.
"""

from __future__ import annotations

from importlib import resources

import polars as pl

from gatecast.games import columns as c

__all__ = ["EXPECTED_WINS_NOTICE", "with_expected_wins"]

EXPECTED_WINS_NOTICE = (
    "Expected wins before each season were computed from the Lahman Baseball Database (Society for American Baseball "
    "Research, CC BY-SA 3.0)."
)
CLUB, YEAR, SHARE = "club", "year", "share"


def with_expected_wins(table: pl.DataFrame) -> pl.DataFrame:
    """Fill in the share of wins expected of the home club, where the table does not state it.

    Parameters
    ----------
    table : polars.DataFrame
        Games of the major leagues under Retrosheet's codes; seasons from 1997 to 2022 are known.
    """
    text = (resources.files("gatecast.collect") / "expected_wins.csv").read_bytes()
    known = pl.read_csv(text, schema={c.SEASON: pl.Int32, CLUB: pl.String, c.EXPECTED_WINS: pl.Float64})
    year = pl.coalesce(pl.col(c.SEASON), pl.col(c.DATE).dt.year().cast(pl.Int32)).alias(YEAR)
    of_club = known.rename({c.SEASON: YEAR, CLUB: c.HOME, c.EXPECTED_WINS: SHARE})
    filled = table.with_columns(year).join(of_club, on=[YEAR, c.HOME], how="left", maintain_order="left")
    return filled.with_columns(pl.coalesce(c.EXPECTED_WINS, SHARE).alias(c.EXPECTED_WINS)).drop(YEAR, SHARE)
