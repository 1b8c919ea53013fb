"""Change a stored game: its cells, its day, postponed, cancelled, made up as a doubleheader; and what changed it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gatecast.collect.parse import parse_one
from gatecast.date_style import PLAIN
from gatecast.errors import DataError, InputError
from gatecast.games import Column, Role
from gatecast.games import columns as c
from gatecast.service.club_service import ClubService
from gatecast.service.game import Fact, game_row
from gatecast.store import GameEdit, ImportReport, LoggedChange
from gatecast.store.comparison import OF_THE_DAY
from gatecast.store.rows import STATUS, from_json
from gatecast.store.statuses import CANCELLED, POSTPONED, SCHEDULED

__all__ = [
    "CANCELLED",
    "POSTPONED",
    "SCHEDULED",
    "EditRefusedError",
    "LoggedEdit",
    "change_game",
    "edit_log",
    "editable_columns",
    "games_set_aside",
    "read_values",
    "same_day",
    "stored_game",
    "values_from_json",
]

BY_HAND = "changed by hand"
FIXED = (c.GAME_ID, c.HOME, c.SEASON)
MOST_OF_A_DAY = 3


class EditRefusedError(InputError):
    """Typed values of a game that cannot be used.

    Parameters
    ----------
    errors : mapping of str to str
        What is wrong, by column.
    """

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)
        super().__init__("; ".join(f"{column}: {error}" for column, error in self.errors.items()))


@dataclass(frozen=True)
class LoggedEdit:
    """An import or edit that touched a game, as its history shows it.

    Parameters
    ----------
    import_id : int
    at : datetime
    source : str
    facts : tuple of Fact
        What it changed; `STATUS` stands for whether the game is played.
    added : bool
        True if it added the game.
    undone_at : datetime or None
    undoable : bool
        True for the last one in effect, unless it added the game.
    """

    import_id: int
    at: dt.datetime
    source: str
    facts: tuple[Fact, ...]
    added: bool
    undone_at: dt.datetime | None
    undoable: bool


def editable_columns(columns: Mapping[str, Column]) -> tuple[str, ...]:
    """Return the columns of a game that can be changed, in order; its attendance is entered on the data page."""
    results = (Role.RESULT, Role.TARGET)
    return tuple(name for name, column in columns.items() if name not in FIXED and column.role not in results)


def games_set_aside(service: ClubService, club: str) -> list[dict[str, Any]]:
    """Return a club's games that are postponed without a new date or cancelled, by date, each with its `STATUS`."""
    table = service.set_aside()
    return table.filter(pl.col(c.HOME) == club).to_dicts()


def stored_game(service: ClubService, game_id: str) -> tuple[dict[str, Any], str] | None:
    """Return a game of the store by column names, one set aside included, and its status; None if there is none."""
    row = game_row(service, game_id)
    if row is not None:
        return row, SCHEDULED
    table = service.set_aside()
    found = table.filter(pl.col(c.GAME_ID) == game_id)
    if found.is_empty():
        return None
    row = found.row(0, named=True)
    return row, str(row.pop(STATUS))


def same_day(service: ClubService, club: str, date: dt.date | None, game_id: str = "") -> list[dict[str, Any]]:
    """Return a club's other home games on a day, in order of play."""
    if date is None:
        return []
    table = service.home_games(club).table
    return table.filter(pl.col(c.DATE) == date, pl.col(c.GAME_ID) != game_id).to_dicts()


def change_game(
    service: ClubService,
    game_id: str,
    values: Mapping[str, Any],
    *,
    status: str | None = None,
    expected: Mapping[str, Any] | None = None,
    source: str = "",
) -> ImportReport:
    """Change a game, and the numbers of the games that share a day with it before or after.

    A game that moves to another day loses what was known of its day (weather, pitchers) unless new values are given;
    one that moves to the day of another game makes a doubleheader with it. A new day puts a game that was set aside
    back into the schedule.

    Parameters
    ----------
    service : ClubService
    game_id : str
    values : mapping
        New values by column; None clears one.
    status : str, optional
        `POSTPONED` or `CANCELLED` to set the game aside, `SCHEDULED` to put it back; as it is if not given.
    expected : mapping, optional
        Values by column that must be stored still.
    source : str
        Who changed it; by hand, with the game as it was, if not given.

    Raises
    ------
    InputError
        No such game, or a change that makes no sense.
    ConflictError
        Somebody else changed an expected value.
    DataError
        The game would be inconsistent.
    """
    found = stored_game(service, game_id)
    if found is None:
        raise InputError(f"game {game_id}: got no such game, expected one of the store")
    row, was = found
    moves = c.DATE in values and values[c.DATE] != row[c.DATE]
    wanted = status if status is not None else SCHEDULED if moves else was
    if wanted != SCHEDULED and row[c.ATTENDANCE] is not None:
        raise InputError(f"game {game_id}: got a game with an attendance, expected one still to be played")
    after = dict(values)
    if moves:
        after = {name: None for name in OF_THE_DAY if row[name] is not None} | after
    if c.START_TIME in after and c.DAY_NIGHT not in after and after[c.START_TIME] != row[c.START_TIME]:
        after[c.DAY_NIGHT] = None
    edits = [GameEdit(game_id, after, wanted, dict(expected or {}))]
    if moves or wanted != was or c.NUMBER in values:
        edits = _numbered(service, row, after, wanted, edits[0])
    return service.store.edit_games(edits, source=source or f"{BY_HAND}: {_name(row)}")


