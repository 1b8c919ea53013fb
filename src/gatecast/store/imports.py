"""Write games to the database, each import with what it changed, so that it can be undone."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import StoreError
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.store import revisions
from gatecast.store.bulk import insert_frame, read_frame, update_frame
from gatecast.store.comparison import Comparison
from gatecast.store.report import ImportReport, Undone
from gatecast.store.rows import (
    OUT_OF_SCHEDULE,
    PLACE,
    STATUS,
    as_json,
    declare,
    declared,
    from_json,
    game_frame,
    stored_games,
)
from gatecast.store.schema import GAME_CHANGES, GAMES, IMPORTS, OUTCOMES, RESULTS
from gatecast.store.statuses import write_statuses

__all__ = ["undo", "write"]

BEFORE = GAME_CHANGES.c.before.name


def write(
    connection: sa.Connection,
    comparison: Comparison,
    source: str,
    *,
    now: dt.datetime,
    known_at: dt.datetime,
    left_out: Collection[int] = (),
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
    left_out : collection of int
        Rows of the file that were refused before.
    """
    counts = {
        IMPORTS.c.added: comparison.added.height,
        IMPORTS.c.changed: comparison.changed.height,
        IMPORTS.c.unchanged: comparison.unchanged,
        IMPORTS.c.refused: len({*left_out, *(each.row for each in comparison.refused)}),
    }
    inserted = connection.execute(
        sa.insert(IMPORTS).values({IMPORTS.c.imported_at: now, IMPORTS.c.source: source, **counts})
    )
    number = inserted.inserted_primary_key[0]  # type: ignore[index]  # an insert of one row has one
    declares = declare(connection, comparison.custom_columns)
    returning = _out_of_schedule(connection)
    fresh = comparison.added
    if returning.height:
        fresh = fresh.join(returning, on=c.GAME_ID, how="anti", maintain_order="left")
    back = comparison.added.join(returning, on=c.GAME_ID, how="semi", maintain_order="left")
    insert_frame(connection, GAMES, game_frame(fresh, comparison.custom_columns), by=c.GAME_ID)
    again = pl.concat([back, comparison.changed.select(back.columns)])
    update_frame(connection, GAMES, c.GAME_ID, game_frame(again, comparison.custom_columns))
    _record_added(connection, comparison, number)
    insert_frame(connection, GAME_CHANGES, _changes(comparison).with_columns(_number(number)), by=c.GAME_ID)
    write_statuses(connection, {game: now_is for game, (_, now_is) in comparison.statuses.items()})
    results = [c.GAME_ID, *RESULTS]
    nothing = comparison.added.select(c.GAME_ID, *(pl.lit(None, pl.Int32).alias(name) for name in RESULTS))
    after = pl.concat([comparison.added.select(results), comparison.changed.select(results)])
    before = pl.concat([nothing, comparison.before.select(results)])
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
    ours = sa.select(GAME_CHANGES.c.game_id, sa.cast(GAME_CHANGES.c.before, sa.Text))
    ours = ours.where(GAME_CHANGES.c.import_id == number)
    changes = read_frame(connection, ours, {c.GAME_ID: pl.String, BEFORE: pl.String})
    custom_columns = declared(connection)
    stored = stored_games(connection, custom_columns, all_of_them=True).join(changes, on=c.GAME_ID)
    fresh, before = stored.filter(pl.col(BEFORE).is_null()).drop(BEFORE), stored.drop_nulls(BEFORE)
    nothing = (pl.lit(None, pl.Int32).alias(name) for name in RESULTS)
    withdrawn = fresh.with_columns(*nothing, pl.lit(True).alias(OUT_OF_SCHEDULE))
    update_frame(connection, GAMES, c.GAME_ID, withdrawn.select(c.GAME_ID, OUT_OF_SCHEDULE))
    after, statuses = _given_back(before, custom_columns)
    update_frame(connection, GAMES, c.GAME_ID, game_frame(after, custom_columns))
    both = pl.concat([fresh, before.drop(BEFORE)]), pl.concat([withdrawn, after])
    _outcomes(connection, *both, number, now=now, known_at=now)
    write_statuses(connection, statuses)
    connection.execute(sa.update(IMPORTS).where(IMPORTS.c.import_id == number).values({IMPORTS.c.undone_at: now}))
    revisions.move(connection, revisions.IMPORTS)
    if changes.height:
        revisions.move(connection, revisions.GAMES)
        revisions.move(connection, revisions.SCHEDULE)
    return Undone(number, fresh.height, before.height)


