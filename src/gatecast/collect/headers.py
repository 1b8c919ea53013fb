"""Headers: the column of games that each most likely is, where no mapping says."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import polars as pl

from gatecast.collect.column_mapping import ColumnMapping, Source
from gatecast.collect.parse import NO, YES
from gatecast.collect.raw_table import RawTable
from gatecast.games import CANONICAL
from gatecast.games import columns as c
from gatecast.suggestions import plain_header

__all__ = ["SYNONYMS", "guessed"]

SYNONYMS: dict[str, tuple[str, ...]] = {
    c.GAME_ID: ("gid", "gamekey", "gamepk"),
    c.DATE: ("gamedate", "dateofgame", "datetime"),
    c.START_TIME: ("start", "gametime", "time", "firstpitch", "starttimelocal"),
    c.DAY_NIGHT: ("dn", "dayornight", "daynightgame"),
    c.NUMBER: ("gamenumber", "gamenum", "numberofgame", "doubleheader", "dh"),
    c.VENUE: ("site", "park", "parkid", "ballpark", "stadium"),
    c.HOME: ("hometeam", "homeclub", "hometeamid"),
    c.VISITOR: ("visteam", "visitingteam", "visitorteam", "visitors", "opponent", "opp", "away", "awayteam"),
    c.SEASON: ("year",),
    c.HOME_LEAGUE: ("homelg", "homeleagueid"),
    c.VISITOR_LEAGUE: ("visleague", "visitingleague", "awayleague"),
    c.CAPACITY: ("seats", "seating", "seatingcapacity", "parkcapacity"),
    c.PROMOTION: ("promotions", "promo", "promos", "giveaway", "giveaways"),
    c.TEMPERATURE: (
        *("temp", "temperature", "tempf", "temperaturef", "tempfahrenheit", "temperaturefahrenheit"),
        *("tempc", "tempcelsius", "temperaturecelsius"),
    ),
    c.WIND: ("windspeed", "wind", "windmph", "windspeedmph", "windspeedkmh", "windkph", "windspeedkph"),
    c.SKY: ("skies", "skycondition", "skyconditions"),
    c.PRECIPITATION: ("precip",),
    c.HOME_STARTER: ("homepitcher", "homestartingpitcher", "homesp", "hstarter"),
    c.VISITOR_STARTER: ("visitingstarter", "visitorpitcher", "visitingpitcher", "awaystarter", "awaypitcher", "awaysp"),
    c.HOME_RUNS: ("hruns", "homescore", "hscore", "runshome"),
    c.VISITOR_RUNS: ("vruns", "visitorscore", "visrun", "visruns", "awayruns", "awayscore", "vscore"),
    c.ATTENDANCE: ("attend", "gate", "gates", "crowd", "att", "paidattendance", "announcedattendance", "attendence"),
    c.SCANNED: ("turnstile", "turnstiles", "peoplethroughgate", "scans"),
}
"""Other headers of each column, without capitals, spaces and marks; the first one present is taken."""

PROMOTION_HEADERS = (
    *("cap", "caps", "hat", "shirt", "tshirt", "jersey", "fireworks", "bobblehead", "bobbleheads", "poster", "towel"),
    *("blanket", "bag", "dollarnight", "dollarday", "dollardog", "concert", "kidsday", "familyday", "themenight"),
)

UNITS_IN_HEADERS = {
    c.TEMPERATURE: ((r"(f|fahrenheit)$", "F"), (r"(c|celsius)$", "C")),
    c.WIND: ((r"mph$", "mph"), (r"(kmh|kph)$", "km/h"), (r"(ms|mps)$", "m/s"), (r"(kn|knots|kt)$", "kn")),
}
LOWEST_FAHRENHEIT_MEDIAN = 40

Note = Callable[[str], None]


def guessed(table: RawTable, mapping: ColumnMapping, note: Note) -> ColumnMapping:
    """Add to a mapping the columns that headers speak for, and the units that values speak for.

    Parameters
    ----------
    table : RawTable
    mapping : ColumnMapping
        What is said already; it wins. Where its `guess` is False, only our own names and units are added.
    note : function of str
        Told in one line what was guessed.
    """
    used = {header for source in mapping.columns.values() for header in source.columns}
    used |= {further.header for further in mapping.custom_columns}
    free = [header for header in table.frame.columns if header not in used]
    said = {*mapping.columns, *mapping.constants}
    columns = {name: Source((name,)) for name in CANONICAL if name in free and name not in said}
    if mapping.guess:
        found = _by_header(table, free, {*said, *columns})
        columns |= found
        if found:
            read = ", ".join(f"{source.header} as {name}" for name, source in found.items())
            note(f"{table.file}: read {read}")
    columns = {**mapping.columns, **columns}
    return replace(mapping, columns=_with_units(table, columns, note))


def _by_header(table: RawTable, free: list[str], said: set[str]) -> dict[str, Source]:
    """Return the columns of games that unused headers speak for."""
    plain: dict[str, str] = {}
    for header in free:
        if header not in CANONICAL:
            plain.setdefault(plain_header(header), header)
    found = {}
    if c.PROMOTION not in said:
        marks = [
            plain[word] for word in PROMOTION_HEADERS if word in plain and _says_yes_or_no(table.frame[plain[word]])
        ]
        if marks:
            found[c.PROMOTION] = Source(tuple(sorted(marks, key=free.index)), marks=True)
    for name, synonyms in SYNONYMS.items():
        if name in said or name in found:
            continue
        present = [plain[word] for word in (plain_header(name), *synonyms) if word in plain]
        if present:
            found[name] = Source((present[0],))
    return found


def _says_yes_or_no(values: pl.Series) -> bool:
    """Return True if every cell that is not empty says yes or no."""
    if values.dtype == pl.Boolean:
        return True
    said = values.drop_nulls().cast(pl.String).str.to_lowercase()
    return len(said) > 0 and bool(said.str.replace(r"\.0$", "").is_in([*YES, *NO]).all())


def _with_units(table: RawTable, columns: dict[str, Source], note: Note) -> dict[str, Source]:
    """Return the columns with a unit for each that may be given in another than ours."""
    out = dict(columns)
    for name, units in UNITS_IN_HEADERS.items():
        source = out.get(name)
        if source is None or source.unit or source.template or source.header in (name, plain_header(name)):
            continue
        named = next((unit for ending, unit in units if re.search(ending, _unit_part(source.header))), "")
        unit = named or (_temperature_unit(table, source) if name == c.TEMPERATURE else _wind_unit(out))
        if not named:
            note(f"{table.file}: took {source.header} as {'°' if name == c.TEMPERATURE else ''}{unit}")
        out[name] = replace(source, unit=unit)
    return out


def _unit_part(header: str) -> str:
    """Return the part of a header after the word for what is measured."""
    return re.sub(r"^.*?(temperature|temp|windspeed|wind)", "", plain_header(header))


def _temperature_unit(table: RawTable, source: Source) -> str:
    """Return F where the median is above 40, not counting zeros, which often stand for unknown; C otherwise."""
    if source.header not in table.frame.columns:
        return ""
    numbers = table.frame[source.header].cast(pl.String).str.replace(",", ".").cast(pl.Float64, strict=False)
    middle = numbers.filter(numbers != 0).median()
    return "F" if isinstance(middle, float) and middle > LOWEST_FAHRENHEIT_MEDIAN else "C"


def _wind_unit(columns: dict[str, Source]) -> str:
    """Return miles an hour where temperatures are in Fahrenheit, km/h otherwise."""
    return "mph" if c.TEMPERATURE in columns and columns[c.TEMPERATURE].unit == "F" else "km/h"
