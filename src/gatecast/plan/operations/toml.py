"""Operations as a TOML file: read, written with its comments, the default one, and where each number comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatecast.errors import SettingsError
from gatecast.files import check_writable, write_text
from gatecast.plan.columns import KINDS
from gatecast.plan.operations.model import MODELS, Operations, Settings, numbers_of

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AoT, Item, Table

__all__ = [
    "LARGEST_FILE",
    "OPERATIONS_FILE",
    "Assumption",
    "assumptions",
    "default_operations",
    "default_text",
    "operations_from_dict",
    "operations_text",
    "operations_to_dict",
    "parse_operations",
    "read_operations",
    "write_default_operations",
    "write_operations",
]

OPERATIONS_FILE = "operations.toml"
LARGEST_FILE = 1_000_000
"""Most bytes of an operations file."""
CROWD, CURRENCY, NAME, SOURCES = "crowd", "currency", "name", "sources"
ASSUMED = "assumption"
HEADLINE = "What your ballpark decides before each game, and what too many and too few cost."
UNIT_COLUMN = 40


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
    return parse_operations(content, source.name)


def parse_operations(content: bytes, file: str = OPERATIONS_FILE) -> Operations:
    """Read operations from the content of a file.

    Parameters
    ----------
    content : bytes
    file : str
        Name to use in messages.

    Raises
    ------
    SettingsError
        The first problem found, with file, key and remedy.
    """
    if len(content) > LARGEST_FILE:
        raise SettingsError(f"{len(content):,} bytes", f"at most {LARGEST_FILE:,}", "give a settings file", file=file)
    try:
        table = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise SettingsError("bytes that are not UTF-8", "UTF-8 text", "save the file as UTF-8", file=file) from problem
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SettingsError("text that is not TOML", "key = value lines", str(problem), file=file) from problem
    return operations_from_dict(table, file)


def operations_from_dict(table: Mapping[str, Any], file: str = "") -> Operations:
    """Make operations from plain values in the shape of an operations file.

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
        return Operations(**table)
    except SettingsError as problem:
        raise SettingsError(problem.got, problem.expected, problem.remedy, file=file, key=problem.key) from problem


def operations_to_dict(operations: Operations) -> dict[str, Any]:
    """Return operations as plain values in the shape of an operations file; a setting without a value is left out.

    Examples
    --------
    >>> operations_from_dict(operations_to_dict(default_operations())) == default_operations()
    True
    """
    groups = {kind: [_plain(entry) for entry in getattr(operations, kind)] for kind in KINDS}
    return {CURRENCY: operations.currency, CROWD: _plain(operations.crowd), **groups}


def _plain(settings: Settings) -> dict[str, Any]:
    values = settings.model_dump(exclude_none=True)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def default_operations(crowd: float | None = None) -> Operations:
    """Return the operations of the default file: sourced numbers if a source was found, else plain assumptions.

    Parameters
    ----------
    crowd : float, optional
        The most people a game may have. Services of which one vehicle takes more people than would want it then, such
        as extra trains at a small ballpark, are left out; none are if not given.

    Examples
    --------
    >>> [service.name for service in default_operations(6200).transport]
    ['shuttle buses', 'late buses']
    """
    operations = _default_file()
    if crowd is None:
        return operations
    services = [each for each in operations.transport if each.share * crowd >= each.people_per_vehicle]
    return operations.replace(transport=services)


@cache
def _default_file() -> Operations:
    return parse_operations(default_text().encode())


def write_default_operations(path: str | Path) -> None:
    """Write the default operations file, with its comments, as something to edit."""
    write_text(default_text(), check_writable(path, (".toml",)))


def write_operations(operations: Operations, path: str | Path) -> None:
    """Write an operations file, with the comments of the default file.

    Parameters
    ----------
    operations : Operations
    path : path
        Must end in .toml.
    """
    write_text(operations_text(operations, default_text()), check_writable(path, (".toml",)))


def default_text() -> str:
    """Return the default operations file, with its comments."""
    return resources.files("gatecast.plan.operations").joinpath(OPERATIONS_FILE).read_text(encoding="utf-8")


def operations_text(operations: Operations, template: str = "") -> str:
    """Return operations as TOML, with the unit behind each number; `parse_operations` reads it back.

    Parameters
    ----------
    operations : Operations
    template : str
        An operations file whose comments and layout are kept, as far as its entries are still there. By default, a
        plain file is written.

    Examples
    --------
    >>> parse_operations(operations_text(default_operations()).encode()) == default_operations()
    True
    """
    import tomlkit

    document = tomlkit.parse(template) if template else tomlkit.document()
    if not template:
        document.add(tomlkit.comment(HEADLINE))
        document.add(tomlkit.nl())
    table = operations_to_dict(operations)
    if document.get(CURRENCY) != table[CURRENCY]:
        document[CURRENCY] = table[CURRENCY]
    _fill(_table_of(document), table[CROWD], CROWD)
    for kind in KINDS:
        _fill_entries(document, kind, table[kind])
    return tomlkit.dumps(document)


