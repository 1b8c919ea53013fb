"""Define the tables of the database, for SQLite and PostgreSQL alike.

Games hold the canonical columns of `gatecast.games.columns` except attendance and scans: those are outcomes, of which
each correction is a row of its own and the last one counts. Forecasts, plans, their inputs, outcomes, figures set by
hand and snapshots of tickets sold are never changed; triggers of the migrations forbid it.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.engine import Dialect

from gatecast.errors import InputError
from gatecast.games import columns as c
from gatecast.games.forecast_columns import AS_OF, LEAD, MEAN, P_SELLOUT, QUANTILE_COLUMNS
from gatecast.plan.columns import TICKETS

__all__ = [
    "FORECASTS",
    "FORECAST_INPUTS",
    "FURTHER_COLUMNS",
    "GAMES",
    "GAME_CHANGES",
    "GAME_STATUSES",
    "IMPORTS",
    "ISSUES",
    "JOBS",
    "METADATA",
    "OUTCOMES",
    "OVERRIDES",
    "PLANS",
    "PLAN_INPUTS",
    "RESULTS",
    "REVISIONS",
    "SESSIONS",
    "SETTINGS",
    "SETTING_VERSIONS",
    "TICKETS_SOLD",
    "TOKENS",
    "Utc",
    "utc_now",
    "with_zone",
]

RESULTS = (c.ATTENDANCE, c.SCANNED)
"""Columns of games that are kept as outcomes."""

TYPES: dict[type[pl.DataType], type[sa.types.TypeEngine[Any]]] = {
    pl.String: sa.Text,
    pl.Date: sa.Date,
    pl.Time: sa.Time,
    pl.Int8: sa.SmallInteger,
    pl.Int16: sa.SmallInteger,
    pl.Int32: sa.Integer,
    pl.Float64: sa.Double,
}
METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Utc(sa.types.TypeDecorator[dt.datetime]):
    """A moment: given with its time zone, stored and returned in UTC, to the microsecond."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the moment in UTC, without its zone if the database has no zones."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"got {value} without a time zone, expected one such as {value}+00:00")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Return the moment in UTC, with its zone."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def utc_now() -> dt.datetime:
    """Return the present moment in UTC."""
    return dt.datetime.now(dt.UTC)


def with_zone(moment: dt.datetime) -> dt.datetime:
    """Return a moment unchanged after checking that it has a time zone.

    Raises
    ------
    InputError
        It has none.
    """
    if moment.tzinfo is None:
        raise InputError(f"got {moment} without a time zone, expected one such as {moment}+00:00")
    return moment


def _canonical(name: str) -> sa.Column[object]:
    key = name == c.GAME_ID
    needed = name in (c.VENUE, c.HOME, c.NUMBER)
    return sa.Column(name, TYPES[c.CANONICAL[name].dtype](), primary_key=key, nullable=not (key or needed))


def _game() -> sa.Column[str]:
    return sa.Column(c.GAME_ID, sa.Text, sa.ForeignKey(f"games.{c.GAME_ID}"), nullable=False)


IMPORTS = sa.Table(
    "imports",
    METADATA,
    sa.Column("import_id", sa.Integer, primary_key=True),
    sa.Column("imported_at", Utc, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("added", "changed", "unchanged", "refused")),
    sa.Column("undone_at", Utc),
)
GAMES = sa.Table(
    "games",
    METADATA,
    *(_canonical(name) for name in c.CANONICAL if name not in RESULTS),
    sa.Column("further", sa.JSON, nullable=False),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)
