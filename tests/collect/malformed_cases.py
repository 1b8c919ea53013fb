"""Files that cannot be used, each with what its one-line error must say; the readers and the command line share them."""

import datetime as dt
from dataclasses import dataclass

import polars as pl

from .malformed_tables import (
    HEADER,
    ROWS,
    Build,
    bare_zip,
    cell,
    column,
    cut,
    entity_bomb,
    folder_named,
    good,
    lines,
    merged_title,
    parquet,
    repacked,
    set_cell,
    workbook,
    written,
)


@dataclass(frozen=True)
class Case:
    """A file that cannot be used.

    `build` writes it into an empty folder and returns its path; `mapping`, where there is one, is the text of the
    mapping file to read it with.
    """

    name: str
    build: Build
    words: tuple[str, ...]
    row: int | None = None
    column: str = ""
    mapping: str = ""


NEXT_YEAR = f"{dt.date.today().year + 1}-04-14"
SEMICOLONS = HEADER.replace(",", ";")

CELLS = [
    Case("no attendance column", column("attendance", ("1",) * 4, "heads"), ("no attendance column", "mapped by")),
    Case("text in a number column", cell(4, "attendance", "many"), ("'many'", "a whole number"), 4, "attendance"),
    Case("negative gate", cell(3, "attendance", "-40"), ("'-40'", "from 0 to 250000"), 3, "attendance"),
    Case("fractional gate", cell(3, "attendance", "4210.5"), ("'4210.5'", "a whole number"), 3, "attendance"),
    Case("gate over twice the seats", cell(5, "attendance", "19001"), ("'19001' with 9500 seats",), 5, "attendance"),
    Case("gate beyond any crowd", cell(5, "attendance", "99999999999"), ("99999999999", "250000"), 5, "attendance"),
    Case("infinite number", cell(2, "capacity", "inf"), ("'inf'", "leave unknown values empty"), 2, "capacity"),
    Case("temperature of 900", cell(4, "temp", "900"), ("'900'", "from -40 to 131 °F"), 4, "temp"),
    Case("unknown sky", cell(5, "skies", "purple"), ("'purple'", "sunny", "[values.sky]"), 5, "skies"),
    Case("31 February", cell(3, "date", "2023-02-31"), ("'2023-02-31'", "the calendar"), 3, "date"),
    Case("partly missing dates", cell(4, "date", ""), ("no date", "in every row, or in none"), 4, "date"),
    Case("date in another form", cell(4, "date", "4/16/2023"), ("'4/16/2023'", "2019-05-30"), 4, "date"),
    Case("no date at all", cell(4, "date", "Opening Day"), ("'Opening Day'", "a date"), 4, "date"),
    Case(
        "two orders of day and month",
        column("date", ("4/14/2023", "4/15/2023", "16/4/2023", "5/2/2023")),
        ("'16/4/2023'", "the month first"),
        4,
        "date",
    ),
    Case(
        "day or month",
        column("date", ("4/1/2023", "4/2/2023", "4/3/2023", "5/2/2023")),
        ("'4/1/2023'", "cannot be told", "2019-05-30"),
        2,
        "date",
    ),
    Case(
        "results of a game to come", cell(5, "date", NEXT_YEAR), ("a result for a game on", NEXT_YEAR), 5, "attendance"
    ),
    Case(
        "one game twice",
        lines("a,4210", "b,6032", "a,5120", header="game_id,attendance"),
        ("'a' a second time",),
        4,
        "game_id",
    ),
    Case("two time forms", cell(3, "start_time", "1:05PM"), ("'1:05PM'", "19:05", "or all as"), 3, "start_time"),
    Case("hour of 25", cell(3, "start_time", "25:05"), ("'25:05'", "a time such as"), 3, "start_time"),
    Case(
        "two time zones",
        column("start_time", ("19:05-04:00", "13:05-04:00", "13:05-07:00", "19:05-04:00")),
        ("'13:05-07:00'", "local time of each ballpark", "one time zone"),
        4,
        "start_time",
    ),
    Case(
        "universal time",
        column("start_time", ("2023-04-14T23:05:00Z", "2023-04-15T17:05:00Z", "2023-04-16T17:05:00Z", "")),
        ("'2023-04-14T23:05:00Z'", "local time"),
        2,
        "start_time",
    ),
    Case(
        "comma that may be either",
        lines('2023-04-14,RIV,OAK,4210,"9,500",19:05,"1,234",Clear'),
        ("1234 or 1.234",),
        2,
        "temp",
    ),
]

