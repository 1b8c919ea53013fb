"""Games to come matched to past games: names, the club's ballpark, and its seats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import polars as pl

from gatecast.games import columns as c
from gatecast.games.complete import ONLY_CLUB
from gatecast.suggestions import listed, name_key, nearest_name

__all__ = ["Match", "NewName", "match"]

CLUBS = (c.HOME, c.VISITOR)
KINDS = {"club": c.HOME, "visitor": c.VISITOR, "venue": c.VENUE}


class NewName(NamedTuple):
    """A name that no past game has: club, visitor or venue, and the nearest name that past games have."""

    kind: str
    name: str
    nearest: str


@dataclass(frozen=True)
class Match:
    """A table of games to come, matched to past games, and what was found out.

    Parameters
    ----------
    table : polars.DataFrame
        The games to come with names as past games spell them, the club's last venue where none is stated, and the
        seats stated last for the venue.
    renamed : mapping of text to text
        Spellings that were taken for a name of past games.
    new : tuple of NewName
    venues : mapping of club to venue
        Venues taken from the past, where the games to come state none.
    seats_from_past : tuple of str
        Venues whose seats were taken from past games.
    without_seats : tuple of str
        Venues whose seats nobody ever stated.
    """

    table: pl.DataFrame
    renamed: Mapping[str, str]
    new: tuple[NewName, ...]
    venues: Mapping[str, str]
    seats_from_past: tuple[str, ...]
    without_seats: tuple[str, ...]

    def lines(self) -> list[str]:
        """Return what a user has to know, a line for each kind."""
        out = [f"took {other} as {name}" for other, name in self.renamed.items()]
        for kind, name, nearest in self.new:
            near = f"; nearest known: {nearest}" if nearest else ""
            cost = (
                "no history of its own: forecast from the league alone" if kind != "visitor" else "its pull is unknown"
            )
            out.append(f"{name}: no game of this {kind} is known{near}; {cost}")
        if self.venues:
            at = listed([f"{club} at {venue}" for club, venue in self.venues.items()])
            out.append(f"no venue stated: took the last one of each club, {at}")
        if self.seats_from_past:
            out.append(f"no seats stated: took those stated last for {listed(self.seats_from_past)}")
        if self.without_seats:
            out.append(
                f"seats of {listed(self.without_seats)} are unknown: no chance of a sell-out is given, and "
                "ceilings are estimates from the largest attendance so far; state them as capacity"
            )
        return out


def match(past: pl.DataFrame, coming: pl.DataFrame) -> Match:
    """Match games to come to past games.

    Parameters
    ----------
    past, coming : polars.DataFrame
        Games tables as `Games.table` has them, in order of play.
    """
    clubs, venues = _names(past, CLUBS), _names(past, (c.VENUE,))
    stated_clubs = _names(coming, CLUBS)
    renamed = {**_spelled(stated_clubs, clubs), **_spelled(_names(coming, (c.VENUE,)), venues)}
    if ONLY_CLUB in (*clubs, *stated_clubs):
        renamed |= _only_club(past, coming)
    if renamed:
        coming = coming.with_columns(pl.col(*CLUBS, c.VENUE).replace(renamed))
    filled = _last_venues(past, coming, venues)
    if filled:
        unstated = pl.col(c.VENUE) == pl.col(c.HOME)
        last = pl.col(c.HOME).replace_strict(filled, default=None, return_dtype=pl.String)
        coming = coming.with_columns(
            pl.when(unstated & last.is_not_null()).then(last).otherwise(c.VENUE).alias(c.VENUE)
        )
    stated = past.drop_nulls([c.VENUE, c.CAPACITY]).group_by(c.VENUE).agg(pl.col(c.CAPACITY).last())
    seats = dict(stated.iter_rows())
    lacking = coming.filter(pl.col(c.CAPACITY).is_null())[c.VENUE].drop_nulls().unique(maintain_order=True).to_list()
    if lacking and seats:
        last_seats = pl.col(c.VENUE).replace_strict(seats, default=None, return_dtype=pl.Int32)
        coming = coming.with_columns(pl.col(c.CAPACITY).fill_null(last_seats))
    return Match(
        coming,
        renamed,
        tuple(_new(coming, clubs, venues)),
        filled,
        tuple(venue for venue in lacking if venue in seats),
        tuple(venue for venue in lacking if venue not in seats),
    )


def _names(table: pl.DataFrame, columns: tuple[str, ...]) -> list[str]:
    """Return the names in some columns, each once, in the order of the columns and rows."""
    names = dict.fromkeys(name for column in columns for name in table[column].unique(maintain_order=True).to_list())
    names.pop(None, None)
    return list(names)


def _spelled(names: list[str], known: list[str]) -> dict[str, str]:
    """Return the known spelling of each name that differs from it in capitals, spaces or marks alone."""
    strange = set(names) - set(known)
    if not strange:
        return {}
    by_key: dict[str, list[str]] = {}
    for name in known:
        by_key.setdefault(name_key(name), []).append(name)
    keys = {name: by_key.get(name_key(name), []) for name in names if name in strange}
    return {name: meant[0] for name, meant in keys.items() if len(meant) == 1}


def _last_venues(past: pl.DataFrame, coming: pl.DataFrame, venues: list[str]) -> dict[str, str]:
    """Return the last venue of each club whose games to come state none; unstated ones are named after the club."""
    unstated = coming.filter((pl.col(c.VENUE) == pl.col(c.HOME)) & ~pl.col(c.VENUE).is_in(venues))
    clubs = unstated[c.HOME].unique(maintain_order=True).to_list()
    if not clubs:
        return {}
    at = past.filter(pl.col(c.HOME).is_in(clubs)).group_by(c.HOME, maintain_order=True).agg(pl.col(c.VENUE).last())
    return dict(at.iter_rows())


def _new(coming: pl.DataFrame, clubs: list[str], venues: list[str]) -> Iterator[NewName]:
    hosts = _names(coming, (c.HOME,))
    known = {"club": clubs, "visitor": [*clubs, *hosts], "venue": [*venues, *hosts]}
    for kind, column in KINDS.items():
        for name in hosts if column == c.HOME else _names(coming, (column,)):
            if name not in known[kind]:
                yield NewName(kind, name, nearest_name(name, venues if kind == "venue" else clubs))


def _only_club(past: pl.DataFrame, coming: pl.DataFrame) -> dict[str, str]:
    """Return the name of a table's only club where one of the tables does not name it."""
    before, after = _names(past, (c.HOME,)), _names(coming, (c.HOME,))
    alone = len(before) == len(after) == 1 and before != after and ONLY_CLUB in (*before, *after)
    return {after[0]: before[0]} if alone else {}
