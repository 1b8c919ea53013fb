"""Which clubs a season's MAPE comes from, what of it is their level, and how far it would move with other clubs.

    python benchmarks/club_errors.py runs/games.parquet runs/transformer.parquet --season 2019 --lead preseason

A club's level is off where its forecasts of a season are too high or too low as a whole: the median of gate over
forecast is its measure. Games of one club go together, so clubs are drawn with replacement, not games, to say how far
the season's figure is a matter of chance (the cluster bootstrap, Field & Welsh 2007).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from shared import add_games, games_of, markdown

from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.games import columns as c
from gatecast.games.forecast_columns import LEAD

DRAWS = 10_000
SHOWN = 8


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("forecasts", type=Path, help="what `gatecast backtest` wrote")
    parser.add_argument("--season", type=int, required=True)
    parser.add_argument("--lead", default="preseason", help="as the forecasts name it")
    parser.add_argument("--clubs", type=int, default=SHOWN, help=f"rows shown, {SHOWN} if not given")
    arguments = parser.parse_args()
    gates = games_of(arguments.games).table.select(c.GAME_ID, c.HOME, pl.col(c.ATTENDANCE).alias("gate"))
    asked = (pl.col(LEAD) == arguments.lead) & (pl.col(c.SEASON) == arguments.season)
    forecasts = pl.read_parquet(arguments.forecasts).filter(asked).select(c.GAME_ID, "q50")
    games = forecasts.join(gates, on=c.GAME_ID).filter(pl.col("gate") > SMALLEST_SCORED_GATE)
    if games.is_empty():
        parser.error(f"no forecast of {arguments.season} at lead {arguments.lead} in {arguments.forecasts}")
    clubs = by_club(games)
    print(markdown(*shown(clubs.head(arguments.clubs))))
    low, high = np.percentile(resampled(clubs), [5, 95])
    known = f"with each club's level known {season_mape(clubs, 'at_level'):.2f}"
    print(f"MAPE {season_mape(clubs, 'error'):.2f}, {known}; with clubs drawn anew {low:.1f} to {high:.1f} (90 %)")


def by_club(games: pl.DataFrame) -> pl.DataFrame:
    """One row a club, the largest part of the MAPE first: games, means, level, and its absolute errors in percent."""
    level = (pl.col("gate") / pl.col("q50")).median().over(c.HOME)
    return (
        games.with_columns(level.alias("level"))
        .with_columns(
            (100 * (pl.col("gate") - pl.col("q50")).abs() / pl.col("gate")).alias("error"),
            (100 * (pl.col("gate") - pl.col("q50") * pl.col("level")).abs() / pl.col("gate")).alias("at_level"),
        )
        .group_by(c.HOME)
        .agg(
            pl.len().alias("games"),
            pl.col("gate", "q50").mean(),
            pl.col("level").first(),
            pl.col("error", "at_level").sum(),
        )
        .sort("error", descending=True)
    )


def season_mape(clubs: pl.DataFrame, error: str) -> float:
    """MAPE over all games of all clubs."""
    return float(clubs[error].sum() / clubs["games"].sum())


def resampled(clubs: pl.DataFrame) -> np.ndarray:
    """The season's MAPE with as many clubs drawn with replacement, shape (draws,)."""
    drawn = np.random.default_rng(0).integers(len(clubs), size=(DRAWS, len(clubs)))
    return clubs["error"].to_numpy()[drawn].sum(axis=1) / clubs["games"].to_numpy()[drawn].sum(axis=1)


def shown(clubs: pl.DataFrame) -> tuple[list[str], list[list[object]]]:
    """Header and rows of the table."""
    header = ["club", "mean gate", "mean of medians", "gate / forecast", "MAPE", "MAPE, level known"]
    rows: list[list[object]] = [
        [
            club[c.HOME],
            f"{club['gate']:,.0f}",
            f"{club['q50']:,.0f}",
            f"{club['level']:.2f}",
            f"{club['error'] / club['games']:.1f}",
            f"{club['at_level'] / club['games']:.1f}",
        ]
        for club in clubs.iter_rows(named=True)
    ]
    return header, rows


if __name__ == "__main__":
    main()
