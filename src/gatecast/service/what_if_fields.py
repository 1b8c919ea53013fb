"""What may be changed of a game to come, and what there is to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.forecast.what_if import changeable
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.service.club_service import SCHEDULE_AREA, ClubService

__all__ = ["Field", "fields_of"]

MOST_CHOICES = 200
"""Values offered of a column; of one with more, the latest."""


@dataclass(frozen=True)
class Field:
    """A column that may be changed.

    Parameters
    ----------
    column : Column
    now : object
        What it holds; None for not known.
    heeded : bool
        Whether its value is known so long before the game that the forecast reads it.
    choices : tuple of str
        Its accepted values, or those that games hold; empty for numbers, dates and times.
    """

    column: Column
    now: object
    heeded: bool
    choices: tuple[str, ...]


def fields_of(service: ClubService, row: Mapping[str, Any]) -> tuple[Field, ...]:
    """The columns of a game to come that may be changed.

    Parameters
    ----------
    service : ClubService
    row : mapping
        The game by column names.
    """
    columns, ahead = service.games().columns, _days_ahead(service, row)
    return tuple(
        Field(columns[name], row[name], ahead <= columns[name].known.lead, _choices(service, row, columns[name]))
        for name in changeable(columns)
    )


def _days_ahead(service: ClubService, row: Mapping[str, Any]) -> int:
    """Days from the last day known to a game; games, where there are no dates."""
    as_of, date = service.as_of(row[c.HOME]), row[c.DATE]
    if as_of is not None and date is not None:
        return int((date - as_of).days)
    return (service.coming(row[c.HOME]).table[c.GAME_ID].index_of(row[c.GAME_ID]) or 0) + 1


def _choices(service: ClubService, row: Mapping[str, Any], column: Column) -> tuple[str, ...]:
    """Values to choose from: the accepted ones, else those of games, of the same visitor for its starters."""
    if column.values or column.role not in (Role.CATEGORY, Role.LABELS) or column.dtype is not pl.String:
        return column.values
    key, whose = {
        c.HOME_STARTER: (c.HOME, row[c.HOME]),
        c.VISITOR_STARTER: (c.VISITOR, row[c.VISITOR]),
        c.PROMOTION: (c.HOME, row[c.HOME]),
    }.get(column.name, ("", None))

    def found() -> tuple[str, ...]:
        table = service.games().table
        values = (table.filter(pl.col(key) == whose) if key else table)[column.name].drop_nulls().reverse()
        if column.role is Role.LABELS:
            values = values.str.split(";").explode(empty_as_null=True).drop_nulls()
        return tuple(sorted(values.unique(maintain_order=True).head(MOST_CHOICES).to_list()))

    return service.cached(("choices", column.name, whose), (SCHEDULE_AREA,), found)
