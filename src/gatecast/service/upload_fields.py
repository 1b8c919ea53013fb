"""The fields of the upload page that say what a mapping file says: dates, units, rows, names, custom columns."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import polars as pl

from gatecast.collect import ColumnMapping, RawTable
from gatecast.collect.column_mapping import PLAYOFFS, REPEATED, TYPES, read_mapping
from gatecast.collect.numbers import UNITS
from gatecast.games import columns as c

__all__ = [
    "CUSTOM",
    "FIELDS",
    "KNOWN_TIMES",
    "UNIT_FIELDS",
    "chosen_fields",
    "joined_mapping",
    "mapping_of_fields",
    "mapping_of_text",
]

LONGEST_FIELD = 4_000
CUSTOM = (1, 2, 3)
"""Numbers of the custom columns that the page offers."""
KNOWN_TIMES = ("always", "1 days", "7 days", "30 days", "after")
"""Times at which the values of a custom column may become known, as the page offers them."""
UNIT_FIELDS = {"temperature_unit": c.TEMPERATURE, "wind_unit": c.WIND}
FIELDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("month", "day", "year_column", "year", "time_zone", "keep_column", "keep_values", "aliases"), ()),
    "repeated": REPEATED,
    "playoffs": PLAYOFFS,
    **{field: tuple(UNITS[name]) for field, name in UNIT_FIELDS.items()},
    **{f"custom{i}_{part}": () for i in CUSTOM for part in ("header", "name", "known")},
    **{f"custom{i}_type": tuple(TYPES) for i in CUSTOM},
}
"""Every field, and the values that one with a closed set accepts."""


def chosen_fields(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the known fields that say something, each within its limits."""
    said = {name: fields[name].strip()[:LONGEST_FIELD] for name in FIELDS if fields.get(name, "").strip()}
    return {name: text for name, text in said.items() if not FIELDS[name] or text in FIELDS[name]}


def mapping_of_fields(fields: Mapping[str, str], table: RawTable) -> ColumnMapping:
    """Return the mapping that fields of the page say.

    Parameters
    ----------
    fields : mapping of str to str
        As `chosen_fields` returns them.
    table : RawTable
        The uploaded table.

    Raises
    ------
    SettingsError
        A field that cannot be what it says, such as a time zone that nobody knows.
    """
    lines = [f"time_zone = {_quoted(fields['time_zone'])}"] if "time_zone" in fields else []
    month, day = fields.get("month", ""), fields.get("day", "")
    if month and day:
        lines += ["[columns]", f"date = {_quoted(_template(fields, table))}"]
    elif "year" in fields:
        lines += ["[constants]", f"season = {_quoted(fields['year'])}"]
    values = [text.strip() for text in fields.get("keep_values", "").split(",") if text.strip()]
    if "keep_column" in fields and values:
        lines += ["[keep]", f"{_quoted(fields['keep_column'])} = [{', '.join(map(_quoted, values))}]"]
    rows = [f"{name} = {_quoted(fields[name])}" for name in ("repeated", "playoffs") if name in fields]
    lines += ["[rows]", *rows] if rows else []
    lines += _aliases(fields.get("aliases", ""))
    for i in CUSTOM:
        lines += _custom(fields, i)
    return mapping_of_text("\n".join(lines), "the form")


def joined_mapping(typed: ColumnMapping, form: ColumnMapping) -> ColumnMapping:
    """Return a typed or uploaded mapping with what the form says instead or in addition."""
    columns = {**typed.columns, **form.columns}
    constants = {name: text for name, text in {**typed.constants, **form.constants}.items() if name not in form.columns}
    names = {entry.column.name for entry in form.custom_columns}
    return replace(
        typed,
        columns={name: source for name, source in columns.items() if name not in form.constants},
        constants=constants,
        keep={**typed.keep, **form.keep},
        custom_columns=(
            *(entry for entry in typed.custom_columns if entry.column.name not in names),
            *form.custom_columns,
        ),
        repeated=form.repeated if form.repeated != REPEATED[0] else typed.repeated,
        playoffs=form.playoffs if form.playoffs != PLAYOFFS[0] else typed.playoffs,
        aliases={**typed.aliases, **form.aliases},
        time_zone=form.time_zone or typed.time_zone,
    )


def mapping_of_text(text: str, name: str) -> ColumnMapping:
    """Return the mapping that a text in TOML says; an empty one for an empty text.

    Parameters
    ----------
    text : str
    name : str
        Name of the text, for messages.

    Raises
    ------
    SettingsError
        The text is no mapping.
    """
    if not text.strip():
        return ColumnMapping()
    with tempfile.TemporaryDirectory(prefix="gatecast-upload-") as folder:
        place = Path(folder) / name
        place.write_text(text, encoding="utf-8", errors="replace")
        return read_mapping(place)


def _template(fields: Mapping[str, str], table: RawTable) -> str:
    """Return how month, day and year are joined: in the order of a date with a month by name, or by number."""
    year = f"{{{fields['year_column']}}}" if "year_column" in fields else fields.get("year", "")
    month, day = f"{{{fields['month']}}}", f"{{{fields['day']}}}"
    named = True
    if fields["month"] in table.frame.columns:
        cells = table.frame[fields["month"]].drop_nulls()
        named = cells.cast(pl.Float64, strict=False).null_count() > 0
    return f"{month} {day} {year}" if named else f"{year}-{month}-{day}"


def _aliases(text: str) -> list[str]:
    """Return the section of other names: a line `old name = current name` each."""
    names: dict[str, list[str]] = {}
    for line in text.splitlines():
        other, equals, name = (part.strip() for part in line.partition("="))
        if equals and other and name:
            names.setdefault(name, []).append(other)
    lines = [f"{_quoted(name)} = [{', '.join(map(_quoted, others))}]" for name, others in names.items()]
    return ["[aliases]", *lines] if lines else []


def _custom(fields: Mapping[str, str], i: int) -> list[str]:
    """Return the section of one custom column; none where its header is not chosen."""
    header = fields.get(f"custom{i}_header", "")
    if not header:
        return []
    section = f"[further.{_quoted(fields.get(f'custom{i}_name', header))}]"
    known, kind = fields.get(f"custom{i}_known", ""), fields.get(f"custom{i}_type", "number")
    lines = [section, f"column = {_quoted(header)}", f"type = {_quoted(kind)}"]
    return [*lines, f"known = {_quoted(known)}"] if known else lines


def _quoted(text: str) -> str:
    """Return a text as TOML writes it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
