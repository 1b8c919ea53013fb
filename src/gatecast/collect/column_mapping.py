"""Column mappings: what a table calls the columns of games; small TOML files, each line `ours = theirs`."""

from __future__ import annotations

import json
import math
import string
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from gatecast.collect.numbers import UNITS
from gatecast.collect.raw_table import RawTable
from gatecast.errors import InputError, SettingsError
from gatecast.games import AFTER, CANONICAL, Column, Knowability, League, Role
from gatecast.games.columns import PROMOTION
from gatecast.suggestions import listed, plain_header, suggestion

__all__ = [
    "LEAGUE_KEY",
    "METADATA_KEY",
    "ColumnMapping",
    "CustomColumn",
    "Source",
    "as_toml",
    "joined_columns",
    "read_mapping",
    "resolved",
    "with_custom_columns",
]

METADATA_KEY = "gatecast.columns"
"""Metadata key of the custom columns in a Parquet file that gatecast wrote."""
LEAGUE_KEY = "gatecast.league"
"""Metadata key of the league of the games in such a file."""
LARGEST_MAPPING = 1_000_000
LEAGUE = ("league", "country", "restricted_attendance")
SECTIONS = (
    "sheet",
    "guess",
    "time_zone",
    "day_first",
    *LEAGUE,
    "columns",
    "constants",
    "values",
    "keep",
    "rows",
    "aliases",
    "further",
)
EXAMPLE = 'attendance = "gate"'
SOURCE_KEYS = ("column", "unit")
REPEATED = ("refuse", "first", "sum")
PLAYOFFS = ("drop", "keep")
ROWS = {"repeated": REPEATED, "playoffs": PLAYOFFS}
CUSTOM_KEYS = ("column", "type", "known", "unit", "low", "high", "values")
KNOWN = "'always', 'after', 'N days' or 'forecast N days', or 'from' and a date such as 2019-03-25 or 03-25"

TYPES: dict[str, tuple[type[pl.DataType], Role]] = {
    "number": (pl.Float64, Role.NUMBER),
    "whole_number": (pl.Int32, Role.NUMBER),
    "yes_no": (pl.Int8, Role.NUMBER),
    "category": (pl.String, Role.CATEGORY),
    "labels": (pl.String, Role.LABELS),
}


@dataclass(frozen=True)
class Source:
    """Source of a column of games.

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
    season : str
        Header or value of the season, which gives dates without a year theirs; empty where dates have years.
    """

    columns: tuple[str, ...]
    unit: str = ""
    template: str = ""
    marks: bool = False
    season: str = ""

    @property
    def header(self) -> str:
        """The columns, for messages."""
        return ", ".join(self.columns)

    def filled(self, cells: Sequence[pl.Series]) -> pl.Series:
        """Return the template filled with the cells of its columns, shape (rows,); null where one is empty."""
        pieces = (text for text, *_ in string.Formatter().parse(self.template))
        joined: list[pl.Expr | pl.Series] = []
        for piece, column in zip_longest(pieces, cells):
            joined.append(pl.lit(piece or ""))
            if column is not None:
                joined.append(column)
        return pl.select(pl.concat_str(joined)).to_series()


@dataclass(frozen=True)
class CustomColumn:
    """A custom column, and its header."""

    column: Column
    header: str


@dataclass(frozen=True)
class ColumnMapping:
    """Mapping of the columns of one table to columns of games.

    Parameters
    ----------
    columns : mapping of our name to Source
        Where each of our columns comes from.
    constants : mapping of our name to text
        Values that hold in every row.
    values : mapping of our name to mapping of text to text
        Texts of cells and their meanings.
    keep : mapping of their name to tuple of str
        Rows are kept where the column holds one of these texts.
    custom_columns : tuple of CustomColumn
        Those of the section `[further]`.
    repeated : str
        Treatment of one game in several rows: refuse, first (keep the first row) or sum (add the attendance).
    playoffs : str
        Treatment of playoffs, friendlies and cup games beside those of the season: drop or keep.
    aliases : mapping of text to text
        Other names of clubs and venues, and the name that each stands for.
    time_zone : str
        Time zone of the ballparks, such as America/New_York, to convert universal time; empty if not known.
    day_first : bool, optional
        True if 5/6/2025 is the fifth of June, False if it is May 6; None for as the dates show.
    league : League, optional
        Settings of the league: keys league, country and restricted_attendance.
    sheet : str
        Sheet of a workbook; if empty, its first one and all others with the same header.
    guess : bool
        True if columns left unsaid are guessed from their headers.
    file : str
        Name of the mapping file, for messages.
    """

    columns: Mapping[str, Source] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom_columns: tuple[CustomColumn, ...] = ()
    repeated: str = "refuse"
    playoffs: str = "drop"
    aliases: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = ""
    day_first: bool | None = None
    league: League | None = None
    sheet: str = ""
    guess: bool = True
    file: str = ""


