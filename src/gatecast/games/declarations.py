"""Declarations of a club's own columns as text, to be kept beside data and models."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import polars as pl

from gatecast.errors import DataError
from gatecast.games.columns import Column, Knowability, Role

__all__ = ["columns_from_json", "columns_to_json"]

DTYPES: dict[str, type[pl.DataType]] = {
    dtype.__name__: dtype
    for dtype in (
        pl.Float64,
        pl.Float32,
        pl.Int8,
        pl.Int16,
        pl.Int32,
        pl.Int64,
        pl.Boolean,
        pl.String,
        pl.Date,
        pl.Time,
    )
}


def columns_to_json(columns: Sequence[Column]) -> str:
    """Every field of each column.

    Examples
    --------
    >>> price = Column("price", pl.Float64, Role.NUMBER, Knowability.parse("always"), unit="dollars")
    >>> columns_from_json(columns_to_json([price])) == (price,)
    True
    """
    return json.dumps(
        [
            {
                "name": column.name,
                "type": column.dtype.__name__,
                "role": str(column.role),
                "known": str(column.known),
                "unit": column.unit,
                "low": None if math.isinf(column.low) else column.low,
                "high": None if math.isinf(column.high) else column.high,
                "values": list(column.values),
            }
            for column in columns
        ]
    )


def columns_from_json(text: str, file: str = "") -> tuple[Column, ...]:
    """The columns that `columns_to_json` wrote.

    Raises
    ------
    DataError
        The text is none that `columns_to_json` writes; `file` is the name used in the message.
    """
    try:
        return tuple(
            Column(
                str(entry["name"]),
                DTYPES[entry["type"]],
                Role(entry["role"]),
                Knowability.parse(entry["known"]),
                str(entry["unit"]),
                -math.inf if entry["low"] is None else float(entry["low"]),
                math.inf if entry["high"] is None else float(entry["high"]),
                tuple(str(value) for value in entry["values"]),
            )
            for entry in json.loads(text)
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as broken:
        got = f"declarations of further columns that cannot be read ({type(broken).__name__})"
        raise DataError(got, "those that gatecast writes", "write the file again", file=file) from None
