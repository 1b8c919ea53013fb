"""The rows of a table that can be used, and every cell for which a row cannot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from gatecast.collect.column_mapping import ColumnMapping
from gatecast.collect.raw import RawTable
from gatecast.collect.read import games_of
from gatecast.errors import DataError
from gatecast.games import Column, Games

__all__ = ["MOST_REFUSED", "Usable", "usable_games"]

MOST_REFUSED = 100
"""Rows refused before a table is refused as a whole."""


@dataclass(frozen=True)
class Usable:
    """What can be used of a table.

    Parameters
    ----------
    games : Games
        Of the rows that can be used, in their order.
    rows : tuple of int
        The row of the file of each of them.
    refused : tuple of DataError
        The first cell of each other row that cannot be used, by row.
    mapping : ColumnMapping
        With all that was guessed.
    """

    games: Games
    rows: tuple[int, ...]
    refused: tuple[DataError, ...]
    mapping: ColumnMapping


def usable_games(
    table: RawTable,
    mapping: ColumnMapping,
    *,
    custom_columns: Sequence[Column] = (),
    note: Callable[[str], None] = lambda text: None,
) -> Usable:
    """Read what can be read of a table of games, past or to come.

    Parameters
    ----------
    table : RawTable
    mapping : ColumnMapping
    custom_columns : sequence of Column
        A club's own columns as they were declared before.
    note : function of str

    Raises
    ------
    DataError, SettingsError
        The table cannot be used as a whole, or more than a hundred of its rows cannot.
    """
    refused: list[DataError] = []
    numbered = sorted(table.rows) == list(table.rows)
    while True:
        try:
            games, found = games_of(
                table, mapping, upcoming=True, custom_columns=custom_columns, note=note if not refused else _quiet
            )
        except DataError as problem:
            if problem.row is None or problem.row not in table.rows or len(refused) >= MOST_REFUSED:
                raise
            refused.append(problem)
            table = table.kept(pl.Series(table.rows, dtype=pl.Int64) != problem.row)
            if not table.rows:
                raise
            continue
        rows = tuple(table.rows) if numbered and len(games) == len(table.rows) else tuple(range(2, len(games) + 2))
        return Usable(games, rows, tuple(sorted(refused, key=lambda each: each.row or 0)), found)


def _quiet(text: str) -> None:
    """Tell nobody a second time."""
