"""Changed games to come: rain, a promotion, another starting pitcher, another start time."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt
import polars as pl

from gatecast.collect.parse import parse_one
from gatecast.errors import DataError, InputError
from gatecast.games import Column, Games, Role
from gatecast.games import columns as c
from gatecast.games.complete import FIRST_NIGHT_START
from gatecast.suggestions import listed, suggestion

__all__ = ["Changes", "changeable", "changed_games", "check_known", "places_of"]

FIXED = {
    **dict.fromkeys((c.GAME_ID, c.HOME, c.VENUE, c.SEASON), "which game it is"),
    **dict.fromkeys((c.CAPACITY, c.VENUE_OPENED), "which past games state as well"),
}
"""Columns that are known before a game and may not be changed, each with the reason."""
CELLS = (str, int, float, dt.date, dt.time)
TYPED: dict[type[pl.DataType], type] = {pl.Float64: float, pl.Date: dt.date, pl.Time: dt.time}
FIRST_ROW = 2

Changes = Mapping[str, Mapping[str, object]]


def changed_games(coming: Games, changes: Changes) -> Games:
    """Return games to come with some values changed, checked like any games.

    Parameters
    ----------
    coming : Games
    changes : mapping of game_id to mapping of column to value
        Values as a table of games may spell them: text, numbers, dates, times; None or empty text for unknown. The
        columns are those of `changeable`. A start time changed alone sets day or night by it; day or night changed
        alone makes a start time unknown that says otherwise.

    Raises
    ------
    DataError
        A value that its column cannot hold, or a column that may not be changed.
    InputError
        There is no change, or a game is not among those to come.
    """
    if not changes:
        raise InputError("changes: got none, expected at least one game with a column and its value")
    places_of(coming, changes)
    table = coming.table
    for game, change in changes.items():
        values = {name: _typed(value, _column(name, coming), game) for name, value in change.items()}
        if not values:
            raise InputError(f"game {game}: got no change, expected a column and its value")
        row = table.row(by_predicate=pl.col(c.GAME_ID) == game, named=True)
        values |= _start_and_light(row, values)
        here = pl.col(c.GAME_ID) == game
        table = table.with_columns(
            pl.when(here).then(pl.lit(value, table.schema[name])).otherwise(name).alias(name)
            for name, value in values.items()
        )
    try:
        changed = Games.from_frame(table, coming.custom_columns, keep_order=True)
    except DataError as refused:
        game = "" if refused.row is None else f"game {table[c.GAME_ID][refused.row - FIRST_ROW]}"
        raise refused.at(file=game, row=None) from None
    return coming.with_table(changed.table)


def changeable(columns: Mapping[str, Column]) -> list[str]:
    """Return the columns that may be changed: those known before a game, except `FIXED`."""
    results = (Role.RESULT, Role.TARGET)
    return [
        name
        for name, column in columns.items()
        if name not in FIXED and column.role not in results and column.known.lead > 0
    ]


def places_of(coming: Games, game_ids: Iterable[str]) -> npt.NDArray[np.intp]:
    """Return where games stand among those to come, shape (ids,); raise InputError for any other game."""
    places = {game: place for place, game in enumerate(coming.table[c.GAME_ID])}
    for game in game_ids:
        if game not in places:
            near, expected = suggestion(game, places), listed(list(places))
            raise InputError(f"game: got {game!r}, expected one of {expected}" + (f"; {near}" if near else ""))
    return np.array([places[game] for game in game_ids], np.intp)


def _column(name: str, coming: Games) -> Column:
    """Return the column of that name; raise DataError if it may not be changed."""
    free = changeable(coming.columns)
    if name in free:
        return coming.columns[name]
    if name not in coming.columns:
        raise DataError(f"an unknown column {name!r}", f"one of {listed(free)}", suggestion(name, free))
    kind = FIXED.get(name, "a result, unknown before the game")
    raise DataError(f"a change of {name}, {kind}", f"one of {listed(free)}", "change what is known before")


def _typed(value: object, column: Column, game: str) -> object:
    """Return a value in the type of its column."""
    if value is None or value == "":
        return None
    if not isinstance(value, CELLS):
        raise DataError(repr(value), column.expected, file=f"game {game}", column=column.name)
    if type(value) is TYPED.get(column.dtype) and value == value:  # noqa: PLR0124 (not a number is no value)
        return value  # whether it may be so, the table of games says
    try:
        return parse_one(value, column)
    except DataError as refused:
        raise DataError(refused.got, refused.expected, file=f"game {game}", column=column.name) from None


def _start_and_light(game: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """Return the change of day or night that follows from a new start time alone, and the other way round."""
    if c.START_TIME in values and c.DAY_NIGHT not in values:
        return {c.DAY_NIGHT: None} if values[c.START_TIME] is not None else {}
    start = game[c.START_TIME]
    if c.DAY_NIGHT in values and c.START_TIME not in values and isinstance(start, dt.time):
        light = "day" if start < FIRST_NIGHT_START else "night"
        return {c.START_TIME: None} if values[c.DAY_NIGHT] not in (None, light) else {}
    return {}


def check_known(coming: Games, leads: pl.Series, changes: Changes) -> None:
    """Refuse changes of values that nobody knows so long before the game.

    Parameters
    ----------
    coming : Games
    leads : polars.Series, shape (games,)
        Days from the cutoff to each game.
    changes : mapping of game_id to mapping of column to value

    Raises
    ------
    DataError
        A column is not known at the lead of its game.
    """
    ahead = dict(zip(coming.table[c.GAME_ID], leads, strict=True))
    for game, change in changes.items():
        for name in change:
            known = coming.columns[name].known.lead
            if ahead[game] > known and not math.isinf(known):
                raise DataError(
                    f"a change {ahead[game]:.0f} days before the game",
                    f"one at most {known:.0f} days before",
                    "nobody knows it earlier, so no forecast uses it",
                    file=f"game {game}",
                    column=name,
                )
