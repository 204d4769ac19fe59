"""Requests of one state and one service are found without looking at all of either."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_NAME = "ix_request_open_service_status_due_at_id"


def upgrade() -> None:
    op.create_index(_NAME, "request", ["open", "service", "status", "due_at", "id"])


def downgrade() -> None:
    op.drop_index(_NAME, "request")
