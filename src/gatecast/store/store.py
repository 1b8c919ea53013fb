"""The store: what was known, what was forecast, what was planned, and what came of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import polars as pl
import sqlalchemy as sa

from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.plan.plan import Plan
from gatecast.store import forecasts, imports, moments, plans, tickets
from gatecast.store.access import Access
from gatecast.store.compare import Offered, compared, outcomes_offered
from gatecast.store.database import Database, database_url
from gatecast.store.jobs import Jobs
from gatecast.store.migrate import migrate
from gatecast.store.report import ImportReport, Undone
from gatecast.store.revisions import read_revisions
from gatecast.store.rows import declared, in_order, stored_games, stored_results
from gatecast.store.schema import IMPORTS, RESULTS
from gatecast.store.settings import Settings

__all__ = ["Store", "open_store"]


def open_store(place: str | Path) -> Store:
    """Open a database, making it and bringing its tables up to date where needed.

    Parameters
    ----------
    place : path or str
        A folder, for SQLite in its file `gatecast.db`; or a URL such as postgresql://user@host/name.

    Raises
    ------
    StoreError
        It cannot be opened, or is of a newer version of gatecast.
    MissingExtraError
        PostgreSQL, without its driver.
    """
    database = Database(database_url(place))
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


class Store(Settings, Jobs, Access):
    """One database; may be used by several threads and processes at once.

    Every method is one transaction: when it returns, what it wrote is on the disk, and when it raises, nothing is.
    Moments carry a time zone, and come back in UTC.

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
        """A number for each area (games, tickets, forecasts, plans, settings) that every change of it moves by one.

        Read it before what it is about: what was read at the same numbers is still so.
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
        dry_run: bool = False,
        if_changed: bool = False,
    ) -> ImportReport:
        """Add games and change those that differ; importing the same again changes nothing.

        Parameters
        ----------
        games : Games or polars.DataFrame
            Games, or a table as `Games.from_frame` takes it; rows of a table that cannot be used are told.
        custom_columns : sequence of Column
            A table's further columns; those of `Games` are known.
        source : str
            Name of the file.
        rows : sequence of int, optional
            The row of the file each row stands in; counted from 2 if not given.
        columns : sequence of str, optional
            The columns that may change games already stored. If not given, those that the table has.
        erase : bool
            Whether an empty cell empties what is stored; if not, it leaves it.
        dry_run : bool
            Only tell what would be done.
        if_changed : bool
            Keep no note of an import that adds and changes nothing.

        Raises
        ------
        DataError
            A table that cannot be used as a whole.
        """
        if isinstance(games, Games):
            custom_columns = games.custom_columns
        frame = games.table if isinstance(games, Games) else games
        named = frozenset(frame.columns if columns is None else columns)
        offered = Offered(frame, tuple(custom_columns), source, _rows(frame, rows), named, erase)
        if dry_run:
            with self.database.reading() as connection:
                return compared(connection, offered).report(None, source)
        now = moments.now()
        with self.database.writing() as connection:
            found = compared(connection, offered)
            if if_changed and not found.changes:
                return found.report(None, source)
            return imports.write(connection, found, source, now=now, known_at=now)

    def undo(self, import_id: int) -> Undone:
        """Take an import back: games it changed get their earlier values, games it added are taken out.

        Raises
        ------
        StoreError
            No such import, one taken back already, or later ones that touched the same games.
        """
        with self.database.writing() as connection:
            return imports.undo(connection, import_id, moments.now())

    def imports(self) -> pl.DataFrame:
        """Every import in order: number, when, source, rows added, changed, unchanged and refused, when taken back."""
        moment = pl.Datetime("us", "UTC")
        names = [column.name for column in IMPORTS.columns]
        types: list[Any] = [pl.Int64, moment, pl.String, *[pl.Int64] * 4, moment]
        with self.database.reading() as connection:
            rows = [tuple(row) for row in connection.execute(sa.select(IMPORTS).order_by(IMPORTS.c.import_id))]
        return pl.DataFrame(rows, schema=dict(zip(names, types, strict=True)), orient="row")

    def games(self) -> Games:
        """Every game with the outcome that counts, in order of play; none from a new store."""
        with self.database.reading() as connection:
            custom_columns = declared(connection)
            table = stored_games(connection, custom_columns)
        return Games(in_order(table).select(*CANONICAL, *(column.name for column in custom_columns)), custom_columns)

    def with_results(self, schedule: Games) -> Games:
        """Games with the gates and scans that count now in place of theirs; only those are read."""
        with self.database.reading() as connection:
            results = stored_results(connection)
        names = schedule.table.columns
        table = schedule.table.drop(RESULTS).join(results, on=c.GAME_ID, how="left", maintain_order="left")
        return Games(table.select(names), schedule.custom_columns)

    def record_outcomes(
        self,
        frame: pl.DataFrame,
        *,
        known_at: dt.datetime | None = None,
        source: str = "",
        rows: Sequence[int] | None = None,
        if_changed: bool = False,
    ) -> ImportReport:
        """Gates and scans of games in the store; another figure for a game corrects the earlier one, which is kept.

        Parameters
        ----------
        frame : polars.DataFrame
            game_id, attendance and, where there is one, scanned. An empty cell leaves what is stored.
        known_at : datetime, optional
            When the figures were known; now if not given.
        source, rows, if_changed
            As in `import_games`; `undo` takes outcomes back as well.
        """
        now = moments.now()
        with self.database.writing() as connection:
            offered, strange = outcomes_offered(connection, frame, source, _rows(frame, rows))
            found = compared(connection, offered, strange)
            if if_changed and not found.changes:
                return found.report(None, source)
            return imports.write(connection, found, source, now=now, known_at=_moment(known_at, now))

    def record_tickets(
        self, frame: pl.DataFrame, *, source: str = "", rows: Sequence[int] | None = None
    ) -> ImportReport:
        """Tickets sold by the end of a day: game_id, as_of and tickets; another figure corrects the earlier one."""
        with self.database.writing() as connection:
            return tickets.write_tickets(connection, frame, source, _rows(frame, rows), moments.now())

    def tickets(self) -> pl.DataFrame:
        """Game, as_of and tickets sold by its end, by game and day."""
        with self.database.reading() as connection:
            return tickets.read_tickets(connection)

    def record_forecast(self, frame: pl.DataFrame, model_id: str, *, issued_at: dt.datetime | None = None) -> int:
        """Keep a forecast for good, all of its rows or none: see `gatecast.store.forecasts.write_forecast`."""
        now = moments.now()
        with self.database.writing() as connection:
            return forecasts.write_forecast(connection, frame, model_id, issued_at=_moment(issued_at, now), now=now)

    def forecasts(
        self, games: Sequence[str] | None = None, *, model_id: str | None = None, latest: bool = False
    ) -> pl.DataFrame:
        """Forecasts as they were issued, oldest first.

        Parameters
        ----------
        games : sequence of str, optional
            Ids; all if not given.
        model_id : str, optional
        latest : bool
            Only the last one of each game.

        Returns
        -------
        polars.DataFrame
            issue_id, issued_at, model, game_id, lead, as_of, mean, the quantiles, p_sellout, then whatever else the
            forecasts said.
        """
        with self.database.reading() as connection:
            return forecasts.read_forecasts(connection, games, model_id, latest=latest)

    def scored(self, *, model_id: str | None = None) -> pl.DataFrame:
        """Forecasts of games whose gate is known, with date, home, attendance, scanned and known_at beside them."""
        with self.database.reading() as connection:
            return forecasts.read_forecasts(connection, None, model_id, latest=False, scored=True)

    def record_plan(
        self, plan: Plan | Mapping[str, Any], *, issue_id: int | None = None, issued_at: dt.datetime | None = None
    ) -> int:
        """Keep a plan and the operations it was made for, for good: see `gatecast.store.plans.write_plan`."""
        now = moments.now()
        with self.database.writing() as connection:
            return plans.write_plan(connection, plan, issue_id, issued_at=_moment(issued_at, now), now=now)

    def plans(self) -> pl.DataFrame:
        """Number, issued_at and issue_id of every plan, oldest first."""
        with self.database.reading() as connection:
            return plans.read_plans(connection)

    def plan(self, plan_id: int) -> dict[str, Any]:
        """A plan as it was issued, in the form of `gatecast.plan.export.json.plan_as_dict`."""
        with self.database.reading() as connection:
            return plans.read_plan(connection, plan_id)


def _rows(frame: pl.DataFrame, rows: Sequence[int] | None) -> tuple[int, ...]:
    return tuple(range(2, frame.height + 2) if rows is None else rows)


def _moment(given: dt.datetime | None, now: dt.datetime) -> dt.datetime:
    return now if given is None else moments.zoned(given)
