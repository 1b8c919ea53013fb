"""Match the games of an upload to stored games: the same, moved to another day, called off, or new."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from gatecast.collect.read import ROW, STATUS, UsableGames
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.games.complete import counted_on
from gatecast.games.matching import match
from gatecast.service.club_service import ClubService
from gatecast.service.moved_games import MovedGame, moved_games
from gatecast.store import Refused

__all__ = ["CalledOffGame", "MatchedUpload", "matched_upload"]


@dataclass(frozen=True)
class CalledOffGame:
    """A stored game that an upload says is postponed or cancelled.

    Parameters
    ----------
    row : int
        Of the file.
    game_id, home, visitor : str
    date : date
    status : str
        `POSTPONED` or `CANCELLED` of `gatecast.store.statuses`.
    """

    row: int
    game_id: str
    home: str
    visitor: str | None
    date: dt.date | None
    status: str


@dataclass(frozen=True)
class MatchedUpload:
    """The games of an upload under the ids of the stored games that they are.

    Parameters
    ----------
    games : Games
    order : str
        A sentence on how games without dates continue the stored ones; empty for dated games.
    names : tuple of str
        Names of clubs, visitors and venues matched to stored ones, and new names.
    moves : tuple of MovedGame
        Stored games that the table has on another day.
    absent : tuple of dict
        Stored upcoming games between the first and the last day of the table that it does not have.
    called_off : tuple of CalledOffGame
        Stored games that the table calls off.
    refused : tuple of Refused
        Rows of games called off that cannot be.
    """

    games: Games
    order: str
    names: tuple[str, ...]
    moves: tuple[MovedGame, ...]
    absent: tuple[Mapping[str, Any], ...]
    called_off: tuple[CalledOffGame, ...]
    refused: tuple[Refused, ...]


def matched_upload(service: ClubService, usable: UsableGames, apart: Collection[str] = ()) -> MatchedUpload:
    """Return the games of an upload matched to the stored ones; store nothing.

    Parameters
    ----------
    service : ClubService
    usable : UsableGames
    apart : collection of str
        Ids of games that look like stored ones on another day and are, by the user's word, games of their own.
    """
    table, names = _matched(service, usable.games.table)
    by_id = c.GAME_ID in usable.mapping.columns
    said_off = usable.called_off if usable.called_off.is_empty() else _matched(service, usable.called_off)[0]
    games, order = _with_stored_ids(service, usable.games.with_table(table), said_off, by_id=by_id)
    games, moves, absent = _with_moves(service, games, apart)
    called_off, refused = _called_off(service, said_off, set(games.table[c.GAME_ID]), by_id=by_id)
    off = {each.game_id for each in called_off}
    absent = tuple(row for row in absent if row[c.GAME_ID] not in off)
    return MatchedUpload(games, order, tuple(names), moves, absent, called_off, refused)


def _called_off(
    service: ClubService, said: pl.DataFrame, here: Collection[str], *, by_id: bool
) -> tuple[tuple[CalledOffGame, ...], tuple[Refused, ...]]:
    """Return the stored games that an upload calls off, and rows that could mean several or mean a game played.

    Games that the upload has besides, moved to another day for example, are not called off.
    """
    stored = _stored(service).filter(~pl.col(c.GAME_ID).is_in(list(here)))
    key = [c.GAME_ID] if by_id else [c.HOME, c.DATE]
    found, refused = [], []
    for row in said.iter_rows(named=True):
        meant = _meant(stored.filter(pl.col(name) == row[name] for name in key), row)
        if len(meant) > 1:
            got = f"{row[STATUS]}, and {len(meant)} games of {row[c.HOME]} on {row[c.DATE]}"
            refused.append(Refused(row[ROW], STATUS, got, "one game", "say its start_time or number"))
        elif meant and meant[0][c.ATTENDANCE] is not None:
            got = f"{row[STATUS]}, and a stored attendance of {meant[0][c.ATTENDANCE]:,}"
            refused.append(Refused(row[ROW], STATUS, got, "a game still to be played", "correct the one or the other"))
        elif meant:
            game = meant[0]
            found.append(
                CalledOffGame(row[ROW], game[c.GAME_ID], game[c.HOME], game[c.VISITOR], game[c.DATE], row[STATUS])
            )
    return tuple(found), tuple(refused)


def _meant(candidates: pl.DataFrame, row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return those of some stored games that a row may mean: visitor, number and start tell them apart, where known."""
    games = candidates.to_dicts()
    if row[c.VISITOR] is not None:
        games = [game for game in games if game[c.VISITOR] in (None, row[c.VISITOR])]
    for name in (c.NUMBER, c.START_TIME):
        if len(games) > 1 and row[name]:
            games = [game for game in games if game[name] == row[name]] or games
    return games