def read_mapping(path: str | Path) -> ColumnMapping:
    """Read a column-mapping file.

    Raises
    ------
    SettingsError
        The file cannot be read as one, with the key and the nearest name that would do.
    """
    target = Path(path)
    content = _toml(target)
    file = target.name
    for key in content:
        if key not in SECTIONS:
            near = "" if key in CANONICAL else suggestion(key, SECTIONS)
            meant = near or f"columns stand under [columns], as in {EXAMPLE}"
            raise SettingsError(f"{key!r}", f"one of {', '.join(SECTIONS)}", meant, file=file, key=key)
    custom_columns = tuple(
        _custom_column(name, entry, file) for name, entry in _section(content, "further", file).items()
    )
    ours = {**CANONICAL, **{entry.column.name: entry.column for entry in custom_columns}}
    columns = {
        _ours(name, CANONICAL, "columns", file): _source(name, entry, f"columns.{name}", file)
        for name, entry in _section(content, "columns", file).items()
    }
    constants = {
        _ours(name, ours, "constants", file): _text(entry, f"constants.{name}", file)
        for name, entry in _section(content, "constants", file).items()
    }
    for name in constants:
        if name in columns:
            raise SettingsError(f"{name!r} under [columns] too", "one or the other", file=file, key=f"constants.{name}")
    return ColumnMapping(
        columns=columns,
        constants=constants,
        values={
            _ours(name, ours, "values", file): _words(entry, f"values.{name}", file)
            for name, entry in _section(content, "values", file).items()
        },
        keep={name: _texts(entry, f"keep.{name}", file) for name, entry in _section(content, "keep", file).items()},
        custom_columns=custom_columns,
        **_rows(_section(content, "rows", file), file),
        aliases=_aliases(_section(content, "aliases", file), file),
        time_zone=_time_zone(content.get("time_zone", ""), file),
        day_first=_of_type(content["day_first"], bool, "true or false", "day_first", file)
        if "day_first" in content
        else None,
        league=_league(content, file),
        sheet=_of_type(content.get("sheet", ""), str, "the name of a sheet in quotation marks", "sheet", file),
        guess=_of_type(content.get("guess", True), bool, "true or false", "guess", file),
        file=file,
    )


def _toml(path: Path) -> dict[str, Any]:
    expected = f"a text of lines such as {EXAMPLE}"
    try:
        if path.stat().st_size > LARGEST_MAPPING:
            raise SettingsError("a file far too large", expected, file=path.name)
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as refused:
        got = "a folder" if path.is_dir() else f"'{refused.strerror}'"
        raise SettingsError(got, "a mapping file", "check the name and the folder", file=path.name) from None
    except UnicodeDecodeError:
        raise SettingsError("a file that is no UTF-8 text", expected, file=path.name) from None
    except (tomllib.TOMLDecodeError, RecursionError) as broken:
        raise SettingsError(f"no TOML ({broken})", expected, "see docs/mapping.md", file=path.name) from None


def _section(content: dict[str, Any], name: str, file: str) -> dict[str, Any]:
    section: dict[str, Any] = _of_type(content.get(name, {}), dict, f"a section [{name}]", name, file)
    return section


def _of_type(value: Any, kind: type, expected: str, key: str, file: str) -> Any:  # noqa: ANN401
    if not isinstance(value, kind):
        raise SettingsError(f"{value!r}", expected, file=file, key=key)
    return value


def _ours(name: str, known: Mapping[str, object], section: str, file: str) -> str:
    """Return the name if it is a column of games; raise SettingsError otherwise."""
    if name not in known:
        meant = suggestion(name, known) or "a custom column is declared under [further]"
        expected = "our name of a column (ours = theirs)"
        raise SettingsError(f"{name!r}", expected, meant, file=file, key=f"{section}.{name}")
    return name


def _text(value: Any, key: str, file: str) -> str:  # noqa: ANN401
    """Return a constant as a cell would spell it."""
    if isinstance(value, (dict, list)):
        raise SettingsError(f"{value!r}", "one text, number or date", file=file, key=key)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any, key: str, file: str) -> tuple[str, ...]:  # noqa: ANN401
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise SettingsError("an empty list", "the texts of rows to keep", file=file, key=key)
    return tuple(_text(entry, key, file) for entry in listed)


