"""What a club's own scanners say of the tickets that are used."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gatecast.games import columns as c
from gatecast.service.club_service import GAMES_AREA, ClubService

__all__ = ["Scanned", "scanned_share"]


@dataclass(frozen=True)
class Scanned:
    """Games that were scanned, the mean share of their tickets that were used, and its standard deviation."""

    games: int
    share: float
    spread: float


def scanned_share(service: ClubService) -> Scanned | None:
    """The share of tickets used at the home games that were scanned; None with fewer than two of them."""

    def counted() -> Scanned | None:
        table = service.home_games(service.club()).table.filter((pl.col(c.SCANNED) > 0) & (pl.col(c.ATTENDANCE) > 0))
        share = table.select(pl.col(c.SCANNED) / pl.col(c.ATTENDANCE)).to_series()
        mean, spread = share.mean(), share.std()
        if not isinstance(mean, float) or not isinstance(spread, float):
            return None
        return Scanned(table.height, mean, spread)

    return service.cached(("scanned", service.club()), (GAMES_AREA,), counted)
