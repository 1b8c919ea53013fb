"""Keep tickets sold so far: a snapshot for each game and day, and its corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError
from gatecast.games import ALWAYS, CANONICAL, Column, Role
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.store import revisions
from gatecast.store.bulk import insert_frame
from gatecast.store.report import ImportReport, Refused
from gatecast.store.rows import FEW_GAMES
from gatecast.store.schema import GAMES, TICKETS_SOLD

__all__ = ["read_tickets", "write_tickets"]

COLUMNS = (
    CANONICAL[c.GAME_ID],
    Column(AS_OF, pl.Date, Role.TIME, ALWAYS),
    Column(TICKETS, pl.Int32, Role.NUMBER, ALWAYS, "tickets", low=0, high=c.LARGEST_CROWD),
)
SCHEMA = {column.name: column.dtype for column in COLUMNS}
DAY = [c.GAME_ID, AS_OF]
ROW = "row"


def write_tickets(
    connection: sa.Connection, frame: pl.DataFrame, source: str, rows: Sequence[int], now: dt.datetime
) -> ImportReport:
    """Record what was sold by the end of each day; a repeated figure changes nothing, another one corrects it.

    Parameters
    ----------
    frame : polars.DataFrame
        game_id, as_of (the last day counted) and tickets, one row a game and day. Cells may be text.
    rows : sequence of int
        The row of the source each row stands in.

    Raises
    ------
    DataError
        A column is missing.
    """
    missing = [name for name in SCHEMA if name not in frame.columns]
    if missing:
        raise DataError(f"no column {missing[0]}", f"columns {', '.join(SCHEMA)}", file=source, column=missing[0])
    numbers = pl.Series(ROW, rows, pl.Int64)
    refused = [each for column in COLUMNS for each in _unusable(frame[column.name], column, numbers)]
    typed = pl.DataFrame([_typed(frame[column.name], column) for column in COLUMNS]).with_columns(numbers)
    typed = typed.filter(~pl.col(ROW).is_in([each.row for each in refused]))
    games = typed[c.GAME_ID].unique().to_list()
    query = sa.select(GAMES.c.game_id).where(~GAMES.c.withdrawn)
    known = connection.scalars(query.where(GAMES.c.game_id.in_(games)) if len(games) <= FEW_GAMES else query).all()
    for broken, column, expected, remedy in (
        (~typed[c.GAME_ID].is_in(known), c.GAME_ID, "a game of the store", "import the game first"),
        (~typed.select(pl.struct(DAY).is_first_distinct()).to_series(), AS_OF, "one row for each game and day", ""),
    ):
        refused += [Refused(row, column, repr(str(value)), expected, remedy)
                    for row, value in typed.filter(broken).select(ROW, column).iter_rows()]  # fmt: skip
    typed = typed.filter(~pl.col(ROW).is_in([each.row for each in refused]))
    beside = typed.join(read_tickets(connection, games), on=DAY, how="left", maintain_order="left", suffix="_before")
    before = pl.col(f"{TICKETS}_before")
    fresh = beside.filter(before.ne_missing(pl.col(TICKETS)))
    if fresh.height:
        stamp = pl.lit(now, pl.Datetime("us", "UTC")).alias(TICKETS_SOLD.c.recorded_at.name)
        insert_frame(connection, TICKETS_SOLD, fresh.select(*SCHEMA, stamp), by=c.GAME_ID)
        revisions.move(connection, revisions.TICKETS)
    added = fresh.filter(before.is_null()).height
    refused.sort(key=lambda each: (each.row or 0, each.column))
    return ImportReport(None, source, added, fresh.height - added, beside.height - fresh.height, tuple(refused))


def read_tickets(connection: sa.Connection, games: Sequence[str] | None = None) -> pl.DataFrame:
    """Return game, day and tickets sold by its end, the last correction of each; by game and day.

    Parameters
    ----------
    games : sequence of str, optional
        Ids, few of which are looked up one by one; those of other games may be returned too.
    """
    last = sa.select(sa.func.max(TICKETS_SOLD.c.snapshot_id)).group_by(*(TICKETS_SOLD.c[name] for name in DAY))
    if games is not None and len(games) <= FEW_GAMES:
        last = last.where(TICKETS_SOLD.c.game_id.in_(games))
    query = sa.select(*(TICKETS_SOLD.c[name] for name in SCHEMA)).where(TICKETS_SOLD.c.snapshot_id.in_(last))
    rows = [tuple(row) for row in connection.execute(query)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(DAY)


def _typed(cells: pl.Series, column: Column) -> pl.Series:
    """Return a typed column, null for cells that cannot be used."""
    if column.dtype is pl.Date:
        if cells.dtype == pl.String:
            return cells.str.to_date("%Y-%m-%d", strict=False)
        return cells.cast(pl.Date) if cells.dtype.is_temporal() else pl.Series(cells.name, [None] * len(cells), pl.Date)
    if column.dtype is pl.String:
        return cells.cast(pl.String)
    number = cells.cast(pl.Float64, strict=False)
    sound = (number == number.round()) & (number >= column.low) & (number <= column.high)
    return number.set(~sound.fill_null(False), None).cast(column.dtype)


def _unusable(cells: pl.Series, column: Column, rows: pl.Series) -> list[Refused]:
    broken = _typed(cells, column).is_null()
    return [
        Refused(row, column.name, "nothing" if value is None else repr(str(value)), column.expected)
        for value, row in zip(cells.filter(broken), rows.filter(broken), strict=True)
    ]
