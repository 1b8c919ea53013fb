"""Tables as JSON: rows as plain values, a page of them, and reports of imports."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import polars as pl
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from gatecast.store import ImportReport
from gatecast.web.cache import CACHEABLE

__all__ = ["MOST_ITEMS", "answer", "as_frame", "paged", "plain_rows", "told_import"]

MOST_ITEMS = 500


def plain_rows(table: pl.DataFrame, known: Collection[str] | None = None) -> list[dict[str, Any]]:
    """Rows as JSON holds them: dates as text, what is no number as null.

    Parameters
    ----------
    table : polars.DataFrame
    known : collection of str, optional
        Columns with a place of their own; the values of others that are there stand under `further`.
    """
    rows = [{name: _plain(value) for name, value in row.items()} for row in table.to_dicts()]
    if known is None:
        return rows
    return [
        {
            **{name: value for name, value in row.items() if name in known},
            "further": {name: value for name, value in row.items() if name not in known and value is not None},
        }
        for row in rows
    ]


def paged(
    request: Request, table: pl.DataFrame, offset: int, limit: int, known: Collection[str] | None = None
) -> Response:
    """A page of a table, with the number of rows in all and a link to the next page."""
    items = plain_rows(table[offset : offset + limit], known)
    more = offset + limit < table.height
    query = {**request.query_params, "offset": offset + limit, "limit": limit}
    following = f"{request.url.path}?{urlencode(query, errors='replace')}" if more else None
    made = answer({"items": items, "total": table.height, "next": following})
    if following:
        made.headers["Link"] = f'<{following}>; rel="next"'
    return made


def answer(content: Any, status: int = 200, *, kept: bool = True) -> JSONResponse:  # noqa: ANN401  any JSON
    """An answer; `kept` where it is the same until the store changes, so that it carries an ETag."""
    return JSONResponse(content, status, {CACHEABLE: "1"} if kept and status == 200 else {})


def as_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows of a body as a table of text, as a spreadsheet would hold them."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pl.DataFrame(
        {name: [_cell(row.get(name)) for row in rows] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def told_import(report: ImportReport) -> dict[str, Any]:
    """A report of an import as JSON."""
    refused = [
        {"row": each.row, "column": each.column, "got": each.got, "expected": each.expected, "remedy": each.remedy}
        for each in report.refused
    ]
    counts = {"added": report.added, "changed": report.changed, "unchanged": report.unchanged}
    return {"import_id": report.import_id, **counts, "refused": refused}


def _cell(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _plain(value: Any) -> Any:  # noqa: ANN401  any cell
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, dt.date | dt.datetime):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
