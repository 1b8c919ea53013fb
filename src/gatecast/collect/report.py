"""The reading report: what was understood of a table, what was left out, and which guesses to check first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

import polars as pl

from gatecast.collect.delimited import SEPARATOR_NAMES
from gatecast.collect.raw_table import RawTable
from gatecast.errors import DataError
from gatecast.games import Games
from gatecast.games import columns as c
from gatecast.suggestions import name_key, nearest_name

__all__ = [
    "ColumnReading",
    "Doubt",
    "EntityReading",
    "Reading",
    "ReadingReport",
    "RowCounts",
    "SeasonReading",
]

SURE, LIKELY, DOUBTFUL, WRONG_IF_USED = 0, 1, 2, 3
MOST_DOUBTS_SHOWN = 5
ENTITIES = {"club": c.HOME, "visitor": c.VISITOR, "venue": c.VENUE}


class Doubt(NamedTuple):
    """A guess that may be wrong: what was assumed, what to do otherwise, and how much depends on it (1 to 3)."""

    text: str
    remedy: str = ""
    weight: int = DOUBTFUL

    @property
    def line(self) -> str:
        """The assumption and the remedy as one line."""
        return self.text + (f"; {self.remedy}" if self.remedy else "")


class ColumnReading(NamedTuple):
    """One column of the file: our column it was read as (empty where it was left out), its unit, and the reason."""

    header: str
    read_as: str
    unit: str = ""
    reason: str = ""


@dataclass(frozen=True)
class EntityReading:
    """One name of a club, visitor or venue.

    Parameters
    ----------
    kind : str
        club, visitor or venue.
    name : str
        As it stands in the games.
    games : int
    spellings : tuple of str
        Other spellings in the file that were taken as this name.
    known : bool or None
        True where the past games have it; None where there are no past games to compare with.
    nearest : str
        The nearest name that the past games have, for one that they have not.
    """

    kind: str
    name: str
    games: int
    spellings: tuple[str, ...] = ()
    known: bool | None = None
    nearest: str = ""

    @property
    def known_words(self) -> str:
        """The state of the name in words."""
        if self.known is None:
            return "in this file"
        if self.known:
            return "known"
        return "new" + (f"; nearest known: {self.nearest}" if self.nearest else "")


@dataclass(frozen=True)
class RowCounts:
    """Numbers of rows read, used and left out of a file."""

    in_file: int = 0
    games: int = 0
    with_attendance: int = 0
    away: int = 0
    neutral: int = 0
    no_games: int = 0
    filtered: int = 0
    called_off: int = 0
    playoffs: int = 0
    merged: int = 0
    refused: int = 0

    def shown(self) -> list[tuple[str, int]]:
        """Return the counts that are not 0, with their names, in order."""
        names = {
            "rows in the file": self.in_file,
            "games": self.games,
            "with an attendance": self.with_attendance,
            "away games left out": self.away,
            "games at a neutral site left out": self.neutral,
            "totals, averages, repeated headers and notes left out": self.no_games,
            "left out by [keep]": self.filtered,
            "games called off left out": self.called_off,
            "playoffs and other games outside the season left out": self.playoffs,
            "merged into another row": self.merged,
            "refused": self.refused,
        }
        return [(name, count) for name, count in names.items() if count]


class SeasonReading(NamedTuple):
    """One season: its year, its games, and the first and last date (None without dates)."""

    label: str
    games: int
    first: dt.date | None
    last: dt.date | None


@dataclass(frozen=True)
class ReadingReport:
    """A report of how a table of games was read.

    Parameters
    ----------
    file : str
    encoding, separator : str
        Of a text; empty for other files. UTF-8 is an empty encoding.
    sheets, other_sheets : tuple of str
        Sheets of a workbook that were read, and that were not.
    columns : tuple of ColumnReading
        Every column of the file, in its order.
    entities : tuple of EntityReading
        Clubs, visitors and venues, by name.
    rows : RowCounts
    dated : bool
        False where rows count as in order of play.
    seasons : tuple of SeasonReading
    venues_with_seats, venues_without_seats : int
        Venues whose seats are stated for some game, and for none.
    doubts : tuple of Doubt
        The most doubtful guess first.
    notes : tuple of str
        All that was said while reading, in order.
    """

    file: str = ""
    encoding: str = ""
    separator: str = ""
    sheets: tuple[str, ...] = ()
    other_sheets: tuple[str, ...] = ()
    columns: tuple[ColumnReading, ...] = ()
    entities: tuple[EntityReading, ...] = ()
    rows: RowCounts = field(default_factory=RowCounts)
    dated: bool = True
    seasons: tuple[SeasonReading, ...] = ()
    venues_with_seats: int = 0
    venues_without_seats: int = 0
    doubts: tuple[Doubt, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """One line: games, clubs, seasons, attendance and seats."""
        rows = self.rows
        clubs = sum(entity.kind == "club" for entity in self.entities)
        parts = [f"{rows.games:,} game{'s' if rows.games != 1 else ''} of {clubs:,} club{'s' if clubs != 1 else ''}"]
        if self.dated and self.seasons:
            labels = [season.label for season in self.seasons]
            parts.append(f"season {labels[0]}" if len(labels) == 1 else f"seasons {labels[0]} to {labels[-1]}")
        else:
            parts.append("no dates")
        parts.append(f"{rows.with_attendance:,} with attendance")
        if self.venues_without_seats:
            seats = "no seats stated" if not self.venues_with_seats else "seats not stated for some venues"
            parts.append(f"{seats}: ceilings will be estimates")
        return "; ".join(parts)

    def beside(self, past: Games) -> ReadingReport:
        """Return the report with every name marked as known to past games, or new with the nearest known name."""
        clubs = {*past.table[c.HOME].drop_nulls(), *past.table[c.VISITOR].drop_nulls()}
        known = {"club": clubs, "visitor": clubs, "venue": set(past.table[c.VENUE].drop_nulls())}
        keys = {kind: {name_key(name) for name in names} for kind, names in known.items()}
        return replace(
            self,
            entities=tuple(
                replace(entity, known=True, nearest="")
                if name_key(entity.name) in keys[entity.kind]
                else replace(entity, known=False, nearest=nearest_name(entity.name, known[entity.kind]))
                for entity in self.entities
            ),
        )

    def file_facts(self) -> list[tuple[str, str]]:
        """Return what is known of the file as such, as names and values."""
        separator = SEPARATOR_NAMES.get(self.separator, self.separator)
        facts = {
            "name": self.file,
            "encoding": self.encoding or ("UTF-8" if self.separator else ""),
            "cells stand apart by": separator,
            "sheets read": ", ".join(self.sheets),
            "sheets not read": ", ".join(self.other_sheets),
        }
        return [(name, value) for name, value in facts.items() if value]

    def lines(self) -> list[str]:
        """Return the short form: the five most doubtful guesses, the notes, and a summary."""
        in_notes = [(f"{self.file}: " if self.file else "") + doubt.line for doubt in self.doubts]
        doubts = [f"check: {line}" for line in in_notes]
        if len(doubts) > MOST_DOUBTS_SHOWN:
            doubts = [*doubts[:MOST_DOUBTS_SHOWN], f"check: {len(doubts) - MOST_DOUBTS_SHOWN} more guesses"]
        notes = [note for note in self.notes if note not in in_notes]
        return [*doubts, *notes, f"{self.file}: {self.summary}" if self.file else self.summary]

    def to_html(self) -> str:
        """Return the whole report as one HTML page."""
        from jinja2 import Environment, PackageLoader

        environment = Environment(loader=PackageLoader("gatecast.collect"), autoescape=True, trim_blocks=True)
        return environment.get_template("reading.html").render(report=self)

    def write_html(self, path: str | Path) -> None:
        """Write the whole report as one HTML file, whole or not at all."""
        from gatecast.files import check_writable, write_text

        write_text(self.to_html(), check_writable(path, (".html",)))


class Reading:
    """Findings while a table is read; becomes a `ReadingReport`.

    Parameters
    ----------
    file : str
    tell : function of str
        Called with every note and doubt at once, after the name of the file.
    """

    def __init__(self, file: str = "", tell: Callable[[str], None] = lambda text: None) -> None:
        self.file, self._tell = file, tell
        self.notes: list[str] = []
        self.doubts: list[Doubt] = []
        self.columns: dict[str, ColumnReading] = {}
        self.spellings: dict[str, set[str]] = {}
        self.not_attendance: dict[str, str] = {}
        self.rows = RowCounts()
        self.quiet = False

    def note(self, text: str) -> None:
        """Say something that was understood or left out, with little doubt."""
        if not self.quiet:
            line = f"{self.file}: {text}" if self.file else text
            self.notes.append(line)
            self._tell(line)

    def doubt(self, text: str, remedy: str = "", weight: int = DOUBTFUL) -> None:
        """Say what was guessed and may be wrong."""
        self.doubts.append(Doubt(text, remedy, weight))
        self.note(self.doubts[-1].line)

    def column(self, header: str, read_as: str, *, unit: str = "", reason: str = "") -> None:
        """Record what one column of the file was read as, or why it was left out."""
        self.columns[header] = ColumnReading(header, read_as, unit, reason)

    def count(self, **changes: int) -> None:
        """Add to the counts of rows."""
        self.rows = replace(self.rows, **{name: getattr(self.rows, name) + more for name, more in changes.items()})

    def refuse_doubts(self) -> None:
        """Raise DataError for the most doubtful guess, if there is one."""
        if self.doubts:
            worst = max(self.doubts, key=lambda doubt: doubt.weight)
            others = f" (and {len(self.doubts) - 1} more)" if len(self.doubts) > 1 else ""
            expected = "a table that can be read without such a guess"
            raise DataError(f"a doubtful reading: {worst.text}{others}", expected, worst.remedy, file=self.file)

    def report(self, table: RawTable, games: Games) -> ReadingReport:
        """Return the report of a table that was read as these games."""
        played = len(games) - games.table[c.ATTENDANCE].null_count()
        seats = games.table.group_by(c.VENUE).agg(pl.col(c.CAPACITY).is_not_null().any().alias("stated"))["stated"]
        unread = [
            ColumnReading(header, "", reason="not a column that games have")
            for header in table.frame.columns
            if header not in self.columns
        ]
        order = {header: place for place, header in enumerate(table.frame.columns)}
        columns = sorted([*self.columns.values(), *unread], key=lambda column: order.get(column.header, len(order)))
        return ReadingReport(
            file=table.file,
            encoding=table.facts.encoding,
            separator=table.facts.separator,
            sheets=table.facts.sheets,
            other_sheets=table.facts.other_sheets,
            columns=tuple(columns),
            entities=tuple(entities_of(games, self.spellings)),
            rows=replace(self.rows, games=len(games), with_attendance=played),
            dated=games.dated,
            seasons=tuple(_seasons(games)),
            venues_with_seats=int(seats.sum()),
            venues_without_seats=int((~seats).sum()),
            doubts=tuple(sorted(self.doubts, key=lambda doubt: -doubt.weight)),
            notes=tuple(self.notes),
        )


def entities_of(games: Games, spellings: dict[str, set[str]] | None = None) -> list[EntityReading]:
    """Return the clubs, visitors and venues of games, by kind and name."""
    out = []
    for kind, name in ENTITIES.items():
        counts = games.table.drop_nulls(name).group_by(name).len().sort(name)
        for entity, count in counts.iter_rows():
            others = sorted((spellings or {}).get(entity, set()) - {entity})
            out.append(EntityReading(kind, entity, count, tuple(others)))
    return out


def _seasons(games: Games) -> Sequence[SeasonReading]:
    if not games.dated:
        return [SeasonReading("no dates", len(games), None, None)]
    seasons = games.table.group_by(c.SEASON).agg(
        pl.len().alias("games"), pl.col(c.DATE).min().alias("first"), pl.col(c.DATE).max().alias("last")
    )
    return [SeasonReading(str(label), *rest) for label, *rest in seasons.sort(c.SEASON).iter_rows()]
