"""Preview, map and correct uploaded files before anything of them is stored."""

from __future__ import annotations

import hashlib
import secrets
import tempfile
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Any

import polars as pl

from gatecast.collect import ColumnMapping, RawTable, read_table
from gatecast.collect.column_mapping import Source
from gatecast.collect.read import UsableGames, usable_games
from gatecast.collect.report import ReadingReport
from gatecast.errors import DataError, InputError
from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.games.complete import counted_on
from gatecast.games.forecast_columns import AS_OF
from gatecast.games.matching import match
from gatecast.plan.columns import TICKETS
from gatecast.service.club_service import GAMES_AREA, SCHEDULE_AREA, ClubService
from gatecast.service.moved_games import MovedGame, moved_games
from gatecast.service.upload_fields import (
    UNIT_FIELDS,
    chosen_fields,
    joined_mapping,
    mapping_of_fields,
    mapping_of_text,
)
from gatecast.store import ImportReport, Refused
from gatecast.store.comparison import Comparison

__all__ = [
    "DAY_FIRST",
    "ENDINGS",
    "GAMES",
    "LARGEST",
    "LONGEST_MAPPING",
    "MONTH_FIRST",
    "OUTCOMES",
    "TICKETS_SOLD",
    "Change",
    "Preview",
    "Upload",
    "Uploads",
    "preview",
    "refused_rows",
    "store_upload",
]

ENDINGS = (".csv", ".xlsx", ".parquet")
LARGEST = 25_000_000
"""Bytes of a file."""
GAMES, OUTCOMES, TICKETS_SOLD = "games", "outcomes", "tickets"
MOST_PENDING, PENDING_S = 8, 30 * 60
LONGEST_NAME = 80
SHOWN_ROWS, MOST_CHANGES = 8, 100
LONGEST_MAPPING, MOST_IMPORTED = 20_000, 100
MARK_LENGTH = 16
DAY_FIRST, MONTH_FIRST = "day", "month"
SLASHED_DATE = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$"
MAPPING_NAME = "mapping"
PLAIN_FIELDS = {OUTCOMES: {c.GAME_ID, c.ATTENDANCE}, TICKETS_SOLD: {c.GAME_ID, AS_OF, TICKETS}}
OF_A_GAME = {c.DATE, c.VISITOR, c.HOME}


