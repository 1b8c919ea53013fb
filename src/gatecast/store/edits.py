"""Change single games in place: their cells, and whether they are played, postponed or cancelled.

An edit is an import of its own: it has a number, `Store.undo` takes it back, and the earlier cells stay in the history.
A game that is set aside keeps its row, its forecasts and its plans, but is no game of the schedule.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import ConflictError, DataError, InputError
from gatecast.games import CANONICAL, Column, Games
from gatecast.games import columns as c
from gatecast.store.comparison import Comparison
from gatecast.store.rows import OUT_OF_SCHEDULE, PLACE, STATUS, declared, stored_games
from gatecast.store.schema import GAME_CHANGES, GAME_STATUSES, IMPORTS
from gatecast.store.statuses import CANCELLED, POSTPONED, SCHEDULED, read_statuses

__all__ = ["GameEdit", "LoggedChange", "edited", "read_changes", "read_moves", "read_set_aside"]

STATUSES = (SCHEDULED, POSTPONED, CANCELLED)
AT = "at"


@dataclass(frozen=True)
class GameEdit:
    """A change of one game.

    Parameters
    ----------
    game_id : str
    values : mapping
        New values by column, in the types of `gatecast.games.columns`; None clears one.
    status : str, optional
        `SCHEDULED`, `POSTPONED` or `CANCELLED`; as it is if not given.
    expected : mapping
        Values by column that must be stored still.
    """

    game_id: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    expected: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class LoggedChange:
    """Record the change that one import or edit made to a game.

    Parameters
    ----------
    import_id : int
    at : datetime
    source : str
    before : mapping or None
        Earlier values of the cells that it changed, as JSON holds them; None if it added the game.
    undone_at : datetime or None
    """

    import_id: int
    at: dt.datetime
    source: str
    before: Mapping[str, Any] | None
    undone_at: dt.datetime | None


CHANGES = (
    sa.select(
        GAME_CHANGES.c.game_id,
        IMPORTS.c.import_id,
        IMPORTS.c.imported_at,
        IMPORTS.c.source,
        GAME_CHANGES.c.before,
        IMPORTS.c.undone_at,
    )
    .join(IMPORTS, IMPORTS.c.import_id == GAME_CHANGES.c.import_id)
    .order_by(IMPORTS.c.import_id)
)
"""The imports and edits of games: the game, then what `LoggedChange` holds."""


def edited(connection: sa.Connection, edits: Sequence[GameEdit]) -> Comparison:
    """Return what edits change, checked as an import is, for `gatecast.store.imports.write`.

    Parameters
    ----------
    connection : Connection
        Of the transaction that will write.
    edits : sequence of GameEdit
        At most one for each game.

    Raises
    ------
    InputError
        No such game, or no such column.
    ConflictError
        A stored value is not the expected one.
    DataError
        A game would be inconsistent.
    """
    custom_columns = declared(connection)
    columns = {**CANONICAL, **{each.name: each for each in custom_columns}}
    stored = stored_games(connection, custom_columns, all_of_them=True, among=[each.game_id for each in edits])
    statuses = read_statuses(connection)
    known = stored.filter(~pl.col(OUT_OF_SCHEDULE) | pl.col(c.GAME_ID).is_in(list(statuses)))
    rows = known.rows_by_key(c.GAME_ID, named=True, unique=True, include_key=True)
    rows_before, rows_after = [], []
    moved: dict[str, tuple[str | None, str | None]] = {}
    for edit in edits:
        found = rows.get(edit.game_id)
        if found is None:
            raise InputError(f"game {edit.game_id}: got no such game, expected one of the store")
        cells, status = _after(edit, found, statuses.get(edit.game_id, SCHEDULED), columns)
        rows_before.append(found)
        rows_after.append({**cells, OUT_OF_SCHEDULE: status != SCHEDULED})
        if status != statuses.get(edit.game_id, SCHEDULED):
            moved[edit.game_id] = (statuses.get(edit.game_id), status or None)
    before = pl.DataFrame(rows_before, schema=known.schema, orient="row")
    after = pl.DataFrame(rows_after, schema=known.schema, orient="row")
    if not after[c.DATE].is_null().equals(before[c.DATE].is_null()):
        raise DataError("a game that gains or loses its date", "dates in all games, or in none", column=c.DATE)
    after = _checked(after, custom_columns)
    names = [name for name in after.columns if name != PLACE]
    differs = pl.select(pl.any_horizontal(after[name].ne_missing(before[name]) for name in names)).to_series()
    changed = after.filter(differs)
    statuses_moved = {game: pair for game, pair in moved.items() if game in set(changed[c.GAME_ID])}
    empty = Comparison(custom_columns, changed.clear(), changed, before.filter(differs), int((~differs).sum()), ())
    return replace(empty, statuses=statuses_moved)


def _after(
    edit: GameEdit, before: Mapping[str, Any], status: str, columns: Mapping[str, Column]
) -> tuple[dict[str, Any], str]:
    """Return a game as it will be, and its status."""
    strange = next((name for name in edit.values if name not in columns or name == c.GAME_ID), None)
    if strange is not None:
        raise InputError(
            f"game {edit.game_id}: got a change of {strange!r}, expected a column of games that can change"
        )
    stale = [name for name, value in edit.expected.items() if before.get(name, status) != value]
    if stale:
        raise ConflictError(
            f"game {edit.game_id}: got a change of {', '.join(stale)}, which somebody else changed in the meantime;"
            " look at the game again, then save"
        )
    wanted = status if edit.status is None else edit.status
    if wanted not in STATUSES:
        raise InputError(f"status: got {wanted!r}, expected {', '.join(STATUSES[1:])} or none")
    return {**before, **edit.values}, wanted


def _checked(after: pl.DataFrame, custom_columns: Sequence[Column]) -> pl.DataFrame:
    """Return edited games completed and checked; without the row numbers of a file in what is refused."""
    try:
        games = Games.from_frame(
            after.drop(PLACE, OUT_OF_SCHEDULE), custom_columns, rows=range(1, after.height + 1), keep_order=True
        )
    except DataError as refused:
        raise DataError(refused.got, refused.expected, refused.remedy, column=refused.column) from None
    return games.table.select(after.drop(PLACE, OUT_OF_SCHEDULE).columns).hstack(after.select(PLACE, OUT_OF_SCHEDULE))


def read_changes(connection: sa.Connection, game_id: str) -> list[LoggedChange]:
    """Return every import and edit that touched a game, oldest first."""
    query = CHANGES.where(GAME_CHANGES.c.game_id == game_id)
    return [LoggedChange(*row) for _, *row in connection.execute(query)]


def read_changes_since(
    connection: sa.Connection, game_ids: Sequence[str], since: dt.datetime
) -> dict[str, list[LoggedChange]]:
    """Return the imports and edits that touched games after a moment, by game id, oldest first."""
    query = CHANGES.where(GAME_CHANGES.c.game_id.in_(game_ids), IMPORTS.c.imported_at > since)
    found: dict[str, list[LoggedChange]] = {}
    for game_id, *row in connection.execute(query):
        found.setdefault(game_id, []).append(LoggedChange(*row))
    return found


def read_moves(connection: sa.Connection) -> pl.DataFrame:
    """Return game_id, `at` and date of games whose date changed: until then it was that one; by game and time.

    Changes that were undone are left out.
    """
    query = (
        sa.select(GAME_CHANGES.c.game_id, IMPORTS.c.imported_at, sa.cast(GAME_CHANGES.c.before, sa.Text))
        .join(IMPORTS, IMPORTS.c.import_id == GAME_CHANGES.c.import_id)
        .where(IMPORTS.c.undone_at.is_(None), sa.cast(GAME_CHANGES.c.before, sa.Text).like(f'%"{c.DATE}"%'))
        .order_by(GAME_CHANGES.c.game_id, IMPORTS.c.import_id)
    )
    rows = [(game, at, json.loads(before).get(c.DATE)) for game, at, before in connection.execute(query)]
    schema: dict[str, Any] = {c.GAME_ID: pl.String, AT: pl.Datetime("us", "UTC"), c.DATE: pl.String}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    return table.with_columns(pl.col(c.DATE).str.to_date("%Y-%m-%d")).drop_nulls(c.DATE)


def read_set_aside(connection: sa.Connection) -> pl.DataFrame:
    """Return the games that are postponed without a new date, or cancelled: every column, then `STATUS`."""
    custom_columns = declared(connection)
    ids = connection.execute(sa.select(GAME_STATUSES.c.game_id, GAME_STATUSES.c.status)).all()
    statuses = pl.DataFrame([tuple(row) for row in ids], schema={c.GAME_ID: pl.String, STATUS: pl.String}, orient="row")
    games = stored_games(connection, custom_columns, all_of_them=True, among=statuses[c.GAME_ID].to_list())
    return games.join(statuses, on=c.GAME_ID).drop(PLACE, OUT_OF_SCHEDULE).sort(c.DATE, c.GAME_ID)
