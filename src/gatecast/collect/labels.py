"""Categories and labels as clubs write them, in the words of the games table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from gatecast.collect.cells import UNKNOWN, Cells
from gatecast.games import columns as c

__all__ = ["NO", "YES", "parse_category", "parse_labels", "parse_yes_no", "promotions"]

YES = ("yes", "y", "true", "t", "1", "x")
NO = ("no", "n", "false", "f", "0")
NO_LABEL = ("none", "no", "n", "-", "--", "n/a", "na", "nan", "null", "0", "false", "unknown", "tbd", "tba")
OPEN_UNKNOWN = ("unknown", "n/a", "nan", "null", "(none)", "?", "#n/a")
STARTERS = (c.HOME_STARTER, c.VISITOR_STARTER)
# To be announced for a starter only: TBA is Tampa Bay in Retrosheet's codes of teams.
UNNAMED = ("tbd", "tba")
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
"""What else is read as each accepted value."""


def parse_category(cells: Cells, column: c.Column) -> pl.Series:
    """Read a category: any text, or one of the column's values however it is capitalised.

    Raises
    ------
    DataError
        The first cell that is none of the column's values, where it has a closed set.
    """
    text = cells.text().str.strip_chars()
    if not column.values:
        unknown = [*OPEN_UNKNOWN, *(UNNAMED if column.name in STARTERS else ())]
        return text.set(text.str.to_lowercase().is_in(unknown).fill_null(False), None)
    spelled = {value.lower(): value for value in column.values}
    words = {**dict.fromkeys(UNKNOWN), **WORDS.get(column.name, {}), **spelled}
    small = text.str.to_lowercase()
    remedy = f"translate it in a mapping file under [values.{column.name}], or leave it empty"
    cells.refuse(~small.is_in(list(words)), column.expected, remedy)
    return small.replace_strict(words, return_dtype=pl.String, default=None)


def parse_yes_no(cells: Cells) -> pl.Series:
    """Read yes and no, however written, as 1 and 0; null where empty.

    Raises
    ------
    DataError
        The first cell that is neither.
    """
    small = cells.text().str.strip_chars().str.to_lowercase()
    cells.refuse(~small.is_in([*YES, *NO, *UNKNOWN]), "yes or no")
    numbers = {**dict.fromkeys(YES, 1), **dict.fromkeys(NO, 0)}
    return small.replace_strict(numbers, default=None, return_dtype=pl.Int8)


def parse_labels(cells: Cells) -> pl.Series:
    """Read labels that stand apart by semicolons, commas or bars, as one text joined with semicolons; null for none."""
    text = cells.text().str.strip_chars().str.replace_all(BETWEEN_LABELS, ";").str.strip_chars(";")
    return text.set((text.str.to_lowercase().is_in(NO_LABEL) | (text == "")).fill_null(False), None)


def promotions(marks: Sequence[Cells]) -> pl.Series:
    """Join yes-or-no columns into labels: the headers of those that say yes; null where none does."""
    labels = [
        pl.when(parse_yes_no(cells) == 1).then(pl.lit(cells.header)).alias(str(i)) for i, cells in enumerate(marks)
    ]
    joined = pl.select(pl.concat_str(labels, separator=";", ignore_nulls=True)).to_series()
    return joined.set(joined == "", None)
