"""Insert, update and read many rows of the database column by column, without a dictionary for each row.

What SQLAlchemy does for the value of each cell, polars does here for whole columns: dates, times and moments become the
text that the database holds, and the other way round. Statements still run on SQLAlchemy's connection, in its
transaction and with its errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

__all__ = ["BATCH", "insert_frame", "read_frame", "update_frame"]

BATCH = 5_000
"""Rows sent to the database, or read from it, at once."""
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
    names = [name for name in frame.columns if frame[name].null_count() < frame.height]
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f"INSERT INTO {_name(connection, table)} ({_names(connection, table, names)}) VALUES ({marks})"
    else:
        statement = (
            f"INSERT INTO {_name(connection, table)} ({_names(connection, table, names)})"
            f" SELECT * FROM unnest({_arrays(connection, table, names)})"
        )
    _send(connection, statement, frame.select(names), frame[by].arg_sort())


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
    """Return the rows of a query as a data frame; only one batch of them is ever held as Python objects.

    Parameters
    ----------
    connection : Connection
    query : Select
    schema : mapping of name to polars type
        One for each column of the query, in order. `pl.Object` leaves the values as the driver gives them.
    """
    parts = [
        pl.DataFrame([_read(name, cells, dtype) for (name, dtype), cells in zip(schema.items(), batch, strict=True)])
        for batch in _batches(connection, query)
    ]
    return pl.concat(parts, rechunk=True) if parts else pl.DataFrame(schema=schema)


def _batches(connection: sa.Connection, query: sa.Select[Any]) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the columns of each batch of rows."""
    with connection.execute(query) as result:
        # The driver's own cursor: SQLAlchemy's rows would be made and converted one by one.
        while rows := result.cursor.fetchmany(BATCH):
            yield list(zip(*rows, strict=True))


def _read(name: str, cells: Sequence[Any], dtype: Any) -> pl.Series:  # noqa: ANN401  a polars type
    """Return cells as the driver gives them, in a type: SQLite has text for dates and times, and 0 and 1."""
    text = dtype in (pl.Date, pl.Time) and any(isinstance(cell, str) for cell in cells)
    if text and dtype == pl.Date:
        return pl.Series(name, cells, pl.String).str.to_date(DATE_FORM)
    if text:
        return pl.Series(name, cells, pl.String).str.to_time(TIME_READ)
    if dtype == pl.Boolean:
        return pl.Series(name, [None if cell is None else bool(cell) for cell in cells], dtype)
    return pl.Series(name, cells, dtype)


def _send(connection: sa.Connection, statement: str, frame: pl.DataFrame, order: pl.Series) -> None:
    """Run a statement for each batch of rows: row by row in SQLite, with a list for each column in PostgreSQL."""
    for start in range(0, frame.height, BATCH):
        part = frame[order.slice(start, BATCH)]
        sqlite = connection.dialect.name == "sqlite"
        texts = part.select(_written(name, dtype, "" if sqlite else "+00") for name, dtype in part.schema.items())
        if sqlite:
            connection.exec_driver_sql(statement, texts.rows())
        else:
            connection.exec_driver_sql(statement, tuple(column.to_list() for column in texts))


def _written(name: str, dtype: pl.DataType, zone: str) -> pl.Expr:
    """Return a column as the database takes it; moments end in their zone, if it has zones."""
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
