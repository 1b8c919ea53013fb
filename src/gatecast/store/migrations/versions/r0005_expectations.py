"""The year a venue opened, and the wins expected of a club before a season."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, unknown for the games that are there."""
    op.add_column("games", sa.Column("venue_opened", sa.Integer(), nullable=True))
    op.add_column("games", sa.Column("expected_wins", sa.Double(), nullable=True))
