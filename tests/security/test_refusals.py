"""Whoever reaches for another institution stands in the platform's audit."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from charterhouse.cli import main as charterhouse
from charterhouse.jobs.worker import Job, Worker
from charterhouse.records.tables import person
from charterhouse.tenancy import errors, refusals
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from collections.abc import Callable


def noted(world: Any) -> list[tuple[int | None, str, str]]:
    """The refusals in the audit: whom it reached for, the kind, and who it was."""
    rows = [row for row in world.catalogue.audit() if row.action == "refused"]
    return [(row.tenant_id, row.detail["what"], row.actor.partition(":")[0]) for row in rows]


def foreign_id(world: Any) -> None:
    assert world.staff(world.west).get(f"/admin/members/{world.east.member}").status_code == 404


def foreign_id_of_a_member(world: Any) -> None:
    assert world.member(world.west).get(f"/my/payments/{world.east.attempt}").status_code == 404


def foreign_id_in_a_body(world: Any) -> None:
    answer = world.app.test_client().post(
        "/t/west/api/v1/events",
        json={"spend": {"member": world.east.member, "lines": [{"item": "x", "price": "1.00"}]}},
        headers={"Authorization": f"Bearer {world.west.token}"},
    )
    assert answer.status_code == 422


def foreign_key(world: Any) -> None:
    answer = world.app.test_client().get(
        f"/t/west/api/v1/members/{world.west.member}",
        headers={"Authorization": f"Bearer {world.east.token}"},
    )
    assert answer.status_code == 401


def foreign_session(world: Any) -> None:
    own = world.staff(world.east).client.get_cookie("charterhouse_session", path="/t/east/").value
    thief = world.anybody(world.west)
    thief.client.set_cookie("charterhouse_session", own, path="/t/west/")
    assert thief.get("/admin/members").status_code == 303


def foreign_form(world: Any) -> None:
    answer = world.staff(world.west).client.post(
        "/t/west/admin/account", headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403


def foreign_host(world: Any) -> None:
    answer = world.app.test_client().get("/", headers={"Host": "east..localhost"})
    assert answer.status_code == 400


def foreign_path(world: Any) -> None:
    assert world.app.test_client().get("/t/nobody/my/").status_code == 404


def test_a_page_that_turns_to_another_institution_stands_in_the_audit(world: Any) -> None:
    def turn() -> str:
        with unit(), tenant_scope(world.east.tenant):
            return "there"

    app = world.site()
    app.testing = False
    app.add_url_rule("/test-turn", "test.turn", public(reason="An attack of the test.")(turn))
    for _ in range(2):
        assert app.test_client().get("/t/west/test-turn").status_code == 500
    assert noted(world) == [(world.west.tenant.id, "scope", "anybody")]


def no_scope(world: Any) -> None:
    """A job that hands its work to a thread without telling it for whom."""

    def work(_tenant: Any) -> bool:
        with ThreadPoolExecutor(1) as pool:
            return bool(pool.submit(people).result())

    def people() -> int:
        with unit() as opened:
            return len(opened.connection.execute(select(person.c.id)).all())

    Worker(world.catalogue, [Job("test", work)]).visit(world.west.tenant)


ATTACKS: list[tuple[Callable[[Any], None], str, str]] = [
    (foreign_id, "id", "staff"),
    (foreign_id_of_a_member, "id", "member"),
    (foreign_id_in_a_body, "id", "api"),
    (foreign_key, "key", "anybody"),
    (foreign_session, "session", "anybody"),
    (foreign_form, "form", "staff"),
    (foreign_host, "host", "anybody"),
    (foreign_path, "host", "anybody"),
]


@pytest.mark.parametrize(
    ("attack", "what", "actor"), ATTACKS, ids=lambda each: getattr(each, "__name__", str(each))
)
def test_an_attack_stands_in_the_audit_once_a_minute(
    world: Any, attack: Callable[[Any], None], what: str, actor: str
) -> None:
    attack(world)
    attack(world)

    reached = None if what == "host" else world.west.tenant.id
    assert noted(world) == [(reached, what, actor)]


def test_a_job_without_scope_stands_in_the_audit(world: Any) -> None:
    no_scope(world)
    assert noted(world) == [(world.west.tenant.id, "scope", "worker")]


def test_who_has_only_lost_the_way_stands_nowhere(world: Any) -> None:
    for path in ("/t/west/nowhere", "/t/west/api/v1/members/1", "/t/west/admin/members", "/x"):
        assert world.app.test_client().get(path).status_code in (303, 401, 404)
    assert world.staff(world.west).get("/admin/nowhere").status_code == 404

    assert noted(world) == []


def test_what_cannot_be_noted_stays_refused(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_: Any) -> Any:
        raise errors.QuotaError("full")

    monkeypatch.setattr(world.catalogue.database, "transaction", full)
    foreign_id(world)


def test_operators_read_it(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    foreign_session(world)
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(world.folder))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")

    told = CliRunner().invoke(charterhouse, ["tenant", "audit", "west", "--limit", "1"])
    missing = CliRunner().invoke(charterhouse, ["tenant", "audit", "nobody"])

    assert "west  refused  anybody  what=session" in told.output
    assert missing.exit_code == 1


def test_one_kind_does_not_hide_another(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refusals, "_OF_A_TENANT", 0.0)
    foreign_id(world)
    foreign_key(world)
    foreign_key(world)

    assert [what for _, what, _ in noted(world)] == ["key", "key", "id"]
