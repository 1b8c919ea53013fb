"""Files written whole or not at all, and tables written by the ending of their path."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from gatecast.errors import InputError

__all__ = [
    "TABLE_ENDINGS",
    "check_writable",
    "spreadsheet_original_table",
    "spreadsheet_safe",
    "spreadsheet_safe_table",
    "write_table",
    "write_text",
    "written_whole",
]

TABLE_ENDINGS = (".parquet", ".csv", ".xlsx")
UNSEEN = "\\s\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""Signs, for a class of a regular expression, that programs drop from the beginning of a cell."""
FORMULA = f"(^|[;\t\r\n])([{UNSEEN}]*)([=+\\-@＝＋－＠﹦﹢﹣﹫])"
"""Pattern of text that starts a formula: at the start of a cell, or where a program may see another cell start."""
ESCAPED_FORMULA = f"(^|[;\t\r\n])'([{UNSEEN}]*)([=+\\-@＝＋－＠﹦﹢﹣﹫])"
CELL_START = "^([\t\r\n])"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$"


@contextmanager
def written_whole(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside `path` to write to; it takes the place of `path` only if the block succeeds.

    Examples
    --------
    >>> with written_whole("/tmp/gatecast-doctest.txt") as draft:
    ...     _ = draft.write_text("whole")
    >>> Path("/tmp/gatecast-doctest.txt").read_text()
    'whole'
    """
    target = Path(path)
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem}-", suffix=target.suffix)
    os.close(handle)
    draft = Path(name)
    try:
        yield draft
        with draft.open("rb+") as written:
            os.fsync(written.fileno())
        draft.chmod(0o666 & ~_umask())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def check_writable(path: str | Path, endings: tuple[str, ...] = TABLE_ENDINGS) -> Path:
    """Return `path` if its folder exists and its ending is one of `endings`; raise InputError otherwise."""
    target = Path(path)
    if target.suffix.lower() not in endings:
        raise InputError(f"{target.name}: got ending {target.suffix!r}, expected one of {', '.join(endings)}")
    if not target.parent.is_dir():
        raise InputError(f"{target}: got a folder that does not exist, expected one that does; make it first")
    return target


def write_text(text: str, path: str | Path) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with written_whole(path) as draft:
        draft.write_text(text, encoding="utf-8")


def write_table(table: pl.DataFrame, path: str | Path, metadata: Mapping[str, str] | None = None) -> None:
    """Write a data frame as Parquet, CSV or XLSX, by the ending of `path`.

    No spreadsheet program that opens the file runs a text of it as a formula. `read_games`, `read_forecast` and the
    other readers of gatecast read such a text as it was.

    Parameters
    ----------
    table : polars.DataFrame
    path : path
    metadata : mapping of str to str, optional
        Kept in the file where it is Parquet; other forms have no place for it.
    """
    target = check_writable(path)
    writers: dict[str, Callable[[Path], None]] = {
        ".parquet": lambda draft: table.write_parquet(draft, metadata=dict(metadata or {})),
        ".csv": lambda draft: spreadsheet_safe_table(table).write_csv(draft, time_format="%H:%M"),
        ".xlsx": lambda draft: _write_xlsx(table, draft),
    }
    with written_whole(target) as draft:
        writers[target.suffix.lower()](draft)


def spreadsheet_safe(text: str) -> str:
    """Return a text that no spreadsheet program runs as a formula when it opens it in a CSV file.

    An apostrophe is put before what would begin a formula; `spreadsheet_original_table` takes it away again.

    Examples
    --------
    >>> spreadsheet_safe("=HYPERLINK(A1)"), spreadsheet_safe("Velmora Kites"), spreadsheet_safe("-12.5")
    ("'=HYPERLINK(A1)", 'Velmora Kites', '-12.5')
    """
    if re.fullmatch(NUMBER.strip("^$"), text):
        return text
    return re.sub(CELL_START, r"'\1", re.sub(FORMULA, r"\1'\2\3", text))


def spreadsheet_safe_table(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table with text cells and headers made safe by `spreadsheet_safe`; numbers stay numbers."""
    safe_cells = (
        pl.col(name).str.replace_all(FORMULA, "${1}'${2}${3}").str.replace(CELL_START, "'${1}")
        for name in _texts(table)
    )
    is_number = ((name, pl.col(name).str.contains(NUMBER)) for name in _texts(table))
    cells = (
        pl.when(number).then(name).otherwise(safe).alias(name)
        for safe, (name, number) in zip(safe_cells, is_number, strict=True)
    )
    return table.with_columns(*cells).rename(spreadsheet_safe)


def spreadsheet_original_table(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table that was read from a CSV file, without the apostrophes of `spreadsheet_safe`.

    Examples
    --------
    >>> spreadsheet_original_table(pl.DataFrame({"visitor": ["'=1+1", "O'Hara", "'Tis"]}))["visitor"].to_list()
    ['=1+1', "O'Hara", "'Tis"]
    """
    originals = (pl.col(name).str.replace_all(ESCAPED_FORMULA, "${1}${2}${3}") for name in _texts(table))
    return table.with_columns(*originals)


def _texts(table: pl.DataFrame) -> list[str]:
    return [name for name, dtype in table.schema.items() if dtype == pl.String]


def _write_xlsx(table: pl.DataFrame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    for row in (table.columns, *table.iter_rows()):
        shown = (ILLEGAL_CHARACTERS_RE.sub("", value) if isinstance(value, str) else value for value in row)
        cells = [WriteOnlyCell(sheet, value=value) for value in shown]
        for cell in cells:
            if isinstance(cell.value, str) and re.search(FORMULA, cell.value):
                # A text cell, quoted so that it stays one when somebody edits it.
                cell.data_type = "s"
                cell.quotePrefix = True
        sheet.append(cells)
    book.save(path)


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
