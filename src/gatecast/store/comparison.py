"""Compare a table of games with what is stored: rows that can be used, what they add and what they change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError
from gatecast.games import ALWAYS, CANONICAL, Column, Games, Role
from gatecast.games import columns as c
from gatecast.games.seasons import continued_seasons
from gatecast.store.report import ImportReport, Refused
from gatecast.store.rows import OUT_OF_SCHEDULE, PLACE, declared_with, stored_games, stored_seasons
from gatecast.store.schema import GAMES, RESULTS
from gatecast.store.statuses import read_statuses

__all__ = [
    "MOST_REFUSED",
    "OF_THE_DAY",
    "ROW",
    "Comparison",
    "Offered",
    "compared",
    "outcomes_offered",
    "screened",
    "screened_offer",
]

ROW = "row of the file"
"""The column that `screened` adds."""
TAKEN = "attendance stored"
CORRECT = "to correct it, upload a table with the game's attendance"
OF_THE_DAY = (c.TEMPERATURE, c.WIND, c.SKY, c.PRECIPITATION, c.HOME_STARTER, c.VISITOR_STARTER)
"""Columns that say something of one day: they are emptied when a game to come moves to another."""
MOST_REFUSED = 200
"""A table with more mistakes than this is refused as a whole: its columns are mapped wrongly, or it is another."""


def screened(
    frame: pl.DataFrame, custom_columns: Sequence[Column], *, file: str, rows: Sequence[int]
) -> tuple[pl.DataFrame, list[Refused]]:
    """Complete and check games as `Games.from_frame` does, leaving out the rows that it refuses.

    A cell that cannot be used is reported, then emptied, so that the next mistake of its row is found too; a row that
    is refused for a cell already empty, or for its game id, is taken out. So ids and numbers of doubleheaders are
    those that they would have been with the row in its place.

    Parameters
    ----------
    frame : polars.DataFrame
        Canonical columns under their names (any may be missing), and the custom_columns.
    custom_columns : sequence of Column
    file : str
        Name for messages.
    rows : sequence of int
        The row of `file` each row stands in.

    Returns
    -------
    table : polars.DataFrame
        The rows that can be used, every column present and typed, and `ROW`; in order of play.
    refused : list of Refused
        In order of rows.

    Raises
    ------
    DataError
        A table that cannot be used as a whole, or more than `MOST_REFUSED` mistakes.
    """
    marker = Column(ROW, pl.Int64, Role.NUMBER, ALWAYS)
    left = frame.with_columns(pl.Series(ROW, rows, pl.Int64))
    refused = _unprintable(left)
    left = left.filter(~pl.col(ROW).is_in([each.row for each in refused]))
    emptied: set[tuple[int | None, str]] = set()
    while left.height:
        try:
            table = Games.from_frame(left, (*custom_columns, marker), file=file, rows=left[ROW].to_list()).table
            break
        except DataError as error:
            if error.row is None:
                raise
            cell = (error.row, error.column)
            if cell not in emptied:
                refused.append(Refused.of(error))
            if len(refused) > MOST_REFUSED:
                raise _too_many(refused, file) from None
            left = _without(left, cell, drop=cell in emptied or error.column == c.GAME_ID)
            emptied.add(cell)
    else:
        table = pl.DataFrame(
            schema={each.name: each.dtype for each in (*c.CANONICAL.values(), *custom_columns, marker)}
        )
    if not refused:
        return table, []
    return table.filter(~pl.col(ROW).is_in([each.row for each in refused])), sorted(refused, key=_place)


def _too_many(refused: list[Refused], file: str) -> DataError:
    remedy = f"correct the table or its mapping; the first: {min(refused, key=_place)}"
    return DataError(f"more than {MOST_REFUSED} mistakes", "a table of games", remedy, file=file)


def _without(left: pl.DataFrame, cell: tuple[int | None, str], *, drop: bool) -> pl.DataFrame:
    row, column = cell
    if drop or column not in left.columns:
        return left.filter(pl.col(ROW) != row)
    return left.with_columns(pl.when(pl.col(ROW) != row).then(pl.col(column)).alias(column))


def _unprintable(frame: pl.DataFrame) -> list[Refused]:
    """Refuse text with a NUL, which PostgreSQL cannot store."""
    broken = frame.select(pl.col(pl.String).str.contains("\x00", literal=True).any())
    names = [name for name in broken.columns if broken[name].item()] if broken.width else []
    return [
        Refused(row, name, "a cell with the character NUL", "text", "remove it")
        for name in names
        for row in frame.filter(pl.col(name).str.contains("\x00", literal=True))[ROW]
    ]


def _place(each: Refused) -> tuple[int, str]:
    return each.row or 0, each.column


@dataclass(frozen=True)
class Offered:
    """A table of games offered for import.

    Parameters
    ----------
    frame : polars.DataFrame
        Canonical columns under their names (any may be missing), and the custom_columns.
    custom_columns : tuple of Column
    source : str
        Name for messages and for the list of imports.
    rows : tuple of int
        The row of the source each row stands in.
    columns : frozenset of str
        The columns that change games already stored; others apply to new games only.
    erase : bool
        True if an empty cell of those columns clears the stored value instead of leaving it.
    seasons_found : bool
        True if seasons were not stated but found from the gaps between games, so that they continue those stored.
    called_off : mapping of str to str
        `POSTPONED` or `CANCELLED` for the ids of stored games to set aside. Games of the frame, and games with an
        attendance, stay in the schedule.
    """

    frame: pl.DataFrame
    custom_columns: tuple[Column, ...]
    source: str
    rows: tuple[int, ...]
    columns: frozenset[str]
    erase: bool = False
    seasons_found: bool = False
    called_off: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """Games to be written, each table with every column, `PLACE` and `OUT_OF_SCHEDULE`.

    Parameters
    ----------
    custom_columns : tuple of Column
        All that are declared, with those of the table.
    added : polars.DataFrame
        Games that are not stored, or were taken out.
    changed, before : polars.DataFrame
        Games that differ, as they will be and as they are; row by row the same game.
    unchanged : int
    refused : tuple of Refused
    statuses : mapping of str to (str or None, str or None)
        The status before and after of each game that is set aside or comes back, by id; None in the schedule.
    kept_aside : tuple of str
        Ids of games that the table names on the day on which they were postponed or cancelled: they stay set aside.
    """

    custom_columns: tuple[Column, ...]
    added: pl.DataFrame
    changed: pl.DataFrame
    before: pl.DataFrame
    unchanged: int
    refused: tuple[Refused, ...]
    statuses: Mapping[str, tuple[str | None, str | None]] = field(default_factory=dict)
    kept_aside: tuple[str, ...] = ()

    @property
    def changes(self) -> bool:
        """True if there is anything to write."""
        return bool(self.added.height or self.changed.height)

    def report(self, import_id: int | None, source: str) -> ImportReport:
        """Return the report of an import of it."""
        return ImportReport(
            import_id, source, self.added.height, self.changed.height, self.unchanged, tuple(self.refused)
        )


def screened_offer(offered: Offered) -> tuple[pl.DataFrame, list[Refused]]:
    """Return the rows of an offered table that can be used, and those refused; needs no database.

    Raises
    ------
    DataError
        A table that cannot be used as a whole.
    """
    return screened(offered.frame, offered.custom_columns, file=offered.source, rows=offered.rows)


def compared(
    connection: sa.Connection,
    offered: Offered,
    already: Sequence[Refused] = (),
    screen: tuple[pl.DataFrame, list[Refused]] | None = None,
) -> Comparison:
    """Compare a table with what is stored; also refuse a row that would make a stored game inconsistent.

    Parameters
    ----------
    offered : Offered
    already : sequence of Refused
        Earlier refusals, to be reported with the rest.
    screen : tuple, optional
        From `screened_offer`, so that the database need not wait for it.

    Raises
    ------
    DataError
        A table that cannot be used as a whole.
    """
    table, refused = screen or screened_offer(offered)
    if offered.seasons_found or c.SEASON not in offered.frame.columns:
        table = _in_season(connection, table)
    refused = [*refused, *already]
    custom_columns = declared_with(connection, offered.custom_columns, offered.source)
    stored, statuses = _stored_and_set_aside(connection, custom_columns, [*table[c.GAME_ID], *offered.called_off])
    _check_dates(connection, table, offered.source)
    table, kept_aside = _without_set_aside(table, stored, statuses)
    names = [*CANONICAL, *(column.name for column in custom_columns)]
    table = table.with_columns(
        pl.lit(None, each.dtype).alias(each.name) for each in custom_columns if each.name not in table.columns
    )
    known = table[c.GAME_ID].is_in(stored[c.GAME_ID].implode())
    restated, new = table.filter(known), table.filter(~known) if known.any() else table
    before = restated.select(c.GAME_ID).join(stored, on=c.GAME_ID, how="left", maintain_order="left")
    after = _merged(restated, before, names, offered)
    differs = pl.select(pl.any_horizontal(after[name].ne_missing(before[name]) for name in names)).to_series()
    after = after.with_columns(pl.lit(False).alias(OUT_OF_SCHEDULE))
    changed, before = after.filter(differs), before.filter(differs)
    refused += _nonsense(changed, custom_columns, offered.source)
    sound = ~changed[ROW].is_in([each.row for each in refused])
    added = new.select(*names, pl.lit(False).alias(OUT_OF_SCHEDULE)).with_row_index(PLACE)
    first = _first_place(connection)
    changed, before = changed.filter(sound).drop(ROW), before.filter(sound)
    off, again = _called_off(stored, statuses, offered, [*table[c.GAME_ID], *kept_aside])
    moves = {game: (statuses[game], None) for game in changed[c.GAME_ID] if game in statuses}
    return Comparison(
        custom_columns,
        added.with_columns(pl.col(PLACE).cast(pl.Int64) + first),
        pl.concat([changed, off.with_columns(pl.lit(True).alias(OUT_OF_SCHEDULE)).select(changed.columns)]),
        pl.concat([before, off.select(before.columns)]),
        int((~differs).sum()) + len(kept_aside) + again,
        tuple(sorted(refused, key=lambda each: (each.row or 0, each.column))),
        {**moves, **{game: (statuses.get(game), offered.called_off[game]) for game in off[c.GAME_ID]}},
        kept_aside,
    )


def _called_off(
    stored: pl.DataFrame, statuses: Mapping[str, str], offered: Offered, ids: Sequence[str]
) -> tuple[pl.DataFrame, int]:
    """Return the stored games that an offer sets aside, and the number of those that were so already."""
    found = stored.filter(
        pl.col(c.GAME_ID).is_in(list(offered.called_off)),
        ~pl.col(c.GAME_ID).is_in(list(ids)),
        pl.col(c.ATTENDANCE).is_null(),
    )
    same = pl.Series([statuses.get(game) == offered.called_off[game] for game in found[c.GAME_ID]], dtype=pl.Boolean)
    return found.filter(~same), int(same.sum())


def _stored_and_set_aside(
    connection: sa.Connection, custom_columns: Sequence[Column], ids: Sequence[str]
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return stored games by their ids, those set aside included, and the statuses of the latter."""
    statuses = read_statuses(connection)
    if not statuses:
        return stored_games(connection, custom_columns, among=ids), {}
    stored = stored_games(connection, custom_columns, all_of_them=True, among=ids)
    return stored.filter(~pl.col(OUT_OF_SCHEDULE) | pl.col(c.GAME_ID).is_in(list(statuses))), statuses


