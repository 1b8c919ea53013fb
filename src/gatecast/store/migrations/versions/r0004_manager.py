"""Games set aside, what forecasts and plans were made from, and figures set by hand."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEPT = {
    "forecast_inputs": "issue_id",
    "plan_inputs": "plan_id",
    "overrides": "override_id",
}
"""Tables of which a row is never changed, replaced or deleted, and their keys."""


def upgrade() -> None:
    """Make the tables, and forbid changes of those that record what was known or said."""
    op.create_table(
        "game_statuses",
        sa.Column("game_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        _link("game_id", "games.game_id", "game_statuses"),
        sa.PrimaryKeyConstraint("game_id", name=op.f("pk_game_statuses")),
    )
    _inputs("forecast_inputs", "issue_id", "forecast_issues.issue_id")
    _inputs("plan_inputs", "plan_id", "plans.plan_id")
    op.create_table(
        "overrides",
        sa.Column("override_id", sa.Integer(), nullable=False),
        sa.Column("game_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        _link("game_id", "games.game_id", "overrides"),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_overrides")),
    )
    op.create_index(op.f("ix_overrides_game_id"), "overrides", ["game_id"])
    for table, key in KEPT.items():
        _keep(table, key)


def _inputs(table: str, key: str, target: str) -> None:
    op.create_table(
        table,
        sa.Column(key, sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        _link(key, target, table),
        sa.PrimaryKeyConstraint(key, name=op.f(f"pk_{table}")),
    )


def _link(name: str, target: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], [target], name=op.f(f"fk_{table}_{name}"))


def _keep(table: str, key: str) -> None:
    """Refuse every change of a row of `table`, whoever asks for it."""
    message = f"rows of {table} are kept as they were recorded"
    if op.get_bind().dialect.name == "sqlite":
        for word in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{word.lower()} BEFORE {word} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        # INSERT OR REPLACE deletes the row of the same key without calling the trigger above.
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
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
