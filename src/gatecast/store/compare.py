"""What a table of games would add to and change in the games that are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError
from gatecast.games import CANONICAL, Column
from gatecast.games import columns as c
from gatecast.store.report import ImportReport, Refused
from gatecast.store.rows import PLACE, WITHDRAWN, declared_with, stored_games
from gatecast.store.schema import GAMES, RESULTS
from gatecast.store.screen import ROW, screened

__all__ = ["Comparison", "Offered", "compared", "outcomes_offered"]


@dataclass(frozen=True)
class Offered:
    """A table of games given to be stored.

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
        The columns that change games already stored; others count for new games only.
    erase : bool
        True where an empty cell of those columns empties what is stored; False where it leaves it.
    """

    frame: pl.DataFrame
    custom_columns: tuple[Column, ...]
    source: str
    rows: tuple[int, ...]
    columns: frozenset[str]
    erase: bool = False


@dataclass(frozen=True)
class Comparison:
    """Games to be written, each table with every column, `PLACE` and `WITHDRAWN`.

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
    """

    custom_columns: tuple[Column, ...]
    added: pl.DataFrame
    changed: pl.DataFrame
    before: pl.DataFrame
    unchanged: int
    refused: tuple[Refused, ...]

    @property
    def changes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.added.height or self.changed.height)

    def report(self, import_id: int | None, source: str) -> ImportReport:
        """What an import of it does."""
        return ImportReport(
            import_id, source, self.added.height, self.changed.height, self.unchanged, tuple(self.refused)
        )


def compared(connection: sa.Connection, offered: Offered, already: Sequence[Refused] = ()) -> Comparison:
    """Compare a table with what is stored; a row that would make nonsense of a stored game is refused too.

    Parameters
    ----------
    offered : Offered
    already : sequence of Refused
        What was refused before, to be told with the rest.

    Raises
    ------
    DataError
        A table that cannot be used as a whole.
    """
    table, refused = screened(offered.frame, offered.custom_columns, file=offered.source, rows=offered.rows)
    refused += already
    custom_columns = declared_with(connection, offered.custom_columns, offered.source)
    stored = stored_games(connection, custom_columns, among=table[c.GAME_ID].to_list())
    _check_dates(connection, table, offered.source)
    names = [*CANONICAL, *(column.name for column in custom_columns)]
    table = table.with_columns(
        pl.lit(None, each.dtype).alias(each.name) for each in custom_columns if each.name not in table.columns
    )
    before = table.select(c.GAME_ID).join(stored, on=c.GAME_ID, how="left", maintain_order="left")
    known = before[WITHDRAWN].is_not_null()
    after = _merged(table, before, names, offered)
    differs = pl.select(pl.any_horizontal(after[name].ne_missing(before[name]) for name in names)).to_series()
    changed, before = after.filter(known & differs), before.filter(known & differs)
    refused += _nonsense(changed, custom_columns, offered.source)
    sound = ~changed[ROW].is_in([each.row for each in refused])
    added = table.filter(~known).select(*names, pl.lit(False).alias(WITHDRAWN)).with_row_index(PLACE)
    first = _first_place(connection)
    return Comparison(
        custom_columns,
        added.with_columns(pl.col(PLACE).cast(pl.Int64) + first),
        changed.filter(sound).drop(ROW),
        before.filter(sound),
        int((known & ~differs).sum()),
        tuple(sorted(refused, key=lambda each: (each.row or 0, each.column))),
    )


def outcomes_offered(
    connection: sa.Connection, frame: pl.DataFrame, source: str, rows: Sequence[int]
) -> tuple[Offered, list[Refused]]:
    """Gates and scans as a table of the stored games they belong to, and the rows that belong to none."""
    missing = [name for name in (c.GAME_ID, c.ATTENDANCE) if name not in frame.columns]
    if missing:
        raise DataError(f"no column {missing[0]}", f"{c.GAME_ID} and {c.ATTENDANCE}", file=source, column=missing[0])
    results = [name for name in RESULTS if name in frame.columns]
    given = frame.select(pl.col(c.GAME_ID).cast(pl.String), *results).with_columns(pl.Series(ROW, rows, pl.Int64))
    stored = stored_games(connection, (), among=given[c.GAME_ID].to_list()).drop(*RESULTS, PLACE, WITHDRAWN)
    strange = given.join(stored, on=c.GAME_ID, how="anti", maintain_order="left")
    refused = [
        Refused(
            row, c.GAME_ID, "nothing" if game is None else repr(game), "a game of the store", "import the game first"
        )
        for game, row in strange.select(c.GAME_ID, ROW).iter_rows()
    ]
    whole = given.join(stored, on=c.GAME_ID, how="inner", maintain_order="left")
    numbers = tuple(whole[ROW])
    return Offered(whole.drop(ROW), (), source, numbers, frozenset(results)), refused


def _merged(table: pl.DataFrame, before: pl.DataFrame, names: list[str], offered: Offered) -> pl.DataFrame:
    """The stored games with what the table says of them; rows as in `table`."""
    given = offered.frame.with_columns(pl.Series(ROW, offered.rows, pl.Int64))
    given = table.select(ROW).join(given, on=ROW, how="left", maintain_order="left")
    columns = []
    for name in names:
        if name not in offered.columns or name not in given.columns:
            columns.append(before[name])
            continue
        says = pl.repeat(True, table.height, eager=True) if offered.erase else given[name].is_not_null()
        columns.append(table[name].zip_with(says & (table[name].is_not_null() | offered.erase), before[name]))
    return pl.DataFrame([*columns, before[PLACE], before[WITHDRAWN], table[ROW]])


def _nonsense(changed: pl.DataFrame, custom_columns: Sequence[Column], file: str) -> list[Refused]:
    """What the checks of a whole table say to games put together from what was stored and what came."""
    if not changed.height:
        return []
    return screened(changed.drop(ROW, PLACE, WITHDRAWN), custom_columns, file=file, rows=changed[ROW].to_list())[1]


def _check_dates(connection: sa.Connection, table: pl.DataFrame, file: str) -> None:
    counts = sa.select(sa.func.count(), sa.func.count(GAMES.c[c.DATE])).where(~GAMES.c.withdrawn)
    games, dated = connection.execute(counts).one()
    if not games or not table.height:
        return
    there, here = games == dated, table[c.DATE].null_count() == 0
    if there != here:
        got, other = ("games without dates", "dates") if there else ("games with dates", "none")
        raise DataError(got, f"{other}, as the stored games have", file=file, column=c.DATE)


def _first_place(connection: sa.Connection) -> int:
    last = connection.scalar(sa.select(sa.func.max(GAMES.c.place)))
    return 0 if last is None else last + 1
