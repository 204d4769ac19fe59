"""Keep why a tenant is closed to use whatever its status.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("tenant", sa.Column("closed", sa.Text()))


def downgrade() -> None:
    with op.batch_alter_table("tenant") as batch:
        batch.drop_column("closed")
