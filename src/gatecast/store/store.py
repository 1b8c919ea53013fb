"""Store what was known, what was forecast, what was planned and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import sqlalchemy as sa

from gatecast.games import CANONICAL, Column, Games, League
from gatecast.games import columns as c
from gatecast.plan.plan import Plan
from gatecast.store import edits, imports, inputs, issues, tickets
from gatecast.store.access import Access
from gatecast.store.comparison import Comparison, Offered, compared, outcomes_offered, screened_offer
from gatecast.store.database import Database, database_url, migrate
from gatecast.store.edits import GameEdit, LoggedChange
from gatecast.store.jobs import Jobs
from gatecast.store.overrides import Overrides
from gatecast.store.report import ImportReport, Undone
from gatecast.store.revisions import read_revisions
from gatecast.store.rows import declared, in_order, stored_games, stored_results
from gatecast.store.schema import IMPORTS, RESULTS, utc_now, with_zone
from gatecast.store.settings import StoredSettings

__all__ = ["Store", "open_store"]


LEAGUE = "league"
"""Setting of the store: the league of its games, as `gatecast.games.League` writes it."""


def open_store(place: str | Path) -> Store:
    """Open a database, creating it and migrating its tables if needed.

    Parameters
    ----------
    place : path or str
        A folder, for SQLite in its file `gatecast.db`; or a URL such as postgresql://user@host/name.

    Raises
    ------
    StoreError
        It cannot be opened, or a newer version of gatecast wrote it.
    MissingExtraError
        PostgreSQL without its driver.
    """
    database = Database(database_url(place))
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store(StoredSettings, Jobs, Access, Overrides):
    """One database; may be used by several threads and processes at once.

    Every method is one transaction: when it returns, what it wrote is on disk; when it raises, nothing is written.
    Moments carry a time zone and are returned in UTC.

    Parameters
    ----------
    database : Database
        With its tables up to date; `open_store` sees to that.
    """

    def __init__(self, database: Database) -> None:
        self.database = database

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def revisions(self) -> dict[str, int]:
        """Return a number for each of `gatecast.store.revisions.AREAS`, which each change of the area increases by one.

        Read the numbers before the data: while they stay the same, the data does too.
        """
        with self.database.reading() as connection:
            return read_revisions(connection)

    def import_games(
        self,
        games: Games | pl.DataFrame,
        custom_columns: Sequence[Column] = (),
        *,
        source: str = "",
        rows: Sequence[int] | None = None,
        columns: Sequence[str] | None = None,
        erase: bool = False,
        called_off: Mapping[str, str] | None = None,
        dry_run: bool = False,
        if_changed: bool = False,
        left_out: Collection[int] = (),
    ) -> ImportReport:
        """Add new games and change those that differ; importing the same again changes nothing.

        Parameters
        ----------
        games : Games or polars.DataFrame
            Games, or a table as `Games.from_frame` takes it; rows of a table that cannot be used are reported.
        custom_columns : sequence of Column
            A table's custom columns; `Games` bring their own.
        source : str
            Name of the file.
        rows : sequence of int, optional
            The row of the file each row stands in; counted from 2 if not given.
        columns : sequence of str, optional
            The columns that may change games already stored. If not given, those that the table has.
        erase : bool
            True if an empty cell clears the stored value instead of leaving it.
        called_off : mapping of str to str, optional
            `postponed` or `cancelled` for the ids of stored games that the file calls off: they are set aside, as
            `edit_games` does.
        dry_run : bool
            Report what would be done, and store nothing.
        if_changed : bool
            Record no import if it adds and changes nothing.
        left_out : collection of int
            Rows of the file that were refused before; the record of the import counts them, too.

        Raises
        ------
        DataError
            A table that cannot be used as a whole.
        """
        if isinstance(games, Games):
            custom_columns = games.custom_columns
        frame = games.table if isinstance(games, Games) else games
        named = frozenset(frame.columns if columns is None else columns)
        found = isinstance(games, Games) and games.seasons_found
        offered = Offered(
            frame, tuple(custom_columns), source, _rows(frame, rows), named, erase, found, dict(called_off or {})
        )
        if dry_run:
            with self.database.reading() as connection:
                return compared(connection, offered).report(None, source)
        if isinstance(games, Games) and games.league != League():
            self.save_setting(LEAGUE, games.league.to_json())
        screen, now = screened_offer(offered), utc_now()
        with self.database.writing() as connection:
            comparison = compared(connection, offered, screen=screen)
            if if_changed and not comparison.changes:
                return comparison.report(None, source)
            return imports.write(connection, comparison, source, now=now, known_at=now, left_out=left_out)

    def compare_games(
        self,
        games: Games,
        *,
        source: str = "",
        rows: Sequence[int],
        columns: Sequence[str],
        erase: bool = False,
        called_off: Mapping[str, str] | None = None,
    ) -> Comparison:
        """Return what `import_games` would add and change; store nothing.

        Parameters
        ----------
        games : Games
        source, rows, columns, erase, called_off
            As `import_games` takes them.

        Raises
        ------
        DataError
            A table that cannot be used as a whole.
        """
        offered = Offered(
            games.table,
            games.custom_columns,
            source,
            tuple(rows),
            frozenset(columns),
            erase,
            called_off=dict(called_off or {}),
        )
        with self.database.reading() as connection:
            return compared(connection, offered)

    def undo(self, import_id: int) -> Undone:
        """Undo an import: games it changed get their earlier values, games it added are withdrawn.

        Raises
        ------
        StoreError
            No such import, one undone already, or later ones that touched the same games.
        """
        with self.database.writing() as connection:
            return imports.undo(connection, import_id, utc_now())

    def edit_games(self, edit_list: Sequence[GameEdit], *, source: str) -> ImportReport:
        """Change games in place, all or none, as an import of its own that `undo` takes back.

        Parameters
        ----------
        edit_list : sequence of GameEdit
            At most one for each game.
        source : str
            Who changed them, for the list of imports.

        Returns
        -------
        ImportReport
            Without a number if nothing differs.

        Raises
        ------
        InputError
            No such game or column.
        ConflictError
            A stored value is not the expected one.
        DataError
            A game would be inconsistent.
        """
        now = utc_now()
        with self.database.writing() as connection:
            comparison = edits.edited(connection, edit_list)
            if not comparison.changes:
                return comparison.report(None, source)
            return imports.write(connection, comparison, source, now=now, known_at=now)

    def game_changes(self, game_id: str) -> list[LoggedChange]:
        """Return every import and edit that touched a game, oldest first."""
        with self.database.reading() as connection:
            return edits.read_changes(connection, game_id)

    def game_changes_since(self, game_ids: Sequence[str], since: dt.datetime) -> dict[str, list[LoggedChange]]:
        """Return the imports and edits that touched games after a moment, by game id, oldest first."""
        with self.database.reading() as connection:
            return edits.read_changes_since(connection, game_ids, since)

    def moves(self) -> pl.DataFrame:
        """Return the earlier dates of moved games: see `gatecast.store.edits.read_moves`."""
        with self.database.reading() as connection:
            return edits.read_moves(connection)

    def set_aside(self) -> pl.DataFrame:
        """Return the games that are postponed without a new date or cancelled, with their status."""
        with self.database.reading() as connection:
            return edits.read_set_aside(connection)

    def imports(self) -> pl.DataFrame:
        """Return every import in order: number, when, source, rows added, changed, unchanged, refused, when undone."""
        moment = pl.Datetime("us", "UTC")
        names = [column.name for column in IMPORTS.columns]
        types: list[Any] = [pl.Int64, moment, pl.String, *[pl.Int64] * 4, moment]
        with self.database.reading() as connection:
            rows = [tuple(row) for row in connection.execute(sa.select(IMPORTS).order_by(IMPORTS.c.import_id))]
        return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")

    def games(self) -> Games:
        """Return every game with its last recorded outcome, in order of play."""
        with self.database.reading() as connection:
            custom_columns = declared(connection)
            table = stored_games(connection, custom_columns)
        league = League.from_json(self.setting(LEAGUE) or "{}")
        names = [*CANONICAL, *(column.name for column in custom_columns)]
        return Games(in_order(table).select(names), custom_columns, league)

    def with_results(self, schedule: Games) -> Games:
        """Return games with the attendance and scans recorded now in place of theirs; read only those."""
        with self.database.reading() as connection:
            results = stored_results(connection)
        names = schedule.table.columns
        table = schedule.table.drop(RESULTS).join(results, on=c.GAME_ID, how="left", maintain_order="left")
        return schedule.with_table(table.select(names))

    def record_outcomes(
        self,
        frame: pl.DataFrame,
        *,
        known_at: dt.datetime | None = None,
        source: str = "",
        rows: Sequence[int] | None = None,
        if_changed: bool = False,
        corrects: bool = True,
    ) -> ImportReport:
        """Record attendance and scans of stored games; another figure corrects the earlier one, which is kept.

        Parameters
        ----------
        frame : polars.DataFrame
            game_id, attendance and, where there is one, scanned. An empty cell leaves what is stored.
        known_at : datetime, optional
            When the figures were known; now if not given.
        source, rows, if_changed
            As in `import_games`; `undo` takes outcomes back as well.
        corrects : bool
            False refuses another attendance for a game that has one, such as that of a form which was opened before.
        """
        now = utc_now()
        with self.database.writing() as connection:
            offered, unknown_games = outcomes_offered(connection, frame, source, _rows(frame, rows), corrects=corrects)
            comparison = compared(connection, offered, unknown_games)
            if if_changed and not comparison.changes:
                return comparison.report(None, source)
            return imports.write(connection, comparison, source, now=now, known_at=_moment(known_at, now))

    def record_tickets(
        self, frame: pl.DataFrame, *, source: str = "", rows: Sequence[int] | None = None
    ) -> ImportReport:
        """Record tickets sold by the end of a day (game_id, as_of, tickets); another figure corrects the earlier."""
        with self.database.writing() as connection:
            return tickets.write_tickets(connection, frame, source, _rows(frame, rows), utc_now())

    def tickets(self) -> pl.DataFrame:
        """Return game, as_of and tickets sold by its end, by game and day."""
        with self.database.reading() as connection:
            return tickets.read_tickets(connection)

    def record_forecast(
        self,
        frame: pl.DataFrame,
        model_id: str,
        *,
        issued_at: dt.datetime | None = None,
        made_from: Mapping[str, Any] | None = None,
    ) -> int:
        """Record a forecast for good, all of its rows or none: see `gatecast.store.issues.Issued`.

        `made_from` holds digests of what it was made from, to tell later what has changed since.
        """
        now = utc_now()
        with self.database.writing() as connection:
            issued = issues.Issued(frame, model_id, _moment(issued_at, now))
            [number] = issues.write_forecasts(connection, [issued], now=now)
            inputs.write_forecast_inputs(connection, number, made_from)
            return number

    def record_forecasts(self, issued: Sequence[tuple[pl.DataFrame, str, dt.datetime]]) -> None:
        """Record forecasts as they were issued before, each with its model and moment: all of them or none.

        `record_forecast` records the one that is issued now.
        """
        now = utc_now()
        every = [issues.Issued(frame, model_id, _moment(issued_at, now)) for frame, model_id, issued_at in issued]
        with self.database.writing() as connection:
            issues.write_forecasts(connection, every, now=now)

    def forecast_inputs(self, issue_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return digests of what forecasts were made from, by number; those recorded without are left out."""
        with self.database.reading() as connection:
            return inputs.read_forecast_inputs(connection, issue_ids)

    def forecasts(self, games: Sequence[str] | None = None, *, model_id: str | None = None) -> pl.DataFrame:
        """Return forecasts as they were issued, oldest first.

        Parameters
        ----------
        games : sequence of str, optional
            Ids; all if not given.
        model_id : str, optional

        Returns
        -------
        polars.DataFrame
            issue_id, issued_at, model, game_id, lead, as_of, mean, the quantiles, p_sellout, then any further columns
            of the forecasts.
        """
        with self.database.reading() as connection:
            return issues.read_forecasts(connection, games, model_id)

    def record_plan(
        self,
        plan: Plan | Mapping[str, Any],
        *,
        issue_id: int | None = None,
        issued_at: dt.datetime | None = None,
        made_from: Mapping[str, Any] | None = None,
    ) -> int:
        """Record a plan and its operations for good: see `gatecast.store.issues.write_plan`.

        `made_from` holds digests of what it was made from, to tell later what has changed since.
        """
        now = utc_now()
        with self.database.writing() as connection:
            number = issues.write_plan(connection, plan, issue_id, issued_at=_moment(issued_at, now), now=now)
            inputs.write_plan_inputs(connection, number, made_from)
            return number

    def plan_inputs(self, plan_id: int) -> dict[str, Any] | None:
        """Return digests of what a plan was made from; None if it was recorded without."""
        with self.database.reading() as connection:
            return inputs.read_plan_inputs(connection, plan_id)

    def plans(self) -> pl.DataFrame:
        """Return number, issued_at and issue_id of every plan, oldest first."""
        with self.database.reading() as connection:
            return issues.read_plans(connection)

    def plan(self, plan_id: int) -> dict[str, Any]:
        """Return a plan as it was issued, in the form of `gatecast.plan.export.json.plan_as_dict`."""
        with self.database.reading() as connection:
            return issues.read_plan(connection, plan_id)


def _rows(frame: pl.DataFrame, rows: Sequence[int] | None) -> tuple[int, ...]:
    return tuple(range(2, frame.height + 2) if rows is None else rows)


def _moment(moment: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    return now if moment is None else with_zone(moment)
