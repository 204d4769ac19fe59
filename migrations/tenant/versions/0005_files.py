"""Files of papers, whose contents lie outside the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "file",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("request", sa.String(length=80), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("type", sa.String(length=80), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(length=80), nullable=False),
        sa.Column("thumbnail", sa.String(length=80), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_file_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        comment="Files of papers, of a person or for a request; `content` and `thumbnail` name blobs.",
    )
    with op.batch_alter_table("file") as table:
        for columns in (
            ["person_id", "added_at"],
            ["request", "added_at"],
            ["content"],
            ["thumbnail"],
        ):
            table.create_index(op.f(f"ix_file_{'_'.join(columns)}"), columns, unique=False)


def downgrade() -> None:
    op.drop_table("file")
