"""Postings that do not sum to zero are refused at the commit, on SQLite as on PostgreSQL.

SQLite has no check that waits for the commit but that of foreign keys. What is out of balance
therefore stands, as long as it is, in a row that leads to a decision which does not exist.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A colon would begin a parameter.
_UNIT = (
    "CASE WHEN NEW.account LIKE '%\\:held' "
    "THEN substr(NEW.account, 1, length(NEW.account) - 5) ELSE NEW.account END"
)
_TRIGGER = """
CREATE TRIGGER posting_sums AFTER INSERT ON posting BEGIN
  INSERT INTO imbalance VALUES (NEW.decision_id, {unit}, NEW.amount, -1)
    ON CONFLICT (decision_id, unit) DO UPDATE SET amount = amount + excluded.amount;
  DELETE FROM imbalance WHERE decision_id = NEW.decision_id AND unit = {unit} AND amount = 0;
END
"""


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        return  # The first tables came with a trigger that waits.
    op.execute(
        "CREATE TABLE imbalance ("
        "decision_id BIGINT NOT NULL, unit VARCHAR(80) NOT NULL, amount BIGINT NOT NULL, "
        "nowhere BIGINT NOT NULL, CONSTRAINT pk_imbalance PRIMARY KEY (decision_id, unit), "
        "CONSTRAINT fk_imbalance_nowhere FOREIGN KEY(nowhere) REFERENCES decision (id) "
        "DEFERRABLE INITIALLY DEFERRED) WITHOUT ROWID"
    )
    op.execute(_TRIGGER.format(unit=_UNIT))


def downgrade() -> None:
    if op.get_context().dialect.name != "postgresql":
        op.execute("DROP TRIGGER posting_sums")
        op.execute("DROP TABLE imbalance")
