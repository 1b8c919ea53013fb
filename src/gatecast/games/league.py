"""Settings of the league that a games table is about: its country, and whether attendance was restricted."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from functools import cache
from typing import Self

import polars as pl

from gatecast.errors import DataError, InputError
from gatecast.games import columns as c

__all__ = ["MAJOR_LEAGUES", "RESTRICTED_FROM", "RESTRICTED_UNTIL", "League"]

MAJOR_LEAGUES = ("MLB", "AL", "NL")
"""Names of the league, and codes of `home_league`, for which attendance of 2020 and 2021 is known to be restricted."""
MAJOR_CLUBS = (
    "ANA", "ARI", "ATL", "BAL", "BOS", "CHA", "CHN", "CIN", "CLE", "COL", "DET", "HOU", "KCA", "LAN", "MIA",
    "MIL", "MIN", "NYA", "NYN", "OAK", "PHI", "PIT", "SDN", "SEA", "SFN", "SLN", "TBA", "TEX", "TOR", "WAS",
)  # fmt: skip
"""Retrosheet's codes of the major-league clubs of those seasons."""
MAJOR_RENAMED = {"CAL": "ANA", "FLO": "MIA", "MON": "WAS"}
"""Retrosheet's former codes of clubs that were renamed (California, Florida) or moved (Montreal) since 1995."""
RESTRICTED_FROM, RESTRICTED_UNTIL = dt.date(2020, 3, 1), dt.date(2021, 7, 5)
"""First day of closed or restricted ballparks and the first day after them: attendance then says nothing of demand."""


@dataclass(frozen=True)
class League:
    """Settings of the league that a games table is about.

    Parameters
    ----------
    name : str
        Such as MLB, NPB or Frontier League; empty if unknown.
    country : str
        Two letters (ISO 3166), such as US, CA or JP; holidays follow the country.
    restricted : bool, optional
        True if attendance was restricted from March 2020 to July 4, 2021, so that games of that time are left out of
        training and past attendance; False if it was not. Default: True for the major leagues (`home_league` AL or NL,
        or Retrosheet's club codes), False for any other league.

    Raises
    ------
    InputError
        The country is unknown.

    Examples
    --------
    >>> League("NPB", country="JP").country
    'JP'
    >>> League(country="Japan")
    Traceback (most recent call last):
    gatecast.errors.InputError: country: got 'Japan', expected two letters such as US, CA or JP
    """

    name: str = ""
    country: str = "US"
    restricted: bool | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise InputError(f"League, name: got {self.name!r}, expected text")
        if self.restricted is not None and not isinstance(self.restricted, bool):
            raise InputError(f"League, restricted: got {self.restricted!r}, expected True, False or None")
        if self.country == "US":
            return
        expected = "two letters such as US, CA or JP"
        if not (isinstance(self.country, str) and len(self.country) == 2 and self.country.isupper()):
            raise InputError(f"country: got {self.country!r}, expected {expected}")
        import holidays

        if self.country not in holidays.list_supported_countries():
            raise InputError(f"country: got {self.country!r}, expected {expected}, one whose holidays are known")

    def to_json(self) -> str:
        """Write the settings as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str, file: str = "") -> Self:
        """Read the settings that `to_json` wrote; raise DataError, which names `file`, for any other text."""
        try:
            return cls(**json.loads(text))
        except (TypeError, ValueError, RecursionError) as broken:
            got = f"settings of a league that cannot be read ({type(broken).__name__})"
            raise DataError(got, "those that gatecast writes", "write the file again", file=file) from None

    def notice(self, table: pl.DataFrame) -> str:
        """Return a sentence about the games left out because attendance was restricted; empty if there are none."""
        count = int((self.restricts(table) & table[c.ATTENDANCE].is_not_null()).sum())
        if not count:
            return ""
        last = RESTRICTED_UNTIL - dt.timedelta(days=1)
        return (
            f"{count:,} games from {RESTRICTED_FROM} to {last} are left out of training, as attendance was restricted; "
            "restricted_attendance = false in a mapping file keeps them"
        )

    def restricts(self, table: pl.DataFrame) -> pl.Series:
        """Return True for games whose attendance was restricted, shape (games,); False for games without a date.

        Parameters
        ----------
        table : polars.DataFrame
            With date, home and `home_league`.
        """
        date = pl.col(c.DATE)
        then = ((date >= RESTRICTED_FROM) & (date < RESTRICTED_UNTIL)).fill_null(False)
        here = self._major if self.restricted is None else pl.lit(self.restricted)
        return table.select((then & here).alias("restricted")).to_series()

    def present_names(self, *columns: str) -> list[pl.Expr]:
        """Return columns that name clubs, each club of the major leagues under its latest name.

        Examples
        --------
        >>> table = pl.DataFrame({"home": ["FLO"], "home_league": ["NL"]})
        >>> table.select(League().present_names("home")).item()
        'MIA'
        """
        return [pl.when(self._major).then(_renamed(name)).otherwise(name).alias(name) for name in columns]

    @property
    def _major(self) -> pl.Expr:
        """True for games of the major leagues."""
        if self.name:
            return pl.lit(self.name.upper() in MAJOR_LEAGUES)
        return _by_league_or_club()


# Made once, as making them takes longer than applying them to a few games.
@cache
def _by_league_or_club() -> pl.Expr:
    """Return True for a game whose league or home club is of the major leagues."""
    return pl.col(c.HOME_LEAGUE).is_in(MAJOR_LEAGUES).fill_null(False) | pl.col(c.HOME).is_in(MAJOR_CLUBS)


@cache
def _renamed(column: str) -> pl.Expr:
    """Return clubs of the major leagues under their latest names."""
    return pl.col(column).replace(MAJOR_RENAMED)
