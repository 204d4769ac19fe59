"""The catalogue's tables. Nothing in them is personal data."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

from charterhouse.tenancy.types import Instant, Json

__all__ = [
    "audit",
    "cell",
    "host",
    "metadata",
    "plugin_state",
    "state",
    "store_copy",
    "tenant",
    "tenant_key",
    "tenant_lock",
    "tenant_migration",
]

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

state = Table(
    "catalogue_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("removals", BigInteger, nullable=False),
    Column("key_check", Text),
    Column("documents", Text),
    Column("moved", Text),
    CheckConstraint("id = 1", name="single"),
)

cell = Table(
    "cell",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("capacity", Integer, nullable=False),
    CheckConstraint("kind IN ('sqlite', 'postgresql')", name="kind"),
)

tenant = Table(
    "tenant",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, unique=True),
    Column("slug", Text, nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("charter", Text, nullable=False),
    Column("isolation", Text, nullable=False),
    Column("cell_id", BigInteger, ForeignKey("cell.id"), nullable=False),
    Column("store_id", BigInteger, nullable=False),
    Column("limits", Json, nullable=False),
    Column("closed", Text),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("version", BigInteger, nullable=False),
    Index(None, "version"),
    CheckConstraint(
        "status IN ('provisioning', 'active', 'suspended', 'migrating', 'moving', 'deleting')",
        name="status",
    ),
    CheckConstraint("isolation IN ('pooled', 'dedicated')", name="isolation"),
)

tenant_key = Table(
    "tenant_key",
    metadata,
    Column("tenant_id", BigInteger, ForeignKey("tenant.id"), primary_key=True),
    Column("purpose", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("purpose IN ('data', 'index')", name="purpose"),
)

host = Table(
    "host",
    metadata,
    Column("host", Text, primary_key=True),
    Column("tenant_id", BigInteger, ForeignKey("tenant.id"), nullable=False),
    Column("verified_at", Instant),
    Index(None, "tenant_id"),
)

plugin_state = Table(
    "plugin_state",
    metadata,
    Column("tenant_id", BigInteger, ForeignKey("tenant.id"), primary_key=True),
    Column("plugin", Text, primary_key=True),
    Column("enabled", Boolean(create_constraint=False), nullable=False),
    Column("changed_at", Instant, nullable=False),
)

tenant_migration = Table(
    "tenant_migration",
    metadata,
    Column("tenant_id", BigInteger, ForeignKey("tenant.id"), primary_key=True),
    Column("state", Text, nullable=False),
    Column("revision", Text),
    Column("target", Text),
    Column("attempts", Integer, nullable=False),
    Column("error", Text),
    Column("changed_at", Instant, nullable=False),
    CheckConstraint("state IN ('running', 'done', 'failed')", name="state"),
)

store_copy = Table(
    "store_copy",
    metadata,
    Column("store_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tenant_id", BigInteger, ForeignKey("tenant.id"), nullable=False),
    Column("cell_id", BigInteger, ForeignKey("cell.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("until", Instant),
    Column("changed_at", Instant, nullable=False),
    Index(None, "tenant_id"),
    CheckConstraint("state IN ('filling', 'retired', 'books')", name="state"),
)
"""Stores that no tenant uses: being filled, replaced by another, or kept as books."""

tenant_lock = Table(
    "tenant_lock",
    metadata,
    Column("tenant_id", BigInteger, primary_key=True, autoincrement=False),
)
"""In a database: rows that commands lock, so that two never work on one tenant."""

audit = Table(
    "audit",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("tenant_id", BigInteger),
    Column("action", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("detail", Json, nullable=False),
    Index(None, "tenant_id", "at"),
)