@dataclass(frozen=True)
class Upload:
    """A file that waits for confirmation.

    Parameters
    ----------
    upload_id : str
        Random, for its address.
    table : RawTable
        The file's table with the user's corrections.
    began : float
        When it was uploaded, in seconds of `time.monotonic`.
    columns : mapping of our name to header
        The user's choice of columns.
    left_out : frozenset of str
        Headers that the user removed.
    home : str
        The home club of every game, if the file does not say.
    erase : bool
        True if an empty cell clears the stored value instead of leaving it, such as a promotion called off.
    date_order : str
        `DAY_FIRST` or `MONTH_FIRST` if the user said how dates such as 5/6/2025 are meant; otherwise empty.
    capacity : str
        The seats of every game, if the user said so; otherwise empty.
    mapping_text : str
        A mapping file as the user typed or uploaded it; may be empty.
    apart : frozenset of str
        Ids of games that look like stored ones on another day and are, by the user's word, games of their own.
    fields : mapping of str to str
        Fields of the page that say what a mapping file may say, as `upload_fields.chosen_fields` returns them.
    """

    upload_id: str
    table: RawTable
    began: float
    columns: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    home: str = ""
    erase: bool = False
    date_order: str = ""
    capacity: str = ""
    mapping_text: str = ""
    apart: frozenset[str] = frozenset()
    fields: Mapping[str, str] = field(default_factory=dict)
    reading: dict[tuple[Column, ...], UsableGames] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The games read of it, by the custom columns they were read with, so that an import need not read them again."""
    previews: dict[tuple[int, ...], Preview] = field(default_factory=dict, init=False, repr=False, compare=False)
    """The preview shown last, by the revisions of the store that it compares the games with."""


@dataclass(frozen=True)
class Change:
    """A stored value of a game that an import would change."""

    game: Mapping[str, Any]
    column: str
    before: object
    after: object


@dataclass(frozen=True)
class Preview:
    """Preview of storing an upload.

    Parameters
    ----------
    kind : str
        `GAMES`, `OUTCOMES` or `TICKETS_SOLD`.
    report : ImportReport or None
        Of a dry run; None for other kinds, or if the table cannot be used as a whole.
    refused : tuple of Refused
        Every row that cannot be used, by the first of its cells that is wrong.
    problem : str
        Why the table cannot be used as a whole; empty if it can.
    mapped : mapping of our name to header
        Where our columns are read from.
    first : polars.DataFrame
        The first rows as parsed.
    left_out : tuple of str
        Headers that nothing is read from.
    changes : tuple of Change
        Every stored value that would change, at most `MOST_CHANGES` of them.
    more_changes : int
        Number of further ones.
    order : str
        A sentence on how games without dates continue the stored ones; empty for dated games.
    reading : ReadingReport or None
        Report of how the table was read; None for other kinds, or if the table cannot be used as a whole.
    names : tuple of str
        Names of clubs, visitors and venues matched to stored ones, and new names.
    custom_columns : tuple of Column
        Custom columns that the table has.
    moves : tuple of MovedGame
        Stored games that the table has on another day.
    absent : tuple of dict
        Stored upcoming games between the first and the last day of the table that it does not have.
    kept_aside : tuple of str
        Ids of postponed or cancelled games that the table has on their old day; they stay set aside.
    """

    kind: str
    report: ImportReport | None
    refused: tuple[Refused, ...]
    problem: str
    mapped: Mapping[str, str]
    first: pl.DataFrame
    left_out: tuple[str, ...]
    changes: tuple[Change, ...] = ()
    more_changes: int = 0
    order: str = ""
    reading: ReadingReport | None = None
    names: tuple[str, ...] = ()
    custom_columns: tuple[Column, ...] = ()
    moves: tuple[MovedGame, ...] = ()
    absent: tuple[Mapping[str, Any], ...] = ()
    kept_aside: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """Return a text that is another one if storing the upload would change something else by now."""
        counts = None if self.report is None else (self.report.added, self.report.changed, self.report.unchanged)
        what = repr((counts, self.changes, self.more_changes, self.order, self.problem))
        return hashlib.sha256(what.encode(errors="replace")).hexdigest()[:MARK_LENGTH]


class Uploads:
    """The uploads that wait: at most eight, each for half an hour, in memory."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Upload] = OrderedDict()
        self._imported: deque[str] = deque(maxlen=MOST_IMPORTED)
        self._lock = Lock()

    def add(self, name: str, content: bytes, home: str) -> Upload:
        """Read a file that was sent; store nothing of it.

        Parameters
        ----------
        name : str
            As the user calls it; only its ending counts, and messages show it.
        content : bytes
        home : str
            The home club of games that do not say theirs.

        Raises
        ------
        InputError
            Another kind of file, or one too large.
        DataError
            A file that cannot be read as a table.
        """
        shown = "".join(sign for sign in name.replace("\\", "/").rpartition("/")[2] if sign.isprintable())[
            -LONGEST_NAME:
        ]
        ending = Path(shown).suffix.lower()
        if ending not in ENDINGS:
            raise InputError(f"{shown or 'file'}: got a file ending in {ending!r}, expected {', '.join(ENDINGS)}")
        if not content or len(content) > LARGEST:
            raise InputError(f"{shown}: got {len(content):,} bytes, expected 1 to {LARGEST:,}")
        with tempfile.TemporaryDirectory(prefix="gatecast-upload-") as folder:
            place = Path(folder) / f"upload{ending}"
            place.write_bytes(content)
            try:
                table = read_table(place)
            except DataError as refused:
                raise refused.at(file=shown) from None
        upload = Upload(secrets.token_urlsafe(12), replace(table, file=shown), time.monotonic(), home=home)
        self.put(upload)
        return upload

    def put(self, upload: Upload) -> None:
        """Keep an upload in place of the one with its id."""
        with self._lock:
            self._waiting[upload.upload_id] = upload
            for each in list(self._waiting.values())[:-MOST_PENDING]:
                del self._waiting[each.upload_id]

    def get(self, upload_id: str) -> Upload | None:
        """Return the upload if it still waits."""
        with self._lock:
            upload = self._waiting.get(upload_id)
            if upload is not None and time.monotonic() - upload.began > PENDING_S:
                del self._waiting[upload_id]
                return None
            return upload

    def drop(self, upload_id: str) -> None:
        """Discard an upload."""
        with self._lock:
            self._waiting.pop(upload_id, None)

    def finish(self, upload_id: str) -> None:
        """Discard an upload that was imported, and remember that it was."""
        with self._lock:
            done = self._waiting.pop(upload_id, None)
            self._imported.append(upload_id)
        if done is not None:
            done.reading.clear()

    def imported(self, upload_id: str) -> bool:
        """Return whether an upload was imported: somebody clicked twice."""
        with self._lock:
            return upload_id in self._imported

    def revise(
        self,
        upload: Upload,
        mapped: Mapping[str, str],
        columns: Mapping[str, str],
        home: str,
        cells: Mapping[tuple[int, str], str],
        *,
        erase: bool = False,
        date_order: str = "",
        capacity: str = "",
        mapping_text: str = "",
        apart: frozenset[str] = frozenset(),
        fields: Mapping[str, str] | None = None,
    ) -> Upload:
        """Apply the user's choice of columns and corrected cells.

        Parameters
        ----------
        mapped : mapping of our name to header
            Where our columns were read from before.
        columns : mapping of our name to header
            Where they are to be read from; an empty text for nowhere.
        home : str
        cells : mapping of (row of the file, header) to text
        erase : bool
            True if empty cells clear stored values.
        date_order, capacity, mapping_text, apart
            As `Upload` has them.
        fields : mapping of str to str, optional
            As the page sent them; those of the upload if not given.
        """
        known = set(upload.table.frame.columns)
        table = _corrected(upload.table, cells)
        chosen = {name: header for name, header in columns.items() if name in CANONICAL and header in known}
        chosen = {name: header for name, header in chosen.items() if header != mapped.get(name)}
        removed = {mapped[name] for name, header in columns.items() if header == "" and mapped.get(name) in known}
        revised = replace(
            upload,
            table=table,
            columns={**{name: header for name, header in upload.columns.items() if header not in removed}, **chosen},
            left_out=(upload.left_out | removed) - set(chosen.values()),
            home=home.strip(),
            erase=erase,
            date_order=date_order if date_order in (DAY_FIRST, MONTH_FIRST) else "",
            capacity=capacity.strip(),
            mapping_text=mapping_text.strip()[:LONGEST_MAPPING],
            apart=apart,
            fields=upload.fields if fields is None else chosen_fields(fields),
        )
        if table is upload.table and replace(revised, table=upload.table) == upload:
            return upload
        self.put(revised)
        return revised

    def restart(self, upload: Upload) -> Upload:
        """Forget the user's choices, but not the corrected cells: columns are guessed again."""
        fresh = replace(
            upload,
            columns={},
            left_out=frozenset(),
            erase=False,
            date_order="",
            capacity="",
            mapping_text="",
            apart=frozenset(),
            fields={},
        )
        self.put(fresh)
        return fresh


