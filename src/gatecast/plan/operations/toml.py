"""Operations from a TOML file, the default ones that come with the package, and where each number comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from gatecast.errors import SettingsError
from gatecast.files import check_writable, write_text
from gatecast.plan.operations.model import CrowdSettings, Operations, StaffRole, StockItem, TransportService
from gatecast.plan.operations.numbers import Settings, numbers_of

__all__ = [
    "Assumption",
    "assumptions",
    "default_operations",
    "operations_from_dict",
    "operations_to_dict",
    "read_operations",
    "write_default_operations",
]

DEFAULT_FILE = "operations.toml"
LARGEST_FILE = 1_000_000
GROUPS: Mapping[str, type[Settings]] = {"staff": StaffRole, "stock": StockItem, "transport": TransportService}
ASSUMED = "assumption"

Group = TypeVar("Group", bound=Settings)


def read_operations(path: str | Path) -> Operations:
    """Read an operations file.

    Parameters
    ----------
    path : path
        A TOML file; `write_default_operations` writes one to start from.

    Raises
    ------
    SettingsError
        The first problem found, with file, key and remedy.
    """
    source = Path(path)
    try:
        content = source.read_bytes()
    except FileNotFoundError:
        raise SettingsError(
            "no such file", "an operations file", "write the default one first", file=source.name
        ) from None
    except OSError as problem:
        raise SettingsError(problem.strerror or "an unreadable file", "a readable file", file=source.name) from problem
    return _parse(content, source.name)


def operations_from_dict(table: Mapping[str, Any], file: str = "") -> Operations:
    """Operations from plain values in the shape of an operations file.

    Parameters
    ----------
    table : mapping
        currency, crowd, and lists of staff, stock and transport.
    file : str
        Name to use in messages.

    Raises
    ------
    SettingsError
        The first problem found, with key and remedy.
    """
    try:
        return _operations(table)
    except SettingsError as problem:
        raise SettingsError.of(problem, file=file, key=problem.key) from problem


def operations_to_dict(operations: Operations) -> dict[str, Any]:
    """Operations as plain values in the shape of an operations file; what was left out stays out.

    Examples
    --------
    >>> operations_from_dict(operations_to_dict(default_operations())) == default_operations()
    True
    """
    groups = {kind: [_plain(entry) for entry in getattr(operations, kind)] for kind in GROUPS}
    return {"currency": operations.currency, "crowd": _plain(operations.crowd), **groups}


def _plain(settings: Settings) -> dict[str, Any]:
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {
        name: dict(value) if isinstance(value, Mapping) else value for name, value in plain.items() if value is not None
    }


def default_operations() -> Operations:
    """The operations of the default file: sourced where a source was found, else plain assumptions."""
    return _parse(_default_content(), DEFAULT_FILE)


def write_default_operations(path: str | Path) -> None:
    """Write the default operations file, with its comments, as something to edit."""
    write_text(_default_content().decode(), check_writable(path, (".toml",)))


@dataclass(frozen=True)
class Assumption:
    """One number behind a plan, with its unit and where it comes from."""

    group: str
    name: str
    setting: str
    value: float
    unit: str
    source: str


def assumptions(operations: Operations) -> list[Assumption]:
    """Every number of `operations`, in the order of the file.

    A source is quoted only while it still speaks of the value it stands with in the default file.
    """
    standard = dict(_places(default_operations()))
    found = []
    for (group, name), settings in _places(operations):
        for setting, number in numbers_of(type(settings)).items():
            value = getattr(settings, setting)
            if value is None:
                continue
            source = _source(settings, standard.get((group, name)), setting)
            unit = number.unit.replace("money", operations.currency, 1)
            found.append(Assumption(group, name, setting, value, unit, source))
    return found


def _places(operations: Operations) -> list[tuple[tuple[str, str], Settings]]:
    groups: Sequence[tuple[str, Sequence[Any]]] = [(kind, getattr(operations, kind)) for kind in GROUPS]
    entries = [((kind, entry.name), entry) for kind, group in groups for entry in group]
    return [(("crowd", "whole crowd"), operations.crowd), *entries]


def _source(settings: Settings, default: Settings | None, name: str) -> str:
    stated = settings.sources.get(name)
    if default is None:
        return stated or ASSUMED
    value, standard = getattr(settings, name), getattr(default, name)
    if value == standard:
        return stated or default.sources.get(name, ASSUMED)
    if stated and stated != default.sources.get(name):
        return stated
    return f"yours (default {standard:g})" if standard is not None else "yours"


def _default_content() -> bytes:
    return resources.files("gatecast.plan.operations").joinpath(DEFAULT_FILE).read_bytes()


def _parse(content: bytes, file: str) -> Operations:
    if len(content) > LARGEST_FILE:
        raise SettingsError(f"{len(content):,} bytes", f"at most {LARGEST_FILE:,}", "give a settings file", file=file)
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise SettingsError("bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8", file=file) from problem
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SettingsError("text that is not TOML", "key = value lines", str(problem), file=file) from problem
    return operations_from_dict(table, file)


def _operations(table: Mapping[str, Any]) -> Operations:
    _refuse_unknown(table, ["currency", "crowd", *GROUPS], "")
    crowd = table.get("crowd")
    if not isinstance(crowd, dict):
        raise SettingsError("nothing" if crowd is None else repr(crowd), "a [crowd] table with show_rate", key="crowd")
    groups: dict[str, Any] = {kind: _group(kind, table.get(kind, []), model) for kind, model in GROUPS.items()}
    return Operations(crowd=_settings(crowd, CrowdSettings, "crowd"), currency=table.get("currency", "$"), **groups)


def _group(kind: str, entries: object, model: type[Group]) -> tuple[Group, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        remedy = "write the heading with two brackets on each side"
        raise SettingsError("a single table or value", f"[[{kind}]] entries", remedy, key=kind)
    return tuple(_settings(entry, model, f"{kind}.{_label(entry, i)}") for i, entry in enumerate(entries, start=1))


def _label(entry: Mapping[str, Any], place: int) -> str:
    name = entry.get("name")
    return name if isinstance(name, str) and name.strip() and name.isprintable() else str(place)


def _settings(table: Mapping[str, Any], model: type[Group], place: str) -> Group:
    known = {setting.name: setting for setting in fields(model)}
    _refuse_unknown(table, list(known), place)
    for name, setting in known.items():
        if name not in table and setting.default is MISSING and setting.default_factory is MISSING:
            number = numbers_of(model).get(name)
            expected = f"{number.expected} ({number.unit})" if number else "a name"
            raise SettingsError("nothing", expected, "add the line", key=f"{place}.{name}")
    _check_sources(table.get("sources", {}), list(known), place)
    try:
        return model(**table)
    except SettingsError as problem:
        key = f"{place}.{problem.key}"
        raise SettingsError.of(problem, key=key) from problem


def _check_sources(sources: object, known: Sequence[str], place: str) -> None:
    if not isinstance(sources, dict):
        raise SettingsError(repr(sources), "a table of setting = text", key=f"{place}.sources")
    _refuse_unknown(sources, known, f"{place}.sources")
    for name, text in sources.items():
        if not isinstance(text, str):
            raise SettingsError(repr(text), "text in quotes", key=f"{place}.sources.{name}")


def _refuse_unknown(table: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    for name in table:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            remedy = f"did you mean {close[0]}?" if close else "remove it, or correct its spelling"
            key = f"{place}.{name}" if place else name
            raise SettingsError("an unknown key", f"one of {', '.join(known)}", remedy, key=key)
