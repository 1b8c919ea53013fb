"""What a change would do to a forecast: rain, a promotion, another starter, another start. Nothing is trained again."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from gatecast.collect.parse import parse
from gatecast.collect.raw_table import Cells
from gatecast.errors import DataError, InputError
from gatecast.forecast.prepared import as_games, places_of
from gatecast.games import Column, Games, Role
from gatecast.games import columns as c
from gatecast.games.complete import FIRST_NIGHT_START
from gatecast.games.forecast_columns import LEAD
from gatecast.suggestions import listed, suggestion

if TYPE_CHECKING:
    from gatecast.forecast.forecaster import Forecaster

__all__ = ["WhatIf", "changeable", "changed_games", "what_if"]

FIXED = {
    **dict.fromkeys((c.GAME_ID, c.HOME, c.VENUE, c.SEASON), "which game it is"),
    c.CAPACITY: "what the gates of the venue say as well",
}
"""Columns that are known before a game and not changed, and what they are."""
CELLS = (str, int, float, dt.date, dt.time)
TYPED: dict[type[pl.DataType], type] = {pl.Float64: float, pl.Date: dt.date, pl.Time: dt.time}
FIRST_ROW = 2

Changes = Mapping[str, Mapping[str, object]]


def what_if(
    forecaster: Forecaster,
    games: Games | pl.DataFrame,
    upcoming: Games | pl.DataFrame,
    as_of: dt.date | str | None,
    changes: Changes,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The forecast of games to come as they are given, and as they would be.

    Parameters
    ----------
    forecaster : Forecaster
        Trained.
    games, upcoming : Games or data frame
        Past games and games to come, as for `Forecaster.forecast`.
    as_of : date, or text such as 2019-05-30
        The last day known; needed where games carry dates.
    changes : mapping of game_id to mapping of column to value
        What is otherwise at which games, such as `{"ANA201906010": {"precipitation": "rain"}}`; see `changed_games`.

    Returns
    -------
    before, after : polars.DataFrame
        As `Forecaster.forecast` returns them, row by row the same games.

    Raises
    ------
    DataError
        A value that its column cannot hold, a column that may not be changed, or one that nobody knows so long before
        the game, so that no forecast can heed it.
    InputError
        No change, or one of a game that is not to come.
    """
    asked = WhatIf(forecaster, games, upcoming, as_of)
    return asked.before, asked.after(changes)


class WhatIf:
    """A forecast of games to come that any number of changes can be asked of.

    Parameters
    ----------
    forecaster : Forecaster
        Trained.
    games, upcoming : Games or data frame
        Past games and games to come, as for `Forecaster.forecast`.
    as_of : date, or text such as 2019-05-30
        The last day known; needed where games carry dates.

    Attributes
    ----------
    before : polars.DataFrame
        The forecast of the games as they are given, as `Forecaster.forecast` returns it.

    Raises
    ------
    DataError, InputError
        As for `Forecaster.forecast`.
    """

    def __init__(
        self,
        forecaster: Forecaster,
        games: Games | pl.DataFrame,
        upcoming: Games | pl.DataFrame,
        as_of: dt.date | str | None,
    ) -> None:
        self._forecaster, self._as_of = forecaster, as_of
        self._coming = as_games(upcoming, forecaster.custom_columns)
        self._prepared = forecaster.prepared(games, upcoming)
        self.before = forecaster.forecast_prepared(self._prepared, as_of)

    def after(self, changes: Changes) -> pl.DataFrame:
        """The forecast of the games as they would be, row by row the same games as in `before`; errors as `what_if`."""
        changed = self._prepared.changed(changed_games(self._coming, changes))
        _check_known(self._coming, self.before[LEAD].cast(pl.Float64), changes)
        made = self._forecaster.forecast_prepared(changed, self._as_of)
        return self.before.select(c.GAME_ID).join(made, on=c.GAME_ID, how="left", maintain_order="left")


def changed_games(coming: Games, changes: Changes) -> Games:
    """Games to come with some values changed, checked as any games are.

    Parameters
    ----------
    coming : Games
    changes : mapping of game_id to mapping of column to value
        Values as a table of games may spell them: text, numbers, dates, times; None or empty text for unknown. The
        columns are those of `changeable`. A start time changed alone sets day or night by it; day or night changed
        alone makes a start time unknown that says otherwise.

    Raises
    ------
    DataError, InputError
        As for `what_if`.
    """
    _check_games(coming, changes)
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
        return Games.from_frame(table, coming.custom_columns)
    except DataError as refused:
        game = "" if refused.row is None else f"game {table[c.GAME_ID][refused.row - FIRST_ROW]}"
        raise refused.at(file=game, row=None) from None


def changeable(columns: Mapping[str, Column]) -> list[str]:
    """The columns that may be changed: what is known before a game, but for `FIXED`."""
    results = (Role.RESULT, Role.TARGET)
    return [
        name
        for name, column in columns.items()
        if name not in FIXED and column.role not in results and column.known.lead > 0
    ]


def _check_games(coming: Games, changes: Changes) -> None:
    if not changes:
        raise InputError("changes: got none, expected at least one game with a column and its value")
    places_of(coming, changes)


def _column(name: str, coming: Games) -> Column:
    """The column of that name, if it may be changed."""
    free = changeable(coming.columns)
    if name in free:
        return coming.columns[name]
    if name not in coming.columns:
        raise DataError(f"an unknown column {name!r}", f"one of {listed(free)}", suggestion(name, free))
    kind = FIXED.get(name, "a result, unknown before the game")
    raise DataError(f"a change of {name}, {kind}", f"one of {listed(free)}", "change what is known before")


def _typed(value: object, column: Column, game: str) -> object:
    """A value in the type of its column."""
    if value is None or value == "":
        return None
    if not isinstance(value, CELLS):
        raise DataError(repr(value), column.expected, file=f"game {game}", column=column.name)
    if type(value) is TYPED.get(column.dtype) and value == value:  # noqa: PLR0124 (not a number is no value)
        return value  # whether it may be so, the table of games says
    cells = Cells(pl.Series([value]), [FIRST_ROW], "", column.name)
    try:
        return parse(cells, column)[0]
    except DataError as refused:
        raise DataError(refused.got, refused.expected, file=f"game {game}", column=column.name) from None


def _start_and_light(game: Mapping[str, object], values: Mapping[str, object]) -> dict[str, object]:
    """What follows for the one of start time and day or night from a change of the other alone."""
    if c.START_TIME in values and c.DAY_NIGHT not in values:
        return {c.DAY_NIGHT: None} if values[c.START_TIME] is not None else {}
    start = game[c.START_TIME]
    if c.DAY_NIGHT in values and c.START_TIME not in values and isinstance(start, dt.time):
        light = "day" if start < FIRST_NIGHT_START else "night"
        return {c.START_TIME: None} if values[c.DAY_NIGHT] not in (None, light) else {}
    return {}


def _check_known(coming: Games, leads: pl.Series, changes: Changes) -> None:
    """Refuse a change that comes before anybody knows it."""
    ahead = dict(zip(coming.table[c.GAME_ID], leads, strict=True))
    for game, change in changes.items():
        for name in change:
            known = coming.columns[name].known.lead
            if ahead[game] > known and not math.isinf(known):
                raise DataError(
                    f"a change {ahead[game]:.0f} days before the game",
                    f"one at most {known:.0f} days before",
                    "nobody knows it earlier, and no forecast heeds it",
                    file=f"game {game}",
                    column=name,
                )
