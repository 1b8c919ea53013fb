"""The club's ballpark, stated once: its name and seats, for every home game that does not state its own."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gatecast.errors import SettingsError
from gatecast.games import columns as c
from gatecast.service.club_service import ClubService
from gatecast.store import GameEdit

__all__ = [
    "NAME_KEY",
    "SEATS_KEY",
    "ZONE_KEY",
    "Ballpark",
    "ballpark",
    "fill_ballpark",
    "read_ballpark",
    "save_ballpark",
]

BALLPARK = "ballpark"
SOURCE = "the ballpark in the settings"
NAME_KEY, SEATS_KEY, ZONE_KEY = "ballpark.name", "ballpark.seats", "ballpark.zone"
"""Names of the fields of a form."""
LONGEST_NAME = 80
MOST_SEATS = int(c.CANONICAL[c.CAPACITY].high or 0)


@dataclass(frozen=True)
class Ballpark:
    """Name and seats of a club's ballpark; empty and None if not stated."""

    name: str = ""
    seats: int | None = None


def ballpark(service: ClubService) -> Ballpark:
    """Return what is stated of the service's own ballpark."""
    saved = service.store.setting(BALLPARK)
    return Ballpark(**saved) if isinstance(saved, dict) else Ballpark()


def read_ballpark(name: str, seats: str) -> Ballpark:
    """Return a ballpark from typed texts.

    Raises
    ------
    SettingsError
        Seats that are no whole number.

    Examples
    --------
    >>> read_ballpark("Mill Park", "6,200")
    Ballpark(name='Mill Park', seats=6200)
    """
    digits = seats.replace(",", "").replace(" ", "")
    number = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else 0
    if digits and not 1 <= number <= MOST_SEATS:
        raise SettingsError(repr(seats), f"a whole number from 1 to {MOST_SEATS}", key=SEATS_KEY)
    return Ballpark(name.strip()[:LONGEST_NAME], number or None)


def save_ballpark(service: ClubService, stated: Ballpark) -> None:
    """Save a ballpark, and give its name and seats to the games that state none, or those stated here before."""
    before = ballpark(service)
    if stated != before:
        service.store.save_setting(BALLPARK, {"name": stated.name, "seats": stated.seats})
        fill_ballpark(service, before)


def fill_ballpark(service: ClubService, before: Ballpark | None = None) -> None:
    """Give the ballpark's name and seats to home games of the service's own club that state none.

    Parameters
    ----------
    service : ClubService
    before : Ballpark, optional
        What was stated until now: games that have it from there follow.
    """
    stated, earlier, club = ballpark(service), before or Ballpark(), service.club()
    if not club or stated == Ballpark():
        return
    seats, venue = pl.col(c.CAPACITY), pl.col(c.VENUE)
    new_seats = pl.when(seats.is_null() | (seats == (earlier.seats or -1))).then(pl.lit(stated.seats, pl.Int32))
    # A game without a venue of its own carries the name of its club there.
    unnamed = venue.is_null() | venue.is_in([earlier.name, club])
    new_venue = pl.when(unnamed).then(pl.lit(stated.name or None, pl.String))
    rows = service.home_games(club).table.select(c.GAME_ID, new_seats.alias(c.CAPACITY), new_venue.alias(c.VENUE))
    edits = [
        GameEdit(game, {name: value for name, value in ((c.CAPACITY, seats), (c.VENUE, venue)) if value is not None})
        for game, seats, venue in rows.iter_rows()
    ]
    if edits:
        service.store.edit_games(edits, source=SOURCE)
