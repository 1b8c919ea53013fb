"""What a club's own table calls the columns of games: small TOML files, each line `ours = theirs`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatecast.collect.custom_columns import CustomColumn, read_custom_column
from gatecast.collect.source import Source, read_source
from gatecast.errors import SettingsError
from gatecast.games import CANONICAL
from gatecast.suggestions import suggestion

__all__ = ["ColumnMapping", "read_mapping"]

LARGEST_MAPPING = 1_000_000
SECTIONS = ("sheet", "guess", "columns", "constants", "values", "keep", "further")
EXAMPLE = 'attendance = "gate"'


@dataclass(frozen=True)
class ColumnMapping:
    """How the columns of one table become columns of games.

    Parameters
    ----------
    columns : mapping of our name to Source
        Where each of our columns comes from.
    constants : mapping of our name to text
        Values that hold in every row.
    values : mapping of our name to mapping of text to text
        What cells say, and what it means.
    keep : mapping of their name to tuple of str
        Rows are kept where the column holds one of these texts.
    further : tuple of CustomColumn
        The club's own columns.
    sheet : str
        Sheet of a workbook; its first if empty.
    guess : bool
        Whether columns left unsaid are guessed from their headers.
    file : str
        Name of the mapping file, for messages.
    """

    columns: Mapping[str, Source] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    keep: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    custom_columns: tuple[CustomColumn, ...] = ()
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
            meant = suggestion(key, SECTIONS) or f"columns stand under [columns], as in {EXAMPLE}"
            raise SettingsError(f"{key!r}", f"one of {', '.join(SECTIONS)}", meant, file=file, key=key)
    custom_columns = tuple(
        read_custom_column(name, entry, file) for name, entry in _section(content, "further", file).items()
    )
    ours = {**CANONICAL, **{entry.column.name: entry.column for entry in custom_columns}}
    columns = {
        _ours(name, CANONICAL, "columns", file): read_source(name, entry, f"columns.{name}", file)
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
    """The name, if it is a column of games."""
    if name not in known:
        meant = suggestion(name, known) or "a club's own column is declared under [further]"
        expected = "our name of a column (ours = theirs)"
        raise SettingsError(f"{name!r}", expected, meant, file=file, key=f"{section}.{name}")
    return name


def _text(value: Any, key: str, file: str) -> str:  # noqa: ANN401
    """A constant as a cell would spell it."""
    if isinstance(value, (dict, list)):
        raise SettingsError(f"{value!r}", "one text, number or date", file=file, key=key)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _texts(value: Any, key: str, file: str) -> tuple[str, ...]:  # noqa: ANN401
    listed = value if isinstance(value, list) else [value]
    if not listed:
        raise SettingsError("an empty list", "the texts of rows to keep", file=file, key=key)
    return tuple(_text(entry, key, file) for entry in listed)


def _words(value: Any, key: str, file: str) -> dict[str, str]:  # noqa: ANN401
    table = _of_type(value, dict, f'lines such as "Clear" = "sunny" under [{key}]', key, file)
    return {word: _text(meaning, f"{key}.{word}", file) for word, meaning in table.items()}
