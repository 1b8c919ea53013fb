"""A club's own columns: declared in a mapping file, or kept with a table that gatecast wrote."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from gatecast.errors import SettingsError
from gatecast.games import AFTER, CANONICAL, Column, Knowability, Role
from gatecast.suggestions import suggestion

__all__ = ["METADATA_KEY", "CustomColumn", "as_toml", "read_custom_column"]

METADATA_KEY = "gatecast.columns"
KEYS = ("column", "type", "known", "unit", "low", "high", "values")
KNOWN = "'always', 'after', 'N days' or 'forecast N days'"

TYPES: dict[str, tuple[type[pl.DataType], Role]] = {
    "number": (pl.Float64, Role.NUMBER),
    "whole_number": (pl.Int32, Role.NUMBER),
    "yes_no": (pl.Int8, Role.NUMBER),
    "category": (pl.String, Role.CATEGORY),
    "labels": (pl.String, Role.LABELS),
}


@dataclass(frozen=True)
class CustomColumn:
    """A column of a club's own, and the header it stands under."""

    column: Column
    header: str


def read_custom_column(name: str, entry: object, file: str) -> CustomColumn:
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
        if word not in KEYS:
            expected = f"one of {', '.join(KEYS)}"
            raise SettingsError(f"{word!r}", expected, suggestion(word, KEYS), file=file, key=f"{key}.{word}")
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
        unit=_text(entry, "unit", "", key, file),
        low=_limit(entry, "low", lowest, key, file),
        high=_limit(entry, "high", highest, key, file),
        values=_values(entry, key, file),
    )
    return CustomColumn(column, _text(entry, "column", name, key, file))


def as_toml(columns: Sequence[Column]) -> str:
    """CustomColumn columns as sections of a mapping file."""
    lines = ["guess = false"]
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
    """The type of a further column in the words of a mapping file."""
    if column.dtype is pl.Boolean or (column.dtype is pl.Int8 and (column.low, column.high) == (0.0, 1.0)):
        return "yes_no"
    if column.dtype.is_integer():
        return "whole_number"
    if column.dtype.is_float():
        return "number"
    return "labels" if column.role is Role.LABELS else "category"


def _text(entry: dict[str, object], word: str, default: str, key: str, file: str) -> str:
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
