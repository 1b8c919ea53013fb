"""Preview, map and correct uploaded files before anything of them is stored."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

import polars as pl

from gatecast.collect import ColumnMapping, RawTable, read_table
from gatecast.collect.column_mapping import Source
from gatecast.collect.read import UsableGames, usable_games
from gatecast.errors import DataError, InputError
from gatecast.games import CANONICAL, Games
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.service.club_service import ClubService
from gatecast.store import ImportReport, Refused

__all__ = [
    "ENDINGS",
    "GAMES",
    "LARGEST",
    "OUTCOMES",
    "TICKETS_SOLD",
    "Preview",
    "Upload",
    "Uploads",
    "preview",
    "store_upload",
]

ENDINGS = (".csv", ".xlsx", ".parquet")
LARGEST = 25_000_000
"""Bytes of a file."""
GAMES, OUTCOMES, TICKETS_SOLD = "games", "outcomes", "tickets"
MOST_PENDING, PENDING_S = 8, 30 * 60
LONGEST_NAME = 80
SHOWN_ROWS = 8
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
    columns : mapping of our name to header
        The user's choice of columns.
    left_out : frozenset of str
        Headers that the user removed.
    home : str
        The home club of every game, if the file does not say.
    erase : bool
        Whether an empty cell clears the stored value instead of leaving it, such as a promotion called off.
    """

    upload_id: str
    table: RawTable
    began: float
    columns: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    home: str = ""
    erase: bool = False


@dataclass(frozen=True)
class Preview:
    """What storing an upload would do.

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
    """

    kind: str
    report: ImportReport | None
    refused: tuple[Refused, ...]
    problem: str
    mapped: Mapping[str, str]
    first: pl.DataFrame
    left_out: tuple[str, ...]


class Uploads:
    """The uploads that wait: at most eight, each for half an hour, in memory."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[str, Upload] = OrderedDict()
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

    def revise(
        self,
        upload: Upload,
        mapped: Mapping[str, str],
        columns: Mapping[str, str],
        home: str,
        cells: Mapping[tuple[int, str], str],
        *,
        erase: bool = False,
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
            Whether empty cells clear stored values.
        """
        known = set(upload.table.frame.columns)
        chosen = {name: header for name, header in columns.items() if name in CANONICAL and header in known}
        chosen = {name: header for name, header in chosen.items() if header != mapped.get(name)}
        removed = {mapped[name] for name, header in columns.items() if header == "" and mapped.get(name) in known}
        revised = replace(
            upload,
            table=_corrected(upload.table, cells),
            columns={**{name: header for name, header in upload.columns.items() if header not in removed}, **chosen},
            left_out=(upload.left_out | removed) - set(chosen.values()),
            home=home.strip(),
            erase=erase,
        )
        self.put(revised)
        return revised


def preview(service: ClubService, upload: Upload) -> Preview:
    """Return what storing an upload would do; store nothing."""
    kind = _kind(upload)
    if kind != GAMES:
        frame = upload.table.frame
        mapped = {name: name for name in frame.columns if name in {*PLAIN_FIELDS[kind], c.SCANNED}}
        left = tuple(name for name in frame.columns if name not in mapped)
        return Preview(kind, None, (), "", mapped, frame.select(list(mapped)).head(SHOWN_ROWS), left)
    try:
        usable = _usable_rows(service, upload)
        report = _import(service, upload, usable, dry_run=True)
    except InputError as problem:
        return Preview(kind, None, (), str(problem), {}, pl.DataFrame(), tuple(upload.table.frame.columns))
    refused = (*(Refused.of(each) for each in usable.refused), *report.refused)
    mapped = {name: _header(source) for name, source in usable.mapping.columns.items()}
    used = {header for source in usable.mapping.columns.values() for header in source.columns}
    used |= {each.header for each in usable.mapping.custom_columns}
    names = [name for name in usable.games.table.columns if usable.games.table[name].null_count() < len(usable.games)]
    left_out = tuple(header for header in upload.table.frame.columns if header not in used)
    first = usable.games.table.select(names).head(SHOWN_ROWS)
    return Preview(kind, report, tuple(sorted(refused, key=lambda each: each.row or 0)), "", mapped, first, left_out)


def store_upload(service: ClubService, upload: Upload) -> ImportReport:
    """Store the rows that can be used; the report lists the others.

    Raises
    ------
    DataError
        The table cannot be used as a whole.
    """
    kind, table = _kind(upload), upload.table
    if kind == OUTCOMES:
        return service.store.record_outcomes(table.frame, source=table.file, rows=table.rows)
    if kind == TICKETS_SOLD:
        return service.store.record_tickets(table.frame, source=table.file, rows=table.rows)
    usable = _usable_rows(service, upload)
    report = _import(service, upload, usable, dry_run=False)
    return replace(report, refused=(*(Refused.of(each) for each in usable.refused), *report.refused))


def _kind(upload: Upload) -> str:
    headers = set(upload.table.frame.columns)
    if headers & OF_A_GAME or upload.columns or upload.left_out:
        return GAMES
    return next((kind for kind, names in PLAIN_FIELDS.items() if names <= headers), GAMES)


def _usable_rows(service: ClubService, upload: Upload) -> UsableGames:
    custom_columns = service.games().custom_columns
    table = replace(upload.table, frame=upload.table.frame.drop(upload.left_out, strict=False))
    sources = {name: Source((header,)) for name, header in upload.columns.items() if header in table.frame.columns}
    usable = usable_games(table, ColumnMapping(columns=sources), custom_columns=custom_columns)
    if upload.home and c.HOME not in usable.mapping.columns and c.HOME not in table.frame.columns:
        usable = usable_games(
            table, ColumnMapping(columns=sources, constants={c.HOME: upload.home}), custom_columns=custom_columns
        )
    return usable


def _import(service: ClubService, upload: Upload, usable: UsableGames, *, dry_run: bool) -> ImportReport:
    named = [
        *usable.mapping.columns,
        *usable.mapping.constants,
        *(each.column.name for each in usable.mapping.custom_columns),
    ]
    games = usable.games if c.GAME_ID in usable.mapping.columns else _with_stored_ids(service, usable.games)
    return service.store.import_games(
        games, source=upload.table.file, rows=usable.rows, columns=named, erase=upload.erase, dry_run=dry_run
    )


def _with_stored_ids(service: ClubService, games: Games) -> Games:
    """Return games without ids of their own under the ids of stored games on the same day at the same club."""
    key = [c.HOME, c.DATE, c.NUMBER]
    known = (
        service.games().table.drop_nulls(c.DATE).unique(key, keep="none").select(*key, pl.col(c.GAME_ID).alias("known"))
    )
    table = games.table.join(known, on=key, how="left", maintain_order="left")
    return games.with_table(table.with_columns(pl.coalesce("known", c.GAME_ID).alias(c.GAME_ID)).drop("known"))


def _corrected(table: RawTable, cells: Mapping[tuple[int, str], str]) -> RawTable:
    frame, places = table.frame, {row: place for place, row in enumerate(table.rows)}
    for (row, header), text in cells.items():
        if row not in places or header not in frame.columns:
            continue
        column = replace(table, frame=frame).cells(header).text()
        here = pl.Series([place == places[row] for place in range(frame.height)])
        frame = frame.with_columns(
            column.zip_with(~here, pl.Series([text.strip() or None], dtype=pl.String)).alias(header)
        )
    return replace(table, frame=frame)


def _header(source: Source) -> str:
    return source.columns[0] if len(source.columns) == 1 else " + ".join(source.columns)