TEXTS = [
    Case("empty file", written(""), ("an empty file",)),
    Case("blank lines only", written("\n\n \n"), ("an empty file",)),
    Case("header only", written(HEADER + "\n"), ("no games", "below the header")),
    Case("one header twice", lines(*ROWS, header=HEADER.replace("temp", "home")), ("'home' twice",), 1, "home"),
    Case("nameless columns", lines(*ROWS, header="date,attendance,,,,,,"), ("column 3", "no header"), 2),
    Case("ragged row", lines(ROWS[0], "", ROWS[1] + ",1"), ("9 cells", "8 as in the header"), 4),
    Case("short row", lines(*ROWS[:3], "2023-05-02,RIV"), ("2 cells",), 5),
    Case("decimal comma in commas", lines(ROWS[0].replace("61", "61,5")), ("9 cells", "quotation marks"), 2),
    Case("open quotation mark", lines(ROWS[0], ROWS[1].replace("OAK", '"OAK')), ("quotation mark",), 3),
    Case("NUL bytes", written(HEADER.encode() + b"\n" + ROWS[0].encode() + b"\n\0\0\0\1\n"), ("no text",), 3),
    Case(
        "bad cell after a mark of byte order",
        written(b"\xef\xbb\xbfdate,attendance\n2023-04-14,x\n"),
        ("'x'",),
        2,
        "attendance",
    ),
    Case(
        "bad cell in Latin-1",
        written("date,visitor,gate\n2023-04-14,Montréal,1é\n".encode("latin-1")),
        ("'1é'",),
        2,
        "gate",
    ),
    Case(
        "decimal comma in whole numbers",
        lines(ROWS[0].replace(",", ";").replace("4210", "4210,5"), header=SEMICOLONS),
        ("'4210,5'", "a whole number"),
        2,
        "attendance",
    ),
]

FILES = [
    Case("a folder", folder_named("games.csv"), ("a folder",)),
    Case("no such file", lambda folder: folder / "games.csv", ("no such file",)),
    Case("unknown ending", written(HEADER, "games.doc"), ("'.doc'", ".parquet, .csv, .xlsx")),
    Case("old workbook", written(b"\xd0\xcf\x11\xe0", "games.xls"), (".xls", "save it as")),
    Case("old workbook under a new ending", written(b"\xd0\xcf\x11\xe0" * 99, "games.xlsx"), ("password", ".xlsx")),
    Case("workbook cut short", cut(workbook()), ("cut short",)),
    Case("workbook that is no zip", written(HEADER, "games.xlsx"), ("no zip",)),
    Case("zip that is no workbook", bare_zip, ("no workbook",)),
    Case(
        "workbook bomb", repacked(lambda name, data: data, {"xl/media/a.bin": b"\0" * 30_000_000}), ("times its size",)
    ),
    Case("workbook entity bomb", repacked(entity_bomb), ("damaged workbook",)),
    Case(
        "workbook with a damaged sheet",
        repacked(lambda name, data: data[:-40] if "sheet1" in name else data),
        ("damaged",),
    ),
    Case(
        "workbook with too many parts",
        repacked(lambda name, data: data, {f"x{i}": b"" for i in range(10_001)}),
        ("parts",),
    ),
    Case("formula", set_cell("D4", "=D2+D3"), ("a formula (=D2+D3)", "as values"), 4, "column D"),
    Case("spreadsheet error", set_cell("D4", "#REF!"), ("'#REF!'",), 4, "column D"),
    Case("bad cell in a workbook", set_cell("D3", "many"), ("'many'",), 3, "attendance"),
    Case("title above the header", workbook(merged_title), ("no header", "unmerge"), 2),
    Case("workbook header only", workbook(lambda sheet: sheet.delete_rows(2, 9)), ("no games",)),
    Case("empty workbook", workbook(lambda sheet: sheet.delete_rows(1, 9)), ("an empty sheet",)),
    Case("Parquet that is none", written(HEADER, "games.parquet"), ("no Parquet file",)),
    Case("Parquet cut short", cut(parquet()), ("cut short",)),
    Case("Parquet damaged", written(b"PAR1" + b"\1" * 99 + b"PAR1", "games.parquet"), ("damaged",)),
    Case("Parquet of lists", parquet(lambda t: t.with_columns(pl.concat_list("temp"))), ("List",), None, "temp"),
    Case("Parquet without rows", parquet(lambda t: t.head(0)), ("no games",)),
    Case(
        "Parquet with an infinite number",
        parquet(lambda t: t.with_columns(temp=pl.lit(float("inf")))),
        ("'inf'",),
        2,
        "temp",
    ),
    Case("Parquet with broken declarations", parquet(columns='[{"name": 1}]'), ("declarations",)),
]

