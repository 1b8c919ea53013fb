"""A good table of games in every format that is read, and ways to spoil it."""

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl

Build = Callable[[Path], Path]

HEADER = "date,home,visitor,attendance,capacity,start_time,temp,skies"
ROWS = (
    "2023-04-14,RIV,OAK,4210,9500,19:05,61,Clear",
    "2023-04-15,RIV,OAK,6032,9500,13:05,66,Cloudy",
    "2023-04-16,RIV,OAK,5120,9500,13:05,70,Clear",
    "2023-05-02,RIV,FRE,3304,9500,19:05,72,Overcast",
)
NAMES = HEADER.split(",")


def written(content: str | bytes, name: str = "games.csv") -> Build:
    def build(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return build


def lines(*rows: str, header: str = HEADER) -> Build:
    return written("\n".join((header, *rows)) + "\n")


def good() -> Build:
    return lines(*ROWS)


def cell(row: int, column: str, value: str) -> Build:
    """The good table with one cell changed; `row` as a spreadsheet shows it."""
    rows = [line.split(",") for line in ROWS]
    rows[row - 2][NAMES.index(column)] = value
    return lines(*(",".join(line) for line in rows))


def column(name: str, values: tuple[str, ...], header: str = "") -> Build:
    """The good table with one column changed."""
    rows = [line.split(",") for line in ROWS]
    for line, value in zip(rows, values, strict=True):
        line[NAMES.index(name)] = value
    return lines(*(",".join(line) for line in rows), header=HEADER.replace(name, header) if header else HEADER)


def frame() -> pl.DataFrame:
    return pl.read_csv(io.StringIO("\n".join((HEADER, *ROWS))), try_parse_dates=True)


def workbook(change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None] | None = None) -> Build:
    def build(folder: Path) -> Path:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = "Games"
        sheet.append(NAMES)
        for line in ROWS:
            day, *texts, gate, seats, start, temp, sky = line.split(",")
            when = dt.date.fromisoformat(day)
            sheet.append([when, *texts, int(gate), int(seats), dt.time.fromisoformat(start), int(temp), sky])
        if change:
            change(sheet)
        path = folder / "games.xlsx"
        book.save(path)
        return path

    return build


def set_cell(place: str, value: object) -> Build:
    return workbook(lambda sheet: sheet.__setitem__(place, value))


def cut(build: Build, share: float = 0.6) -> Build:
    def shorter(folder: Path) -> Path:
        path = build(folder)
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        return path

    return shorter


def repacked(change: Callable[[str, bytes], bytes], extra: dict[str, bytes] | None = None) -> Build:
    """The good workbook with its parts changed."""

    def build(folder: Path) -> Path:
        path = workbook()(folder)
        with zipfile.ZipFile(path) as archive:
            parts = {entry.filename: archive.read(entry) for entry in archive.infolist()}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in {**parts, **(extra or {})}.items():
                archive.writestr(name, change(name, content))
        return path

    return build


def entity_bomb(name: str, content: bytes) -> bytes:
    if not name.endswith("sheet1.xml"):
        return content
    entities = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ten"}">' for i in range(9))
    return f"<!DOCTYPE worksheet [{entities}]>".encode() + content.replace(b"RIV", b"&e8;")


def merged_title(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    sheet.insert_rows(1)
    sheet["A1"] = "Games of 2023"
    sheet.merge_cells("A1:H1")


def parquet(change: Callable[[pl.DataFrame], pl.DataFrame] = lambda table: table, **metadata: str) -> Build:
    def build(folder: Path) -> Path:
        path = folder / "games.parquet"
        named = {f"gatecast.{name}": text for name, text in metadata.items()}
        change(frame()).write_parquet(path, metadata=named or None)
        return path

    return build


def folder_named(name: str) -> Build:
    def build(folder: Path) -> Path:
        path = folder / name
        path.mkdir()
        return path

    return build


def bare_zip(folder: Path) -> Path:
    path = folder / "games.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.txt", "hello")
    return path
