"""Convert games between data frames and rows of the database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError, InputError
from gatecast.games import CANONICAL, Column
from gatecast.games import columns as c
from gatecast.games.columns import columns_from_json, columns_to_json
from gatecast.store.bulk import BATCH, read_frame
from gatecast.store.schema import FURTHER_COLUMNS, GAME_STATUSES, GAMES, OUTCOMES, RESULTS

__all__ = [
    "FEW_GAMES",
    "OUT_OF_SCHEDULE",
    "PLACE",
    "STATUS",
    "as_json",
    "as_text",
    "declare",
    "declared",
    "declared_with",
    "from_json",
    "game_frame",
    "in_order",
    "is_last_outcome",
    "stored_games",
    "stored_results",
    "stored_seasons",
]

FEW_GAMES = 200
"""Ids up to which games are looked up by them rather than read as a whole."""

FURTHER, PLACE, OUT_OF_SCHEDULE = GAMES.c.further.name, GAMES.c.place.name, GAMES.c.withdrawn.name
"""A row out of the schedule is set aside, or was added by an import that was undone; the column is `withdrawn`."""
STATUS = GAME_STATUSES.c.status.name


def declared(connection: sa.Connection) -> tuple[Column, ...]:
    """Return the club's custom columns by name."""
    texts = connection.scalars(sa.select(FURTHER_COLUMNS.c.declaration).order_by(FURTHER_COLUMNS.c.name))
    return tuple(column for text in texts for column in columns_from_json(text))


def declared_with(connection: sa.Connection, custom_columns: Sequence[Column], file: str) -> tuple[Column, ...]:
    """Return the club's custom columns with those of a table, by name.

    Raises
    ------
    DataError
        A column is declared differently already.
    """
    known = {column.name: column for column in declared(connection)}
    for column in custom_columns:
        before = known.setdefault(column.name, column)
        if before != column:
            got, expected = columns_to_json([column]), f"as declared before: {columns_to_json([before])}"
            remedy = "declare it the same way, or use another name"
            raise DataError(got, expected, remedy, file=file, column=column.name)
    return tuple(known[name] for name in sorted(known))


def declare(connection: sa.Connection, columns: Sequence[Column]) -> bool:
    """Store the declarations that are not stored yet, and return whether there were any."""
    stored = set(connection.scalars(sa.select(FURTHER_COLUMNS.c.name)))
    name, text = FURTHER_COLUMNS.c.name.name, FURTHER_COLUMNS.c.declaration.name
    fresh = [{name: each.name, text: columns_to_json([each])} for each in columns if each.name not in stored]
    if fresh:
        connection.execute(sa.insert(FURTHER_COLUMNS), fresh)
    return bool(fresh)


def is_last_outcome() -> sa.ColumnElement[bool]:
    """Return the condition that an outcome is the last one recorded of its game, for a join to games."""
    each = OUTCOMES.alias()
    last = sa.select(sa.func.max(each.c.outcome_id)).where(each.c.game_id == GAMES.c.game_id)
    return OUTCOMES.c.outcome_id == last.correlate(GAMES).scalar_subquery()


def stored_games(
    connection: sa.Connection,
    custom_columns: Sequence[Column],
    *,
    all_of_them: bool = False,
    among: Sequence[str | None] | None = None,
) -> pl.DataFrame:
    """Return every canonical column and the custom columns, typed, then `PLACE` and `OUT_OF_SCHEDULE`.

    Parameters
    ----------
    custom_columns : sequence of Column
        The custom columns to read.
    all_of_them : bool
        Include games out of the schedule: added by an import that was undone, or set aside.
    among : sequence of str, optional
        Ids of games, few of which are looked up one by one; other games may be returned too.
    """
    asked = [] if all_of_them else [~GAMES.c.withdrawn]
    if among is not None and len(among) <= FEW_GAMES:
        asked.append(GAMES.c.game_id.in_([each for each in among if each is not None]))
    canonical = {name: column.dtype for name, column in CANONICAL.items()}
    kept = [name for name in canonical if name not in RESULTS]
    counts = connection.execute(sa.select(*(sa.func.count(GAMES.c[name]) for name in kept)).where(*asked)).one()
    filled = {name: canonical[name] for name, count in zip(kept, counts, strict=True) if count}
    exact = {name: dtype for name, dtype in filled.items() if not dtype.is_float()}
    schema = {c.GAME_ID: pl.String, **exact, **{name: canonical[name] for name in RESULTS}}
    further = {FURTHER: pl.String} if custom_columns else {}
    columns = [OUTCOMES.c[name] if name in RESULTS else GAMES.c[name] for name in schema]
    query = sa.select(
        *columns, GAMES.c.place, GAMES.c.withdrawn, *(sa.cast(GAMES.c[name], sa.Text) for name in further)
    )
    query = query.select_from(GAMES.outerjoin(OUTCOMES, is_last_outcome())).where(*asked)
    table = read_frame(connection, query, {**schema, PLACE: pl.Int64, OUT_OF_SCHEDULE: pl.Boolean, **further})
    if len(exact) < len(filled):
        rest = {c.GAME_ID: pl.String, **{name: dtype for name, dtype in filled.items() if name not in exact}}
        numbers = read_frame(connection, sa.select(*(GAMES.c[name] for name in rest)).where(*asked), rest)
        table = table.join(numbers, on=c.GAME_ID, how="left", maintain_order="left")
    # One value for all rows takes no memory.
    empty = [name for name in canonical if name not in filled and (name not in RESULTS or _is_empty(table[name]))]
    table = table.with_columns(pl.lit(None, canonical[name]).alias(name) for name in empty)
    custom = _custom_series(table[FURTHER], custom_columns) if further else []
    return table.select(*canonical, *custom, PLACE, OUT_OF_SCHEDULE)


