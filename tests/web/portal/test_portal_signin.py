"""Signing in by phone, choosing who one is, and signing out."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from charterhouse import clock
from charterhouse.desk.access import CodeError
from charterhouse.desk.channels import OUTBOX
from charterhouse.desk.people import change_person, create_person
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.permissions import access_of

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_page_asks_who_one_is_and_leads_back(phone: Callable[..., Any], member: str) -> None:
    mine = phone()
    answer = mine.get("/points", 303)
    assert "/my/sign-in?next=" in answer.location
    mine.client.get(answer.location)

    landed = mine.sign_in()

    assert landed.location.endswith("/my/points")
    assert "points you can use" in mine.text("/points")


def test_the_code_lets_in_and_works_once(phone: Callable[..., Any], member: str) -> None:
    mine = phone()
    mine.post("/sign-in", phone="13800138000")
    code = mine.code()
    mine.post("/sign-in/code", code=code)
    assert "王秀英" in mine.text("/")

    other = phone()
    other.post("/sign-in", phone="+86 138 0013 8000")
    other.post("/sign-in/code", 422, code=code)
    other.get("/", 303)


def test_a_wrong_code_says_what_to_do(phone: Callable[..., Any], member: str) -> None:
    mine = phone()
    mine.post("/sign-in", phone="13800138000")
    code = mine.code()

    answer = mine.post("/sign-in/code", 422, code=str((int(code) + 1) % 10**6).zfill(6))

    assert "This code is not right" in answer.text
    assert CodeError.code not in answer.text


def test_an_unknown_phone_looks_the_same(shop: Any, phone: Callable[..., Any], member: str) -> None:
    mine = phone()
    answer = mine.post("/sign-in", phone="13700137000")
    assert answer.location.endswith("/sign-in/code")
    assert "137****7000" in mine.text("/sign-in/code")
    assert not (shop.config.data_dir / OUTBOX).exists()
    mine.post("/sign-in/code", 422, code="123456")


def test_what_is_no_phone_is_refused_beside_the_field(phone: Callable[..., Any]) -> None:
    answer = phone().post("/sign-in", 422, phone="12")

    assert 'id="f-phone-error"' in answer.text
    assert 'value="12"' in answer.text


def test_too_many_codes_are_refused(phone: Callable[..., Any], member: str) -> None:
    mine = phone()
    for _ in range(5):
        mine.post("/sign-in", phone="13800138000")

    assert "in an hour" in mine.post("/sign-in", 429, phone="13800138000").text


def test_a_household_chooses_and_changes(phone: Callable[..., Any], member: str) -> None:
    child = create_person({"name": "王小明", "phone": "13800138000", "born": "2015-06-01"}).ref
    stranger = create_person({"name": "李四", "phone": "13700137000"}).ref
    mine = phone()
    assert mine.sign_in().location.endswith("/choose")
    page = mine.text("/sign-in/choose")
    assert "王秀英" in page
    assert "王小明" in page
    mine.get("/", 303)
    mine.post("/sign-in/choose", 303, ref=stranger)
    mine.get("/", 303)

    mine.post("/sign-in/choose", ref=child)
    assert "My application" in mine.text("/")
    mine.post("/switch", at="/profile", ref=member)
    assert "My card" in mine.text("/")
    mine.post("/switch", 404, at="/profile", ref=stranger)


def test_signing_out(phone: Callable[..., Any], member: str) -> None:
    mine = phone(number="13800138000")

    mine.post("/sign-out", at="/profile")

    mine.get("/", 303)


def test_signing_out_everywhere_ends_the_other_phone_too(
    phone: Callable[..., Any], member: str
) -> None:
    mine, other = phone(number="13800138000"), phone(number="13800138000")
    assert "王秀英" in other.text("/")

    mine.post("/sign-out-everywhere", at="/profile")

    mine.get("/", 303)
    other.get("/", 303)
    assert "王秀英" in phone(number="13800138000").text("/")


def test_another_phone_number_ends_the_sign_in(
    shop: Any, phone: Callable[..., Any], member: str
) -> None:
    mine = phone(number="13800138000")
    with tenant_scope(shop.tenant):
        change_person(member, {"phone": "13600136000"})

    mine.get("/", 303)


def test_a_sign_in_of_one_institution_is_none_at_another(
    shop: Any, phone: Callable[..., Any], member: str
) -> None:
    mine = phone(number="13800138000")
    cookie = mine.client.get_cookie("charterhouse_session", path=f"/t/{shop.tenant.slug}/")
    assert cookie is not None
    other = phone(shop.tenants[1])
    other.client.set_cookie(
        "charterhouse_session", cookie.value, path=f"/t/{shop.tenants[1].slug}/"
    )

    other.get("/", 303)


def test_a_sign_in_ends_when_unused(shop: Any, phone: Callable[..., Any], member: str) -> None:
    mine = phone(number="13800138000")
    with clock.use_clock(clock.FixedClock(clock.now() + timedelta(days=13))):
        mine.get("/")
    with clock.use_clock(clock.FixedClock(clock.now() + timedelta(days=28))):
        assert "expired=1" in mine.get("/", 303).location


def test_every_page_says_who_may_see_it(shop: Any) -> None:
    rules = [r for r in shop.site.url_map.iter_rules() if r.endpoint.startswith("portal.")]
    open_ones = {
        rule.endpoint.removeprefix("portal.")
        for rule in rules
        if (access := access_of(shop.site.view_functions[rule.endpoint])) is not None
        and access.audience is None
    }

    assert len(rules) > 15
    assert open_ones == {
        "sign_in", "send_code", "code", "check_code", "choose", "chosen", "charter", "manifest",
        "app_icon",
    }  # fmt: skip
