"""Describe how a game's tickets sell beside the club's usual pace, and how many tickets are used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.service.club_service import GAMES_AREA, ClubService

__all__ = ["Pace", "ScannedShare", "UsualShare", "pace_of", "scanned_share"]

TICKETS_AREA = "tickets"
FEWEST_GAMES = 5
"""Past games needed before a share is called usual."""
MOST_GAMES = 200
"""Most past games used, the latest ones: the pace of ten years ago is not that of today."""
GRID = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180)
QUARTILES = (0.25, 0.5, 0.75)
DAYS = "days"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class UsualShare:
    """Share of the final attendance that past games had sold so many days before: quartiles, and of how many games."""

    days: int
    low: float
    middle: float
    high: float
    games: int


@dataclass(frozen=True)
class Pace:
    """Tickets sold for a game, and how past games sold.

    Parameters
    ----------
    sold : tuple of (int, int)
        Days before the game and tickets sold by the end of that day, the farthest first.
    usual : tuple of UsualShare
        The farthest first; empty with fewer than five past games.
    now : UsualShare or None
        The usual share on the day of the last figure.
    """

    sold: tuple[tuple[int, int], ...]
    usual: tuple[UsualShare, ...]
    now: UsualShare | None

    @property
    def last(self) -> tuple[int, int]:
        """Days before the game and tickets sold, of the last figure."""
        return self.sold[-1]

    def comes_to(self, share: float) -> float:
        """Return the attendance of which the last figure would be that share.

        Examples
        --------
        >>> Pace(((7, 1200),), (), None).comes_to(0.6)
        2000.0
        """
        return self.last[1] / share


@dataclass(frozen=True)
class _Curve:
    """A past game: its date, days before it in ascending order, and the shares of its attendance sold by then."""

    date: dt.date
    days: Floats
    shares: Floats


def pace_of(service: ClubService, row: dict[str, Any]) -> Pace | None:
    """Return the sales pace of a game; None if no tickets sold are known for it, or it has no date.

    Parameters
    ----------
    service : ClubService
    row : dict
        The game by canonical column names.
    """
    date = row[c.DATE]
    if date is None:
        return None
    sold = _sold(service, row[c.HOME]).filter(pl.col(c.GAME_ID) == row[c.GAME_ID])
    if sold.is_empty():
        return None
    points = tuple(sold.select(DAYS, TICKETS).sort(DAYS, descending=True).iter_rows())
    curves = [curve for curve in _curves(service, row[c.HOME]) if curve.date < date][-MOST_GAMES:]
    farthest, last = points[0][0], points[-1][0]
    days = sorted({*(day for day in GRID if day <= farthest), *(day for day, _ in points)}, reverse=True)
    usual = _usual(curves, days)
    now = next((each for each in usual if each.days == last and each.middle > 0), None)
    return Pace(points, usual, now)


def _sold(service: ClubService, club: str) -> pl.DataFrame:
    """Return tickets sold for the club's dated games, with days before each and its attendance, by game and day."""

    def read() -> pl.DataFrame:
        games = service.home_games(club).table.select(c.GAME_ID, c.DATE, c.ATTENDANCE).drop_nulls(c.DATE)
        tickets = service.cached(("tickets",), (TICKETS_AREA,), service.store.tickets)
        return (
            tickets.join(games, on=c.GAME_ID)
            .with_columns((pl.col(c.DATE) - pl.col(AS_OF)).dt.total_days().alias(DAYS))
            .filter(pl.col(DAYS) >= 0)
            .sort(c.DATE, c.GAME_ID, DAYS)
        )

    return service.cached(("sold", club), (GAMES_AREA, TICKETS_AREA), read)


def _curves(service: ClubService, club: str) -> list[_Curve]:
    """Return how the club's past games sold, in order of play."""

    def compute() -> list[_Curve]:
        shares = _sold(service, club).filter(pl.col(c.ATTENDANCE) > 0)
        shares = shares.with_columns(pl.col(TICKETS) / pl.col(c.ATTENDANCE))
        games = shares.group_by(c.GAME_ID, maintain_order=True).agg(pl.col(c.DATE).first(), DAYS, TICKETS)
        return [
            _Curve(date, np.array(days, np.float64), np.array(sold, np.float64))
            for date, days, sold in games.select(c.DATE, DAYS, TICKETS).iter_rows()
        ]

    return service.cached(("curves", club), (GAMES_AREA, TICKETS_AREA), compute)


def _usual(curves: Sequence[_Curve], days: Sequence[int]) -> tuple[UsualShare, ...]:
    """Return quartiles of shares sold so many days before, for each day that enough past games have figures around."""
    at = np.array(days, np.float64)
    shares = np.array([np.interp(at, each.days, each.shares, left=np.nan, right=np.nan) for each in curves])
    usual = []
    for i, day in enumerate(days):
        known = shares[~np.isnan(shares[:, i]), i] if len(curves) else shares
        if len(known) >= FEWEST_GAMES:
            low, middle, high = (float(each) for each in np.quantile(known, QUARTILES))
            usual.append(UsualShare(day, low, middle, high, len(known)))
    return tuple(usual)


@dataclass(frozen=True)
class ScannedShare:
    """Games that were scanned, the mean share of their tickets that were used, and its standard deviation."""

    games: int
    share: float
    spread: float


def scanned_share(service: ClubService) -> ScannedShare | None:
    """Return the share of tickets used at scanned home games; None with fewer than two of them."""

    def counted() -> ScannedShare | None:
        table = service.home_games(service.club()).table.filter((pl.col(c.SCANNED) > 0) & (pl.col(c.ATTENDANCE) > 0))
        share = table.select(pl.col(c.SCANNED) / pl.col(c.ATTENDANCE)).to_series()
        mean, spread = share.mean(), share.std()
        if not isinstance(mean, float) or not isinstance(spread, float):
            return None
        return ScannedShare(table.height, mean, spread)

    return service.cached(("scanned", service.club()), (GAMES_AREA,), counted)
