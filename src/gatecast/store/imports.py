"""Write games to the database, each import with what it changed, so that it can be undone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import StoreError
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.store import revisions
from gatecast.store.comparison import Comparison
from gatecast.store.report import ImportReport, Undone
from gatecast.store.rows import STATUS, WITHDRAWN, as_json, declare, declared, from_json, game_rows, stored_games
from gatecast.store.schema import GAME_CHANGES, GAMES, IMPORTS, OUTCOMES, RESULTS
from gatecast.store.statuses import write_statuses

__all__ = ["undo", "write"]

KEY = "key"
BATCH = 5_000
"""Rows sent to the database at once."""


def write(
    connection: sa.Connection, comparison: Comparison, source: str, *, now: dt.datetime, known_at: dt.datetime
) -> ImportReport:
    """Store what a comparison found, with a record of what it changed.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    comparison : Comparison
        Computed in the same transaction.
    source : str
    now : datetime
    known_at : datetime
        When the attendance and scans were known.
    """
    counts = {
        IMPORTS.c.added: comparison.added.height,
        IMPORTS.c.changed: comparison.changed.height,
        IMPORTS.c.unchanged: comparison.unchanged,
        IMPORTS.c.refused: len({each.row for each in comparison.refused}),
    }
    inserted = connection.execute(
        sa.insert(IMPORTS).values({IMPORTS.c.imported_at: now, IMPORTS.c.source: source, **counts})
    )
    number = inserted.inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has one
    declares = declare(connection, comparison.custom_columns)
    returning = _withdrawn(connection)
    fresh = comparison.added.join(returning, on=c.GAME_ID, how="anti", maintain_order="left")
    back = comparison.added.join(returning.select(c.GAME_ID), on=c.GAME_ID, how="semi", maintain_order="left")
    _insert(connection, sa.insert(GAMES), _game_rows(fresh, comparison.custom_columns))
    again = pl.concat([back, comparison.changed.select(back.columns)])
    _update(connection, _game_rows(again, comparison.custom_columns))
    _insert(connection, sa.insert(GAME_CHANGES), ({**row, "import_id": number} for row in _changes(comparison)))
    write_statuses(connection, {game: now_is for game, (_, now_is) in comparison.statuses.items()})
    nothing = comparison.added.with_columns(pl.lit(None, pl.Int32).alias(name) for name in RESULTS)
    after = pl.concat([comparison.added, comparison.changed.select(comparison.added.columns)])
    before = pl.concat([nothing, comparison.before.select(comparison.added.columns)])
    _outcomes(connection, before, after, number, now=now, known_at=known_at)
    revisions.move(connection, revisions.IMPORTS)
    if declares or after.height:
        revisions.move(connection, revisions.GAMES)
    if declares or _of_schedule(comparison):
        revisions.move(connection, revisions.SCHEDULE)
    return comparison.report(number, source)


def undo(connection: sa.Connection, number: int, now: dt.datetime) -> Undone:
    """Give every game of an import the values it had before, and withdraw the games that it added.

    Raises
    ------
    StoreError
        No such import, one undone already, or a later one that touched the same games.
    """
    _check_undoable(connection, number)
    ours = sa.select(GAME_CHANGES.c.game_id, GAME_CHANGES.c.before).where(GAME_CHANGES.c.import_id == number)
    changes = {row.game_id: row.before for row in connection.execute(ours)}
    custom_columns = declared(connection)
    stored = stored_games(connection, custom_columns, all_of_them=True)
    stored = stored.filter(pl.col(c.GAME_ID).is_in(list(changes)))
    columns = {**c.CANONICAL, **{column.name: column for column in custom_columns}}
    taken_out = {WITHDRAWN: True, **dict.fromkeys(RESULTS)}
    rows = []
    for row in stored.iter_rows(named=True):
        before = changes[row[c.GAME_ID]]
        earlier = {name: from_json(value, columns[name]) for name, value in (before or {}).items() if name in columns}
        earlier |= {WITHDRAWN: before[WITHDRAWN]} if before and WITHDRAWN in before else {}
        rows.append({**row, **(taken_out if before is None else earlier)})
    after = pl.DataFrame(rows, schema=stored.schema)
    _update(connection, _game_rows(after, custom_columns))
    _outcomes(connection, stored, after, number, now=now, known_at=now)
    write_statuses(connection, {game: cells[STATUS] for game, cells in changes.items() if cells and STATUS in cells})
    connection.execute(sa.update(IMPORTS).where(IMPORTS.c.import_id == number).values({IMPORTS.c.undone_at: now}))
    revisions.move(connection, revisions.IMPORTS)
    if changes:
        revisions.move(connection, revisions.GAMES)
        revisions.move(connection, revisions.SCHEDULE)
    added = sum(before is None for before in changes.values())
    return Undone(number, added, len(changes) - added)


def _check_undoable(connection: sa.Connection, number: int) -> None:
    row = connection.execute(sa.select(IMPORTS.c.undone_at).where(IMPORTS.c.import_id == number)).first()
    if row is None:
        raise StoreError(f"import {number}: got no such import, expected one that the list of imports shows")
    if row.undone_at is not None:
        raise StoreError(f"import {number}: got an import that was undone already, expected one that is in effect")
    ours, later = GAME_CHANGES, GAME_CHANGES.alias()
    clash = connection.execute(
        sa.select(sa.func.max(later.c.import_id), sa.func.count(sa.distinct(later.c.game_id)))
        .join_from(later, ours, (later.c.game_id == ours.c.game_id) & (ours.c.import_id == number))
        .join(IMPORTS, IMPORTS.c.import_id == later.c.import_id)
        .where(later.c.import_id > number, IMPORTS.c.undone_at.is_(None))
    ).one()
    if clash[0] is not None:
        raise StoreError(
            f"import {number}: got {clash[1]} of its games in later imports, expected games not touched since; "
            f"undo import {clash[0]} first"
        )


def _withdrawn(connection: sa.Connection) -> pl.DataFrame:
    """Return the ids of games that were withdrawn."""
    ids = connection.scalars(sa.select(GAMES.c.game_id).where(GAMES.c.withdrawn)).all()
    return pl.DataFrame({c.GAME_ID: ids}, schema={c.GAME_ID: pl.String})


def _changes(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield for each game its id and the earlier values of the cells that changed; None for a new game."""
    game, before = GAME_CHANGES.c.game_id.name, GAME_CHANGES.c.before.name
    for each in comparison.added[c.GAME_ID]:
        yield {game: each, before: None}
    names = comparison.changed.columns
    for old, new in zip(comparison.before.select(names).iter_rows(), comparison.changed.iter_rows(), strict=True):
        cells = {name: as_json(a) for name, a, b in zip(names, old, new, strict=True) if a != b}
        number = new[names.index(c.GAME_ID)]
        if number in comparison.statuses:
            cells[STATUS] = comparison.statuses[number][0]
        yield {game: number, before: cells}