def _given_back(stored: pl.DataFrame, custom_columns: Sequence[Column]) -> tuple[pl.DataFrame, dict[str, str | None]]:
    """Return games with their earlier cells, of the JSON in `BEFORE`, and the statuses that some of them had."""
    columns = {**c.CANONICAL, **{column.name: column for column in custom_columns}}
    rows, statuses = [], {}
    for row in stored.iter_rows(named=True):
        before = json.loads(row.pop(BEFORE))
        earlier = {name: from_json(value, columns[name]) for name, value in before.items() if name in columns}
        earlier |= {OUT_OF_SCHEDULE: before[OUT_OF_SCHEDULE]} if OUT_OF_SCHEDULE in before else {}
        rows.append({**row, **earlier})
        if STATUS in before:
            statuses[row[c.GAME_ID]] = before[STATUS]
    return pl.DataFrame(rows, schema=stored.drop(BEFORE).schema), statuses


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


def _out_of_schedule(connection: sa.Connection) -> pl.DataFrame:
    """Return the ids of games out of the schedule: added by an import that was undone, or set aside."""
    ids = connection.scalars(sa.select(GAMES.c.game_id).where(GAMES.c.withdrawn)).all()
    return pl.DataFrame({c.GAME_ID: ids}, schema={c.GAME_ID: pl.String})


def _record_added(connection: sa.Connection, comparison: Comparison, number: int) -> None:
    """Record new games, just written, without earlier values; the database copies their ids itself."""
    if not comparison.added.height:
        return
    # Added games, those that come back too, have the places after all that were stored before.
    ours = sa.select(sa.literal(number), GAMES.c.game_id).where(GAMES.c.place >= comparison.added[PLACE].min())
    connection.execute(sa.insert(GAME_CHANGES).from_select([GAME_CHANGES.c.import_id, GAME_CHANGES.c.game_id], ours))


def _changes(comparison: Comparison) -> pl.DataFrame:
    """Return the id of each changed game and the JSON of the earlier values of its cells that changed."""
    changed, earlier = comparison.changed, comparison.before
    cells: list[dict[str, Any]] = [{} for _ in range(changed.height)]
    for name in changed.columns:
        places = changed[name].ne_missing(earlier[name]).arg_true()
        for place, value in zip(places, earlier[name].gather(places), strict=True):
            cells[place][name] = as_json(value)
    for place, game in enumerate(changed[c.GAME_ID] if comparison.statuses else ()):
        if game in comparison.statuses:
            cells[place][STATUS] = comparison.statuses[game][0]
    texts = pl.Series(BEFORE, [json.dumps(each) for each in cells], pl.String)
    return changed.select(c.GAME_ID, texts)


def _number(number: int) -> pl.Expr:
    """Return a column with the number of an import."""
    return pl.lit(number, pl.Int64).alias(IMPORTS.c.import_id.name)


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
    moments = {OUTCOMES.c.known_at.name: known_at, OUTCOMES.c.recorded_at.name: now}
    stamps = (pl.lit(at.astimezone(dt.UTC), pl.Datetime("us", "UTC")).alias(name) for name, at in moments.items())
    rows = after.filter(differs).select(c.GAME_ID, *RESULTS, *stamps, _number(number))
    insert_frame(connection, OUTCOMES, rows, by=c.GAME_ID)