MAPPINGS = [
    Case(
        "mapping of an absent column",
        good(),
        ("'attendanc'", "games.csv", "'attendance'"),
        mapping='[columns]\nattendance = "attendanc"',
    ),
    Case("mapping that is no TOML", good(), ("no TOML", "line 1"), mapping="attendance: gate"),
    Case(
        "mapping with an unknown section",
        good(),
        ("'colums'", "did you mean 'columns'?"),
        mapping='[colums]\nhome = "x"',
    ),
    Case(
        "mapping of an unknown name",
        good(),
        ("'attendence'", "'attendance'?"),
        mapping='[columns]\nattendence = "attendance"',
    ),
    Case("mapping without section", good(), ("[columns]",), mapping='attendance = "gate"'),
    Case(
        "mapping with a wrong unit",
        good(),
        ("'K'", "C, F"),
        mapping='[columns]\ntemperature_c = {column = "temp", unit = "K"}',
    ),
    Case(
        "mapping with a unit for none",
        good(),
        ("no unit for home",),
        mapping='[columns]\nhome = {column = "home", unit = "F"}',
    ),
    Case("mapping with a list", good(), ("yes-or-no",), mapping='[columns]\nhome = ["home", "visitor"]'),
    Case("mapping with a broken template", good(), ("a template such as",), mapping='[columns]\ndate = "{date"'),
    Case("mapping with a template of an absent column", good(), ("'day'",), mapping='[columns]\ndate = "{day} 2012"'),
    Case("mapping with a bad constant", good(), ("'many'", "constants.number"), mapping='[constants]\nnumber = "many"'),
    Case(
        "mapping and constant",
        good(),
        ("one or the other",),
        mapping='[columns]\nhome = "home"\n[constants]\nhome = "x"',
    ),
    Case("mapping that keeps nothing", good(), ("'XYZ'", "RIV"), mapping='[keep]\nhome = "XYZ"'),
    Case("bad knowability", good(), ("'soon'", "'N days'"), mapping='[further.temp]\nknown = "soon"'),
    Case("no knowability", good(), ("no knowability",), mapping='[further.temp]\ntype = "number"'),
    Case("unknown type", good(), ("'numbr'", "'number'?"), mapping='[further.temp]\ntype = "numbr"\nknown = "always"'),
    Case("further column that is absent", good(), ("'price'",), mapping='[further.price]\nknown = "always"'),
    Case("further column of a taken name", good(), ("[columns]",), mapping='[further.home]\nknown = "always"'),
    Case(
        "neither yes nor no", good(), ("'Clear'", "yes or no"), 2, "skies", mapping='[columns]\npromotion = ["skies"]'
    ),
    Case("no such sheet", workbook(), ("'Gams'", "did you mean 'Games'?"), mapping='sheet = "Gams"'),
]

CASES = [*CELLS, *TEXTS, *FILES, *MAPPINGS]
