"""What a database of either engine refuses of a tenant's books: rewriting, and sums not zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_on_postgres

from charterhouse.records import tables as t
from charterhouse.tenancy import errors
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.tenant import Tenant


BOTH_ENGINES = True


@pytest.fixture(autouse=True)
def _in_north(north: Tenant) -> Iterator[None]:
    with tenant_scope(north):
        yield


def test_history_is_never_rewritten() -> None:
    for table in t.HISTORY:
        first = next(iter(table.primary_key.columns))
        with unit() as reading:
            assert reading.connection.execute(select(table).limit(1)).first(), table.name
        for statement in (update(table).values({first.name: first}), delete(table)):
            with (
                pytest.raises(errors.ConstraintError, match=f"{table.name} is history") as caught,
                unit(write=True) as work,
            ):
                work.connection.execute(statement)
            assert caught.value.kind == "trigger"


def _post(*lines: tuple[str, str, int]) -> None:
    with unit(write=True) as work:
        made = work.connection.execute(select(t.decision)).mappings().first()
        assert made is not None
        number: int = made["id"] + 1
        work.connection.execute(insert(t.decision), {**made, "id": number})
        rows: list[dict[str, Any]] = [
            {"decision_id": number, "line": line, "owner": owner, "account": account,
             "amount": amount, "lot": "", "clause": "1.1", "at": made["at"]}
            for line, (owner, account, amount) in enumerate(lines)
        ]  # fmt: skip
        work.connection.execute(insert(t.posting), rows)


def test_postings_sum_to_zero_in_each_unit_at_the_commit() -> None:
    for lines in (
        [("li", "points", 5)],
        [("li", "points", 5), ("@issued", "money", -5)],
        [("li", "points", 5), ("li", "points:held", -4)],
    ):
        with pytest.raises(errors.ConstraintError, match="do not sum to zero") as caught:
            _post(*lines)
        assert caught.value.kind == "check"

    _post(("li", "points", 5), ("li", "points:held", -2), ("@issued", "points", -3))


def _add_a_line(*after: str) -> None:
    with unit(write=True) as work:
        old = work.connection.execute(select(t.posting)).mappings().first()
        assert old is not None
        work.connection.execute(insert(t.posting), {**old, "line": 99})
        for statement in after:
            work.connection.exec_driver_sql(statement)


def test_the_check_of_the_sums_cannot_be_lifted() -> None:
    """On SQLite it is a row that stands as long as something is out of balance."""
    with unit() as reading:
        apart = reading.connection.dialect.name == "postgresql"
    for lift in (
        ("SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE posting DISABLE TRIGGER ALL")
        if apart
        else (
            "DELETE FROM imbalance",
            "UPDATE imbalance SET amount = 0",
            "DROP TRIGGER posting_sums",
        )
    ):
        with pytest.raises(errors.StoreRefusedError):
            _add_a_line(lift)
        with unit() as reading:
            rows = reading.connection.execute(select(t.posting).where(t.posting.c.line == 99))
            assert rows.all() == []


def test_a_line_added_to_an_old_decision_is_refused() -> None:
    with pytest.raises(errors.ConstraintError, match="do not sum to zero"):
        _add_a_line()


def test_a_row_never_takes_the_place_of_one_in_history() -> None:
    """On SQLite "insert or replace" removes the old row, without asking triggers unless told to."""
    for table in t.HISTORY:
        with unit() as reading:
            kept = reading.connection.execute(select(table)).all()
            apart = reading.connection.dialect.name == "postgresql"
        if apart:
            changed = insert_on_postgres(table).values(dict(kept[0]._mapping))
            first = next(iter(table.primary_key.columns))
            again: Any = changed.on_conflict_do_update(
                index_elements=list(table.primary_key.columns), set_={first.name: first}
            )
        else:
            again = insert(table).prefix_with("OR REPLACE").values(dict(kept[0]._mapping))
        with (
            pytest.raises(errors.ConstraintError, match=f"{table.name} is history"),
            unit(write=True) as work,
        ):
            work.connection.execute(again)
