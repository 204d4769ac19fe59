"""What the board of requests looks at, beside their sealed documents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BOARD = (
    ["open", "due_at", "id"],
    ["open", "status", "due_at", "id"],
    ["open", "service", "due_at", "id"],
    ["open", "staff_id", "due_at", "id"],
)


def upgrade() -> None:
    op.create_table(
        "request",
        sa.Column("id", sa.String(length=80), nullable=False),
        sa.Column("member", sa.String(length=80), nullable=False),
        sa.Column("service", sa.String(length=80), nullable=False),
        sa.Column("status", sa.String(length=80), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["document.id"], name=op.f("fk_request_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_request_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
        comment="Requests by what staff look for; rebuilt from their documents, but for `staff_id`.",
    )
    with op.batch_alter_table("request") as table:
        for columns in _BOARD:
            table.create_index(op.f(f"ix_request_{'_'.join(columns)}"), columns, unique=False)
        table.create_index(op.f("ix_request_member"), ["member"], unique=False)


def downgrade() -> None:
    op.drop_table("request")
