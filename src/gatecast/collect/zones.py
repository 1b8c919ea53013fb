"""Time zones in a column of dates or times: one is taken for the ballpark's own, two are a mistake."""

from __future__ import annotations

import polars as pl

from gatecast.collect.cells import Cells

__all__ = ["without_zone"]

OFFSET = r"(\d)\s*(z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2})$"
NAMED = r"(\d|[ap]\.?m\.?)\s+([a-z]{1,4}t|utc)$"
UNIVERSAL = ("z", "utc", "gmt", "+00:00", "+0000", "-00:00")

EXPECTED = "the local time of each ballpark"


def without_zone(cells: Cells, text: pl.Series) -> pl.Series:
    """Times without their time zone, which must be one and the same in the whole column and not universal time.

    Parameters
    ----------
    cells : Cells
        The column, for messages.
    text : polars.Series, shape (rows,)
        Its cells in small letters.
    """
    timed = text.str.contains(":", literal=True) & text.is_not_null()
    zone = text.str.extract(OFFSET, 2).fill_null(text.str.extract(NAMED, 2))
    zone = zone.set(~timed.fill_null(False), None).fill_null("")
    used = zone.filter(timed.fill_null(False))
    if (used == "").all():
        return text
    differing = timed & (zone != used[0])
    cells.refuse(differing, f"{EXPECTED}, in one time zone throughout", "take the time zones out of the column")
    cells.refuse(timed & zone.is_in(UNIVERSAL), EXPECTED, "convert the column from universal time")
    return text.str.replace(OFFSET, "$1").str.replace(NAMED, "$1")
