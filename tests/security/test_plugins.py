"""What a plugin's code finds of another institution through what it is handed: nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from charterhouse.kernel import effects as fx
from charterhouse.kernel.charter import EARN, on
from charterhouse.kernel.clauses.earning import PointsPerYuan
from charterhouse.records import books
from charterhouse.records.memo import Memo
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import current_unit, unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.kernel.draft import Draft

BOTH_ENGINES = True

Attempt = Iterator[fx.Effect]


def read_a_member(draft: Draft, east: Any) -> Attempt:
    found = draft.standing(east.member)
    yield fx.Credit(draft.member, "points", found.amount("points"))


def glance_at_a_member(draft: Draft, east: Any) -> Attempt:
    draft.peek(east.member)
    yield from ()


def credit_a_member(draft: Draft, east: Any) -> Attempt:
    yield fx.Credit(east.member, "points", 5)


def turn_to_another(draft: Draft, east: Any) -> Attempt:
    with tenant_scope(east.tenant):
        yield from ()


def ask_from_a_thread(draft: Draft, east: Any) -> Attempt:
    def ask() -> None:
        with unit():
            pass

    with ThreadPoolExecutor(1) as pool:
        pool.submit(ask).result()
    yield from ()


def name_another_store(draft: Draft, east: Any) -> Attempt:
    opened = current_unit()
    if opened.connection.dialect.name == "postgresql":
        opened.connection.execute(text(f"SELECT * FROM t_{east.tenant.id}.person"))  # noqa: S608
    path = east.tenant.installation.stores
    opened.connection.execute(text(f"ATTACH '{path}' AS other"))
    yield from ()


ATTEMPTS: list[tuple[Callable[[Draft, Any], Attempt], str]] = [
    (read_a_member, "charter"),
    (glance_at_a_member, "charter"),
    (credit_a_member, "charter"),
    (turn_to_another, "scope"),
    (ask_from_a_thread, "scope"),
    (name_another_store, "statement"),
]


def of_a_plugin(attempt: Callable[[Draft], Attempt]) -> Any:
    """A clause's method in the way of every bill."""

    @on("spend", phase=EARN, rank=30)
    def earn(_: PointsPerYuan, draft: Draft) -> Attempt:
        yield from attempt(draft)

    return earn


@pytest.fixture(autouse=True)
def _no_charter_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charters that were read keep the methods that their clauses had."""
    monkeypatch.setattr(books, "_books", Memo(16))
    monkeypatch.setattr(books, "_shared", books._shared.__wrapped__)


def spend(world: Any) -> Any:
    app = world.site()
    app.testing = False
    return app.test_client().post(
        "/t/west/api/v1/events",
        json={"spend": {"member": world.west.member, "lines": [{"item": "x", "price": "1.00"}]}},
        headers={"Authorization": f"Bearer {world.west.token}"},
    )


@pytest.mark.parametrize(
    ("attempt", "what"), ATTEMPTS, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_a_plugin_reaches_no_other_institution(
    shared: Any,
    monkeypatch: pytest.MonkeyPatch,
    attempt: Callable[[Draft, Any], Attempt],
    what: str,
) -> None:
    known = {row.id for row in shared.catalogue.audit(shared.west.tenant.id)}
    shared.catalogue._refusals.clear()
    clause = of_a_plugin(lambda draft: attempt(draft, shared.east))
    monkeypatch.setattr(PointsPerYuan, "earn", clause)
    with shared.untouched():
        answer = spend(shared)

    assert answer.status_code in (500, 503)
    assert not [secret for secret in shared.east.secrets if secret in answer.text]
    new = [row for row in shared.catalogue.audit(shared.west.tenant.id) if row.id not in known]
    assert [(row.action, row.detail.get("what", "statement")) for row in new] == [("refused", what)]


def test_a_document_of_another_institution_is_none(
    shared: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []

    def look(draft: Draft) -> Attempt:
        seen.append(draft.document(shared.east.bill))
        yield from ()

    monkeypatch.setattr(PointsPerYuan, "earn", of_a_plugin(look))
    assert spend(shared).status_code == 201
    assert seen == [None]
