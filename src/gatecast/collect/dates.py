"""Dates as clubs write them: 2019-05-30, 20190530, 5/30/2019, May 30 2019, or a spreadsheet's own."""

from __future__ import annotations

import polars as pl

from gatecast.collect.cells import Cells
from gatecast.collect.zones import without_zone
from gatecast.games.columns import CANONICAL, DATE

__all__ = ["parse_dates"]

ISO = r"^(\d{4})-(\d{1,2})-(\d{1,2})([ t]\d.*)?$"
COMPACT = r"^(\d{4})(\d{2})(\d{2})$"
SLASHED = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})( \d.*)?$"
YEAR_SLASHED = r"^(\d{4})/(\d{1,2})/(\d{1,2})$"
MONTH_FIRST = r"^([a-z]{3,9})\.?[ -](\d{1,2})[ -](\d{4})$"
DAY_FIRST = r"^(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4})$"
WEEKDAY = r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
ORDINAL = r"(\d)(st|nd|rd|th)\b"
FORMS = (ISO, COMPACT, SLASHED, YEAR_SLASHED, MONTH_FIRST, DAY_FIRST)

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
MONTH_NAMES = {name: number for number, full in enumerate(MONTHS, start=1) for name in (full, full[:3], full[:4])}

EXPECTED = CANONICAL[DATE].expected
ONE_FORM = "write all dates as 2019-05-30"


def parse_dates(cells: Cells) -> pl.Series:
    """Read a column of dates, all in one form.

    Where the form is 5/6/2019, the whole column says whether days or months stand first; where it cannot, the
    column is refused.

    Returns
    -------
    polars.Series of Date, shape (rows,)

    Raises
    ------
    DataError
        The first cell that is no date, in another form than the rest, or that may be two dates.
    """
    values = cells.values
    if values.dtype == pl.Date:
        return values
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.replace_time_zone(None).dt.date()
    if values.dtype in {pl.Time, pl.Boolean}:
        cells.refuse(values.is_not_null(), EXPECTED)
        return values.cast(pl.String).cast(pl.Date)
    text = cells.known_text().str.to_lowercase().str.strip_chars()
    text = without_zone(cells, text).str.replace(r"^([a-z]{3})([a-z]*)\.? (\d{1,2}),", "$1$2 $3")
    text = text.str.replace(WEEKDAY, "").str.replace(ORDINAL, "$1").str.replace_all(r",?\s+", " ")
    form = max(FORMS, key=lambda form: text.str.contains(form).sum())
    cells.refuse(~text.str.contains(form), EXPECTED, ONE_FORM)
    parts = [text.str.extract(form, group) for group in (1, 2, 3)]
    year, month, day = _ordered(cells, form, parts)
    joined = pl.select(pl.format("{}-{}-{}", year, month.cast(pl.String).str.zfill(2), day.str.zfill(2))).to_series()
    dates = joined.str.to_date("%Y-%m-%d", strict=False)
    cells.refuse(dates.is_null() & text.is_not_null(), "a date that the calendar has", ONE_FORM)
    return dates


def _ordered(cells: Cells, form: str, parts: list[pl.Series]) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Year, month (as a number) and day of the three parts of a form."""
    first, second, third = parts
    if form in {MONTH_FIRST, DAY_FIRST}:
        name, day = (first, second) if form == MONTH_FIRST else (second, first)
        month = name.replace_strict(MONTH_NAMES, default=None, return_dtype=pl.Int64)
        cells.refuse(month.is_null() & name.is_not_null(), EXPECTED, ONE_FORM)
        return third, month.cast(pl.String), day
    if form == SLASHED:
        month, day = (second, first) if _days_first(cells, first, second) else (first, second)
        return third, month, day
    return first, second, third


def _days_first(cells: Cells, first: pl.Series, second: pl.Series) -> bool:
    """Whether days stand before months in a column of 5/6/2019, as the numbers above 12 show."""
    day_first, month_first = first.cast(pl.Int64) > 12, second.cast(pl.Int64) > 12
    days, months = day_first.sum(), month_first.sum()
    if days and months:
        other, leading = (day_first, "month") if days < months else (month_first, "day")
        cells.refuse(other, f"the {leading} first, as in other rows", ONE_FORM)
    if not days and not months:
        remedy = "which is the day and which the month cannot be told: " + ONE_FORM
        cells.refuse(first != second, EXPECTED, remedy)
    return bool(days)