def _rows(section: dict[str, Any], file: str) -> dict[str, str]:
    """Return the treatments of rows that [rows] states."""
    for key, value in section.items():
        if key not in ROWS:
            raise SettingsError(
                f"{key!r}", f"one of {', '.join(ROWS)}", suggestion(key, ROWS), file=file, key=f"rows.{key}"
            )
        if value not in ROWS[key]:
            near = suggestion(str(value), ROWS[key])
            raise SettingsError(f"{value!r}", f"one of {', '.join(ROWS[key])}", near, file=file, key=f"rows.{key}")
    return dict(section)


def _aliases(section: dict[str, Any], file: str) -> dict[str, str]:
    """Return the other names of each name: `"Our name" = ["Their name", "Old name"]`."""
    return {other: name for name, value in section.items() for other in _texts(value, f"aliases.{name}", file)}


def _time_zone(value: Any, file: str) -> str:  # noqa: ANN401
    expected = "a time zone such as America/New_York"
    name: str = _of_type(value, str, expected, "time_zone", file)
    try:
        if name:
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise SettingsError(f"{name!r}", expected, file=file, key="time_zone") from None
    return name


def _league(content: dict[str, Any], file: str) -> League | None:
    """Return the settings of the league; None if none of them is stated."""
    if not any(key in content for key in LEAGUE):
        return None
    name = _of_type(content.get("league", ""), str, "the name of the league in quotation marks", "league", file)
    country = _of_type(content.get("country", "US"), str, "two letters in quotation marks", "country", file)
    restricted = content.get("restricted_attendance")
    if restricted is not None:
        _of_type(restricted, bool, "true or false", "restricted_attendance", file)
    try:
        return League(name, country, restricted)
    except InputError as refused:
        raise SettingsError(f"{country!r}", "two letters such as US, CA or JP", file=file, key="country") from refused


def _words(value: Any, key: str, file: str) -> dict[str, str]:  # noqa: ANN401
    table = _of_type(value, dict, f'lines such as "Clear" = "sunny" under [{key}]', key, file)
    return {word: _text(meaning, f"{key}.{word}", file) for word, meaning in table.items()}


