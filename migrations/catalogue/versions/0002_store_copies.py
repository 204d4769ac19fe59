"""Let a tenant's store be replaced by another one.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "tenant", sa.Column("store_id", sa.BigInteger(), nullable=False, server_default="0")
    )
    op.execute("UPDATE tenant SET store_id = id")
    op.create_table(
        "store_copy",
        sa.Column("store_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("store_id", name="pk_store_copy"),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name="fk_store_copy_tenant_id_tenant"
        ),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name="fk_store_copy_cell_id_cell"),
        sa.CheckConstraint("state IN ('filling', 'retired', 'books')", name="ck_store_copy_state"),
    )
    op.create_index("ix_store_copy_tenant_id", "store_copy", ["tenant_id"])


def downgrade() -> None:
    op.drop_table("store_copy")
    with op.batch_alter_table("tenant") as batch:
        batch.drop_column("store_id")