def _name(row: Mapping[str, Any]) -> str:
    """Return a game in a few words: its day and visitor."""
    date = PLAIN.dated(row[c.DATE]) if row[c.DATE] else str(row[c.GAME_ID])
    return f"{date}, {row[c.VISITOR]}" if row[c.VISITOR] else date


def _numbered(
    service: ClubService, row: Mapping[str, Any], after: Mapping[str, Any], status: str, edit: GameEdit
) -> list[GameEdit]:
    """Return the edit, and those that number the games of the day it leaves and of the day it comes to."""
    club, game_id, new = row[c.HOME], row[c.GAME_ID], {**row, **after}
    plays = status == SCHEDULED
    neighbours: list[GameEdit] = []
    if row[c.DATE] != new[c.DATE] or not plays:
        left = same_day(service, club, row[c.DATE], game_id)
        neighbours += _renumbered(left, _places(len(left)))
    if not plays:
        return [edit, *neighbours]
    others = same_day(service, club, new[c.DATE], game_id)
    if len(others) >= MOST_OF_A_DAY:
        raise InputError(f"date: got {new[c.DATE]}, on which {len(others)} games are played, expected fewer")
    place = after.get(c.NUMBER)
    if place:
        order = min(int(place) - 1, len(others))
    else:
        last = dt.time.max
        order = sum((each[c.START_TIME] or last) <= (new[c.START_TIME] or last) for each in others)
    places = _places(len(others) + 1)
    neighbours += _renumbered(others, [number for i, number in enumerate(places) if i != order])
    return [GameEdit(game_id, {**edit.values, c.NUMBER: places[order]}, edit.status, edit.expected), *neighbours]


def _places(games: int) -> list[int]:
    """Return the numbers of so many games of one day: 0 for the only one."""
    return [0] if games == 1 else list(range(1, games + 1))


def _renumbered(rows: Sequence[Mapping[str, Any]], numbers: Sequence[int]) -> list[GameEdit]:
    return [
        GameEdit(row[c.GAME_ID], {c.NUMBER: number}, expected={c.DATE: row[c.DATE]})
        for row, number in zip(rows, numbers, strict=True)
        if row[c.NUMBER] != number
    ]


def read_values(columns: Mapping[str, Column], typed: Mapping[str, str], units: Mapping[str, str]) -> dict[str, Any]:
    """Return typed texts as values of their columns; an empty one clears its column.

    Parameters
    ----------
    columns : mapping of str to Column
    typed : mapping of str to str
        Texts by column; others are left out.
    units : mapping of str to str
        Units in which numbers were typed, where they are not the column's.

    Raises
    ------
    EditRefusedError
        With what is wrong, by column.
    """
    values: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, text in typed.items():
        if name not in columns:
            continue
        try:
            values[name] = parse_one(text.strip(), columns[name], units.get(name, "")) if text.strip() else None
        except DataError as error:
            errors[name] = f"got {error.got}, expected {error.expected}"
    if errors:
        raise EditRefusedError(errors)
    return values


def values_from_json(columns: Mapping[str, Column], body: Mapping[str, Any]) -> dict[str, Any]:
    """Return values of JSON as values of their columns; None clears one.

    Raises
    ------
    DataError
        A column that cannot be changed, or a value that its column cannot hold.
    """
    allowed = {*editable_columns(columns), c.ATTENDANCE, c.SCANNED}
    strange = next((name for name in body if name not in allowed), None)
    if strange is not None:
        raise DataError("an unknown column", "a column of games that can be changed", column=strange)
    values: dict[str, Any] = {}
    for name, value in body.items():
        column = columns[name]
        if isinstance(value, bool | int | float) and column.dtype.is_numeric():
            whole = column.dtype.is_integer()
            if whole and float(value) != int(value):
                raise DataError(repr(value), column.expected, column=name)
            values[name] = int(value) if whole else float(value)
        else:
            values[name] = None if value is None or value == "" else parse_one(str(value), column)
    return values


def edit_log(service: ClubService, row: Mapping[str, Any], status: str) -> tuple[LoggedEdit, ...]:
    """Return what touched a game, the latest first, with the values before and after.

    Parameters
    ----------
    service : ClubService
    row : mapping
        The game by column names.
    status : str
        Its present status.
    """
    columns = service.games().columns
    now: dict[str, Any] = {**row, STATUS: status or None}
    log: list[LoggedEdit] = []
    undoable = True
    for change in reversed(service.store.game_changes(str(row[c.GAME_ID]))):
        effective, facts = change.undone_at is None, []
        for name, before in _cells(change, columns):
            facts.append(Fact(name, before, now.get(name) if effective else None))
            if effective:
                now[name] = before
        added = change.before is None
        log.append(
            LoggedEdit(
                change.import_id,
                change.at,
                change.source,
                tuple(fact for fact in facts if fact.column != c.DAY_NIGHT or len(facts) == 1),
                added,
                change.undone_at,
                effective and undoable and not added,
            )
        )
        undoable = undoable and not effective
    return tuple(log)


def _cells(change: LoggedChange, columns: Mapping[str, Column]) -> list[tuple[str, Any]]:
    """Return the earlier values of the cells that a change replaced."""
    cells = (change.before or {}).items()
    known = [(name, from_json(value, columns[name])) for name, value in cells if name in columns]
    return known + [(name, value) for name, value in cells if name == STATUS]
