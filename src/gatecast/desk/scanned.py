"""What a club's own scanners say of the tickets that are used."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gatecast.desk.desk import GAMES_AREA, Desk
from gatecast.games import columns as c

__all__ = ["Scanned", "scanned_share"]


@dataclass(frozen=True)
class Scanned:
    """Games that were scanned, the mean share of their tickets that were used, and its standard deviation."""

    games: int
    share: float
    spread: float


def scanned_share(desk: Desk) -> Scanned | None:
    """The share of tickets used at the home games that were scanned; None with fewer than two of them."""

    def counted() -> Scanned | None:
        table = desk.home_games(desk.club()).table.filter((pl.col(c.SCANNED) > 0) & (pl.col(c.ATTENDANCE) > 0))
        share = table.select(pl.col(c.SCANNED) / pl.col(c.ATTENDANCE)).to_series()
        mean, spread = share.mean(), share.std()
        if not isinstance(mean, float) or not isinstance(spread, float):
            return None
        return Scanned(table.height, mean, spread)

    return desk.kept(("scanned", desk.club()), (GAMES_AREA,), counted)
