"""Operations as the text of an operations file, and from one that somebody sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gatecast.errors import SettingsError
from gatecast.plan import Operations, read_operations
from gatecast.plan.operations.numbers import numbers_of
from gatecast.plan.operations.toml import operations_to_dict
from gatecast.service.operations_fields import CROWD, CURRENCY, MODELS, SOURCES

__all__ = ["FILE_NAME", "LARGEST_FILE", "operations_of", "operations_text"]

FILE_NAME = "operations.toml"
LARGEST_FILE = 1_000_000
"""Bytes of a file that is taken."""
UNSAFE = re.compile(r'[\x00-\x1f\x7f"\\]')
UNIT_COLUMN = 40


def operations_text(operations: Operations) -> str:
    """Operations as TOML, with the unit behind each number; `operations_of` reads it back.

    Examples
    --------
    >>> from gatecast.plan import default_operations
    >>> operations_of(operations_text(default_operations()).encode()) == default_operations()
    True
    """
    table = operations_to_dict(operations)
    lines = ["# What your ballpark decides before each game, and what too many and too few cost.", ""]
    lines += [f"{CURRENCY} = {_value(table[CURRENCY])}", "", f"[{CROWD}]", *_settings(CROWD, table[CROWD])]
    for group in MODELS:
        for entry in table[group] if group != CROWD else ():
            lines += ["", f"[[{group}]]", *_settings(group, entry)]
    return "\n".join(lines) + "\n"


def operations_of(content: bytes) -> Operations:
    """Operations from the content of a file.

    Raises
    ------
    SettingsError
        The first problem found, with key and remedy.
    """
    if len(content) > LARGEST_FILE:
        expected = f"at most {LARGEST_FILE:,}"
        raise SettingsError(f"{len(content):,} bytes or more", expected, "give a settings file", file=FILE_NAME)
    with TemporaryDirectory() as folder:
        path = Path(folder) / FILE_NAME
        path.write_bytes(content)
        return read_operations(path)


def _settings(group: str, table: Mapping[str, Any]) -> Iterator[str]:
    """The lines of one entry, and of its sources if it has any."""
    units = {name: number.unit for name, number in numbers_of(MODELS[group]).items()}
    order = [each.name for each in fields(MODELS[group]) if each.name in table and each.name != SOURCES]
    for name in sorted(order, key=lambda each: each in units):
        line = f"{name} = {_value(table[name])}"
        yield f"{line:<{UNIT_COLUMN}}# {units[name]}" if name in units else line
    if table[SOURCES]:
        yield from ("", f"[{group}.{SOURCES}]", *(f"{name} = {_value(text)}" for name, text in table[SOURCES].items()))


def _value(value: object) -> str:
    """A value as TOML spells it."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(each) for each in value)}]"
    if isinstance(value, str):
        return '"' + UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", value) + '"'
    return repr(value)
