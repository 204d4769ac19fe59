"""Requests and bookings in a store: the same as in memory, their tasks closed, provable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from charterhouse.desk.verifying import verify_tenant
from charterhouse.kernel.clauses.queues import queue_of
from charterhouse.kernel.events import parse_body
from charterhouse.kernel.memory import MemoryWorld
from charterhouse.kernel.standing import HOUSE, dump
from charterhouse.plugins.registry import registry
from charterhouse.records import tables as t
from charterhouse.records.requests import NEVER, fill
from charterhouse.records.world import Scratch, StoreWorld
from charterhouse.tenancy.scope import current_tenant
from charterhouse.tenancy.store import unit

ZONE = ZoneInfo("Asia/Shanghai")
VISIT: dict[str, Any] = {"id": "v1", "member": "li", "service": "appointment"}
SLOT: dict[str, Any] = {"what": "treatment", "slot": "2024-07-03 09:00"}


@pytest.fixture(name="scratch", scope="module")
def _scratch() -> Iterator[Scratch]:
    scratch = Scratch()
    yield scratch
    scratch.close()


def tell(world: Any, at: str, verb: str, **fields: Any) -> Any:
    moment = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    world.advance(moment)
    return world.submit(parse_body(verb, fields, ZONE), moment).decision


def told_of(code: str, world: Any) -> None:
    """A short story of each charter, with refusals."""
    tell(world, "2024-06-15 09:00", "join", member="li")
    if code == "dental.member-day":
        tell(world, "2024-07-01 09:00", "request", **VISIT)
        tell(world, "2024-07-01 09:01", "progress", request="v1", step="tracked")
        tell(world, "2024-07-02 09:00", "close", request="v1", outcome="served")
        return
    for id_, person in (("k1", "zhao"), ("k2", "li"), ("k3", "wu")):
        tell(world, "2024-07-01 09:00", "book", id=id_, person=person, **SLOT)
    tell(world, "2024-07-01 10:00", "cancel", request="k1", by="customer")
    tell(world, "2024-07-01 10:01", "cancel", request="k1", by="customer")


def waiting(world: Any) -> list[str]:
    now = datetime(2024, 7, 3, 9, tzinfo=ZONE)
    found = queue_of(world.book.at(now), world, SLOT["what"], SLOT["slot"], now)
    return [entry.person for entry in found]


@pytest.mark.parametrize("code", ["dental.member-day", "dental.fixed-price-term"])
def test_a_store_keeps_what_memory_keeps(scratch: Scratch, code: str) -> None:
    charter = registry().charter(code)
    settings = charter.example
    memory = MemoryWorld(charter, settings, ZONE)
    told_of(code, memory)
    with StoreWorld(charter, settings, ZONE, scratch) as store:
        told_of(code, store)

        for ref in ("li", "zhao", "wu", HOUSE):
            assert _without_card(dump(store.standing(ref))) == _without_card(
                dump(memory.standing(ref))
            )
        for doc_id, kept in memory.documents.items():
            document = store.document(doc_id)
            if kept.kind in ("request", "booking", "slot"):
                assert document is not None
                assert document.member == kept.member
                assert _without_ids(document.content) == _without_ids(kept.content)
        assert waiting(store) == waiting(memory)
        assert verify_tenant(current_tenant()).differences == []


def _without_ids(content: Mapping[str, Any]) -> dict[str, Any]:
    """What a document says but for the id of its event, which each world makes itself."""
    return {name: value for name, value in content.items() if name != "event"}


def _without_card(raw: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != "card_no"}


def test_a_step_closes_the_task_of_its_request_only(scratch: Scratch) -> None:
    charter = registry().charter("dental.member-day")
    with StoreWorld(charter, charter.example, ZONE, scratch) as store:
        tell(store, "2024-06-15 09:00", "join", member="li")
        for id_ in ("v1", "v2"):
            tell(store, "2024-07-01 09:00", "request", **{**VISIT, "id": id_})
            tell(store, "2024-07-02 09:00", "close", request=id_, outcome="served")
        tell(store, "2024-07-03 09:00", "progress", request="v2", step="tracked")

        with unit() as opened:
            rows = opened.connection.execute(
                select(t.item.c.about, t.item.c.state).where(t.item.c.code == "visit-tracking")
            )
            states = {row.about["request"]: row.state for row in rows}

    assert states == {"v1": "open", "v2": "done"}


def test_a_refused_step_is_on_its_members_file(scratch: Scratch) -> None:
    charter = registry().charter("dental.member-day")
    with StoreWorld(charter, charter.example, ZONE, scratch) as store:
        told_of("dental.member-day", store)

        with unit() as opened:
            rows = opened.connection.execute(
                select(t.decision.c.member, t.decision.c.code).where(
                    t.decision.c.verb == "progress"
                )
            )
            assert [tuple(row) for row in rows] == [("li", "order_violation")]


COLUMNS = [t.request.c[name] for name in ("id", "member", "service", "status", "open")]


def test_the_board_is_written_with_the_document(scratch: Scratch) -> None:
    charter = registry().charter("dental.member-day")
    with StoreWorld(charter, charter.example, ZONE, scratch) as store:
        tell(store, "2024-06-15 09:00", "join", member="li")
        tell(store, "2024-07-01 09:00", "request", **VISIT)
        tell(store, "2024-07-01 09:00", "request", **{**VISIT, "id": "v2"})
        tell(store, "2024-07-02 09:00", "close", request="v2", outcome="served")

        with unit() as opened:
            rows = opened.connection.execute(select(*COLUMNS).order_by(t.request.c.id)).all()
            due = dict(opened.connection.execute(select(t.request.c.id, t.request.c.due_at)).all())

    assert [tuple(row) for row in rows] == [
        ("v1", "li", "appointment", "received", 1),
        ("v2", "li", "appointment", "served", 0),
    ]
    assert due["v1"] == NEVER, "without a deadline it stands behind all others"
    assert due["v2"] == datetime(2024, 7, 2, 9, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (update(t.request).values(status="approved"), "request v1: status is approved"),
        (delete(t.request), "request v1 is missing on the board"),
    ],
)
def test_a_board_that_differs_shows(scratch: Scratch, change: Any, said: str) -> None:
    charter = registry().charter("dental.member-day")
    with StoreWorld(charter, charter.example, ZONE, scratch) as store:
        tell(store, "2024-06-15 09:00", "join", member="li")
        tell(store, "2024-07-01 09:00", "request", **VISIT)
        assert verify_tenant(current_tenant()).counts["requests"] == 1
        with unit(write=True) as opened:
            opened.connection.execute(change)

        assert any(said in each for each in verify_tenant(current_tenant()).differences)


def test_requests_from_before_the_board_are_listed(scratch: Scratch) -> None:
    charter = registry().charter("dental.member-day")
    with StoreWorld(charter, charter.example, ZONE, scratch) as store:
        told_of("dental.member-day", store)
        with unit(write=True) as opened:
            opened.connection.execute(delete(t.request))
        with unit(write=True) as opened:
            assert fill(opened) == 1
            assert fill(opened) == 0, "once"
        assert verify_tenant(current_tenant()).differences == []