def preview(service: ClubService, upload: Upload) -> Preview:
    """Return what storing an upload would do; store nothing."""
    revisions = service.revision()
    state = tuple(revisions[area] for area in (GAMES_AREA, SCHEDULE_AREA))
    if state not in upload.previews:
        made = _preview(service, upload)
        upload.previews.clear()
        upload.previews[state] = made
    return upload.previews[state]


def _preview(service: ClubService, upload: Upload) -> Preview:
    kind = _kind(upload)
    if kind != GAMES:
        frame = upload.table.frame
        mapped = {name: name for name in frame.columns if name in {*PLAIN_FIELDS[kind], c.SCANNED}}
        left = tuple(name for name in frame.columns if name not in mapped)
        return Preview(kind, None, (), "", mapped, frame.select(list(mapped)).head(SHOWN_ROWS), left)
    try:
        usable = _usable_rows(service, upload)
        games, order = _with_stored_ids(service, usable)
        games, moves, absent = _with_moves(service, games, upload)
        comparison = service.store.compare_games(games, **_how(upload, usable, moves))
    except InputError as problem:
        mapped = dict(upload.columns)
        return Preview(kind, None, (), _remedied(problem), mapped, pl.DataFrame(), tuple(upload.table.frame.columns))
    report = comparison.report(None, upload.table.file)
    refused = (*(Refused.of(each) for each in usable.refused), *report.refused)
    mapped = {name: _header(source) for name, source in usable.mapping.columns.items()}
    used = {header for source in usable.mapping.columns.values() for header in source.columns}
    used |= {each.header for each in usable.mapping.custom_columns}
    names = [name for name in usable.games.table.columns if usable.games.table[name].null_count() < len(usable.games)]
    left_out = tuple(header for header in upload.table.frame.columns if header not in used)
    changes = _changes(comparison)
    return Preview(
        kind,
        report,
        tuple(sorted(refused, key=lambda each: each.row or 0)),
        "",
        mapped,
        usable.games.table.select(names).head(SHOWN_ROWS),
        left_out,
        tuple(changes[:MOST_CHANGES]),
        max(len(changes) - MOST_CHANGES, 0),
        order,
        usable.report,
        tuple(_matched(service, usable)[1]),
        comparison.custom_columns,
        moves,
        absent,
        comparison.kept_aside,
    )