def _with_moves(
    service: ClubService, games: Games, apart: Collection[str]
) -> tuple[Games, tuple[MovedGame, ...], tuple[Mapping[str, Any], ...]]:
    """Return the games of an upload, moved ones under the ids of the stored games, the moves, and absent games."""
    stored = _stored(service)
    if stored.is_empty() or not games.dated or not len(games):
        return games, (), ()
    moves, absent = moved_games(stored, games.table, apart)
    ids = {move.offered_id: move.game_id for move in moves if move.offered_id not in apart}
    table = games.table.with_columns(pl.col(c.GAME_ID).replace(ids)) if ids else games.table
    return games.with_table(table), moves, absent


def _stored(service: ClubService) -> pl.DataFrame:
    """Return what tells stored games apart, those set aside included."""
    columns = [c.GAME_ID, c.HOME, c.VISITOR, c.DATE, c.NUMBER, c.START_TIME, c.ATTENDANCE]
    return pl.concat([service.games().table.select(columns), service.set_aside().select(columns)])


def _with_stored_ids(service: ClubService, games: Games, off: pl.DataFrame, *, by_id: bool) -> tuple[Games, str]:
    """Return the games of an upload under the ids of the stored games that they are, and how they continue those."""
    if by_id:
        return games, ""
    if not games.dated:
        return _undated_with_ids(service, games)
    key = [c.HOME, c.DATE, c.NUMBER]
    stored = _stored(service).drop_nulls(c.DATE)
    known = stored.unique(key, keep="none").select(*key, known=c.GAME_ID)
    table = games.table.join(known, on=key, how="left", maintain_order="left")
    if len(off):
        # Where a game of two is called off, the other one is told by its start: it has another number now.
        start = [c.HOME, c.DATE, c.START_TIME]
        days = stored.drop_nulls(c.START_TIME).join(off, on=[c.HOME, c.DATE], how="semi")
        left = days.filter(~pl.col(c.GAME_ID).is_in(table["known"].implode())).unique(start, keep="none")
        table = table.join(left.select(*start, started=c.GAME_ID), on=start, how="left", maintain_order="left")
        table = table.with_columns(known=pl.coalesce("known", "started"))
    # The id of a day may be that of a game that has moved away: the new game of that day gets another.
    taken = pl.col("known").is_null() & pl.col(c.GAME_ID).is_in(stored[c.GAME_ID].implode())
    fresh = pl.when(taken).then(pl.format("{}-2", c.GAME_ID)).otherwise(c.GAME_ID)
    ids = table.select(pl.coalesce("known", fresh).alias(c.GAME_ID)).to_series()
    return games.with_table(games.table.with_columns(ids)), ""


def _matched(service: ClubService, table: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Return games with names as the stored games spell them and the club's last venue, and what that did."""
    stored = service.games().table
    if stored.is_empty():
        return table, []
    found = match(stored, table)
    lines = found.lines() if not found.without_seats else replace(found, without_seats=()).lines()
    return table.with_columns(found.table.select(c.HOME, c.VISITOR, c.VENUE)), lines


def _undated_with_ids(service: ClubService, games: Games) -> tuple[Games, str]:
    """Return undated games under ids: those of stored games that the table repeats, and new ones for what follows.

    A table without dates is told from one stored before by its values: it repeats the stored games if its first rows
    agree with them, or it is the games without attendance again; otherwise its games come after all stored ones.
    """
    stored = service.games().table.filter(pl.col(c.DATE).is_null())
    table = games.table
    if stored.is_empty() or table.is_empty():
        return games, ""
    ids, count = stored[c.GAME_ID], table.height
    upcoming = stored.filter(pl.col(c.ATTENDANCE).is_null())
    open_again = table[c.ATTENDANCE].null_count() == count and 0 < upcoming.height <= count
    if open_again and _agree(table, upcoming, needs_attendance=False):
        ids = upcoming[c.GAME_ID]
        order = f"These are the {ids.len()} stored games without attendance"
    elif _agree(table, stored, needs_attendance=True):
        order = f"This table repeats {min(ids.len(), count)} stored games"
    else:
        fresh = counted_on(table[c.GAME_ID], stored[c.GAME_ID])
        order = f"These games follow the {stored.height} stored ones, as no row agrees with the first of those."
        return games.with_table(table.with_columns(fresh)), order
    more = max(count - ids.len(), 0)
    after = counted_on(table[c.GAME_ID].head(more), stored[c.GAME_ID])
    order += f" and adds {more} after them." if more else "."
    return games.with_table(table.with_columns(pl.concat([ids.head(count), after]).alias(c.GAME_ID))), order


def _agree(table: pl.DataFrame, stored: pl.DataFrame, *, needs_attendance: bool) -> bool:
    """Return whether the first rows of two tables are of the same games: nothing known in both differs."""
    count = min(table.height, stored.height)
    for name in (c.ATTENDANCE, c.HOME, c.VISITOR):
        ours, theirs = table[name].head(count), stored[name].head(count)
        both = ours.is_not_null() & theirs.is_not_null()
        if bool((ours != theirs).filter(both).any()) or (name == c.ATTENDANCE and needs_attendance and not both.any()):
            return False
    return True
