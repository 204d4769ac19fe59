"""What was stored is proved against what is decided anew; whatever is altered shows."""

from __future__ import annotations

import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import pytest
from records_story import ZONE, tell
from sqlalchemy import Table, delete, select, update

from charterhouse.desk.verifying import Head, verify_tenant
from charterhouse.kernel.events import parse_body
from charterhouse.records.door import Door, Told
from charterhouse.records.tables import HISTORY, document, standing
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
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
    assert findings.head.seq == findings.counts["audit entries"] > 14
    steps = [done for done, _ in seen]
    assert steps == sorted(steps)
    assert seen[-1][0] == seen[-1][1], "it tells when it is done"


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


def _reorder_journal(driver: sqlite3.Connection) -> None:
    """Exchange the places of two events of different people."""
    query = "SELECT id, seq FROM event WHERE verb IN ('redeem', 'award') ORDER BY seq LIMIT 2"
    (one, first), (other, second) = driver.execute(query).fetchall()
    for number, place in ((one, -1), (other, first), (one, second)):
        driver.execute("UPDATE event SET seq = ? WHERE id = ?", (place, number))


def _flip_a_bit(driver: sqlite3.Connection) -> None:
    """Damage a sealed standing as a failing disk would."""
    ref, sealed = driver.execute("SELECT ref, sealed FROM standing WHERE ref = 'li'").fetchone()
    damaged = sealed[:-2] + ("A" if sealed[-2] != "A" else "B") + sealed[-1]
    driver.execute("UPDATE standing SET sealed = ? WHERE ref = ?", (damaged, ref))