def _without_set_aside(
    table: pl.DataFrame, stored: pl.DataFrame, statuses: Mapping[str, str]
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Leave out games that are set aside and that a table names on the same day; another day brings one back."""
    aside = stored.filter(pl.col(c.GAME_ID).is_in(list(statuses))).select(c.GAME_ID, pl.col(c.DATE).alias("day"))
    if aside.is_empty():
        return table, ()
    same = table.join(aside, on=c.GAME_ID).filter(pl.col(c.DATE).is_null() | (pl.col(c.DATE) == pl.col("day")))
    kept = tuple(same[c.GAME_ID])
    return table.filter(~pl.col(c.GAME_ID).is_in(list(kept))), kept


def _in_season(connection: sa.Connection, table: pl.DataFrame) -> pl.DataFrame:
    """Let games whose season is not stated continue the seasons that are stored."""
    if not table.height or table[c.DATE].null_count():
        return table
    stored = stored_seasons(connection)
    return table.with_columns(continued_seasons(stored, table)) if stored.height else table


def outcomes_offered(
    connection: sa.Connection, frame: pl.DataFrame, source: str, rows: Sequence[int], *, corrects: bool = True
) -> tuple[Offered, list[Refused]]:
    """Return attendance and scans as a table of the stored games they belong to, and the rows that are refused.

    Those are rows that belong to no game and, unless they may correct, those of games that have another attendance.
    """
    missing = [name for name in (c.GAME_ID, c.ATTENDANCE) if name not in frame.columns]
    if missing:
        raise DataError(f"no column {missing[0]}", f"{c.GAME_ID} and {c.ATTENDANCE}", file=source, column=missing[0])
    results = [name for name in RESULTS if name in frame.columns]
    sent = frame.select(pl.col(c.GAME_ID).cast(pl.String), *results).with_columns(pl.Series(ROW, rows, pl.Int64))
    held = stored_games(connection, (), among=sent[c.GAME_ID].to_list())
    stored = held.drop(*RESULTS, PLACE, OUT_OF_SCHEDULE)
    unknown = sent.join(stored, on=c.GAME_ID, how="anti", maintain_order="left")
    refused = [
        Refused(
            row, c.GAME_ID, "nothing" if game is None else repr(game), "a game of the store", "import the game first"
        )
        for game, row in unknown.select(c.GAME_ID, ROW).iter_rows()
    ]
    if not corrects:
        entered = held.select(c.GAME_ID, pl.col(c.ATTENDANCE).alias(TAKEN)).drop_nulls()
        taken = sent.join(entered, on=c.GAME_ID, how="inner", maintain_order="left").filter(
            pl.col(c.ATTENDANCE).cast(pl.Int64, strict=False).ne_missing(pl.col(TAKEN))
        )
        refused += [
            Refused(row, c.ATTENDANCE, repr(got), f"{other} as somebody else entered meanwhile", CORRECT)
            for row, got, other in taken.select(ROW, c.ATTENDANCE, TAKEN).iter_rows()
        ]
        sent = sent.join(taken, on=ROW, how="anti", maintain_order="left")
    known = sent.join(stored, on=c.GAME_ID, how="inner", maintain_order="left")
    numbers = tuple(known[ROW])
    return Offered(known.drop(ROW), (), source, numbers, frozenset(results)), refused


def _merged(table: pl.DataFrame, before: pl.DataFrame, names: list[str], offered: Offered) -> pl.DataFrame:
    """Return the stored games with the values of the table; rows as in `table`."""
    cells = offered.frame.with_columns(pl.Series(ROW, offered.rows, pl.Int64))
    cells = table.select(ROW).join(cells, on=ROW, how="left", maintain_order="left")
    columns = []
    for name in names:
        if name not in offered.columns or name not in cells.columns:
            columns.append(before[name])
            continue
        filled = pl.repeat(True, table.height, eager=True) if offered.erase else cells[name].is_not_null()
        columns.append(table[name].zip_with(filled & (table[name].is_not_null() | offered.erase), before[name]))
    merged = pl.DataFrame([*columns, before[PLACE], before[OUT_OF_SCHEDULE], table[ROW]])
    # What was known of the old day of a game to come says nothing of its new one.
    moved = merged[c.DATE].ne_missing(before[c.DATE]) & merged[c.ATTENDANCE].is_null() & before[c.DATE].is_not_null()
    gone = [name for name in OF_THE_DAY if name not in offered.columns]
    return merged.with_columns(pl.when(~moved).then(pl.col(name)).alias(name) for name in gone)


def _nonsense(changed: pl.DataFrame, custom_columns: Sequence[Column], file: str) -> list[Refused]:
    """Check games merged from stored and new values as a whole table, and return what is refused."""
    if not changed.height:
        return []
    return screened(changed.drop(ROW, PLACE, OUT_OF_SCHEDULE), custom_columns, file=file, rows=changed[ROW].to_list())[
        1
    ]


def _check_dates(connection: sa.Connection, table: pl.DataFrame, file: str) -> None:
    counts = sa.select(sa.func.count(), sa.func.count(GAMES.c[c.DATE])).where(~GAMES.c.withdrawn)
    games, dated = connection.execute(counts).one()
    if not games or not table.height:
        return
    stored_dated, table_dated = games == dated, table[c.DATE].null_count() == 0
    if stored_dated != table_dated:
        got, other = ("games without dates", "dates") if stored_dated else ("games with dates", "none")
        raise DataError(got, f"{other}, as the stored games have", file=file, column=c.DATE)


def _first_place(connection: sa.Connection) -> int:
    last = connection.scalar(sa.select(sa.func.max(GAMES.c.place)))
    return 0 if last is None else last + 1
