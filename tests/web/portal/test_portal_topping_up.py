"""Stored value paid in online: a prepayment that is owed, and a top-up of any amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk.intake import submit
from charterhouse.desk.member_file import file
from charterhouse.desk.people import create_person
from charterhouse.payments import orders
from charterhouse.payments.attempts import attempts_of
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAPERS = {"application-form": 1, "id-document": 1}


@pytest.fixture(name="shop")
def _shop(shops: Any, tmp_path: Any) -> Iterator[Any]:
    """A shop whose tenant stores value."""
    shop = shops.InProcess(tmp_path)
    made = create_tenant(
        shop.catalogue, slug="ladder", name_zh="示例产科", name_en="Sample maternity",
        charter="maternity.prepaid-ladder",
    )  # fmt: skip
    with tenant_scope(made), unit(write=True) as opened:
        adopt(opened, made.charter, {}, actor="test")
    shop.tenant = made
    shop.state.add_endpoint(shop.hook(made), secret="whsec_of_this_test")
    with shop.open(made):
        yield shop
    shop.close()


def applicant(phone: str) -> str:
    ref = create_person({"name": "王秀英", "phone": phone, "born": "1990-07-08"}).ref
    applied = submit("apply", {"member": ref, "documents": PAPERS}, actor="test")
    assert applied.accepted, applied.refusal
    assert submit("approve", {"member": ref}, actor="test").accepted
    return ref


def balance(ref: str) -> int:
    return file(ref).standing.balance("stored_value")


def test_a_prepayment_is_paid_online_and_becomes_stored_value(
    shop: Any, phone: Callable[..., Any]
) -> None:
    ref = applicant("13800138000")
    member = phone(shop.tenant, number="138 0013 8000")
    assert "10,000.00" in member.text("/")
    sent = member.post("/pay/top_up")
    assert sent.location
    attempt = attempts_of(orders.orders_of(ref)[0].id)[0]
    shop.act(attempt)
    assert file(ref).standing.status == "active"
    assert balance(ref) == 1_000_000


def test_a_member_tops_up_what_they_like_once(shop: Any, phone: Callable[..., Any]) -> None:
    ref = applicant("13800138000")
    assert submit("top_up", {"member": ref, "amount": "10000"}, actor="test").accepted
    member = phone(shop.tenant, number="138 0013 8000")
    assert "/my/top-up" in member.text("/")
    short = member.post("/top-up", 422, amount="20")
    assert "The amount is too small" in short.text
    assert "Enter an amount" in member.post("/top-up", 422, amount="much").text
    first = member.post("/top-up", amount="1,500.00")
    again = member.post("/top-up", amount="1500")
    assert first.location == again.location
    (attempt,) = [a for o in orders.orders_of(ref) for a in attempts_of(o.id)]
    shop.act(attempt)
    member.get(f"/payments/{attempt.id}?back=done")
    assert balance(ref) == 1_150_000
    assert "¥1,500.00" in member.text("/statement")


def test_a_top_up_that_came_too_late_goes_back(shop: Any, phone: Callable[..., Any]) -> None:
    ref = applicant("13800138000")
    assert submit("top_up", {"member": ref, "amount": "10000"}, actor="test").accepted
    member = phone(shop.tenant, number="138 0013 8000")
    member.post("/top-up", amount="1500")
    assert submit("withdraw", {"member": ref}, actor="test").accepted
    (attempt,) = attempts_of(orders.orders_of(ref)[0].id)
    shop.act(attempt)
    assert balance(ref) == 1_000_000
    (attempt,) = attempts_of(orders.orders_of(ref)[0].id)
    assert attempt.state in ("refunding", "refunded")
