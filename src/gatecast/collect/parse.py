"""Cells of a file as typed values of one column of games, in the words of the games table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from gatecast.collect.dates_and_times import parse_dates, parse_times
from gatecast.collect.numbers import parse_numbers
from gatecast.collect.raw_table import UNKNOWN, UNKNOWN_NAMES, Cells
from gatecast.errors import DataError
from gatecast.games import columns as c
from gatecast.games.columns import Column, Role

__all__ = ["NO", "YES", "parse", "parse_one", "promotions", "translated"]

YES = ("yes", "y", "true", "t", "1", "x")
NO = ("no", "n", "false", "f", "0")
NO_LABEL = (*UNKNOWN, "no", "n", "0", "false")
STARTERS = (c.HOME_STARTER, c.VISITOR_STARTER)
# To be announced for a starter only: TBA is Tampa Bay in Retrosheet's codes of teams.
UNNAMED = ("tbd", "tba")
TWO_YEARS = r"^(\d{4})\s*[-/–]\s*(\d{2}|\d{4})$"
"""A season that spans two years; the second one must follow the first."""
BETWEEN_LABELS = r"\s*[;,|]\s*"

WORDS: Mapping[str, Mapping[str, str]] = {
    c.DAY_NIGHT: {
        **dict.fromkeys(("d", "afternoon", "morning", "matinee"), "day"),
        **dict.fromkeys(("n", "evening", "twilight"), "night"),
    },
    c.SKY: {
        **dict.fromkeys(("clear", "clear skies", "clear sky", "sun", "mostly sunny", "mostly clear", "fair"), "sunny"),
        **dict.fromkeys(("partly cloudy", "partly sunny", "mostly cloudy", "clouds"), "cloudy"),
        **dict.fromkeys(("grey", "gray", "rain", "rainy", "drizzle", "snow", "fog"), "overcast"),
        **dict.fromkeys(("in dome", "indoors", "indoor", "roof", "roof closed", "closed roof"), "dome"),
    },
    c.PRECIPITATION: {
        **dict.fromkeys(("no", "dry", "0", "no rain", "false"), "none"),
        **dict.fromkeys(("light rain", "mist"), "drizzle"),
        **dict.fromkeys(("shower",), "showers"),
        **dict.fromkeys(("rainy", "heavy rain", "thunderstorm", "thunderstorms"), "rain"),
        **dict.fromkeys(("snowy", "sleet"), "snow"),
    },
}
"""Other words read as each accepted value."""


def parse(cells: Cells, column: Column, unit: str = "") -> pl.Series:  # noqa: PLR0911
    """Read the cells of one column.

    Parameters
    ----------
    cells : Cells
    column : Column
        The column that the cells are read for.
    unit : str
        The unit of the file, as in `numbers.UNITS`; the column's own if empty.

    Returns
    -------
    polars.Series of the column's type, shape (rows,)

    Raises
    ------
    DataError
        The first cell that cannot be read so, with its row.
    """
    if column.dtype is pl.Date:
        return parse_dates(cells)
    if column.dtype is pl.Time:
        return parse_times(cells)
    if column.name == c.SEASON:
        return parse_numbers(_season_years(cells), column)
    if column.role is Role.LABELS:
        return _labels(cells)
    if column.dtype is pl.String:
        return _category(cells, column)
    if column.is_yes_no:
        return _yes_no(cells)
    return parse_numbers(cells, column, unit)


def parse_one(value: object, column: Column, unit: str = "") -> Any:  # noqa: ANN401  any cell
    """Read a single value as a cell of a column would be read.

    Parameters
    ----------
    value : str, int, float, date or time
    column : Column
    unit : str
        As for `parse`.

    Raises
    ------
    DataError
        The value cannot be read so; it names the column, and no file or row.

    Examples
    --------
    >>> parse_one("7:05 PM", c.CANONICAL[c.START_TIME])
    datetime.time(19, 5)
    """
    try:
        return parse(Cells(pl.Series([value]), [1], "", column.name), column, unit)[0]
    except DataError as refused:
        raise refused.at(row=None) from None


def _season_years(cells: Cells) -> Cells:
    """Return season labels such as 2021-22 or 2021/2022 as the year in which the season begins."""
    if cells.values.dtype != pl.String:
        return cells
    text = cells.known_text()
    first = text.str.extract(TWO_YEARS, 1).cast(pl.Int64)
    last = text.str.extract(TWO_YEARS, 2).cast(pl.Int64)
    follows = ((first + 1) % 100 == last % 100).fill_null(False)
    return cells.with_values(first.cast(pl.String).zip_with(follows, text))


def translated(cells: Cells, words: Mapping[str, str]) -> Cells:
    """Return the cells with each text of `words` replaced, whatever its capitals."""
    if not words:
        return cells
    small = {word.strip().lower(): meaning for word, meaning in words.items()}
    text = cells.text().str.strip_chars()
    meant = text.str.to_lowercase().replace_strict(small, default=None, return_dtype=pl.String)
    both = meant.fill_null(text)
    return cells.with_values(both.set(both == "", None))


def _category(cells: Cells, column: Column) -> pl.Series:
    """Read a category: any text, or one of the column's values however it is capitalised.

    Raises
    ------
    DataError
        The first cell that is none of the column's values, where it has a closed set.
    """
    text = cells.text().str.strip_chars()
    if not column.values:
        unknown = [*UNKNOWN_NAMES, *(UNNAMED if column.name in STARTERS else ())]
        return text.set(text.str.to_lowercase().is_in(unknown).fill_null(False), None)
    spelled = {value.lower(): value for value in column.values}
    words = {**dict.fromkeys(UNKNOWN), **WORDS.get(column.name, {}), **spelled}
    small = text.str.to_lowercase()
    remedy = f"translate it in a mapping file under [values.{column.name}], or leave it empty"
    small = cells.accepted(small, ~small.is_in(list(words)), column.expected, remedy)
    return small.replace_strict(words, return_dtype=pl.String, default=None)


def _yes_no(cells: Cells) -> pl.Series:
    """Read yes and no, however written, as 1 and 0; null where empty.

    Raises
    ------
    DataError
        The first cell that is neither.
    """
    small = cells.text().str.strip_chars().str.to_lowercase()
    small = cells.accepted(small, ~small.is_in([*YES, *NO, *UNKNOWN]), "yes or no")
    numbers = {**dict.fromkeys(YES, 1), **dict.fromkeys(NO, 0)}
    return small.replace_strict(numbers, default=None, return_dtype=pl.Int8)


def _labels(cells: Cells) -> pl.Series:
    """Read labels that stand apart by semicolons, commas or bars, as one text joined with semicolons; null for none."""
    text = cells.text().str.strip_chars().str.replace_all(BETWEEN_LABELS, ";").str.strip_chars(";")
    return text.set((text.str.to_lowercase().is_in(NO_LABEL) | (text == "")).fill_null(False), None)


def promotions(marks: Sequence[Cells]) -> pl.Series:
    """Join yes-or-no columns into labels: the headers of those that say yes; null where none does."""
    labels = [pl.when(_yes_no(cells) == 1).then(pl.lit(cells.header)).alias(str(i)) for i, cells in enumerate(marks)]
    joined = pl.select(pl.concat_str(labels, separator=";", ignore_nulls=True)).to_series()
    return joined.set(joined == "", None)
