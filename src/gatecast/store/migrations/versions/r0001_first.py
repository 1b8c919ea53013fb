"""The first tables, and the triggers that keep what was issued as it was issued."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEPT = {
    "forecast_issues": ("issue_id",),
    "forecasts": ("issue_id", "game_id", "lead"),
    "plans": ("plan_id",),
    "outcomes": ("outcome_id",),
    "tickets_sold": ("snapshot_id",),
}
"""Tables of which a row is never changed, replaced or deleted, and their keys."""


def upgrade() -> None:
    """Make every table."""
    _games()
    _observations()
    _issued()
    for table, key in KEPT.items():
        _keep(table, key)


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), primary_key=True, nullable=False)


def _of(name: str, target: str, table: str, *, nullable: bool = False) -> tuple[sa.Column[object], sa.Constraint]:
    kind: sa.types.TypeEngine[Any] = sa.Text() if name == "game_id" else sa.Integer()
    link = sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{table}_{name}"))
    return sa.Column(name, kind, nullable=nullable), link


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _games() -> None:
    op.create_table(
        "imports",
        _key("import_id"),
        _moment("imported_at"),
        sa.Column("source", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "changed", "unchanged", "refused")),
        _moment("undone_at", nullable=True),
        sa.PrimaryKeyConstraint("import_id", name=op.f("pk_imports")),
    )
    op.create_table(
        "further_columns",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("declaration", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_further_columns")),
    )
    op.create_table(
        "games",
        sa.Column("game_id", sa.Text(), nullable=False),
        sa.Column("date", sa.Date()),
        sa.Column("start_time", sa.Time()),
        sa.Column("day_night", sa.Text()),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("venue", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("visitor", sa.Text()),
        sa.Column("season", sa.Integer()),
        sa.Column("home_league", sa.Text()),
        sa.Column("visitor_league", sa.Text()),
        sa.Column("capacity", sa.Integer()),
        sa.Column("promotion", sa.Text()),
        sa.Column("temperature_c", sa.Double()),
        sa.Column("wind_kmh", sa.Double()),
        sa.Column("sky", sa.Text()),
        sa.Column("precipitation", sa.Text()),
        sa.Column("home_starter", sa.Text()),
        sa.Column("visitor_starter", sa.Text()),
        sa.Column("home_runs", sa.SmallInteger()),
        sa.Column("visitor_runs", sa.SmallInteger()),
        sa.Column("further", sa.JSON(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("game_id", name=op.f("pk_games")),
    )
    op.create_index(op.f("ix_games_date"), "games", ["date"])
    op.create_table(
        "game_changes",
        *_of("import_id", "imports.import_id", "game_changes"),
        *_of("game_id", "games.game_id", "game_changes"),
        sa.Column("before", sa.JSON()),
        sa.PrimaryKeyConstraint("import_id", "game_id", name=op.f("pk_game_changes")),
    )
    op.create_index(op.f("ix_game_changes_game_id"), "game_changes", ["game_id"])


def _observations() -> None:
    op.create_table(
        "outcomes",
        _key("outcome_id"),
        *_of("game_id", "games.game_id", "outcomes"),
        sa.Column("attendance", sa.Integer()),
        sa.Column("scanned", sa.Integer()),
        _moment("known_at"),
        _moment("recorded_at"),
        *_of("import_id", "imports.import_id", "outcomes"),
        sa.PrimaryKeyConstraint("outcome_id", name=op.f("pk_outcomes")),
    )
    op.create_index(op.f("ix_outcomes_game_id_outcome_id"), "outcomes", ["game_id", "outcome_id"])
    op.create_table(
        "tickets_sold",
        _key("snapshot_id"),
        *_of("game_id", "games.game_id", "tickets_sold"),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("tickets", sa.Integer(), nullable=False),
        _moment("recorded_at"),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_tickets_sold")),
    )
    op.create_index(op.f("ix_tickets_sold_game_id_as_of"), "tickets_sold", ["game_id", "as_of"])


def _issued() -> None:
    op.create_table(
        "forecast_issues",
        _key("issue_id"),
        _moment("issued_at"),
        _moment("recorded_at"),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_forecast_issues")),
    )
    people = ("mean", "q05", "q10", "q25", "q50", "q75", "q90", "q95")
    op.create_table(
        "forecasts",
        *_of("issue_id", "forecast_issues.issue_id", "forecasts"),
        *_of("game_id", "games.game_id", "forecasts"),
        sa.Column("lead", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date()),
        *(sa.Column(name, sa.Double(), nullable=False) for name in people),
        sa.Column("p_sellout", sa.Double()),
        sa.Column("further", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("issue_id", "game_id", "lead", name=op.f("pk_forecasts")),
    )
    op.create_index(op.f("ix_forecasts_game_id"), "forecasts", ["game_id"])
    op.create_table(
        "plans",
        _key("plan_id"),
        _moment("issued_at"),
        _moment("recorded_at"),
        *_of("issue_id", "forecast_issues.issue_id", "plans", nullable=True),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("operations", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_plans")),
    )


def _keep(table: str, key: tuple[str, ...]) -> None:
    """Refuse every change of a row of `table`, whoever asks for it."""
    message = f"rows of {table} are kept as they were recorded"
    if op.get_bind().dialect.name == "sqlite":
        for word in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{word.lower()} BEFORE {word} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        # INSERT OR REPLACE deletes the row of the same key without calling the trigger above.
        same = " AND ".join(f"{name} = NEW.{name}" for name in key)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}'; END $$"
    )
    for word in ("UPDATE", "DELETE", "TRUNCATE"):
        each = "STATEMENT" if word == "TRUNCATE" else "ROW"
        op.execute(
            f"CREATE TRIGGER {table}_no_{word.lower()} BEFORE {word} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_kept()"
        )