def _of_schedule(comparison: Comparison) -> bool:
    """Return whether changes concern more than attendance and scans of games."""
    after, before = comparison.changed, comparison.before
    names = [name for name in after.columns if name not in RESULTS]
    moved = comparison.added.height > 0 or bool(comparison.statuses)
    return moved or any(after[name].ne_missing(before[name]).any() for name in names)


def _outcomes(
    connection: sa.Connection,
    before: pl.DataFrame,
    after: pl.DataFrame,
    number: int,
    *,
    now: dt.datetime,
    known_at: dt.datetime,
) -> None:
    """Record an outcome for each game whose attendance or scans differ."""
    differs = pl.select(pl.any_horizontal(after[name].ne_missing(before[name]) for name in RESULTS)).to_series()
    rows = after.filter(differs).select(c.GAME_ID, *RESULTS).iter_rows(named=True)
    stamp = {
        OUTCOMES.c.known_at.name: known_at, OUTCOMES.c.recorded_at.name: now, OUTCOMES.c.import_id.name: number,
    }  # fmt: skip
    _insert(connection, sa.insert(OUTCOMES), ({**row, **stamp} for row in rows))


def _game_rows(table: pl.DataFrame, custom_columns: Sequence[Column]) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table for the table of games, made in batches, so that memory holds few of them."""
    for part in table.iter_slices(BATCH):
        yield from game_rows(part, custom_columns)


def _insert(connection: sa.Connection, statement: sa.Insert, rows: Iterable[dict[str, Any]]) -> None:
    for batch in _batches(rows):
        connection.execute(statement, batch)


def _update(connection: sa.Connection, rows: Iterable[dict[str, Any]]) -> None:
    statement = sa.update(GAMES).where(GAMES.c.game_id == sa.bindparam(KEY))
    for batch in _batches(rows):
        connection.execute(statement, [{KEY: row.pop(c.GAME_ID), **row} for row in batch])


def _batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    left = iter(rows)
    while batch := list(islice(left, BATCH)):
        yield batch
