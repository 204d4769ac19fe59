"""What was stored is proved against what is decided anew; whatever is altered shows."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Table, delete, select, update

from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.tables import HISTORY, document, standing
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.tenant import Tenant

POINTS_OF_LI = "owner = 'li' AND account = 'points' AND amount > 0"
Alter = Callable[[sqlite3.Connection], None]


@contextmanager
def raw_store(catalogue: Catalogue, tenant: Tenant) -> Iterator[sqlite3.Connection]:
    """The store's file as somebody with access to the machine would open it."""
    stores = catalogue.installation.stores
    with closing(sqlite3.connect(stores.path(tenant.id))) as driver:  # type: ignore[attr-defined]  # the embedded engine
        for table in HISTORY:
            for verb in ("update", "delete"):
                driver.execute(f"DROP TRIGGER {table.name}_no_{verb}")
        yield driver
        driver.commit()


def test_a_true_history_is_clean(north: Tenant) -> None:
    seen: list[tuple[int, int]] = []
    findings = verify_tenant(north, lambda done, total: seen.append((done, total)))
    assert findings.differences == []
    assert findings.counts["events"] == 14
    assert findings.counts["decisions"] > 14, "time decided too"
    assert seen[-1] == (14, 14)


def test_history_refuses_changes(catalogue: Catalogue, north: Tenant) -> None:
    path = catalogue.installation.stores.path(north.id)  # type: ignore[attr-defined]  # the embedded engine
    with closing(sqlite3.connect(path)) as driver:
        for table in HISTORY:
            column = next(iter(table.columns)).name
            change = update(table).values({column: table.c[column]})
            for statement in (change, delete(table)):
                with pytest.raises(sqlite3.IntegrityError, match="history"):
                    driver.execute(str(statement))


def _sql(*statements: str) -> Alter:
    def alter(driver: sqlite3.Connection) -> None:
        for statement in statements:
            cursor = driver.execute(statement.replace("POINTS_OF_LI", POINTS_OF_LI))
            assert cursor.rowcount > 0, f"nothing was altered by {statement}"

    return alter


def _swap_sealed(table: Table, key: str, one: str, other: str) -> Alter:
    def alter(driver: sqlite3.Connection) -> None:
        query = select(table.c.sealed).where(table.c[key] == other)
        sealed = driver.execute(str(query), (other,)).fetchone()
        change = update(table).where(table.c[key] == one).values(sealed=sealed[0])
        assert driver.execute(str(change), (*sealed, one)).rowcount == 1

    return alter


def _reorder_audit(driver: sqlite3.Connection) -> None:
    last = driver.execute("SELECT max(seq) FROM audit").fetchone()[0]
    driver.execute("UPDATE audit SET seq = -1 WHERE seq = ?", (last,))
    driver.execute("UPDATE audit SET seq = ? WHERE seq = ?", (last, last - 1))
    driver.execute("UPDATE audit SET seq = ? WHERE seq = -1", (last - 1,))


def _flip_a_bit(driver: sqlite3.Connection) -> None:
    """Damage a sealed standing as a failing disk would."""
    ref, sealed = driver.execute("SELECT ref, sealed FROM standing WHERE ref = 'li'").fetchone()
    damaged = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    driver.execute("UPDATE standing SET sealed = ? WHERE ref = ?", (damaged, ref))


ALTERED: dict[str, tuple[Alter, str]] = {
    "amount of a posting": (
        _sql("UPDATE posting SET amount = amount + 1 WHERE POINTS_OF_LI"),
        "postings of li points by clause",
    ),
    "deleted posting": (
        _sql("DELETE FROM posting WHERE POINTS_OF_LI"),
        "postings of li points by clause",
    ),
    "swapped clause": (
        _sql("UPDATE posting SET clause = '5.3' WHERE POINTS_OF_LI AND clause = '5.1'"),
        "by clause 5.3",
    ),
    "two postings that cancel out": (
        _sql(
            "INSERT INTO posting SELECT decision_id, line + 50, owner, account, 7, lot, clause, at "
            "FROM posting WHERE POINTS_OF_LI",
            "INSERT INTO posting SELECT decision_id, line + 90, owner, account, -7, lot, clause, "
            "at FROM posting WHERE POINTS_OF_LI AND line < 50",
        ),
        "is not what the audit vouches for",
    ),
    "column of a standing": (
        _sql("UPDATE standing SET points = points + 1 WHERE ref = 'wu'"),
        "standing wu: its columns are",
    ),
    "status of a standing": (
        _sql("UPDATE standing SET status = 'ended' WHERE ref = 'wu'"),
        "standing wu: its columns are",
    ),
    "sealed standing of somebody else": (
        _swap_sealed(standing, "ref", "wu", "li"),
        "standing wu:",
    ),
    "damaged sealed standing": (_flip_a_bit, "standing li:"),
    "deleted standing": (_sql("DELETE FROM standing WHERE ref = 'wu'"), "standing wu is missing"),
    "balance": (
        _sql("UPDATE balance SET amount = amount + 1 WHERE owner = 'li'"),
        "balance li/",
    ),
    "deleted balance": (_sql("DELETE FROM balance WHERE owner = 'li'"), "balance li/"),
    "truncated audit tail": (
        _sql("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)"),
        "is not what the audit vouches for",
    ),
    "hole in the audit": (_sql("DELETE FROM audit WHERE seq = 5"), "audit 5 is missing"),
    "reordered audit": (_reorder_audit, "was altered"),
    "other actor in the audit": (
        _sql("UPDATE audit SET actor = 'staff:2' WHERE seq = 3"),
        "audit 3 was altered",
    ),
    "document": (_swap_sealed(document, "id", "b1", "b2"), "document b1"),
    "document of somebody else": (
        _sql("UPDATE document SET member = 'wu' WHERE id = 'b1'"),
        "document b1 differs",
    ),
    "deleted document": (_sql("DELETE FROM document WHERE id = 'r1'"), "document r1 is missing"),
    "outcome of a decision": (
        _sql("UPDATE decision SET code = '' WHERE code <> ''"),
        "decided insufficient, kept accepted",
    ),
    "deleted decision of time": (
        _sql(
            "DELETE FROM item WHERE code = 'birthday'",
            "DELETE FROM decision WHERE verb = 'due' AND id NOT IN "
            "(SELECT decision_id FROM posting) AND id NOT IN (SELECT decision_id FROM item)",
        ),
        "of which the audit knows, is missing",
    ),
    "removed task": (
        _sql("DELETE FROM item WHERE sort = 'task'"),
        "raised is not what is kept of it",
    ),
    "revived card": (
        _sql("UPDATE card SET state = 'active' WHERE state = 'void'"),
        "card of li: active, rebuilt void",
    ),
    "event told to another day": (
        _sql("UPDATE event SET at = at - 86400000000 * 400 WHERE verb = 'use'"),
        "used/yearly-gift",
    ),
}


@pytest.mark.parametrize("what", ALTERED)
def test_what_was_altered_is_found(catalogue: Catalogue, north: Tenant, what: str) -> None:
    alter, told = ALTERED[what]
    with raw_store(catalogue, north) as driver:
        alter(driver)
    findings = verify_tenant(north)
    assert not findings.clean
    assert any(told in line for line in findings.differences), findings.differences
