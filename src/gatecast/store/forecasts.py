"""Forecasts as they were issued, and beside what came of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import polars as pl
import sqlalchemy as sa

from gatecast.errors import DataError, InputError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, MODEL, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.demand.forecast_table import ForecastTable
from gatecast.store import revisions
from gatecast.store.rows import as_json, outcome_counts
from gatecast.store.schema import FORECASTS, GAMES, ISSUES, OUTCOMES, RESULTS

__all__ = ["read_forecasts", "write_forecast"]

ISSUE_ID, ISSUED_AT, FURTHER = ISSUES.c.issue_id.name, ISSUES.c.issued_at.name, FORECASTS.c.further.name
KNOWN_AT = OUTCOMES.c.known_at.name
SAID = (c.GAME_ID, LEAD, AS_OF, MEAN, *QUANTILE_COLUMNS, P_SELLOUT)
MOMENT = pl.Datetime("us", "UTC")
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    ISSUE_ID: pl.Int64,
    ISSUED_AT: MOMENT,
    MODEL: pl.String,
    c.GAME_ID: pl.String,
    LEAD: pl.String,
    AS_OF: pl.Date,
    MEAN: pl.Float64,
    **dict.fromkeys(QUANTILE_COLUMNS, pl.Float64),
    P_SELLOUT: pl.Float64,
}


def write_forecast(
    connection: sa.Connection, frame: pl.DataFrame, model_id: str, *, issued_at: dt.datetime, now: dt.datetime
) -> int:
    """Keep a forecast for good; all of its rows or none.

    Parameters
    ----------
    frame : polars.DataFrame
        As `gatecast.plan.read_forecast` reads it. Columns beyond the contract's that do not describe the game
        (demand turned away, the seats counted with) are kept as well.
    model_id : str
        Which model, for good: a name or a fingerprint that no other model will get.
    issued_at : datetime
        With its time zone.

    Returns
    -------
    int
        Number of the issue.

    Raises
    ------
    DataError
        A row that cannot be used, or of a game that is not in the store.
    """
    if not model_id.strip():
        raise InputError("got a forecast of no model, expected the model's id")
    table = ForecastTable.check(frame).frame
    _check(connection, table, issued_at)
    issue = {
        ISSUES.c.issued_at: issued_at,
        ISSUES.c.recorded_at: now,
        ISSUES.c.model_id: model_id,
        ISSUES.c.rows: table.height,
    }
    number: int = connection.execute(sa.insert(ISSUES).values(issue)).inserted_primary_key[0]  # type: ignore[index]
    kept = [name for name in frame.columns if name == c.CAPACITY or name not in {*SAID, MODEL, *c.CANONICAL}]
    rows = table.select(SAID).to_dicts()
    for row, further in zip(rows, frame.select(kept).to_dicts() or [{}] * len(rows), strict=True):
        row[ISSUE_ID] = number
        row[FURTHER] = {name: as_json(value) for name, value in further.items() if value is not None}
    connection.execute(sa.insert(FORECASTS), rows)
    revisions.move(connection, revisions.FORECASTS)
    return number


def _check(connection: sa.Connection, table: pl.DataFrame, issued_at: dt.datetime) -> None:
    known = connection.scalars(sa.select(GAMES.c.game_id).where(~GAMES.c.withdrawn)).all()
    # A day begins up to 14 hours earlier than in UTC.
    last = (issued_at.astimezone(dt.UTC) + dt.timedelta(hours=14)).date()
    refusals = (
        (c.GAME_ID, ~table[c.GAME_ID].is_in(known), "a game of the store", "import the games first"),
        (LEAD, table[LEAD].is_null(), "the days before the game, or preseason", ""),
        (AS_OF, (table[AS_OF] > last).fill_null(False), f"a day up to {last}, when it was issued", ""),
    )
    for column, broken, expected, remedy in refusals:
        at = broken.arg_max()
        if at is not None and broken[at]:
            value = table[column][at]
            shown = "nothing" if value is None else repr(str(value))
            raise DataError(shown, expected, remedy, row=at + 2, column=column)


def read_forecasts(
    connection: sa.Connection,
    games: Sequence[str] | None,
    model_id: str | None,
    *,
    latest: bool,
    scored: bool = False,
) -> pl.DataFrame:
    """Forecasts in the order they were issued, for `Store.forecasts` and `Store.scored`."""
    query = sa.select(
        ISSUES.c.issue_id,
        ISSUES.c.issued_at,
        ISSUES.c.model_id,
        *(FORECASTS.c[name] for name in SAID),
        FORECASTS.c.further,
    ).join_from(FORECASTS, ISSUES)
    schema = dict(SCHEMA)
    if scored:
        query = query.join(GAMES, GAMES.c.game_id == FORECASTS.c.game_id).join(OUTCOMES, outcome_counts())
        query = query.where(OUTCOMES.c.attendance.is_not(None), ~GAMES.c.withdrawn).add_columns(
            *(GAMES.c[name] for name in (c.DATE, c.HOME)), *(OUTCOMES.c[name] for name in (*RESULTS, KNOWN_AT))
        )
    if games is not None:
        query = query.where(FORECASTS.c.game_id.in_(games))
    if model_id is not None:
        query = query.where(ISSUES.c.model_id == model_id)
    if latest:
        last = _last_issues(games, model_id)
        query = query.join(last, (last.c.game_id == FORECASTS.c.game_id) & (last.c.issue_id == FORECASTS.c.issue_id))
    found = connection.execute(query.order_by(ISSUES.c.issue_id, FORECASTS.c.game_id, FORECASTS.c.lead))
    cells: list[Sequence[Any]] = list(zip(*found.all(), strict=True)) or [()] * len(found.keys())
    columns = [pl.Series(name, cells[i], dtype) for i, (name, dtype) in enumerate(schema.items())]
    columns += _further(cells[len(schema)])
    if scored:
        types: list[Any] = [c.CANONICAL[name].dtype for name in (c.DATE, c.HOME, *RESULTS)]
        names = (c.DATE, c.HOME, *RESULTS, KNOWN_AT)
        given = cells[len(schema) + 1 :]
        columns += [pl.Series(*each) for each in zip(names, given, [*types, MOMENT], strict=True)]
    table = pl.DataFrame(columns)
    return table.unique(c.GAME_ID, keep="last", maintain_order=True) if latest else table


def _last_issues(games: Sequence[str] | None, model_id: str | None) -> sa.Subquery:
    """The last issue of each game, found from the end of the index of forecasts by game and issue."""
    each = FORECASTS.alias()
    issues = sa.select(each.c.issue_id).where(each.c.game_id == GAMES.c.game_id)
    if model_id is not None:
        model = ISSUES.alias()
        issues = issues.join(model, model.c.issue_id == each.c.issue_id).where(model.c.model_id == model_id)
    last = issues.order_by(each.c.issue_id.desc()).limit(1).correlate(GAMES).scalar_subquery()
    query = sa.select(GAMES.c.game_id, last.label(ISSUE_ID))
    return (query if games is None else query.where(GAMES.c.game_id.in_(games))).subquery()


def _further(cells: Sequence[dict[str, Any]]) -> list[pl.Series]:
    """What forecasts said beyond the contract, a column for each name."""
    names = sorted({name for each in cells for name in each})
    return [pl.Series(name, [each.get(name) for each in cells], strict=False) for name in names]
