"""`gatecast collect`: games from files and from Retrosheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatecast.cli.console import note, say, shown_progress
from gatecast.cli.options import checked_folder, checked_output, parse_years
from gatecast.errors import InputError

if TYPE_CHECKING:
    from gatecast.games import Games

__all__ = ["app"]

app = typer.Typer(help="Games from files and from Retrosheet, as one checked table.")

Out = Annotated[Path, typer.Option("--out", metavar="FILE", help="Games to write: .parquet, .csv or .xlsx.")]


@app.command("file")
def file(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="A table of games: .csv, .xlsx or .parquet.")],
    out: Out,
    columns: Annotated[
        Path | None,
        typer.Option("--columns", metavar="FILE", help="What the table calls its columns: a .toml file."),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            "--report", metavar="FILE", help="Also write what was understood of the table, as one .html page."
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Refuse a table in which something had to be guessed that may be wrong.")
    ] = False,
) -> None:
    """Read a club's own table; say what was guessed."""
    from gatecast.collect import read_games_with_report, write_games
    from gatecast.collect.write import columns_beside
    from gatecast.files import check_writable

    checked_output(out, table, columns)
    if report is not None:
        check_writable(report, (".html",))
    _spare_mapping(out, columns or columns_beside(table))
    games, reading = read_games_with_report(table, columns, strict=strict)
    if report is not None:
        reading.write_html(report)
    write_games(games, out)
    for line in reading.lines():
        note(line)
    say(_summary(games, out))


@app.command("retrosheet")
def retrosheet(
    out: Out,
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH...", help="Game logs (.zip, .txt), gameinfo files (.csv, .csv.gz), or folders."),
    ] = None,
    seasons: Annotated[
        str | None, typer.Option("--seasons", metavar="YEARS", help="Seasons to download, such as 2018,2019.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option("--cache", metavar="FOLDER", help="Where downloaded seasons are kept.")
    ] = None,
) -> None:
    """Read Retrosheet's files as published, and download seasons on request."""
    given = list(paths or [])
    checked_output(out, *given)
    if not given and not seasons:
        raise InputError("PATH: got none, expected Retrosheet's files or folders of them, or --seasons to download")
    if bool(seasons) != bool(cache):
        got, other = ("--seasons", "--cache") if seasons else ("--cache", "--seasons")
        raise InputError(f"{got}: got it without {other}, expected both, as in --seasons 2018,2019 --cache retrosheet")
    years = parse_years(seasons) if seasons else []

    from gatecast.collect import RETROSHEET_NOTICE, download_seasons, write_games
    from gatecast.collect import retrosheet as read

    with shown_progress() as progress:
        if cache:
            given += download_seasons(years, checked_folder(cache), progress=progress)
        games = read(given, progress=progress)
        write_games(games, out, notice=RETROSHEET_NOTICE)
    note(RETROSHEET_NOTICE)
    say(_summary(games, out))


def _spare_mapping(out: Path, mapping: Path) -> None:
    """Refuse to write the declarations beside `out` over the mapping that the table was read with."""
    from gatecast.collect.write import columns_beside

    beside = columns_beside(out)
    if out.suffix.lower() != ".parquet" and beside.exists() and mapping.exists() and beside.samefile(mapping):
        raise InputError(f"{out.name}: got a name whose {beside.name} is the mapping in use, expected another name")


def _summary(games: Games, out: Path) -> str:
    """Return how many games, from when to when, and how many with attendance."""
    from gatecast.formatting import day
    from gatecast.games import columns as c

    attended = len(games) - games.table[c.ATTENDANCE].null_count()
    span = ", no dates"
    if games.dated:
        first, last = (games.table[c.DATE][place] for place in (0, -1))
        span = f" from {day(first)} {first.year} to {day(last)} {last.year}"
    return f"{out}: {len(games):,} game{'s' if len(games) != 1 else ''}{span}, {attended:,} with attendance"
