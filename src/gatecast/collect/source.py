"""Where a column of games comes from: one column of a file, several joined by a template, or yes-or-no columns."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

import polars as pl

from gatecast.collect.numbers import UNITS
from gatecast.errors import SettingsError
from gatecast.games.columns import PROMOTION
from gatecast.suggestions import suggestion

__all__ = ["Source", "read_source"]

KEYS = ("column", "unit")


@dataclass(frozen=True)
class Source:
    """Where a column of games comes from.

    Parameters
    ----------
    columns : tuple of str
        Headers of the file.
    unit : str
        A key of `UNITS` of the column; empty for the column's own or a guessed one.
    template : str
        Text with a header in braces wherever a cell stands; empty for none.
    marks : bool
        True where the columns say yes or no, and those that say yes are the labels.
    """

    columns: tuple[str, ...]
    unit: str = ""
    template: str = ""
    marks: bool = False

    @property
    def header(self) -> str:
        """The columns, for messages."""
        return ", ".join(self.columns)

    def filled(self, cells: Sequence[pl.Series]) -> pl.Series:
        """The template with the cells of each of its columns put in, shape (rows,); null where one is empty."""
        pieces = (text for text, *_ in string.Formatter().parse(self.template))
        joined: list[pl.Expr | pl.Series] = []
        for piece, column in zip_longest(pieces, cells):
            joined.append(pl.lit(piece or ""))
            if column is not None:
                joined.append(column)
        return pl.select(pl.concat_str(joined)).to_series()


def read_source(name: str, entry: object, key: str, file: str) -> Source:
    """Read what stands right of `ours =` in a mapping file.

    Parameters
    ----------
    name : str
        Our name of the column.
    entry : object
        A header, a template with headers in braces, a list of yes-or-no columns, or a table with column and unit.
    key, file : str
        Names for messages.

    Raises
    ------
    SettingsError
        None of these, or a unit that the column cannot have.
    """
    if isinstance(entry, str):
        return _template(entry, key, file) if "{" in entry else Source((entry.strip(),))
    if isinstance(entry, list):
        if name != PROMOTION or not entry or not all(isinstance(header, str) for header in entry):
            expected = f"a list of yes-or-no columns for {PROMOTION}, and one column for any other"
            raise SettingsError(f"{entry!r}", expected, file=file, key=key)
        return Source(tuple(header.strip() for header in entry), marks=True)
    if isinstance(entry, dict):
        return _with_unit(name, entry, key, file)
    raise SettingsError(f"{entry!r}", "the name of a column in quotation marks", file=file, key=key)


def _with_unit(name: str, entry: dict[str, object], key: str, file: str) -> Source:
    for word in entry:
        if word not in KEYS:
            remedy = suggestion(word, KEYS)
            raise SettingsError(f"{word!r}", f"one of {', '.join(KEYS)}", remedy, file=file, key=f"{key}.{word}")
    column, unit = entry.get("column"), entry.get("unit", "")
    if not isinstance(column, str):
        raise SettingsError(f"{column!r}", "the name of a column in quotation marks", file=file, key=f"{key}.column")
    units = UNITS.get(name, {})
    if unit and not units:
        raise SettingsError(f"{unit!r}", f"no unit for {name}", "take the unit out", file=file, key=f"{key}.unit")
    spelled = {known.lower(): known for known in units}
    if unit and str(unit).lower().lstrip("°") not in spelled:
        raise SettingsError(f"{unit!r}", f"one of {', '.join(units)}", file=file, key=f"{key}.unit")
    return Source((column.strip(),), unit=spelled[str(unit).lower().lstrip("°")] if unit else "")


def _template(text: str, key: str, file: str) -> Source:
    expected = "a template such as '{month} {day} 2012'"
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as broken:
        raise SettingsError(f"{text!r} ({broken})", expected, file=file, key=key) from None
    headers = [header.strip() for _, header, _, _ in parts if header is not None]
    if not headers or not all(headers) or any(form or conversion for _, _, form, conversion in parts):
        raise SettingsError(f"{text!r}", expected, file=file, key=key)
    return Source(tuple(headers), template=text)
