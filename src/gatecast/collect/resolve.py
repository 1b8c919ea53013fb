"""A mapping against the headers of one table: every header it names must be there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gatecast.collect.column_mapping import ColumnMapping
from gatecast.collect.custom_columns import CustomColumn
from gatecast.collect.raw import RawTable
from gatecast.errors import SettingsError
from gatecast.games import Column
from gatecast.suggestions import listed, plain_header, suggestion

__all__ = ["joined", "resolved", "with_custom_columns"]


def resolved(mapping: ColumnMapping, table: RawTable) -> ColumnMapping:
    """The mapping with every header spelled as in the table, whatever its capitals, spaces and marks.

    Raises
    ------
    SettingsError
        A header that the table does not have.
    """
    columns = {
        name: replace(
            source, columns=tuple(_header(header, f"columns.{name}", mapping, table) for header in source.columns)
        )
        for name, source in mapping.columns.items()
    }
    further = tuple(
        entry
        if entry.column.name in mapping.constants
        else CustomColumn(entry.column, _header(entry.header, f"further.{entry.column.name}", mapping, table))
        for entry in mapping.custom_columns
    )
    keep = {_header(header, f"keep.{header}", mapping, table): texts for header, texts in mapping.keep.items()}
    return replace(mapping, columns=columns, custom_columns=further, keep=keep)


def with_custom_columns(mapping: ColumnMapping, custom_columns: Sequence[Column], table: RawTable) -> ColumnMapping:
    """The mapping with those columns of `further` that the table has.

    A column that the mapping declares too is read from where the mapping says, as `further` declares it, so that the
    two tables agree.
    """
    wanted = {column.name: column for column in reversed(custom_columns)}
    own = [replace(entry, column=wanted.pop(entry.column.name, entry.column)) for entry in mapping.custom_columns]
    headers = {plain_header(header): header for header in reversed(table.frame.columns)}
    found = [
        CustomColumn(column, headers[plain_header(name)])
        for name, column in wanted.items()
        if plain_header(name) in headers
    ]
    return replace(mapping, custom_columns=(*own, *found))


def joined(own: Sequence[Column], custom_columns: Sequence[Column], headers: Sequence[str]) -> tuple[Column, ...]:
    """The declarations of a table that gatecast wrote, as `further` declares them, and those it has beyond its own."""
    wanted = {column.name: column for column in reversed(custom_columns)}
    kept = [wanted.pop(column.name, column) for column in own]
    return (*kept, *(column for name, column in wanted.items() if name in headers))


def _header(header: str, key: str, mapping: ColumnMapping, table: RawTable) -> str:
    """The header of the table that is meant."""
    headers = table.frame.columns
    if header in headers:
        return header
    same = [other for other in headers if plain_header(other) == plain_header(header)]
    if len(same) == 1:
        return same[0]
    remedy = suggestion(header, headers) or f"its columns are {listed(headers)}"
    raise SettingsError(f"{header!r}", f"a column of {table.file}", remedy, file=mapping.file, key=key)
