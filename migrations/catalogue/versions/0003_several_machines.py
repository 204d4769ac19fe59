"""Let the catalogue be shared by several machines.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    for name in ("key_check", "documents", "moved"):
        op.add_column("catalogue_state", sa.Column(name, sa.Text()))
    op.create_table(
        "tenant_lock",
        sa.Column("tenant_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_lock"),
    )


def downgrade() -> None:
    op.drop_table("tenant_lock")
    with op.batch_alter_table("catalogue_state") as batch:
        for name in ("key_check", "documents", "moved"):
            batch.drop_column(name)