ALTERED: dict[str, tuple[Alter, str]] = {
    "amount of a posting": (
        _sql("UPDATE posting SET amount = amount + 1 WHERE POINTS_OF_LI"),
        "posting 2 (li points): amount is 31, decided 30",
    ),
    "deleted posting": (
        _sql("DELETE FROM posting WHERE POINTS_OF_LI"),
        "(spend of he): the posting of 30 points to li by clause 5.2 is missing",
    ),
    "posting to somebody else": (
        _sql("UPDATE posting SET owner = 'wu' WHERE POINTS_OF_LI AND clause = '5.1'"),
        "posting 2 (wu points): owner is wu, decided li",
    ),
    "posting at another time": (
        _sql("UPDATE posting SET at = at + 1000000 WHERE POINTS_OF_LI AND clause = '5.1'"),
        "its time is 2025-03-02T01:00:01+00:00, decided 2025-03-02T09:00:00+08:00",
    ),
    "swapped clause": (
        _sql("UPDATE posting SET clause = '5.3' WHERE POINTS_OF_LI AND clause = '5.1'"),
        "posting 2 (li points): clause is 5.3, decided 5.1",
    ),
    "two postings that cancel out": (
        _sql(
            "INSERT INTO posting SELECT decision_id, line + 50, owner, account, 7, lot, clause, at "
            "FROM posting WHERE POINTS_OF_LI",
            "INSERT INTO posting SELECT decision_id, line + 90, owner, account, -7, lot, clause, "
            "at FROM posting WHERE POINTS_OF_LI AND line < 50",
        ),
        "points) of 7 by clause",
    ),
    "column of a standing": (
        _sql("UPDATE standing SET points = 31 WHERE ref = 'wu'"),
        "standing wu: its column points is 31, rebuilt 30",
    ),
    "status of a standing": (
        _sql("UPDATE standing SET status = 'ended' WHERE ref = 'wu'"),
        "standing wu: its column status is 'ended', rebuilt 'active'",
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
        "(approve of qi) has no entry in the audit",
    ),
    "hole in the audit": (_sql("DELETE FROM audit WHERE seq = 5"), "audit 5 is missing"),
    "reordered audit": (_reorder_audit, "was altered"),
    "other actor in the audit": (
        _sql("UPDATE audit SET actor = 'staff:2' WHERE seq = 3"),
        "audit 3 (event.spend) was altered",
    ),
    "document": (_swap_sealed(document, "id", "b1", "b2"), "document b1"),
    "document of somebody else": (
        _sql("UPDATE document SET member = 'wu' WHERE id = 'b1'"),
        "document b1 differs",
    ),
    "deleted document": (_sql("DELETE FROM document WHERE id = 'r1'"), "document r1 is missing"),
    "outcome of a decision": (
        _sql("UPDATE decision SET code = '' WHERE code <> ''"),
        "(redeem of wu): outcome is accepted, decided insufficient",
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
    "reordered journal": (_reorder_journal, "of the journal, the audit has"),
    "event of another actor": (
        _sql("UPDATE event SET actor = 'staff:9' WHERE verb = 'award'"),
        "(award of wu): its actor is staff:9, the audit has staff:1",
    ),
    "event of somebody else": (
        _sql("UPDATE event SET member = 'li' WHERE verb = 'award'"),
        "(award of li): member is li, decided wu",
    ),
    "event of another verb": (
        _sql("UPDATE event SET verb = 'report_loss' WHERE verb = 'reissue_card'"),
        "is not what was told",
    ),
    "event recorded earlier": (
        _sql("UPDATE event SET recorded_at = recorded_at - 1 WHERE verb = 'award'"),
        "(award of wu): it was recorded at",
    ),
    "decision by another clause": (
        _sql("UPDATE decision SET clause = '9.9' WHERE code <> ''"),
        "clause is 9.9, decided",
    ),
    "decision by another version": (
        _sql("UPDATE decision SET version = 2 WHERE verb = 'award'"),
        "(award of wu): version is 2, decided 1",
    ),
    "truncated tail": (
        _sql(
            "DELETE FROM audit WHERE seq = (SELECT max(seq) FROM event)",
            "DELETE FROM posting WHERE decision_id IN (SELECT id FROM decision "
            "WHERE event_id = (SELECT id FROM event WHERE verb = 'approve'))",
            "DELETE FROM card WHERE member = 'qi'",
            "DELETE FROM item WHERE decision_id IN (SELECT id FROM decision WHERE event_id = "
            "(SELECT id FROM event WHERE verb = 'approve')) OR TRUE",
            "DELETE FROM decision WHERE verb = 'approve'",
            "DELETE FROM event WHERE verb = 'approve'",
        ),
        "standing qi: status is 'active', rebuilt 'applied'",
    ),
    "version that nobody announced": (
        _sql(
            "INSERT INTO version SELECT 2, charter, 4102444800000000, '2026-01-01', settings, "
            "document, recorded_at, actor FROM version",
        ),
        "version 2 of the charter is unfounded",
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
    found = [line for line in findings.differences if told in line]
    assert found, findings.differences
    for each in found:
        named = each.text.startswith("event ")
        assert named == (each.event is not None)
        assert not named or each.text.startswith(f"event {each.event} ("), "it names the event"


def test_an_earlier_proof_shows_that_the_tail_was_cut_off(
    catalogue: Catalogue, north: Tenant
) -> None:
    stores = catalogue.installation.stores
    path = stores.path(north.id)  # type: ignore[attr-defined]  # the embedded engine
    with closing(sqlite3.connect(path)) as driver:
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    earlier, first = path.read_bytes(), verify_tenant(north).head
    with tenant_scope(north):
        tell("2026-02-01 09:00", "award", {"member": "wu", "points": 5, "reason": "tea"})
    head = verify_tenant(north).head
    assert verify_tenant(north, before=head).clean
    stores.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(earlier)
    assert verify_tenant(north).clean, "an older copy is true in itself"
    findings = verify_tenant(north, before=head)
    told = f"the audit ends at entry {first.seq} and had {head.seq} at the earlier proof"
    assert [told in each for each in findings.differences] == [True]


def test_a_chain_that_was_written_anew_is_not_that_of_an_earlier_proof(north: Tenant) -> None:
    head = verify_tenant(north).head
    findings = verify_tenant(north, before=Head(head.seq, "0" * 64))
    assert ["written anew" in each for each in findings.differences] == [True]


def test_only_so_many_differences_are_kept(
    catalogue: Catalogue, north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charterhouse.records.proof.findings.KEPT", 3)
    with raw_store(catalogue, north) as driver:
        driver.execute("UPDATE posting SET amount = amount + 1")
    findings = verify_tenant(north)
    assert len(findings.differences) == 3
    assert findings.total > 10


@pytest.mark.parametrize("room", [4, 1000])
def test_the_room_in_memory_changes_nothing(
    north: Tenant, room: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charterhouse.records.proof.ground.ROOM", room)
    assert verify_tenant(north).differences == []


def _spend(count: int, name: str) -> None:
    """Bills in one transaction; each leaves postings and a document."""
    with unit(write=True, seconds=300) as opened:
        door = Door(opened)
        at = datetime(2026, 3, 1, 9, 0, tzinfo=ZONE)
        for number in range(count):
            raw = {"id": f"{name}-{number}", "member": "li", "amount": "10.00"}
            door.tell(Told(parse_body("spend", raw, ZONE), at, "staff:1"))


def _peak(tenant: Tenant) -> int:
    """The most bytes that a proof has at once."""
    tracemalloc.start()
    try:
        assert verify_tenant(tenant).clean
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_the_memory_does_not_grow_with_the_history(
    north: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charterhouse.records.proof.ground.ROOM", 100)
    with tenant_scope(north):
        _spend(450, "short")
    short = _peak(north)
    with tenant_scope(north):
        _spend(600, "long")
    assert _peak(north) < short * 1.1
