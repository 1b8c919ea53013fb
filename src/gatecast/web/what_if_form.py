"""The form of what if: a field for each column that may be changed, in the reader's units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from gatecast.collect.numbers import UNITS
from gatecast.collect.parse import is_yes_no
from gatecast.games import columns as c
from gatecast.service.what_if_fields import Field
from gatecast.web.facts import column_words, value_words
from gatecast.web.words import Preferences

__all__ = ["Group", "Input", "groups_of", "units_of"]

IMPERIAL = {c.TEMPERATURE: "F", c.WIND: "mph"}
OWN, FURTHER = "Your own columns", "Further"
GROUPS = {
    "Weather": (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION),
    "The game": (c.PROMOTION, c.VISITOR, c.START_TIME, c.DATE),
    "Starting pitchers": (c.HOME_STARTER, c.VISITOR_STARTER),
    OWN: (),
    FURTHER: (c.DAY_NIGHT, c.NUMBER, c.HOME_LEAGUE, c.VISITOR_LEAGUE),
}
"""Names of the groups and their columns, in order; a club's own columns are named nowhere."""
EMPTIED = {
    c.PROMOTION: "none for no promotion",
    c.HOME_STARTER: "unknown for not known",
    c.VISITOR_STARTER: "unknown for not known",
}
"""Columns into which anything may be typed, and what empties them."""
NUMBERS_OF_A_DAY, YES_NO = 3, 2

Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Input:
    """A field of the form.

    Parameters
    ----------
    name, label, unit : str
    kind : str
        select, text, number, time or date.
    options : tuple of (str, str)
        Values to choose from, and their words.
    now : str
        What is stored.
    typed, error, hint : str
        What was typed, why it cannot be used, and what else to know; each may be empty.
    """

    name: str
    label: str
    unit: str
    kind: str
    options: Options
    now: str
    typed: str
    error: str
    hint: str


@dataclass(frozen=True)
class Group:
    """Fields that stand together, and the names of those that nobody knows so long before the game."""

    name: str
    inputs: tuple[Input, ...]
    too_early: tuple[str, ...]

    @property
    def folded(self) -> bool:
        """Whether it may be folded away: it is rarely wanted, and nobody typed into it."""
        return self.name == FURTHER and not any(each.typed for each in self.inputs)


def units_of(reader: Preferences) -> dict[str, str]:
    """The units in which a reader types numbers, by column; a column's own where none is named.

    Examples
    --------
    >>> units_of(Preferences("imperial"))[c.WIND], units_of(Preferences())
    ('mph', {})
    """
    return dict(IMPERIAL) if reader.units == "imperial" else {}


def groups_of(
    fields: Sequence[Field], reader: Preferences, given: Mapping[str, str], refused: Mapping[str, str]
) -> tuple[Group, ...]:
    """The fields of a form in their groups.

    Parameters
    ----------
    fields : sequence of Field
    reader : Preferences
    given, refused : mapping of str to str
        What was typed and what was refused, by column.
    """
    placed = {name: group for group, names in GROUPS.items() for name in names}
    groups = []
    for group, names in GROUPS.items():
        of_it = [field for field in fields if placed.get(field.column.name, OWN) == group]
        of_it.sort(key=lambda field: names.index(field.column.name) if field.column.name in names else 0)
        shown = [field for field in of_it if field.heeded or field.column.name in given]
        early = tuple(column_words(field.column.name).lower() for field in of_it if field not in shown)
        inputs = tuple(_input(field, reader, given, refused) for field in shown)
        if inputs or early:
            groups.append(Group(group, inputs, early))
    return tuple(groups)


def _input(field: Field, reader: Preferences, given: Mapping[str, str], refused: Mapping[str, str]) -> Input:
    name = field.column.name
    typed, error = given.get(name, ""), refused.get(name, "")
    kind, options = _kind(field, reader)
    if kind in ("time", "date") and error:
        kind = "text"  # A browser would drop a text that is no time.
    if kind == "select" and typed and typed not in dict(options):
        options = (*options, (typed, typed))
    unit = field.column.unit if kind == "number" else ""
    if name in units_of(reader):
        unit = UNITS[name][units_of(reader)[name]].name
    now = value_words(field.now, field.column, reader)
    return Input(name, column_words(name), unit, kind, options, now, typed, error, EMPTIED.get(name, ""))


def _kind(field: Field, reader: Preferences) -> tuple[str, Options]:
    """Which kind of field a column gets, and what may be chosen there."""
    column = field.column
    choices = tuple((choice, choice) for choice in field.choices)
    if column.dtype is pl.Time:
        return "time", ()
    if column.dtype is pl.Date:
        return "date", ()
    if column.name in EMPTIED or (column.dtype is pl.String and not choices):
        return "text", choices
    if column.name == c.NUMBER or is_yes_no(column):
        values = range(NUMBERS_OF_A_DAY if column.name == c.NUMBER else YES_NO)
        return "select", tuple((str(value), value_words(value, column, reader)) for value in values)
    return ("select", choices) if choices else ("number", ())