def refused_rows(service: ClubService, upload: Upload) -> pl.DataFrame:
    """Return the rows of an upload that cannot be used, as in the file, each with its row and its problem."""
    problems: dict[int, list[str]] = {}
    for each in preview(service, upload).refused:
        if each.row is not None:
            problems.setdefault(each.row, []).append(f"{each.column}: {each.reason}" if each.column else each.reason)
    frame = upload.table.frame.with_columns(pl.Series("row of the file", upload.table.rows, pl.Int64))
    texts = [" | ".join(problems.get(row, [])) for row in upload.table.rows]
    return frame.with_columns(pl.Series("problem", texts)).filter(pl.col("problem") != "")


def store_upload(service: ClubService, upload: Upload) -> ImportReport:
    """Store the rows that can be used; the report lists the others.

    Raises
    ------
    DataError
        The table cannot be used as a whole.
    """
    kind, table = _kind(upload), upload.table
    if kind == OUTCOMES:
        return service.store.record_outcomes(table.frame, source=table.file, rows=table.rows, if_changed=True)
    if kind == TICKETS_SOLD:
        return service.store.record_tickets(table.frame, source=table.file, rows=table.rows)
    usable = _usable_rows(service, upload)
    games, _ = _with_stored_ids(service, usable)
    games, moves, _ = _with_moves(service, games, upload)
    report = service.store.import_games(games, if_changed=True, **_how(upload, usable, moves))
    return replace(report, refused=(*(Refused.of(each) for each in usable.refused), *report.refused))


def _kind(upload: Upload) -> str:
    headers = set(upload.table.frame.columns)
    if headers & OF_A_GAME or upload.columns or upload.left_out:
        return GAMES
    return next((kind for kind, names in PLAIN_FIELDS.items() if names <= headers), GAMES)


def _usable_rows(service: ClubService, upload: Upload) -> UsableGames:
    """Return the games of an upload, read once for the custom columns that the store has."""
    custom_columns = service.games().custom_columns
    if custom_columns not in upload.reading:
        upload.reading.clear()
        upload.reading[custom_columns] = _read(upload, custom_columns)
    return upload.reading[custom_columns]


def _read(upload: Upload, custom_columns: tuple[Column, ...]) -> UsableGames:
    frame = upload.table.frame.drop(upload.left_out, strict=False)
    table = replace(upload.table, frame=_with_plain_dates(frame, upload.date_order))
    typed = mapping_of_text(upload.mapping_text, MAPPING_NAME)
    mapping = joined_mapping(typed, mapping_of_fields(upload.fields, upload.table))
    sources = {name: Source((header,)) for name, header in upload.columns.items() if header in table.frame.columns}
    constants = dict(mapping.constants)
    if upload.capacity:
        constants[c.CAPACITY] = upload.capacity
    columns = {name: source for name, source in {**mapping.columns, **sources}.items() if name not in constants}
    mapping = replace(mapping, columns=columns, constants=constants)
    usable = usable_games(table, mapping, custom_columns=custom_columns)
    if upload.home and c.HOME not in {*usable.mapping.columns, *constants, *table.frame.columns}:
        mapping = replace(mapping, constants={**constants, c.HOME: upload.home})
        usable = usable_games(table, mapping, custom_columns=custom_columns)
    return _in_units(upload, table, mapping, usable, custom_columns)


