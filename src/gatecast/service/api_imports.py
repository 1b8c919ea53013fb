"""Import what programs send through the API: games, attendance and tickets as rows of plain values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from gatecast.errors import DataError
from gatecast.games import CANONICAL, Column
from gatecast.games import columns as c
from gatecast.games.complete import ONLY_CLUB
from gatecast.service.club_service import ClubService
from gatecast.store import ImportReport, Refused
from gatecast.store.tickets import COLUMNS as TICKET_COLUMNS
from gatecast.suggestions import listed, suggestion

__all__ = ["take_games", "take_outcomes", "take_tickets"]

Row = Mapping[str, Any]
Numbered = tuple[int, Row]
TEXTS = (pl.String, pl.Date, pl.Time)


def take_games(service: ClubService, rows: Sequence[Row], *, source: str, dry_run: bool = False) -> ImportReport:
    """Add new games and change those that differ.

    Parameters
    ----------
    service : ClubService
    rows : sequence of mapping
        Values by column; dates and times as text. A column that a row lacks, or that is None there, is left unchanged.
        Rows are counted from 1 in what is refused.
    source : str
    dry_run : bool
        Report what would be done, and store nothing.

    Raises
    ------
    DataError
        A column that no game has, or rows that cannot be used as a whole.
    """
    games = service.games()
    columns = games.columns
    _check_names(rows, columns)
    usable, refused = _usable(rows, dict(games.table.select(c.GAME_ID, c.DATE).iter_rows()), service.clubs())
    if not usable:
        return ImportReport(None, source, 0, 0, 0, tuple(refused))
    frame = _frame(usable, columns)
    numbers = [number for number, _ in usable]
    custom_columns = [column for column in games.custom_columns if column.name in frame.columns]
    report = service.store.import_games(
        frame,
        custom_columns,
        source=source,
        rows=numbers,
        dry_run=dry_run,
        if_changed=True,
        left_out={each.row for each in refused if each.row is not None},
    )
    return _with_refused(report, refused)


def take_outcomes(service: ClubService, rows: Sequence[Row], *, source: str) -> ImportReport:
    """Record attendance and scans of stored games; another figure corrects the earlier one, which is kept.

    Parameters
    ----------
    service : ClubService
    rows : sequence of mapping
        game_id, attendance and scanned; what is None or absent is left unchanged.
    source : str
    """
    columns = {name: CANONICAL[name] for name in (c.GAME_ID, c.ATTENDANCE, c.SCANNED)}
    numbers = range(1, len(rows) + 1)
    frame = _frame(list(zip(numbers, ({**dict.fromkeys(columns), **row} for row in rows), strict=True)), columns)
    return service.store.record_outcomes(frame, source=source, rows=numbers, if_changed=True)


def take_tickets(service: ClubService, rows: Sequence[Row], *, source: str) -> ImportReport:
    """Record tickets sold by the end of a day: game_id, as_of (as text) and tickets.

    Parameters
    ----------
    service : ClubService
    rows : sequence of mapping
    source : str
    """
    frame = _frame(list(enumerate(rows, start=1)), {column.name: column for column in TICKET_COLUMNS})
    return service.store.record_tickets(frame, source=source, rows=range(1, len(rows) + 1))


def _check_names(rows: Sequence[Row], columns: Mapping[str, Column]) -> None:
    for number, row in enumerate(rows, start=1):
        unknown = next((name for name in row if name not in columns), None)
        if unknown is not None:
            remedy = suggestion(unknown, list(columns)) or "add a custom column by uploading a file that has it"
            raise DataError(f"an unknown column {unknown!r}", f"one of {listed(list(columns))}", remedy, row=number)


def _usable(
    rows: Sequence[Row], dates: Mapping[str, dt.date | None], clubs: Sequence[str]
) -> tuple[list[Numbered], list[Refused]]:
    """Return numbered rows without the empty ones, and without new games that name no club if the store has clubs.

    A row of a game that is stored (`dates`, by game_id) need not say again on which day it is.
    """
    usable, refused = [], []
    named = any(club != ONLY_CLUB for club in clubs)
    for number, row in enumerate(rows, start=1):
        game = row.get(c.GAME_ID)
        date = dates.get(game) if isinstance(game, str) else None
        if all(value is None for value in row.values()):
            refused.append(Refused(number, c.GAME_ID, "an empty row", "a game"))
        elif named and game not in dates and not (row.get(c.HOME) or row.get(c.VENUE)):
            expected = f"the home club of a new game, such as {clubs[0]!r}"
            refused.append(Refused(number, c.HOME, "nothing", expected, f"or the {c.GAME_ID} of a game of the store"))
        else:
            usable.append((number, row if date is None or row.get(c.DATE) else {**row, c.DATE: date.isoformat()}))
    return usable, refused


def _frame(rows: Sequence[Numbered], columns: Mapping[str, Column]) -> pl.DataFrame:
    """Return the columns that some row names; as text if a cell has to be parsed, else as numbers."""
    names = [name for name in columns if any(name in row for _, row in rows)]
    return pl.DataFrame([_series(rows, columns[name]) for name in names])


def _series(rows: Sequence[Numbered], column: Column) -> pl.Series:
    name, values = column.name, [row.get(column.name) for _, row in rows]
    if column.dtype is pl.Boolean:
        for number, row in rows:
            if not isinstance(row.get(name), bool | None):
                raise DataError(repr(row[name]), "true or false", row=number, column=name)
        return pl.Series(name, values, pl.Boolean)
    if column.dtype in TEXTS or any(isinstance(value, str | bool) for value in values):
        return pl.Series(name, [_text(value) for value in values], pl.String)
    return pl.Series(name, values, pl.Float64 if any(isinstance(value, float) for value in values) else pl.Int64)


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    return None if value is None else str(value)


def _with_refused(report: ImportReport, more: Sequence[Refused]) -> ImportReport:
    refused = sorted((*report.refused, *more), key=lambda each: (each.row or 0, each.column))
    return replace(report, refused=tuple(refused))
