"""Describe the form inputs for the columns of a game: type of input, choices, unit, and values as text."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl

from gatecast.collect import numbers
from gatecast.games import Column
from gatecast.games import columns as c
from gatecast.web.preferences import UNITS, Preferences
from gatecast.web.words import column_words, value_words

__all__ = ["FREE_TEXT", "UNITS_FIELD", "Options", "in_units", "input_kind", "typed_text", "unit_of", "units_of"]

UNITS_FIELD = "gc_units"
"""Field that says in which units the numbers of a form or an address are, whoever sends it."""
FREE_TEXT = (c.PROMOTION, c.HOME_STARTER, c.VISITOR_STARTER)
"""Columns into which anything may be typed; what games hold is only suggested."""
IMPERIAL = {c.TEMPERATURE: "F", c.WIND: "mph"}

Options = tuple[tuple[str, str], ...]


def in_units(reader: Preferences, units: str) -> Preferences:
    """Return a reader with the units that a form was shown in; with the reader's own if `units` names none."""
    return Preferences(units, reader.theme) if units in UNITS else reader


def units_of(reader: Preferences) -> dict[str, str]:
    """Return the units in which a reader types numbers, by column; other columns use their own.

    Examples
    --------
    >>> units_of(Preferences("imperial"))[c.WIND], units_of(Preferences())
    ('mph', {})
    """
    return dict(IMPERIAL) if reader.units == "imperial" else {}


def unit_of(column: Column, reader: Preferences) -> str:
    """Return the unit in which a reader types a column; empty if there is none, or its name says it."""
    unit = units_of(reader).get(column.name)
    if unit:
        return numbers.UNITS[column.name][unit].name
    return "" if column.unit.lower() in column_words(column.name).lower() else column.unit


def input_kind(column: Column, choices: Sequence[str], reader: Preferences, *, refused: bool) -> tuple[str, Options]:
    """Return the type of input for a column, and the values to choose from with their words.

    Parameters
    ----------
    column : Column
    choices : sequence of str
        Values offered; empty for numbers, dates and times.
    reader : Preferences
    refused : bool
        Whether the input shows a text that was refused.

    Returns
    -------
    tuple of str and tuple of (str, str)
        select, text, number, time or date. A refused time or date is a text: a browser would drop one that is no time.
    """
    if column.dtype in (pl.Time, pl.Date):
        kind = "time" if column.dtype == pl.Time else "date"
        return "text" if refused else kind, ()
    if column.name == c.NUMBER or column.is_yes_no:
        values = range(int(column.high) + 1)
        return "select", tuple((str(value), value_words(value, column, reader)) for value in values)
    offered = tuple((choice, choice) for choice in choices)
    if column.name in FREE_TEXT or (column.dtype == pl.String and not offered):
        return "text", offered
    return ("select", offered) if offered else ("number", ())


def typed_text(value: Any, column: Column, reader: Preferences) -> str:  # noqa: ANN401  any cell
    """Return a stored value as a reader would type it; empty if unknown.

    Examples
    --------
    >>> typed_text(25.0, c.CANONICAL[c.TEMPERATURE], Preferences("imperial"))
    '77'
    """
    if value is None:
        return ""
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, float):
        return str(value)
    if column.name not in IMPERIAL:
        return f"{value:.10g}"
    unit = units_of(reader).get(column.name)
    shown = numbers.UNITS[column.name][unit].of(value) if unit else value
    return f"{shown:.1f}".rstrip("0").rstrip(".")
