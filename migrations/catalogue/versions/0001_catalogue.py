"""The catalogue's first tables, and the cell of this machine."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    state = op.create_table(
        "catalogue_state",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("removals", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_catalogue_state"),
        sa.CheckConstraint("id = 1", name="ck_catalogue_state_single"),
    )
    cell = op.create_table(
        "cell",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cell"),
        sa.UniqueConstraint("name", name="uq_cell_name"),
        sa.CheckConstraint("kind IN ('sqlite', 'postgresql')", name="ck_cell_kind"),
    )
    op.bulk_insert(state, [{"id": 1, "version": 0, "removals": 0}])
    op.bulk_insert(cell, [{"id": 1, "name": "local", "kind": "sqlite", "capacity": 100_000}])
    _create_tenant()
    _create_belongings()


def _create_tenant() -> None:
    op.create_table(
        "tenant",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("charter", sa.Text(), nullable=False),
        sa.Column("isolation", sa.Text(), nullable=False),
        sa.Column("cell_id", sa.BigInteger(), nullable=False),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tenant"),
        sa.UniqueConstraint("key", name="uq_tenant_key"),
        sa.UniqueConstraint("slug", name="uq_tenant_slug"),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name="fk_tenant_cell_id_cell"),
        sa.CheckConstraint(
            "status IN ('provisioning', 'active', 'suspended', 'migrating', 'moving', 'deleting')",
            name="ck_tenant_status",
        ),
        sa.CheckConstraint("isolation IN ('pooled', 'dedicated')", name="ck_tenant_isolation"),
    )
    op.create_index("ix_tenant_version", "tenant", ["version"])


def _tenant_id(table: str) -> list[sa.SchemaItem]:
    return [
        sa.Column("tenant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name=f"fk_{table}_tenant_id_tenant"),
    ]


def _create_belongings() -> None:
    op.create_table(
        "tenant_key",
        *_tenant_id("tenant_key"),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "purpose", "version", name="pk_tenant_key"),
        sa.CheckConstraint("purpose IN ('data', 'index')", name="ck_tenant_key_purpose"),
    )
    op.create_table(
        "host",
        sa.Column("host", sa.Text(), nullable=False),
        *_tenant_id("host"),
        sa.Column("verified_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("host", name="pk_host"),
    )
    op.create_index("ix_host_tenant_id", "host", ["tenant_id"])
    op.create_table(
        "plugin_state",
        *_tenant_id("plugin_state"),
        sa.Column("plugin", sa.Text(), nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "plugin", name="pk_plugin_state"),
    )
    op.create_table(
        "tenant_migration",
        *_tenant_id("tenant_migration"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text()),
        sa.Column("target", sa.Text()),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name="pk_tenant_migration"),
        sa.CheckConstraint(
            "state IN ('running', 'done', 'failed')", name="ck_tenant_migration_state"
        ),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.BigInteger()),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_tenant_id_at", "audit", ["tenant_id", "at"])


def downgrade() -> None:
    for table in (
        "audit",
        "tenant_migration",
        "plugin_state",
        "host",
        "tenant_key",
        "tenant",
        "cell",
        "catalogue_state",
    ):
        op.drop_table(table)