def _in_units(
    upload: Upload, table: RawTable, mapping: ColumnMapping, usable: UsableGames, custom_columns: Sequence[Column]
) -> UsableGames:
    """Return the games read in the units that the user chose for columns that were found."""
    found = usable.mapping.columns
    units = {name: upload.fields[field] for field, name in UNIT_FIELDS.items() if field in upload.fields}
    other = {name: replace(found[name], unit=unit) for name, unit in units.items() if name in found}
    if all(found[name] == source for name, source in other.items()):
        return usable
    return usable_games(table, replace(mapping, columns={**mapping.columns, **other}), custom_columns=custom_columns)


def _with_plain_dates(frame: pl.DataFrame, order: str) -> pl.DataFrame:
    """Return a table in which dates such as 5/6/2025 are written as 2025-06-05, in the order the user said."""
    if not order:
        return frame
    iso = "${3}-${2}-${1}" if order == DAY_FIRST else "${3}-${1}-${2}"
    rewritten = []
    for name, dtype in frame.schema.items():
        if dtype == pl.String and bool(frame[name].str.contains(SLASHED_DATE).any()):
            padded = pl.col(name).str.replace(SLASHED_DATE, iso).str.replace_all(r"-(\d)(-|$)", "-0${1}${2}")
            padded = padded.str.replace_all(r"-(\d)(-|$)", "-0${1}${2}")
            rewritten.append(pl.when(pl.col(name).str.contains(SLASHED_DATE)).then(padded).otherwise(name).alias(name))
    return frame.with_columns(rewritten)


def _how(upload: Upload, usable: UsableGames, moves: Sequence[MovedGame] = ()) -> dict[str, Any]:
    """Return how the games of an upload are imported, as arguments of `Store.import_games`."""
    mapping = usable.mapping
    named = [*mapping.columns, *mapping.constants, *(each.column.name for each in mapping.custom_columns)]
    if any(move.offered_id not in upload.apart for move in moves):
        named.append(c.NUMBER)  # A game that moves may make a doubleheader, or leave one.
    return {"source": upload.table.file, "rows": usable.rows, "columns": named, "erase": upload.erase}


def _with_moves(
    service: ClubService, games: Games, upload: Upload
) -> tuple[Games, tuple[MovedGame, ...], tuple[Mapping[str, Any], ...]]:
    """Return the games of an upload, moved ones under the ids of the stored games, the moves, and absent games."""
    aside = service.cached(("set aside",), (SCHEDULE_AREA,), service.store.set_aside)
    columns = [c.GAME_ID, c.HOME, c.VISITOR, c.DATE, c.NUMBER, c.START_TIME, c.ATTENDANCE]
    stored = pl.concat([service.games().table.select(columns), aside.select(columns)])
    if stored.is_empty() or not games.dated or not len(games):
        return games, (), ()
    moves, absent = moved_games(stored, games.table, upload.apart)
    ids = {move.offered_id: move.game_id for move in moves if move.offered_id not in upload.apart}
    table = games.table.with_columns(pl.col(c.GAME_ID).replace(ids)) if ids else games.table
    return games.with_table(table), moves, absent


def _with_stored_ids(service: ClubService, usable: UsableGames) -> tuple[Games, str]:
    """Return the games of an upload under the ids of the stored games that they are, and how they continue those."""
    games = usable.games.with_table(_matched(service, usable)[0])
    if c.GAME_ID in usable.mapping.columns:
        return games, ""
    if not games.dated:
        return _undated_with_ids(service, games)
    key = [c.HOME, c.DATE, c.NUMBER]
    aside = service.cached(("set aside",), (SCHEDULE_AREA,), service.store.set_aside)
    stored = pl.concat([each.drop_nulls(c.DATE).select(*key, c.GAME_ID) for each in (service.games().table, aside)])
    known = stored.unique(key, keep="none").rename({c.GAME_ID: "known"})
    table = games.table.select(*key, c.GAME_ID).join(known, on=key, how="left", maintain_order="left")
    # The id of a day may be that of a game that has moved away: the new game of that day gets another.
    taken = pl.col("known").is_null() & pl.col(c.GAME_ID).is_in(stored[c.GAME_ID].implode())
    fresh = pl.when(taken).then(pl.format("{}-2", c.GAME_ID)).otherwise(c.GAME_ID)
    ids = table.select(pl.coalesce("known", fresh).alias(c.GAME_ID)).to_series()
    return games.with_table(games.table.with_columns(ids)), ""


