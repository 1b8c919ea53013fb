"""Tables as answers: a page of their rows, and where the next one is."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import polars as pl
from fastapi import Request, Response

__all__ = ["MOST_ITEMS", "USUAL_ITEMS", "paged", "row_answer", "rows_json"]

MOST_ITEMS = 500
USUAL_ITEMS = 100
JSON = "application/json"


def paged(request: Request, table: pl.DataFrame, offset: int, limit: int) -> Response:
    """A page of a table, with how many rows there are in all and where the next ones are."""
    following = None
    if offset + limit < table.height:
        query = {**request.query_params, "offset": offset + limit, "limit": limit}
        following = f"{request.url.path}?{urlencode(query, errors='replace')}"
    head = f'"total":{table.height},"next":{json.dumps(following)}'
    items = rows_json(table[offset : offset + limit])
    links = {"Link": f'<{following}>; rel="next"'} if following else None
    return Response(f'{{{head},"items":{items}}}', headers=links, media_type=JSON)


def row_answer(row: pl.DataFrame) -> Response:
    """The only row of a table."""
    return Response(rows_json(row).removeprefix("[").removesuffix("]"), media_type=JSON)


def rows_json(table: pl.DataFrame) -> str:
    """Rows as JSON: dates and moments as ISO text, times as 19:05, what is no number as null."""
    times = [name for name, dtype in table.schema.items() if dtype == pl.Time]
    return table.with_columns(pl.col(times).dt.to_string("%H:%M")).write_json()