def _table_of(document: TOMLDocument) -> Table:
    """Return the table of the crowd, added if it is not there."""
    import tomlkit

    if CROWD not in document:
        document.add(tomlkit.nl())
        document.add(CROWD, tomlkit.table())
    table: Table = document[CROWD]
    return table


def _fill_entries(document: TOMLDocument, kind: str, entries: list[dict[str, Any]]) -> None:
    """Write the entries of one kind in their order, each over the block of its name."""
    import tomlkit

    there: AoT | None = document.get(kind)
    blocks: list[Table] = list(there.body) if there is not None else []
    names = [entry[NAME] for entry in entries]
    if [block.get(NAME) for block in blocks] == names:
        for block, entry in zip(blocks, entries, strict=True):
            _fill(block, entry, kind)
        return
    for before, block in reversed(list(pairwise(blocks))):
        if block.get(NAME) not in names:
            _last_body(before).extend(_remarks_below(block))
    by_name = {str(block.get(NAME)): block for block in blocks}
    written = tomlkit.aot()
    for entry in entries:
        block = by_name.get(entry[NAME]) or tomlkit.table()
        new = NAME not in block
        _fill(block, entry, kind)
        if new:
            block.add(tomlkit.nl())
        written.append(block)
    if there is None:
        document.add(tomlkit.nl())
        document.add(kind, written)
    elif entries:
        document[kind] = written
    else:
        document.remove(kind)


def _fill(block: Table, values: Mapping[str, Any], group: str) -> None:
    """Write settings into a block: a value that is there already keeps its comment and its place."""
    import tomlkit

    model = MODELS[group]
    units = {name: number.unit for name, number in numbers_of(model).items()}
    defaults = {name: field.default for name, field in model.model_fields.items()}
    new = not any(name in block for name in units)
    for name in [name for name in block if name not in values]:
        block.remove(name)
    order = sorted((name for name in values if name != SOURCES), key=lambda name: name in units)
    for name in order:
        value = values[name]
        if name in block:
            if block[name] != value:
                _replace(block, name, value)
        elif new or (value != defaults[name] and list(defaults.get(name) or ()) != value):
            block.add(name, _item(name, value, units.get(name)))
    if values[SOURCES]:
        if block.get(SOURCES) != values[SOURCES]:
            block[SOURCES] = tomlkit.item(values[SOURCES])
    elif SOURCES in block:
        block.remove(SOURCES)


def _replace(block: Table, name: str, value: Any) -> None:  # noqa: ANN401  any setting
    """Put a value in the place of another, and keep the comment behind it."""
    import tomlkit

    old, item = block[name], tomlkit.item(value)
    item.trivia.comment_ws, item.trivia.comment = old.trivia.comment_ws, old.trivia.comment
    block[name] = item


def _item(name: str, value: Any, unit: str | None) -> Item:  # noqa: ANN401  any setting
    import tomlkit

    item: Item = tomlkit.item(value)
    if unit is not None:
        item.comment(unit)
        item.trivia.comment_ws = " " * max(UNIT_COLUMN - len(f"{name} = {item.as_string()}"), 1)
    return item


def _last_body(block: Table) -> list[tuple[Any, Any]]:
    """Return what a block holds; of the table of sources that ends it, if there is one."""
    inner = block.get(SOURCES)
    return inner.value.body if inner is not None else block.value.body


def _remarks_below(block: Table) -> Iterator[tuple[Any, Any]]:
    """Yield the comments after the last setting of a block: they head the group that follows."""
    body = _last_body(block)
    last = max((place for place, (key, _) in enumerate(body) if key is not None), default=-1)
    yield from body[last + 1 :]


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
    """Return every number of `operations`, in the order of the file.

    A source is quoted only if it belongs to the value: one of the default file is left out for a changed number.
    """
    standard = dict(_places(default_operations()))
    rows = []
    for (group, name), settings in _places(operations):
        for setting, number in numbers_of(type(settings)).items():
            value = getattr(settings, setting)
            if value is None:
                continue
            source = _source(settings, standard.get((group, name)), setting)
            unit = number.unit.replace("money", operations.currency, 1)
            rows.append(Assumption(group, name, setting, value, unit, source))
    return rows


def _places(operations: Operations) -> list[tuple[tuple[str, str], Settings]]:
    entries = [((kind, entry.name), entry) for kind in KINDS for entry in getattr(operations, kind)]
    return [((CROWD, "whole crowd"), operations.crowd), *entries]


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
