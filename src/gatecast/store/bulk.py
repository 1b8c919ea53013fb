"""Insert, update and read many rows of the database column by column, without a dictionary for each row.

What SQLAlchemy does for the value of each cell, polars does here for whole columns: dates, times and moments become the
text that the database holds, and the other way round. Statements still run on SQLAlchemy's connection, in its
transaction and with its errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import polars as pl
import sqlalchemy as sa

__all__ = ["BATCH", "insert_frame", "read_frame", "update_frame"]

BATCH = 5_000
"""Rows sent to the database, or read from it, at once."""
PARAMETERS = 999
"""Parameters of one statement that every version of SQLite accepts."""
DATE_FORM, TIME_FORM, MOMENT_FORM = "%Y-%m-%d", "%H:%M:%S%.6f", "%Y-%m-%d %H:%M:%S%.6f"
"""Text of dates, times and moments in UTC as SQLAlchemy writes them to SQLite, and as PostgreSQL reads them."""
TIME_READ = "%H:%M:%S%.f"


def insert_frame(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, *, by: str) -> None:
    """Insert the rows of a data frame in the order of one of its columns.

    In the order of an index, each row falls into it next to the row before, where memory holds it already.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    table : Table
    frame : polars.DataFrame
        Columns of the table under their names; moments in UTC, JSON as text. Columns that it lacks are left empty.
    by : str
        The column of the frame to insert by.
    """
    if frame.is_empty():
        return
    names = [name for name in frame.columns if frame[name].null_count() < frame.height]
    order = frame[by].arg_sort()
    if connection.dialect.name == "sqlite":
        _insert_into_sqlite(connection, table, frame.select(names), order, by)
        return
    into = f"INSERT INTO {_name(connection, table)} ({_names(connection, table, names)})"
    statement = f"{into} SELECT * FROM unnest({_arrays(connection, table, names)})"
    _send(connection, statement, frame.select(names), order)


def _insert_into_sqlite(
    connection: sa.Connection, table: sa.Table, frame: pl.DataFrame, order: pl.Series, by: str
) -> None:
    """Insert many rows with each statement, and a value that all rows share once for all of them.

    SQLite notes for each statement how to take it back, which costs more than a row.
    """
    # Zero has two floating-point numbers, which count as one.
    able = [name for name, dtype in frame.schema.items() if name != by and not dtype.is_float()]
    shared = [name for name in able if frame[name].n_unique() == 1]
    own = [name for name in frame.columns if name not in shared]
    into = f"INSERT INTO {_name(connection, table)} ({_names(connection, table, [*shared, *own])})"
    at_once = max((PARAMETERS - len(shared)) // len(own), 1)
    for start in range(0, frame.height, BATCH):
        texts = _texts(frame[order.slice(start, BATCH)])
        once = texts.select(shared).row(0) if shared else ()
        for first in range(0, texts.height, at_once):
            rows = texts.select(own).slice(first, at_once).rows()
            marks = ", ".join([f"({', '.join('?' * len(own))})"] * len(rows))
            values = f"SELECT {'?, ' * len(shared)}given.* FROM (VALUES {marks}) AS given"
            connection.exec_driver_sql(f"{into} {values}", (*once, *chain.from_iterable(rows)))


def update_frame(connection: sa.Connection, table: sa.Table, key: str, frame: pl.DataFrame) -> None:
    """Update rows of a table by one of its columns to the values of a data frame.

    Parameters
    ----------
    connection : Connection
        Of a writing transaction.
    table : Table
    key : str
        The column of table and frame by which rows are found.
    frame : polars.DataFrame
        As `insert_frame` takes it; an empty cell empties the stored one.
    """
    names = [name for name in frame.columns if name != key]
    quoted = {name: _names(connection, table, [name]) for name in (*names, key)}
    if connection.dialect.name == "sqlite":
        changes = ", ".join(f"{quoted[name]} = ?" for name in names)
        statement = f"UPDATE {_name(connection, table)} SET {changes} WHERE {quoted[key]} = ?"
    else:
        changes = ", ".join(f"{quoted[name]} = given.{quoted[name]}" for name in names)
        given = f"unnest({_arrays(connection, table, [*names, key])}) AS given({', '.join(quoted.values())})"
        where = f"{_name(connection, table)}.{quoted[key]} = given.{quoted[key]}"
        statement = f"UPDATE {_name(connection, table)} SET {changes} FROM {given} WHERE {where}"
    _send(connection, statement, frame.select(*names, key), frame[key].arg_sort())


def read_frame(connection: sa.Connection, query: sa.Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return the rows of a query, in no certain order, as a data frame.

    Parameters
    ----------
    connection : Connection
    query : Select
    schema : mapping of name to polars type
        One for each column of the query, in order.
    """
    # The JSON of SQLite rounds floating-point numbers.
    if connection.dialect.name == "sqlite" and not any(dtype.is_float() for dtype in schema.values()):
        return _read_as_json(connection, query, schema)
    parts = [
        pl.DataFrame([_typed(pl.Series(name, cells), schema[name]) for name, cells in zip(schema, batch, strict=True)])
        for batch in _batches(connection, query)
    ]
    return pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=schema)


