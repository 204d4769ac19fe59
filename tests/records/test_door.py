"""The one door: each event once, whole or not at all, and only in its own tenant."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from records_story import found, tell
from sqlalchemy import func, select

from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records import tables as t
from charterhouse.records.errors import IdempotencyError
from charterhouse.records.view import StoreView
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

BILL: dict[str, Any] = {"member": "wu", "amount": "100.00"}
AT = "2026-02-01 09:00"


def count(table: Any) -> int:
    with unit() as opened:
        return int(opened.connection.execute(select(func.count()).select_from(table)).scalar_one())


def points(ref: str) -> int:
    with unit() as opened:
        return StoreView(opened).standing(ref).balance("points")


def test_a_retry_with_the_same_key_gets_the_kept_answer(north: Tenant) -> None:
    with tenant_scope(north):
        first = tell(AT, "spend", {**BILL, "id": "k1"}, key="till-7/1")
        again = tell("2026-02-03 18:00", "spend", {**BILL, "id": "k1"}, key="till-7/1")
        assert (first.repeated, again.repeated) == (False, True)
        assert again.event_id == first.event_id
        assert again.outcome == first.outcome
        assert points("wu") == 80
        assert count(t.event) == 15


def test_a_refusal_is_kept_under_its_key_too(north: Tenant) -> None:
    with tenant_scope(north):
        raw = {"member": "wu", "points": 9000}
        first = tell(AT, "redeem", raw, key="r")
        again = tell(AT, "redeem", raw, key="r")
    assert first.outcome["refusal"]["code"] == "insufficient"
    assert again.event_id == first.event_id


@pytest.mark.parametrize(
    ("verb", "raw"),
    [("spend", {**BILL, "amount": "100.01"}), ("award", {"member": "wu", "points": 100})],
)
def test_a_key_serves_one_event_only(north: Tenant, verb: str, raw: dict[str, Any]) -> None:
    with tenant_scope(north):
        tell(AT, "spend", BILL, key="till-7/1")
        before = [count(table) for table in t.metadata.sorted_tables]
        with pytest.raises(IdempotencyError) as caught:
            tell(AT, verb, raw, key="till-7/1")
        assert caught.value.code == "idempotency_conflict"
        assert [count(table) for table in t.metadata.sorted_tables] == before


def test_events_without_a_key_are_never_taken_for_a_retry(north: Tenant) -> None:
    with tenant_scope(north):
        assert tell(AT, "spend", BILL).event_id != tell(AT, "spend", BILL).event_id
        assert points("wu") == 160


def test_threads_on_one_member_lose_nothing(north: Tenant) -> None:
    start = threading.Barrier(4)

    def work(worker: int) -> None:
        with tenant_scope(north):
            start.wait()
            for number in range(5):
                tell(AT, "spend", {**BILL, "id": f"t{worker}-{number}"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with tenant_scope(north):
        assert points("wu") == 20 * 80
    assert verify_tenant(north).differences == []


def test_threads_with_one_key_have_one_effect(north: Tenant) -> None:
    start = threading.Barrier(4)

    def work(_worker: int) -> bool:
        with tenant_scope(north):
            start.wait()
            return tell(AT, "spend", {**BILL, "id": "once"}, key="once").repeated

    with ThreadPoolExecutor(4) as pool:
        repeated = sorted(pool.map(work, range(4)))
    assert repeated == [False, True, True, True]
    with tenant_scope(north):
        assert points("wu") == 80


def test_an_error_after_the_decision_leaves_nothing(north: Tenant) -> None:
    with tenant_scope(north):
        before = [count(table) for table in t.metadata.sorted_tables]

        def fail_late() -> None:
            with unit(write=True):
                tell(AT, "spend", {**BILL, "id": "gone"}, key="gone")
                raise RuntimeError("the power goes")

        with pytest.raises(RuntimeError):
            fail_late()
        assert [count(table) for table in t.metadata.sorted_tables] == before
        assert not tell(AT, "spend", {**BILL, "id": "gone"}, key="gone").repeated
    assert verify_tenant(north).differences == []


CASHIER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, {folder!r})
    import records_story
    from charterhouse.config import Config
    from charterhouse.databases import Databases
    from charterhouse.tenancy.provision import open_catalogue
    from charterhouse.tenancy.scope import tenant_scope
    config = Config(
        data_dir=Path({data!r}), master_key=records_story.KEY, databases=Databases({urls!r})
    )
    catalogue = open_catalogue(config)
    with tenant_scope(catalogue.by_slug("north")):
        for number in range(100_000):
            raw = dict(member="wu", amount="100.00", id=f"c{{number}}")
            records_story.tell("2026-02-01 09:00", "spend", raw, key=f"cashier/{{number}}")
            print(number, flush=True)
"""


def test_what_was_acknowledged_survives_a_killed_process(
    catalogue: Catalogue, north: Tenant, databases: Databases
) -> None:
    folder, data = str(Path(__file__).parent), str(catalogue.installation.config.data_dir)
    script = CASHIER.format(folder=folder, data=data, urls=dict(databases.urls))
    script = textwrap.dedent(script)
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [int(process.stdout.readline()) for _ in range(25)]
    os.kill(process.pid, signal.SIGKILL)
    acknowledged += [int(line) for line in process.stdout]
    process.wait()
    process.stdout.close()
    with tenant_scope(north):
        kept = points("wu") // 80
        # The last one may have been kept without its acknowledgement reaching anybody.
        assert kept in (len(acknowledged), len(acknowledged) + 1)
        last = acknowledged[-1]
        raw = {**BILL, "id": f"c{last}"}
        assert tell("2026-02-01 09:00", "spend", raw, key=f"cashier/{last}").repeated
    assert verify_tenant(north).differences == []


def test_tenants_share_nothing(catalogue: Catalogue, north: Tenant) -> None:
    south = found(catalogue, "south")
    with tenant_scope(south):
        joined = tell(AT, "join", {"member": "wu"}, key="till-7/1")
        assert joined.outcome["refusal"] is None, "a member there may join here"
        tell(AT, "spend", BILL, key="till-7/2")
        assert points("wu") == 80
    with tenant_scope(north):
        assert not tell(AT, "spend", BILL, key="till-7/1").repeated
        assert points("wu") == 80
        assert count(t.event) == 15
    assert verify_tenant(north).differences == []
    assert verify_tenant(south).differences == []


def test_a_sealed_row_of_another_tenant_does_not_open(catalogue: Catalogue, north: Tenant) -> None:
    south = found(catalogue, "south")
    with tenant_scope(north), unit() as opened:
        row = opened.connection.execute(select(t.standing).where(t.standing.c.ref == "wu")).one()
    with tenant_scope(south):
        with unit(write=True) as opened:
            opened.connection.execute(t.standing.insert(), row._asdict())
        assert any("standing wu" in line for line in verify_tenant(south).differences)
