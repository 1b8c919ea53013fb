"""Recognize stored games that a schedule uploaded again has on another day, and those that it no longer has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.games import columns as c

__all__ = ["FARTHEST_MOVE", "MovedGame", "moved_games"]

FARTHEST_MOVE = 200
"""Most days between a game's old day and its new one."""
LARGEST_LACK = 0.5
"""Share of the stored games of its days that a schedule may lack."""
Row = dict[str, Any]


@dataclass(frozen=True)
class MovedGame:
    """A stored game and the row of an upload that is taken for it.

    Parameters
    ----------
    game_id : str
        Of the stored game.
    offered_id : str
        The id that the row would have as a game of its own.
    home, visitor : str
    before, after : date
    """

    game_id: str
    offered_id: str
    home: str
    visitor: str
    before: dt.date
    after: dt.date


def moved_games(
    stored: pl.DataFrame, offered: pl.DataFrame, apart: Collection[str] = ()
) -> tuple[tuple[MovedGame, ...], tuple[Row, ...]]:
    """Return games that an upload moves, and stored games that it should have and has not.

    A stored game without attendance that an upload lacks, though it has games before and after that day, and a new game
    of the same two clubs without attendance are taken for one game; the nearest days first. An upload that lacks more
    of the stored games of its days than it has is no schedule but a part of one: it moves nothing and lacks nothing.

    Parameters
    ----------
    stored : polars.DataFrame
        Stored games, those set aside included.
    offered : polars.DataFrame
        Those of the upload, with the ids of the stored games that they are.
    apart : collection of str
        Ids of offered games that are games of their own.

    Returns
    -------
    tuple of MovedGame
        By new day.
    tuple of dict
        Stored games that are not in the upload and were not moved, by day.
    """
    known, given = set(stored[c.GAME_ID]), set(offered[c.GAME_ID])
    open_game = pl.col(c.ATTENDANCE).is_null() & pl.col(c.DATE).is_not_null()
    fresh = offered.filter(open_game, ~pl.col(c.GAME_ID).is_in(list(known))).to_dicts()
    schedule = offered.filter(open_game.any().over(c.HOME))
    span = schedule.group_by(c.HOME).agg(pl.col(c.DATE).min().alias("first"), pl.col(c.DATE).max().alias("last"))
    lacks = ~pl.col(c.GAME_ID).is_in(list(given))
    lacking = (
        stored.filter(open_game)
        .join(span, on=c.HOME)
        .filter(pl.col(c.DATE) >= pl.col("first"), pl.col(c.DATE) <= pl.col("last"))
        .filter(lacks.mean().over(c.HOME) <= LARGEST_LACK)
        .filter(lacks)
        .sort(c.DATE, c.NUMBER)
        .to_dicts()
    )
    moves: list[MovedGame] = []
    for distance, old, new in sorted(_pairs(lacking, fresh), key=lambda pair: (pair[0], pair[1], pair[2])):
        taken = any(lacking[old][c.GAME_ID] == m.game_id or fresh[new][c.GAME_ID] == m.offered_id for m in moves)
        if taken or distance > FARTHEST_MOVE:
            continue
        was, now = lacking[old], fresh[new]
        moves.append(MovedGame(was[c.GAME_ID], now[c.GAME_ID], was[c.HOME], was[c.VISITOR], was[c.DATE], now[c.DATE]))
    moved = {move.game_id for move in moves if move.offered_id not in apart}
    absent = tuple(row for row in lacking if row[c.GAME_ID] not in moved)
    return tuple(sorted(moves, key=lambda move: (move.after, move.offered_id))), absent


def _pairs(lacking: list[Row], fresh: list[Row]) -> list[tuple[int, int, int]]:
    """Return days between, and the places of, each stored and new game of the same two clubs."""
    return [
        (abs((new[c.DATE] - old[c.DATE]).days), i, j)
        for i, old in enumerate(lacking)
        for j, new in enumerate(fresh)
        if old[c.VISITOR] is not None and (old[c.HOME], old[c.VISITOR]) == (new[c.HOME], new[c.VISITOR])
    ]