def _is_empty(column: pl.Series) -> bool:
    return 0 < column.len() == column.null_count()


def stored_seasons(connection: sa.Connection) -> pl.DataFrame:
    """Return date, season and `home_league` of every dated game, for games to come to continue their seasons."""
    names = (c.DATE, c.SEASON, c.HOME_LEAGUE)
    query = sa.select(*(GAMES.c[name] for name in names)).where(~GAMES.c.withdrawn, GAMES.c.date.is_not(None))
    return read_frame(connection, query, {name: CANONICAL[name].dtype for name in names})


def stored_results(connection: sa.Connection) -> pl.DataFrame:
    """Return game_id, attendance and scans of every game with an outcome, by its last one."""
    last = sa.select(sa.func.max(OUTCOMES.c.outcome_id)).group_by(OUTCOMES.c.game_id)
    query = sa.select(*(OUTCOMES.c[name] for name in (c.GAME_ID, *RESULTS))).where(OUTCOMES.c.outcome_id.in_(last))
    return read_frame(connection, query, {name: CANONICAL[name].dtype for name in (c.GAME_ID, *RESULTS)})


def _custom_series(texts: pl.Series, custom_columns: Sequence[Column]) -> list[pl.Series]:
    """Return custom columns from their JSON, of which few are held as Python objects at once."""
    parts = []
    for start in range(0, max(texts.len(), 1), BATCH):
        cells = [json.loads(text) for text in texts.slice(start, BATCH)]
        parts.append(
            pl.DataFrame(
                [
                    pl.Series(each.name, [from_json(cell.get(each.name), each) for cell in cells], each.dtype)
                    for each in custom_columns
                ]
            )
        )
    return pl.concat(parts, rechunk=True).get_columns()


def game_frame(table: pl.DataFrame, custom_columns: Sequence[Column]) -> pl.DataFrame:
    """Return rows for the table of games: canonical columns without results, and custom columns as JSON text."""
    names = [name for name in CANONICAL if name not in RESULTS]
    return table.select(*names, PLACE, OUT_OF_SCHEDULE, _custom_text(table, custom_columns))


def _custom_text(table: pl.DataFrame, custom_columns: Sequence[Column]) -> pl.Series:
    """Return the JSON of each game's custom columns, without those that are empty."""
    names = [each.name for each in custom_columns if each.name in table.columns]
    filled = [name for name in names if table[name].null_count() < table.height]
    if not filled:
        return pl.repeat("{}", table.height, dtype=pl.String, eager=True).alias(FURTHER)
    texts = (
        json.dumps({name: as_json(value) for name, value in zip(filled, row, strict=True) if value is not None})
        for row in table.select(filled).iter_rows()
    )
    return pl.Series(FURTHER, texts, pl.String)


def as_json(value: object) -> object:
    """Return a cell as JSON holds it: dates and times as text."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else value


def as_text(value: object, name: str) -> str:
    """Return a value as JSON text.

    Raises
    ------
    InputError
        JSON does not know it.
    """
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name}: got a value that JSON cannot hold ({error}), expected text, numbers and lists"
        ) from None


def from_json(value: Any, column: Column) -> Any:  # noqa: ANN401  any cell
    """Return the cell that `as_json` turned into JSON."""
    if value is not None and column.dtype is pl.Date:
        return dt.date.fromisoformat(value)
    if value is not None and column.dtype is pl.Time:
        return dt.time.fromisoformat(value)
    return value


def in_order(table: pl.DataFrame) -> pl.DataFrame:
    """Sort games in order of play: by date, or in order of arrival if there are no dates."""
    if table[c.DATE].null_count():
        return table.sort(PLACE)
    return table.sort(c.DATE, c.VENUE, c.NUMBER, c.GAME_ID)