def _read_as_json(connection: sa.Connection, query: sa.Select[Any], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return the rows of a query, of which SQLite makes one text for each column: no cell is ever a Python object."""
    rows = query.subquery()
    texts = connection.execute(sa.select(*(sa.func.json_group_array(column) for column in rows.c))).one()
    columns = []
    for (name, dtype), text in zip(schema.items(), texts, strict=True):
        held = pl.String if dtype in (pl.String, pl.Date, pl.Time) else pl.Int64
        columns.append(_typed(pl.Series(name, [text]).str.json_decode(pl.List(held)).explode(), dtype))
    return pl.DataFrame(columns)


def _batches(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns of each batch of rows."""
    with connection.execute(query) as result:
        # The driver's own cursor: SQLAlchemy's rows would be made and converted one by one.
        while rows := result.cursor.fetchmany(BATCH):
            yield list(zip(*rows, strict=True))


def _typed(column: pl.Series, dtype: Any) -> pl.Series:  # noqa: ANN401  a polars type
    """Return a column in its type: SQLite has text for dates and times, and 0 and 1."""
    if column.dtype == pl.String and dtype == pl.Date:
        return column.str.to_date(DATE_FORM)
    if column.dtype == pl.String and dtype == pl.Time:
        return column.str.to_time(TIME_READ)
    return column.cast(dtype)


def _send(connection: sa.Connection, statement: str, frame: pl.DataFrame, order: pl.Series) -> None:
    """Run a statement for each batch of rows: row by row in SQLite, with a list for each column in PostgreSQL."""
    for start in range(0, frame.height, BATCH):
        part = frame[order.slice(start, BATCH)]
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(statement, _texts(part).rows())
        else:
            connection.exec_driver_sql(statement, tuple(column.to_list() for column in _texts(part, zone="+00")))


def _texts(frame: pl.DataFrame, zone: str = "") -> pl.DataFrame:
    """Return a table with dates, times and moments as the database takes them; moments end in their zone, if any."""
    return frame.select(_written(name, dtype, zone) for name, dtype in frame.schema.items())


def _written(name: str, dtype: pl.DataType, zone: str) -> pl.Expr:
    """Return a column as the database takes it."""
    if dtype == pl.Date:
        return pl.col(name).dt.strftime(DATE_FORM)
    if dtype == pl.Time:
        return pl.col(name).dt.strftime(TIME_FORM)
    if isinstance(dtype, pl.Datetime):
        return pl.col(name).dt.convert_time_zone("UTC").dt.strftime(MOMENT_FORM + zone)
    return pl.col(name)


def _arrays(connection: sa.Connection, table: sa.Table, names: Sequence[str]) -> str:
    """Return a typed parameter of PostgreSQL for each column, which takes a list."""
    types = (table.c[name].type.compile(connection.dialect) for name in names)
    return ", ".join(f"CAST(%s AS {each}[])" for each in types)


def _names(connection: sa.Connection, table: sa.Table, names: Sequence[str]) -> str:
    return ", ".join(connection.dialect.identifier_preparer.format_column(table.c[name]) for name in names)


def _name(connection: sa.Connection, table: sa.Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)
