"""Views of lists that staff keep, what came of tasks, and requests by when they were opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("page", sa.String(length=80), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("query", sa.String(length=1000), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_saved_view_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        comment="Views of lists that staff keep; those of nobody are everybody's.",
    )
    with op.batch_alter_table("saved_view") as table:
        table.create_index(op.f("ix_saved_view_page_staff_id"), ["page", "staff_id"], unique=False)
    op.add_column("item", sa.Column("done_at", sa.BigInteger(), nullable=True))
    op.add_column("item", sa.Column("done_by", sa.String(length=120), nullable=True))
    op.add_column("item", sa.Column("note_sealed", sa.Text(), nullable=True))
    with op.batch_alter_table("item") as table:
        table.create_index(
            op.f("ix_item_state_sort_due_at"), ["state", "sort", "due", "at"], unique=False
        )
    with op.batch_alter_table("request") as table:
        table.create_index(op.f("ix_request_opened_at_id"), ["opened_at", "id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("request") as table:
        table.drop_index(op.f("ix_request_opened_at_id"))
    with op.batch_alter_table("item") as table:
        table.drop_index(op.f("ix_item_state_sort_due_at"))
    for column in ("note_sealed", "done_by", "done_at"):
        op.drop_column("item", column)
    op.drop_table("saved_view")
