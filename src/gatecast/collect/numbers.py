"""Numbers as clubs write them: 42,531, 21,5 with a decimal comma, $12.50; in the file's unit, out in ours."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl

from gatecast.collect.raw_table import Cells
from gatecast.games import columns as c

__all__ = ["CURRENCY", "INFINITE_REMEDY", "ONE_POINT_THREE", "UNITS", "Unit", "as_numbers", "parse_numbers"]

INFINITE_REMEDY = "leave unknown values empty"
SIGNED = r"^[+-]?"
PLAIN = SIGNED + r"(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$"
COMMA_THOUSANDS = SIGNED + r"\d{1,3}(,\d{3})+$"
POINT_THOUSANDS = SIGNED + r"\d{1,3}(\.\d{3})+$"
COMMA_THOUSANDS_POINT = SIGNED + r"\d{1,3}(,\d{3})+\.\d*$"
POINT_THOUSANDS_COMMA = SIGNED + r"\d{1,3}(\.\d{3})+,\d+$"
DECIMAL_COMMA = SIGNED + r"\d*,\d+$"
ONE_COMMA_THREE = SIGNED + r"[1-9]\d{0,2},\d{3}$"
ONE_POINT_THREE = SIGNED + r"[1-9]\d{0,2}\.\d{3}$"
INFINITE = SIGNED + r"inf(inity)?$"
CURRENCY = r"(?i)^[$€£¥￥₩₽₹]\s*|\s*([$€£¥￥₩₽₹]|\b(kr|usd|eur|gbp|jpy|krw|cad|aud|mxn|pln|chf)\.?)$"
GAP = "[\\s\u00a0\u202f']"
SPACED = SIGNED + rf"\d{{1,3}}({GAP}\d{{3}})+([.,]\d+)?$"

# Of a converted value: more than any thermometer has, few enough to survive a spreadsheet unchanged.
DECIMALS = 4


@dataclass(frozen=True)
class Unit:
    """A unit of a file: ours is (value - zero) * scale."""

    name: str
    scale: float
    zero: float = 0.0

    def of(self, ours: float) -> float:
        """Return a number of ours in this unit.

        Examples
        --------
        >>> UNITS[c.TEMPERATURE]["F"].of(25.0)
        77.0
        """
        return round(ours / self.scale + self.zero, DECIMALS)


UNITS: dict[str, dict[str, Unit]] = {
    c.TEMPERATURE: {"C": Unit("°C", 1.0), "F": Unit("°F", 5 / 9, 32.0)},
    c.WIND: {
        "km/h": Unit("km/h", 1.0),
        "mph": Unit("mph", 1.609344),
        "m/s": Unit("m/s", 3.6),
        "kn": Unit("kn", 1.852),
    },
}
"""The units a file may give a column in, by the name a mapping uses."""


def parse_numbers(cells: Cells, column: c.Column, unit: str = "") -> pl.Series:
    """Read numbers of a column, in its unit and range.

    Parameters
    ----------
    cells : Cells
    column : Column
    unit : str
        A key of `UNITS[column.name]`; the column's own unit if empty.

    Returns
    -------
    polars.Series of the column's type, shape (rows,)

    Raises
    ------
    DataError
        The first cell that is no number, infinite, out of range, or fractional where numbers are whole.
    """
    source = UNITS[column.name][unit] if unit else Unit(column.unit, 1.0)
    expected = _expected(column, source)
    whole = column.dtype.is_integer()
    numbers = _numeric(cells, expected, whole=whole)
    numbers = cells.accepted(numbers, ~numbers.is_finite(), expected, INFINITE_REMEDY)
    if whole:
        numbers = cells.accepted(numbers, numbers != numbers.round(), expected)
    ours = numbers if source.scale == 1 else ((numbers - source.zero) * source.scale).round(DECIMALS)
    ours = cells.accepted(ours, (ours < column.low) | (ours > column.high), expected)
    fitting = ours.cast(column.dtype, strict=False)
    return cells.accepted(fitting, fitting.is_null() & ours.is_not_null(), expected)


def as_numbers(values: pl.Series, *, decimal_comma: bool = False) -> pl.Series:
    """Return cells as Float64 as far as they are plain numbers with or without thousands; null elsewhere."""
    if values.dtype.is_numeric():
        return values.cast(pl.Float64)
    text = values.cast(pl.String).str.strip_chars().str.replace_all(CURRENCY, "")
    thousands = text.str.contains(POINT_THOUSANDS if decimal_comma else COMMA_THOUSANDS).fill_null(False)
    return text.str.replace_all("[.,]", "").zip_with(thousands, text).cast(pl.Float64, strict=False)


def _expected(column: c.Column, unit: Unit) -> str:
    """Return what a cell may hold, in the unit of the file."""
    if math.isinf(column.low) or unit.scale == 1:
        return column.expected
    low, high = (limit / unit.scale + unit.zero for limit in (column.low, column.high))
    return f"a number from {low:g} to {high:.0f} {unit.name}"


def _numeric(cells: Cells, expected: str, *, whole: bool) -> pl.Series:
    """Return the cells as Float64, null where nobody knows."""
    values = cells.values
    if values.dtype.is_numeric() or values.dtype == pl.Boolean:
        return values.cast(pl.Float64)
    if values.dtype != pl.String:
        return cells.accepted(values, values.is_not_null(), expected).cast(pl.String).cast(pl.Float64)
    text = cells.known_text().str.to_lowercase()
    if not cells.decimal_comma and text.str.contains(PLAIN).all():
        return text.cast(pl.Float64, strict=False)
    text = text.str.replace_all(CURRENCY, "")
    text = text.str.replace_all(GAP, "").zip_with(text.str.contains(SPACED).fill_null(False), text)
    text = cells.accepted(text, text.str.contains(INFINITE), expected, INFINITE_REMEDY)
    plain = text.str.contains(PLAIN)
    if whole:
        plain &= ~(text.str.contains(POINT_THOUSANDS) & cells.decimal_comma)
        readable, cleaned = _whole(text, plain)
    else:
        readable, cleaned = _fractional(cells, text, plain, expected)
    return cells.accepted(cleaned, ~readable, expected).cast(pl.Float64, strict=False)


def _whole(text: pl.Series, plain: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Return which cells are numbers, and the numbers with a point; 42,531 is thousands where not `plain`."""
    thousands = (text.str.contains(COMMA_THOUSANDS) | text.str.contains(POINT_THOUSANDS)) & ~plain
    comma = text.str.contains(DECIMAL_COMMA) & ~thousands
    cleaned = text.set(thousands.fill_null(False), None).str.replace(",", ".", literal=True)
    return plain | thousands | comma, cleaned.fill_null(text.str.replace_all("[.,]", ""))


def _fractional(cells: Cells, text: pl.Series, plain: pl.Series, expected: str) -> tuple[pl.Series, pl.Series]:
    """Return which cells are numbers, and the numbers with a point; the whole column says what its commas mean."""
    point = text.str.contains(COMMA_THOUSANDS_POINT) | (plain & text.str.contains(".", literal=True))
    either = text.str.contains(ONE_COMMA_THREE)
    comma = (text.str.contains(DECIMAL_COMMA) & ~either) | text.str.contains(POINT_THOUSANDS_COMMA)
    if not point.any() and not comma.any() and not cells.decimal_comma:
        text = cells.accepted(text, either, expected, "write 1234 or 1.234, as a comma may mean either")
    commas_are_decimal = comma.any() or (cells.decimal_comma and not point.any())
    if commas_are_decimal:
        remedy = "write either a point or a comma before decimals in the whole column"
        text = cells.accepted(text, point, expected, remedy)
        return plain | comma | either, text.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    thousands = text.str.contains(COMMA_THOUSANDS)
    return plain | point | thousands, text.str.replace_all(",", "", literal=True)