FURTHER_COLUMNS = sa.Table(
    "further_columns",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("declaration", sa.Text, nullable=False),
)
GAME_CHANGES = sa.Table(
    "game_changes",
    METADATA,
    sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.import_id"), primary_key=True),
    sa.Column(c.GAME_ID, sa.Text, sa.ForeignKey(f"games.{c.GAME_ID}"), primary_key=True, index=True),
    sa.Column("before", sa.JSON(none_as_null=True)),
)
GAME_STATUSES = sa.Table(
    "game_statuses",
    METADATA,
    sa.Column(c.GAME_ID, sa.Text, sa.ForeignKey(f"games.{c.GAME_ID}"), primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
)
OUTCOMES = sa.Table(
    "outcomes",
    METADATA,
    sa.Column("outcome_id", sa.Integer, primary_key=True),
    _game(),
    *(_canonical(name) for name in RESULTS),
    sa.Column("known_at", Utc, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("import_id", sa.Integer, sa.ForeignKey("imports.import_id"), nullable=False),
    sa.Index(None, c.GAME_ID, "outcome_id"),
)
TICKETS_SOLD = sa.Table(
    "tickets_sold",
    METADATA,
    sa.Column("snapshot_id", sa.Integer, primary_key=True),
    _game(),
    sa.Column(AS_OF, sa.Date, nullable=False),
    sa.Column(TICKETS, sa.Integer, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Index(None, c.GAME_ID, AS_OF),
)
ISSUES = sa.Table(
    "forecast_issues",
    METADATA,
    sa.Column("issue_id", sa.Integer, primary_key=True),
    sa.Column("issued_at", Utc, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("model_id", sa.Text, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
)
FORECASTS = sa.Table(
    "forecasts",
    METADATA,
    sa.Column("issue_id", sa.Integer, sa.ForeignKey("forecast_issues.issue_id"), primary_key=True),
    sa.Column(c.GAME_ID, sa.Text, sa.ForeignKey(f"games.{c.GAME_ID}"), primary_key=True),
    sa.Column(LEAD, sa.Text, primary_key=True),
    sa.Column(AS_OF, sa.Date),
    *(sa.Column(name, sa.Double, nullable=False) for name in (MEAN, *QUANTILE_COLUMNS)),
    sa.Column(P_SELLOUT, sa.Double),
    sa.Column("further", sa.JSON, nullable=False),
    sa.Index(None, c.GAME_ID, "issue_id"),
)
PLANS = sa.Table(
    "plans",
    METADATA,
    sa.Column("plan_id", sa.Integer, primary_key=True),
    sa.Column("issued_at", Utc, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
    sa.Column("issue_id", sa.Integer, sa.ForeignKey("forecast_issues.issue_id")),
    sa.Column("plan", sa.Text, nullable=False),
    sa.Column("operations", sa.Text, nullable=False),
)
FORECAST_INPUTS = sa.Table(
    "forecast_inputs",
    METADATA,
    sa.Column("issue_id", sa.Integer, sa.ForeignKey("forecast_issues.issue_id"), primary_key=True, autoincrement=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
PLAN_INPUTS = sa.Table(
    "plan_inputs",
    METADATA,
    sa.Column("plan_id", sa.Integer, sa.ForeignKey("plans.plan_id"), primary_key=True, autoincrement=False),
    sa.Column("inputs", sa.JSON, nullable=False),
)
OVERRIDES = sa.Table(
    "overrides",
    METADATA,
    sa.Column("override_id", sa.Integer, primary_key=True),
    sa.Column(c.GAME_ID, sa.Text, sa.ForeignKey(f"games.{c.GAME_ID}"), nullable=False, index=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("beside", sa.JSON, nullable=False),
    sa.Column("recorded_at", Utc, nullable=False),
)
REVISIONS = sa.Table(
    "revisions",
    METADATA,
    sa.Column("area", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
SETTINGS = sa.Table(
    "settings",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.JSON, nullable=False),
    sa.Column("changed_at", Utc, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
SETTING_VERSIONS = sa.Table(
    "setting_versions",
    METADATA,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("value", sa.JSON, nullable=False),
)
JOBS = sa.Table(
    "jobs",
    METADATA,
    sa.Column("job_id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("params", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("done", sa.Double, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("cancelling", sa.Boolean, nullable=False),
    sa.Column("started_at", Utc, nullable=False),
    sa.Column("heartbeat_at", Utc, nullable=False),
    sa.Column("finished_at", Utc),
    sa.Column("slot", sa.Text, index=True, unique=True),
    sa.Column("worker", sa.Text),
)
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("expires_at", Utc, nullable=False),
)
TOKENS = sa.Table(
    "tokens",
    METADATA,
    sa.Column("token_id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False, index=True, unique=True),
    sa.Column("may_write", sa.Boolean, nullable=False),
    sa.Column("made_at", Utc, nullable=False),
    sqlite_autoincrement=True,
)