def _source(name: str, entry: object, key: str, file: str) -> Source:
    """Read the right side of `ours =` in a mapping file.

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
        if word not in SOURCE_KEYS:
            remedy = suggestion(word, SOURCE_KEYS)
            raise SettingsError(f"{word!r}", f"one of {', '.join(SOURCE_KEYS)}", remedy, file=file, key=f"{key}.{word}")
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


def _custom_column(name: str, entry: object, file: str) -> CustomColumn:
    """Read one [further.NAME] section of a mapping file.

    Raises
    ------
    SettingsError
        A name that is taken, an unknown key or type, or no knowability.
    """
    key = f"further.{name}"
    if name in CANONICAL:
        remedy = "map it under [columns]"
        raise SettingsError(f"{name!r}", "a name that no column of games has", remedy, file=file, key=key)
    if not isinstance(entry, dict):
        raise SettingsError(f"{entry!r}", f"a section [{key}] with type and known", file=file, key=key)
    for word in entry:
        if word not in CUSTOM_KEYS:
            expected = f"one of {', '.join(CUSTOM_KEYS)}"
            raise SettingsError(f"{word!r}", expected, suggestion(word, CUSTOM_KEYS), file=file, key=f"{key}.{word}")
    kind = entry.get("type", "number")
    if not isinstance(kind, str) or kind not in TYPES:
        remedy = suggestion(str(kind), TYPES)
        raise SettingsError(f"{kind!r}", f"one of {', '.join(TYPES)}", remedy, file=file, key=f"{key}.type")
    if "known" not in entry:
        remedy = 'say when its values become known, such as known = "always"'
        raise SettingsError("no knowability", KNOWN, remedy, file=file, key=f"{key}.known")
    try:
        known = Knowability.parse(str(entry["known"]))
    except ValueError:
        raise SettingsError(f"{entry['known']!r}", KNOWN, file=file, key=f"{key}.known") from None
    dtype, role = TYPES[kind]
    lowest, highest = (0.0, 1.0) if kind == "yes_no" else (-math.inf, math.inf)
    column = Column(
        name,
        dtype,
        Role.RESULT if known == AFTER else role,
        known,
        unit=_custom_text(entry, "unit", "", key, file),
        low=_limit(entry, "low", lowest, key, file),
        high=_limit(entry, "high", highest, key, file),
        values=_values(entry, key, file),
    )
    return CustomColumn(column, _custom_text(entry, "column", name, key, file))


def as_toml(columns: Sequence[Column], league: League | None = None) -> str:
    """Return settings of a league and declarations of custom columns as a mapping file."""
    lines = ["guess = false"]
    if league is not None:
        lines += [f"league = {json.dumps(league.name, ensure_ascii=False)}", f'country = "{league.country}"']
        if league.restricted is not None:
            lines.append(f"restricted_attendance = {json.dumps(league.restricted)}")
    for column in columns:
        lines += ["", f"[further.{json.dumps(column.name)}]", f'type = "{_kind(column)}"', f'known = "{column.known}"']
        if column.unit:
            lines.append(f"unit = {json.dumps(column.unit, ensure_ascii=False)}")
        if _kind(column) != "yes_no":
            limits = {"low": column.low, "high": column.high}
            lines += [f"{word} = {limit!r}" for word, limit in limits.items() if math.isfinite(limit)]
        if column.values:
            lines.append(f"values = {json.dumps(list(column.values), ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def _kind(column: Column) -> str:
    """Return the type of a custom column in the words of a mapping file."""
    if column.dtype is pl.Boolean or (column.dtype is pl.Int8 and (column.low, column.high) == (0.0, 1.0)):
        return "yes_no"
    if column.dtype.is_integer():
        return "whole_number"
    if column.dtype.is_float():
        return "number"
    return "labels" if column.role is Role.LABELS else "category"


def _custom_text(entry: dict[str, object], word: str, default: str, key: str, file: str) -> str:
    value = entry.get(word, default)
    if not isinstance(value, str):
        raise SettingsError(f"{value!r}", "a text in quotation marks", file=file, key=f"{key}.{word}")
    return value.strip()


def _limit(entry: dict[str, object], word: str, default: float, key: str, file: str) -> float:
    value = entry.get(word, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise SettingsError(f"{value!r}", "a number", file=file, key=f"{key}.{word}")
    return float(value)


def _values(entry: dict[str, object], key: str, file: str) -> tuple[str, ...]:
    value = entry.get("values", [])
    if not isinstance(value, list):
        raise SettingsError(f"{value!r}", "a list of texts", file=file, key=f"{key}.values")
    return tuple(str(text) for text in value)


def resolved(mapping: ColumnMapping, table: RawTable) -> ColumnMapping:
    """Return the mapping with every header spelled as in the table, whatever its capitals, spaces and marks.

    Raises
    ------
    SettingsError
        A header that the table does not have.
    """
    columns = {
        name: replace(
            source, columns=tuple(_header(header, f"columns.{name}", mapping, table) for header in source.columns)
        )
        for name, source in mapping.columns.items()
    }
    custom_columns = tuple(
        entry
        if entry.column.name in mapping.constants
        else CustomColumn(entry.column, _header(entry.header, f"further.{entry.column.name}", mapping, table))
        for entry in mapping.custom_columns
    )
    keep = {_header(header, f"keep.{header}", mapping, table): texts for header, texts in mapping.keep.items()}
    return replace(mapping, columns=columns, custom_columns=custom_columns, keep=keep)


def with_custom_columns(mapping: ColumnMapping, custom_columns: Sequence[Column], table: RawTable) -> ColumnMapping:
    """Return the mapping with those of `custom_columns` that the table has.

    A column that the mapping declares too is read from where the mapping says, as `custom_columns` declares it, so
    that the two tables agree.
    """
    wanted = {column.name: column for column in reversed(custom_columns)}
    own = [replace(entry, column=wanted.pop(entry.column.name, entry.column)) for entry in mapping.custom_columns]
    headers = {plain_header(header): header for header in reversed(table.frame.columns)}
    found = [
        CustomColumn(column, headers[plain_header(name)])
        for name, column in wanted.items()
        if plain_header(name) in headers
    ]
    return replace(mapping, custom_columns=(*own, *found))


def joined_columns(
    own: Sequence[Column], custom_columns: Sequence[Column], headers: Sequence[str]
) -> tuple[Column, ...]:
    """Return a table's own declarations, replaced by those of the same name, and the others that `headers` hold."""
    wanted = {column.name: column for column in reversed(custom_columns)}
    kept = [wanted.pop(column.name, column) for column in own]
    return (*kept, *(column for name, column in wanted.items() if name in headers))


def _header(header: str, key: str, mapping: ColumnMapping, table: RawTable) -> str:
    """Return the header of the table that is meant."""
    headers = table.frame.columns
    if header in headers:
        return header
    same = [other for other in headers if plain_header(other) == plain_header(header)]
    if len(same) == 1:
        return same[0]
    remedy = suggestion(header, headers) or f"its columns are {listed(headers)}"
    raise SettingsError(f"{header!r}", f"a column of {table.file}", remedy, file=mapping.file, key=key)
