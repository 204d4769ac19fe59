"""Two at once: clicks, refunds, redemptions, codes. One has its effect."""

from __future__ import annotations

import threading
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from charterhouse.desk import access
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.codes import CodeError, verify_code
from charterhouse.desk.intake import submit
from charterhouse.desk.member_file import file
from charterhouse.kernel.ledger import POINTS
from charterhouse.records.tables import decision
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

BOTH_ENGINES = True
AT_ONCE = 6


def at_once(act: Callable[[int], Any]) -> list[Any]:
    """Let several act at the same moment; return what each got, an exception if it was one."""
    gate, got = threading.Barrier(AT_ONCE), [None] * AT_ONCE

    def run(number: int) -> None:
        gate.wait()
        try:
            got[number] = act(number)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            got[number] = error

    threads = [threading.Thread(target=copy_context().run, args=(run, n)) for n in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def accepted(world: Any, verb: str) -> int:
    with tenant_scope(world.east.tenant), unit() as opened:
        wanted = select(func.count()).where(decision.c.verb == verb, decision.c.code == "")
        return int(opened.connection.execute(wanted).scalar_one())


def points(world: Any) -> int:
    with tenant_scope(world.east.tenant):
        return int(file(world.east.member).standing.balance(POINTS))


def test_confirming_twice_redeems_once(world: Any) -> None:
    owner = world.staff(world.east)
    path = owner.path(f"/admin/members/{world.east.member}/do/redeem")
    form = {"csrf_token": owner.token(), "step": "confirm", "points": "5", "shown": ["card", "id"],
            "key": "of-this-form"}  # fmt: skip
    value = owner.client.get_cookie("charterhouse_session", path="/t/east/").value
    before, told = points(world), accepted(world, "redeem")

    def click(_: int) -> int:
        client = world.app.test_client()
        client.set_cookie("charterhouse_session", value, path="/t/east/")
        return int(client.post(path, data=form).status_code)

    assert at_once(click) == [303] * AT_ONCE
    assert points(world) == before - 5
    assert accepted(world, "redeem") == told + 1


def test_redeeming_more_than_there_is_at_once(world: Any) -> None:
    left = points(world)
    raw = {"member": world.east.member, "points": left, "shown": ["card", "id"]}
    with tenant_scope(world.east.tenant):
        answers = at_once(lambda _: submit("redeem", raw, actor="test").accepted)

    assert sorted(answers) == [False] * (AT_ONCE - 1) + [True]
    assert points(world) == 0


def test_refunding_a_bill_at_once(world: Any) -> None:
    raw = {"of": world.east.bill, "reason": "x"}
    with tenant_scope(world.east.tenant):
        answers = at_once(lambda _: submit("refund", raw, actor="test").accepted)

    assert answers.count(True) == 1
    assert accepted(world, "refund") == 1


def test_the_same_event_under_one_key_at_once(world: Any) -> None:
    raw = {"member": world.east.member, "lines": [{"item": "x", "price": "9.00"}]}
    before = accepted(world, "spend")
    with tenant_scope(world.east.tenant):
        answers = at_once(lambda _: submit("spend", raw, actor="test", key="one"))

    assert len({answer.event_id for answer in answers}) == 1
    assert [answer.repeated for answer in answers].count(False) == 1
    assert accepted(world, "spend") == before + 1


def test_one_code_at_once(world: Any) -> None:
    with tenant_scope(world.east.tenant):
        access.request_code("13800138000")
        code = (world.folder / OUTBOX).read_text().split("验证码 ")[1][:6]
        answers = at_once(lambda _: verify_code("13800138000", code))

    assert sum(isinstance(answer, list) for answer in answers) == 1
    assert sum(isinstance(answer, CodeError) for answer in answers) == AT_ONCE - 1
