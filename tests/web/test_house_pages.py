"""Payments that somebody has to look at, the audit trail, and the front doors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from charterhouse.config import Config
from charterhouse.desk.audit import note
from charterhouse.desk.trail import trail
from charterhouse.desk.undelivered import DEAD, NO_PHONE, SENT, undelivered
from charterhouse.jobs.dead import bury
from charterhouse.payments import orders
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import attempt, outbox
from charterhouse.records.tables import orders as order_table
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import AREAS, create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from tests.web.conftest import Clinic

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


def test_the_trail_lists_what_was_done_newest_first(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英", phone="13800138000", born="1990-05-05")
    clinic.tell("join", member=ref, path="ordinary")
    with tenant_scope(clinic.tenant):
        note("person.reveal", subject=ref, actor="system")
        found = trail(size=2)
        own = trail(ref)

    assert [each.action for each in found.entries] == ["person.reveal", "event.join"]
    assert found.entries[0].number == found.total
    assert found.entries[1].decision
    assert own.entries[0].action == "person.reveal"
    assert own.total == len(own.entries) < found.total
    text = clinic.get("/admin/audit", role="auditor")
    assert "Personal data shown in full" in text
    assert f"/admin/decisions/{found.entries[1].decision}" in text
    assert "Personal data shown in full" not in clinic.get("/admin/audit?subject=4711")
    clinic.get("/admin/audit", role="cashier", status=403)


def _quarantined(clinic: Clinic) -> int:
    ref = clinic.enter("李建国")
    clinic.tell("apply", member=ref, documents={"application-form": 1, "id-copy": 1})
    clinic.tell("approve", member=ref)
    with tenant_scope(clinic.tenant), unit(write=True) as opened:
        order = orders.open_order(ref, "donation")
        row = {column.name: None for column in attempt.columns}
        now = clinic.time.now()
        row |= {
            "id": 7, "order_id": order.id, "gateway": "stripe", "account": "", "key": "k",
            "state": "quarantined", "payment_id": "pi_1", "asked": {}, "received": 900,
            "refunded": 0, "problem": "received_differs", "expires_at": now, "created_at": now,
            "changed_at": now,
        }  # fmt: skip
        opened.connection.execute(attempt.insert().values(row))
        return int(opened.connection.execute(order_table.select()).first().id)


def test_a_payment_set_aside_is_seen_and_not_returned_without_a_reason(clinic: Clinic) -> None:
    assert "Every payment is in order" in clinic.get("/admin/payments")
    _quarantined(clinic)

    text = clinic.get("/admin/payments", role="reviewer")

    assert "Another amount came than is owed." in text
    assert "¥9.00" in text
    assert "/admin/payments/7/return" in text
    assert "/admin/payments/7/return" not in clinic.get("/admin/payments", role="auditor")
    clinic.get("/admin/payments", role="cashier", status=403)
    clinic.post("/admin/payments/7/return", {"reason": " "}, role="reviewer", status=422)
    clinic.post("/admin/payments/7/return", {"reason": "x"}, role="auditor", status=403)
    clinic.post("/admin/payments/8/return", {"reason": "x"}, role="reviewer", status=404)


def test_a_notice_given_up_is_listed_and_sent_again(clinic: Clinic) -> None:
    assert "Every notice arrived" in clinic.get("/admin/notices")
    ref = clinic.enter("王秀英")
    clinic.tell("join", member=ref, path="ordinary")
    with tenant_scope(clinic.tenant), unit(write=True) as opened:
        for number, state in ((7, DEAD), (8, SENT)):
            opened.connection.execute(
                outbox.insert().values(
                    id=number, topic="notice", subject=ref, state=state, tries=1, error=NO_PHONE,
                    due_at=clinic.time.now(),
                    sealed=OUTBOX.seal(number, {"code": "points-reset", "about": {"points": 12}}),
                )
            )  # fmt: skip

    text = clinic.get("/admin/notices", role="auditor")

    assert "There is no phone on file." in text
    assert "12）" in text
    assert text.count("Given up") == 1
    assert "/admin/notices/7/again" not in text
    assert "/admin/notices/7/again" in clinic.get("/admin/notices", role="service-desk")
    clinic.post("/admin/notices/7/again", {}, role="auditor", status=403)
    clinic.post("/admin/notices/8/again", {}, role="service-desk", status=404)
    clinic.post("/admin/notices/7/again", {}, role="service-desk", status=303)
    assert "Every notice arrived" in clinic.get("/admin/notices")
    assert "Notice sent again" in clinic.get("/admin/audit", role="auditor")


def test_work_that_fails_for_ever_is_listed_and_tried_again(clinic: Clinic) -> None:
    ref = clinic.enter("王秀英")
    bury(clinic.tenant, "payments", 5, "charter_unavailable")
    bury(clinic.tenant, f"clock:{ref}", 1, "charter_broken")

    text = clinic.get("/admin/notices", role="service-desk")

    assert "Payments at the gateway" in text
    assert "the log tells why (charter_unavailable)" in text
    assert "The charter cannot decide it." in text
    assert "Deadlines and reminders" in text
    assert "王秀英" in text
    assert text.count("Try again") == 2
    with tenant_scope(clinic.tenant):
        [number] = [each.id for each in undelivered() if each.job == "payments"]
    clinic.post(f"/admin/notices/{number}/again", {}, role="service-desk", status=303)
    assert "Payments at the gateway" not in clinic.get("/admin/notices")


def test_a_store_that_waits_for_its_migration_is_closed(clinic: Clinic, settings: Config) -> None:
    tenant, browser = clinic.tenant, clinic.browser("owner")
    with tenant.installation.stores.migration(tenant.id) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    browser.application = create_app(settings, directory=open_catalogue(settings), areas=AREAS)

    page = browser.get(f"/t/{tenant.slug}/admin/members?lang=en")
    key = {"Authorization": f"Bearer ch_{tenant.key[:8]}_whatever"}
    told = browser.get(f"/t/{tenant.slug}/api/v1/members/1", headers=key)

    assert page.status_code == 503
    assert "being moved or repaired" in page.text
    assert "0001" not in page.text
    assert told.status_code == 503
    assert told.get_json()["code"] == "store_outdated"


@pytest.fixture(name="front")
def _front(
    settings: Config, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> Callable[[bool], Flask]:
    make_tenant("east")

    def make(demo: bool) -> Flask:  # noqa: FBT001 - the one thing that differs
        each = Config(data_dir=settings.data_dir, master_key=settings.master_key, demo=demo)
        return create_app(each, directory=catalogue, areas=AREAS)

    return make


def test_only_a_demonstration_lists_its_institutions(front: Callable[[bool], Flask]) -> None:
    shown = front(True).test_client().get("/")
    hidden = front(False).test_client().get("/")

    assert (shown.status_code, hidden.status_code) == (200, 404)
    assert "/t/east/my/" in shown.text
    assert "east" not in hidden.text


def test_an_institutions_address_leads_to_its_portal(front: Callable[[bool], Flask]) -> None:
    answer = front(False).test_client().get("/t/east/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/t/east/my/")
