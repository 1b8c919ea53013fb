"""No index of the dates of games, which no query used and which took a third of the time to write a game."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index."""
    op.drop_index(op.f("ix_games_date"), "games")
