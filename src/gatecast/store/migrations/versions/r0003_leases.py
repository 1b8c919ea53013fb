"""Versions of settings, so that nobody overwrites a change unseen, and one lease for long work."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Count the versions of settings, and let a slot hold at most one open job."""
    op.add_column("settings", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "setting_versions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", "version", name=op.f("pk_setting_versions")),
    )
    op.execute("INSERT INTO setting_versions (key, version, value) SELECT key, 1, value FROM settings")
    op.add_column("jobs", sa.Column("slot", sa.Text(), nullable=True))
    op.add_column("jobs", sa.Column("worker", sa.Text(), nullable=True))
    op.create_index(op.f("ix_jobs_slot"), "jobs", ["slot"], unique=True)
    # A worker of the version before holds no lease: its next report tells it to stop, and its checkpoint stays.
    op.execute(
        "UPDATE jobs SET state = 'interrupted', finished_at = heartbeat_at WHERE state IN ('waiting', 'running')"
    )
