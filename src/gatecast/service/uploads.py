"""Preview, map and correct uploaded files before anything of them is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from gatecast.collect import ColumnMapping, RawTable
from gatecast.collect.column_mapping import Source
from gatecast.collect.read import UsableGames, usable_games
from gatecast.collect.report import ReadingReport
from gatecast.errors import DataError, InputError
from gatecast.games import CANONICAL, Column
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF
from gatecast.plan.columns import TICKETS
from gatecast.service.club_service import GAMES_AREA, SCHEDULE_AREA, ClubService
from gatecast.service.moved_games import MovedGame
from gatecast.service.upload_fields import UNIT_FIELDS, joined_mapping, mapping_of_fields, mapping_of_text
from gatecast.service.upload_matching import CalledOffGame, MatchedUpload, matched_upload
from gatecast.service.waiting_uploads import DAY_FIRST, Upload
from gatecast.store import ImportReport, Refused
from gatecast.store.comparison import Comparison

__all__ = ["GAMES", "OUTCOMES", "TICKETS_SOLD", "Change", "Preview", "preview", "refused_rows", "store_upload"]

GAMES, OUTCOMES, TICKETS_SOLD = "games", "outcomes", "tickets"
SHOWN_ROWS, MOST_CHANGES = 8, 100
MARK_LENGTH = 16
SLASHED_DATE = r"^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$"
MAPPING_NAME = "mapping"
PLAIN_FIELDS = {OUTCOMES: {c.GAME_ID, c.ATTENDANCE}, TICKETS_SOLD: {c.GAME_ID, AS_OF, TICKETS}}
OF_A_GAME = {c.DATE, c.VISITOR, c.HOME}


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
    called_off : tuple of CalledOffGame
        Stored games that the table says are postponed or cancelled, and that importing it sets aside.
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
    called_off: tuple[CalledOffGame, ...] = ()

    @property
    def mark(self) -> str:
        """Return a text that is another one if storing the upload would change something else by now."""
        counts = None if self.report is None else (self.report.added, self.report.changed, self.report.unchanged)
        what = repr((counts, self.changes, self.more_changes, self.order, self.problem, self.called_off))
        return hashlib.sha256(what.encode(errors="replace")).hexdigest()[:MARK_LENGTH]


def preview(service: ClubService, upload: Upload) -> Preview:
    """Return what storing an upload would do; store nothing."""
    revisions = service.revision()
    state = tuple(revisions[area] for area in (GAMES_AREA, SCHEDULE_AREA))
    return upload.once("preview", state, lambda: _preview(service, upload))


def _preview(service: ClubService, upload: Upload) -> Preview:
    kind = _kind(upload)
    if kind != GAMES:
        frame = upload.table.frame
        mapped = {name: name for name in frame.columns if name in {*PLAIN_FIELDS[kind], c.SCANNED}}
        left = tuple(name for name in frame.columns if name not in mapped)
        return Preview(kind, None, (), "", mapped, frame.select(list(mapped)).head(SHOWN_ROWS), left)
    try:
        usable = _usable_rows(service, upload)
        matched = matched_upload(service, usable, upload.apart)
        comparison = service.store.compare_games(matched.games, **_how(upload, usable, matched))
    except InputError as problem:
        mapped = dict(upload.columns)
        return Preview(kind, None, (), _remedied(problem), mapped, pl.DataFrame(), tuple(upload.table.frame.columns))
    report = comparison.report(None, upload.table.file)
    refused = (*(Refused.of(each) for each in usable.refused), *matched.refused, *report.refused)
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
        matched.order,
        usable.report,
        matched.names,
        comparison.custom_columns,
        matched.moves,
        matched.absent,
        comparison.kept_aside,
        tuple(each for each in matched.called_off if each.game_id in comparison.statuses),
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
    matched = matched_upload(service, usable, upload.apart)
    before = (*(Refused.of(each) for each in usable.refused), *matched.refused)
    rows = {each.row for each in before if each.row is not None}
    report = service.store.import_games(matched.games, if_changed=True, left_out=rows, **_how(upload, usable, matched))
    return replace(report, refused=(*before, *report.refused))


def _kind(upload: Upload) -> str:
    headers = set(upload.table.frame.columns)
    if headers & OF_A_GAME or upload.columns or upload.left_out:
        return GAMES
    return next((kind for kind, names in PLAIN_FIELDS.items() if names <= headers), GAMES)


def _usable_rows(service: ClubService, upload: Upload) -> UsableGames:
    """Return the games of an upload, read once for the custom columns that the store has."""
    custom_columns = service.games().custom_columns
    return upload.once("reading", custom_columns, lambda: _read(upload, custom_columns))


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


def _how(upload: Upload, usable: UsableGames, matched: MatchedUpload) -> dict[str, Any]:
    """Return how the games of an upload are imported, as arguments of `Store.import_games`."""
    mapping = usable.mapping
    named = [*mapping.columns, *mapping.constants, *(each.column.name for each in mapping.custom_columns)]
    by_id = c.GAME_ID in mapping.columns
    if any(move.offered_id not in upload.apart for move in matched.moves) or (matched.called_off and not by_id):
        named.append(c.NUMBER)  # A game that moves or is called off may make a doubleheader, or leave one.
    called_off = {each.game_id: each.status for each in matched.called_off}
    return {
        "source": upload.table.file,
        "rows": usable.rows,
        "columns": named,
        "erase": upload.erase,
        "called_off": called_off,
    }


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


def _header(source: Source) -> str:
    return source.columns[0] if len(source.columns) == 1 else " + ".join(source.columns)