def _matched(service: ClubService, usable: UsableGames) -> tuple[pl.DataFrame, list[str]]:
    """Return the games with names as the stored games spell them and the club's last venue, and what that did."""
    stored, table = service.games().table, usable.games.table
    if stored.is_empty():
        return table, []
    found = match(stored, table)
    lines = found.lines() if not found.without_seats else replace(found, without_seats=()).lines()
    return table.with_columns(found.table.select(c.HOME, c.VISITOR, c.VENUE)), lines


def _undated_with_ids(service: ClubService, games: Games) -> tuple[Games, str]:
    """Return undated games under ids: those of stored games that the table repeats, and new ones for what follows.

    A table without dates is told from one stored before by its values: it repeats the stored games if its first rows
    agree with them, or it is the games without attendance again; otherwise its games come after all stored ones.
    """
    stored = service.games().table.filter(pl.col(c.DATE).is_null())
    table = games.table
    if stored.is_empty() or table.is_empty():
        return games, ""
    ids, count = stored[c.GAME_ID], table.height
    upcoming = stored.filter(pl.col(c.ATTENDANCE).is_null())
    open_again = table[c.ATTENDANCE].null_count() == count and 0 < upcoming.height <= count
    if open_again and _agree(table, upcoming, needs_attendance=False):
        ids = upcoming[c.GAME_ID]
        order = f"These are the {ids.len()} stored games without attendance"
    elif _agree(table, stored, needs_attendance=True):
        order = f"This table repeats {min(ids.len(), count)} stored games"
    else:
        fresh = counted_on(table[c.GAME_ID], stored[c.GAME_ID])
        order = f"These games follow the {stored.height} stored ones, as no row agrees with the first of those."
        return games.with_table(table.with_columns(fresh)), order
    more = max(count - ids.len(), 0)
    after = counted_on(table[c.GAME_ID].head(more), stored[c.GAME_ID])
    order += f" and adds {more} after them." if more else "."
    return games.with_table(table.with_columns(pl.concat([ids.head(count), after]).alias(c.GAME_ID))), order


def _agree(table: pl.DataFrame, stored: pl.DataFrame, *, needs_attendance: bool) -> bool:
    """Return whether the first rows of two tables are of the same games: nothing known in both differs."""
    count = min(table.height, stored.height)
    for name in (c.ATTENDANCE, c.HOME, c.VISITOR):
        ours, theirs = table[name].head(count), stored[name].head(count)
        both = ours.is_not_null() & theirs.is_not_null()
        if bool((ours != theirs).filter(both).any()) or (name == c.ATTENDANCE and needs_attendance and not both.any()):
            return False
    return True


def _changes(comparison: Comparison) -> list[Change]:
    """Return every stored value that an import would change, game by game."""
    changes = []
    names = [*CANONICAL, *(column.name for column in comparison.custom_columns)]
    for after, before in zip(comparison.changed.to_dicts(), comparison.before.to_dicts(), strict=True):
        changes += [Change(before, name, before[name], after[name]) for name in names if before[name] != after[name]]
    return changes


def _remedied(problem: InputError) -> str:
    """Return why a table cannot be used, with how to go on where the store is the reason."""
    text = str(problem)
    if isinstance(problem, DataError) and problem.column == c.DATE and "as the stored games have" in problem.expected:
        text += (
            "; games with and without dates cannot be mixed: undo the imports of the stored games on the data page and"
            " upload all games in one form, or use another folder (gatecast serve --folder)"
        )
    return text


def _corrected(table: RawTable, cells: Mapping[tuple[int, str], str]) -> RawTable:
    """Return a table with corrected cells; the same table where every cell is as it was."""
    frame, places = table.frame, {row: place for place, row in enumerate(table.rows)} if cells else {}
    for (row, header), text in cells.items():
        if row not in places or header not in frame.columns:
            continue
        column = replace(table, frame=frame).cells(header).text()
        if (column[places[row]] or "") == text.strip():
            continue
        here = pl.Series([place == places[row] for place in range(frame.height)])
        frame = frame.with_columns(
            column.zip_with(~here, pl.Series([text.strip() or None], dtype=pl.String)).alias(header)
        )
    return table if frame is table.frame else replace(table, frame=frame)


def _header(source: Source) -> str:
    return source.columns[0] if len(source.columns) == 1 else " + ".join(source.columns)
