"""How tickets sell: a game's sales so far beside the pace at which the club's games usually sell."""

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

__all__ = ["Pace", "Usual", "pace_of"]

TICKETS_AREA = "tickets"
FEWEST_GAMES = 5
"""Past games that must tell a share before it is called usual."""
MOST_GAMES = 200
"""Past games looked at, the latest ones: the pace of ten years ago is not that of today."""
GRID = (0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180)
QUARTILES = (0.25, 0.5, 0.75)
DAYS = "days"

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Usual:
    """Share of the final gate that past games had sold so many days before: quartiles, and of how many games."""

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
    usual : tuple of Usual
        The farthest first; empty where fewer than five past games tell.
    now : Usual or None
        The usual share on the day of the last figure.
    """

    sold: tuple[tuple[int, int], ...]
    usual: tuple[Usual, ...]
    now: Usual | None

    @property
    def last(self) -> tuple[int, int]:
        """Days before the game and tickets sold, of the last figure."""
        return self.sold[-1]

    def comes_to(self, share: float) -> float:
        """The gate at which the last figure would be that share of it.

        Examples
        --------
        >>> Pace(((7, 1200),), (), None).comes_to(0.6)
        2000.0
        """
        return self.last[1] / share


@dataclass(frozen=True)
class _Curve:
    """A past game: its date, days before it in ascending order, and the shares of its gate sold by then."""

    date: dt.date
    days: Floats
    shares: Floats


def pace_of(service: ClubService, row: dict[str, Any]) -> Pace | None:
    """The pace of a game; None where no tickets sold are known for it, or it has no date.

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
    """Tickets sold for the club's dated games, with the days before each and its gate, by game and day."""

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
    """What is known of how the club's past games sold, in order of play."""

    def made() -> list[_Curve]:
        told = _sold(service, club).filter(pl.col(c.ATTENDANCE) > 0)
        told = told.with_columns(pl.col(TICKETS) / pl.col(c.ATTENDANCE))
        games = told.group_by(c.GAME_ID, maintain_order=True).agg(pl.col(c.DATE).first(), DAYS, TICKETS)
        return [
            _Curve(date, np.array(days, np.float64), np.array(shares, np.float64))
            for date, days, shares in games.select(c.DATE, DAYS, TICKETS).iter_rows()
        ]

    return service.cached(("curves", club), (GAMES_AREA, TICKETS_AREA), made)


def _usual(curves: Sequence[_Curve], days: Sequence[int]) -> tuple[Usual, ...]:
    """Shares sold so many days before, on each day of which enough games have figures on both sides of it."""
    at = np.array(days, np.float64)
    shares = np.array([np.interp(at, each.days, each.shares, left=np.nan, right=np.nan) for each in curves])
    found = []
    for i, day in enumerate(days):
        told = shares[~np.isnan(shares[:, i]), i] if len(curves) else shares
        if len(told) >= FEWEST_GAMES:
            low, middle, high = (float(each) for each in np.quantile(told, QUARTILES))
            found.append(Usual(day, low, middle, high, len(told)))
    return tuple(found)
