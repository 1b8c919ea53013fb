"""Width and coverage of our 80 % ranges beside a peer's, once these are conformalised as ours are.

python benchmarks/peer_width.py runs/games.parquet runs/transformer.parquet \
    --peer peer-forecasts.parquet --peer peer-2017.parquet

The peer's files hold its raw quantiles of the seasons forecast and of a season before each: like our own, its
corrections begin with the misses of that season and follow those of the season forecast, by the same code.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl
from shared import add_games, games_of, markdown

from gatecast.evaluate.backtest import parse_lead
from gatecast.evaluate.scores import SMALLEST_SCORED_GATE
from gatecast.forecast.calibration import Calibration, Seen
from gatecast.games import Games, cutoff_days
from gatecast.games import columns as c
from gatecast.games.cutoff import Lead
from gatecast.games.forecast_columns import LEAD, QUANTILE_COLUMNS
from gatecast.prepare import Preparation
from gatecast.train.calibration_errors import LEVELS, errors_of, unit
from gatecast.train.calibration_errors import days_of as days_ahead

LOW, HIGH = LEVELS.index(0.1), LEVELS.index(0.9)
OUTER = {"q05": "q10", "q95": "q90"}
"""The peer says nothing beyond q10 and q90; what stands for it plays no part in an 80 % range."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_games(parser)
    parser.add_argument("forecasts", type=Path, help="what `gatecast backtest` wrote")
    parser.add_argument("--peer", type=Path, action="append", required=True)
    arguments = parser.parse_args()
    games = games_of(arguments.games)
    preparation, ours = Preparation(games), pl.read_parquet(arguments.forecasts)
    peer = pl.concat([pl.read_parquet(path) for path in arguments.peer], how="vertical_relaxed").with_columns(
        *(pl.col(inner).alias(outer) for outer, inner in OUTER.items())
    )
    rows: list[list[object]] = []
    for lead in ours[LEAD].unique(maintain_order=True):
        figures = [measured(preparation, ours, peer, lead, season) for season in ours[c.SEASON].unique().sort()]
        own_in, own_width, raw_in, raw_width, peer_in, peer_width = np.mean(figures, axis=0)
        shares, widths = (own_in, raw_in, peer_in), (own_width, raw_width, peer_width)
        figures = [text for pair in zip(shares, widths, strict=True) for text in (f"{pair[0]:.1f}", f"{pair[1]:,.0f}")]
        rows.append([lead, *figures, f"{own_width / peer_width:.3f}"])
    header = [
        "lead",
        "inside 80 %",
        "width",
        "peer raw, inside",
        "width",
        "peer conformalised, inside",
        "width",
        "ratio",
    ]
    print(markdown(header, rows))


def measured(preparation: Preparation, ours: pl.DataFrame, peer: pl.DataFrame, lead: str, season: int) -> list[float]:
    """Share inside in percent and mean width of our ranges, the peer's raw ones and the conformalised."""
    own = Quantiles(preparation, ours, lead, season)
    raw = Quantiles(preparation, peer, lead, season)
    earlier = max(year for year in peer[c.SEASON].unique() if year < season)
    before = Quantiles(preparation, peer, lead, earlier)
    return [*own.scored(), *raw.scored(), *raw.conformalised(before).scored()]


class Quantiles:
    """Quantiles of one season at one lead, as shares of what each venue is known to hold, games in order of day."""

    def __init__(self, preparation: Preparation, forecasts: pl.DataFrame, lead: str, season: int) -> None:
        self.lead: Lead = parse_lead(lead)
        self.games: Games = preparation.games
        chosen = forecasts.filter((pl.col(LEAD) == lead) & (pl.col(c.SEASON) == season))
        place = preparation.games.table.select(c.GAME_ID, c.DATE, pl.col(c.ATTENDANCE).alias("gate")).with_row_index()
        table = chosen.drop(c.ATTENDANCE, strict=False).join(place, on=c.GAME_ID)
        table = table.filter(pl.col("gate") > SMALLEST_SCORED_GATE).sort(c.DATE, c.GAME_ID)
        self.rows = table["index"].to_numpy().astype(np.intp)
        self.gate = table["gate"].to_numpy().astype(np.float64)
        self.holds = preparation.at_lead(self.lead, self.rows).capacity.astype(np.float64)
        self.fill = table.select(QUANTILE_COLUMNS).to_numpy() / self.holds[:, None]

    def scored(self) -> list[float]:
        """Share inside 80 % ranges in percent, and their mean width in people."""
        people = np.clip(self.fill, 0.0, 1.0) * self.holds[:, None]
        inside = (self.gate >= people[:, LOW] - 1) & (self.gate <= people[:, HIGH] + 1)
        return [100 * float(inside.mean()), float((people[:, HIGH] - people[:, LOW]).mean())]

    def errors(self) -> np.ndarray:
        """As calibration takes them."""
        return errors_of(self.fill, self.gate / self.holds).astype(np.float64)

    def conformalised(self, before: Quantiles) -> Quantiles:
        """The same, moved by past misses."""
        cutoffs = cutoff_days(self.games, self.lead)[self.rows].astype(np.int64)
        clubs = self.games.clubs[self.rows]
        seen = Seen(self.games.days[self.rows].astype(np.int64), cutoffs, self.errors(), clubs)
        shifts = Calibration(before.errors(), days_ahead(self.lead)).shifts(cutoffs, clubs, seen)
        moved = object.__new__(Quantiles)
        moved.__dict__ |= self.__dict__
        moved.fill = np.sort(self.fill + shifts * unit(self.fill)[:, None], axis=1)
        return moved


if __name__ == "__main__":
    main()
