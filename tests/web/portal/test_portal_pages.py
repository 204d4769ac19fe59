"""What members see: card, code, points, statement, charter, their data."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse import clock
from charterhouse.desk import member_code
from charterhouse.desk.institution import Branch, keep_branches
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.desk.portal import home as read_home
from charterhouse.desk.statement import statement
from charterhouse.records import tables as t

if TYPE_CHECKING:
    from collections.abc import Callable

PHONE = "13800138000"


def at(shop: Any, *moment: int) -> Any:
    return clock.use_clock(clock.FixedClock(datetime(*moment, tzinfo=shop.tenant.zone)))


def test_the_card_shows_tier_number_points_and_last_day(
    phone: Callable[..., Any], member: str, spend: Any
) -> None:
    spend(member, "b1")
    home = read_home(member)
    number = home.standing.card_no

    page = phone(number=PHONE).text("/")

    assert "VIP card" in page
    assert f"{number[:4]} {number[4:8]} {number[8:]}" in page
    assert "40 points can be used until" in page
    assert home.standing.valid_until is not None
    assert f"{home.standing.valid_until.year}" in page


@pytest.mark.parametrize(("language", "title"), [("zh", "我的会员卡"), ("en", "My card")])
def test_both_languages(phone: Callable[..., Any], member: str, language: str, title: str) -> None:
    mine = phone(language=language, number=PHONE)

    for path in ("/", "/points", "/statement", "/receipts", "/profile", "/benefits", "/charter"):
        mine.get(path)
    assert title in mine.text("/")


def test_the_member_code_names_the_person_for_a_few_minutes(
    shop: Any, phone: Callable[..., Any], member: str
) -> None:
    image = phone(number=PHONE).get("/member-code.svg")
    assert image.mimetype == "image/svg+xml"
    assert image.headers["Cache-Control"] == "no-store"
    made = member_code.make(member)
    assert re.fullmatch(r"[A-Z0-9-]+", made.text)
    assert member_code.resolve(f" {made.text.lower()} ") == member

    with (
        clock.use_clock(clock.FixedClock(made.expires_at)),
        pytest.raises(member_code.MemberCodeError) as caught,
    ):
        member_code.resolve(made.text)

    assert caught.value.code == "code_stale"


def test_a_member_code_cannot_be_made_up_or_carried_elsewhere(shop: Any, member: str) -> None:
    text = member_code.make(member).text
    head, person, until, mark = text.split("-")
    later = f"{int(until, 36) + 60:X}"
    other = "1" if person.endswith("0") else "0"

    for forged in (
        f"{head}-{person}-{later}-{mark}",
        f"{head}-{person[:-1]}{other}-{until}-{mark}",
        f"{head}-{person}-{until}-{'A' * 20}",
        "4006381333931",
        "",
    ):
        with pytest.raises(member_code.MemberCodeError):
            member_code.resolve(forged)
    with shop.open(shop.tenants[1]), pytest.raises(member_code.MemberCodeError):
        member_code.resolve(text)


def test_benefits_in_plain_words(shop: Any, phone: Callable[..., Any], member: str) -> None:
    page = phone(number=PHONE).text("/benefits")

    today = clock.now().astimezone(shop.tenant.zone).date()
    assert "Birthday check-up" in page
    assert f'Next on <time datetime="{today.year}-12-31">' in page
    assert "1 left, until" in page
    assert "As often as you like, until" in page
    assert "#clause-2.4" in page


def test_the_birthday_benefit_on_its_day_and_after(shop: Any, member: str) -> None:
    year = clock.now().astimezone(shop.tenant.zone).year
    with at(shop, year, 12, 31, 10):
        now = {one.code: one for one in read_home(member).benefits}["birthday-check"]
        used = submit("use", {"member": member, "benefit": "birthday-check"}, actor="test")
        assert used.accepted, used.refusal
        after = {one.code: one for one in read_home(member).benefits}["birthday-check"]

    assert (now.remaining, now.next_day) == (1, date(year, 12, 31))
    assert (after.remaining, after.next_day) == (0, date(year + 1, 12, 31))


def test_points_by_kind_with_their_clauses(
    phone: Callable[..., Any], member: str, spend: Any
) -> None:
    spend(member, "b1")
    award = {"member": member, "points": 25, "kind": "gift", "reason": "health lecture"}
    assert submit("award", award, actor="test").accepted

    page = phone(number=PHONE).text("/points")

    assert "Consumption points" in page
    assert "Gift points" in page
    assert "health lecture" in page
    assert "+40" in page
    assert "#clause-5.1" in page


def test_value_is_asked_for_only_where_the_charter_takes_it(
    phone: Callable[..., Any], member: str
) -> None:
    """The charter names top-ups, to refuse them by its clause whatever the amount."""
    refused = submit("top_up", {"member": member, "amount": "5000.00"}, actor="test").refusal
    assert refused is not None
    assert refused["code"] == "not_included"

    assert "/my/top-up" not in phone(number=PHONE).text("/")


def test_no_points_yet_says_how_they_come(phone: Callable[..., Any], member: str) -> None:
    assert "No points yet" in phone(number=PHONE).text("/points")


def test_the_statement_of_a_month(shop: Any, phone: Callable[..., Any], member: str) -> None:
    keep_branches((Branch("east", "东城门诊", "East clinic"),))
    line = {"item": "ultrasound", "category": "exam", "price": "100.00", "offer": "50.00"}
    bill = {"id": "b1", "member": member, "lines": [line], "branch": "east", "method": "alipay"}
    assert submit("spend", bill, actor="test").accepted

    page = phone(number=PHONE).text("/statement")
    found = statement(member)

    assert (found.paid, found.saved, found.points) == (1000 + 4000, 6000, 40)
    assert "East clinic" in page
    assert "Alipay" in page
    assert "¥100.00" in page
    assert "¥40.00" in page
    # Each line opens the text of its clause.
    assert "80 %" in page
    assert "#clause-2.2" in page


def test_the_statement_by_month(
    shop: Any, phone: Callable[..., Any], member: str, spend: Any
) -> None:
    today = clock.now().astimezone(shop.tenant.zone)
    spend(member, "b1")
    later = (today.replace(day=1) + timedelta(days=40)).replace(day=1)
    with clock.use_clock(clock.FixedClock(later)):
        now, before = statement(member), statement(member, f"{today:%Y-%m}")

    assert (now.month, now.rows) == (later.date(), ())
    assert [month.isoformat()[:7] for month in now.months] == [f"{later:%Y-%m}", f"{today:%Y-%m}"]
    assert {row.verb for row in before.rows} == {"spend", "join"}
    mine = phone(number=PHONE)
    assert "Nothing in this month" in mine.text("/statement?month=2021-01")
    mine.get("/statement?month=13-2021", 303)


def test_a_refund_stands_in_the_statement(member: str, spend: Any) -> None:
    spend(member, "b1")
    assert submit("refund", {"of": "b1", "amount": "15.00", "reason": "wrong"}, actor="t").accepted

    rows = {row.verb: row for row in statement(member).rows}

    assert (rows["refund"].back, rows["refund"].points) == (1500, -15)
    assert rows["spend"].paid == 4000


def test_of_a_friends_bill_only_the_own_points_are_told(
    phone: Callable[..., Any], member: str
) -> None:
    friend = create_person({"name": "李梅"}).ref
    line = {"item": "pregnancy-test", "category": "exam", "price": "200.00"}
    bill = {
        "id": "b9", "person": friend, "lines": [line], "referred_by": member, "first_visit": True,
    }  # fmt: skip
    assert submit("spend", bill, actor="test").accepted

    page = phone(number=PHONE).text("/statement")

    assert "Referral points" in page
    assert "+30" in page
    assert "pregnancy" not in page
    assert "李梅" not in page
    assert "¥200" not in page


def test_the_charter_with_search_and_anchors(phone: Callable[..., Any]) -> None:
    mine = phone()

    whole = mine.text("/charter")
    found = mine.text("/charter?q=Birthday")

    assert 'id="clause-2.4"' in whole
    assert 'id="clause-5.1"' in whole
    assert "<mark>Birthday</mark>" in found
    assert 'id="clause-5.1"' not in found
    assert 'id="clause-7A.2"' in mine.text("/charter?q=7A.2")
    assert "Nothing matches this filter" in mine.text("/charter?q=dragons")
    mine.get("/charter?version=9", 404)


def test_what_is_searched_for_is_never_markup(phone: Callable[..., Any]) -> None:
    page = phone().text("/charter?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in page


def test_an_announced_version_can_be_read_before(
    shop: Any, phone: Callable[..., Any], member: str
) -> None:
    day = clock.now().astimezone(shop.tenant.zone).date()
    amended = submit("amend", {
        "announced": day.isoformat(), "effective": (day + timedelta(days=8)).isoformat(),
        "settings": {"points_per_yuan": 2}, "notified": True,
    }, actor="test")  # fmt: skip
    assert amended.accepted, amended.refusal
    mine = phone()

    assert "A change is announced for" in mine.text("/charter")
    assert "This is not the version in force." in mine.text("/charter?version=2")


def test_the_profile_is_masked(phone: Callable[..., Any], member: str) -> None:
    page = phone(number=PHONE).text("/profile")

    assert "138****8000" in page
    assert "110************02X" in page
    assert "11010519491231002X" not in page
    assert PHONE not in page


def test_a_copy_of_ones_own_data(
    shop: Any, phone: Callable[..., Any], member: str, applicant: str, spend: Any
) -> None:
    spend(member, "b1")

    answer = phone(number=PHONE).post("/data", 200, at="/profile")

    copy = json.loads(answer.data)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert copy["person"]["id_number"] == "11010519491231002X"
    assert [event["verb"] for event in copy["events"]] == ["join", "spend"]
    assert {paper["kind"] for paper in copy["documents"]} == {"bill", "payment"}
    assert applicant not in answer.text
    assert shop.told("member.data_copy") == 1


def test_states_of_the_card(phone: Callable[..., Any], member: str) -> None:
    mine = phone(number=PHONE)
    assert submit("report_loss", {"member": member}, actor="test").accepted
    lost = mine.text("/")
    assert "This card is reported lost" in lost
    assert "data-member-code" not in lost

    assert submit("reissue_card", {"member": member}, actor="test").accepted
    owing = mine.text("/")

    assert "¥5.00" in owing
    assert "/pay/reissue" in owing


def test_an_application_on_its_way(shop: Any, phone: Callable[..., Any], applicant: str) -> None:
    page = phone(number="13900139000").text("/")

    assert "Your application is approved" in page
    assert "¥10.00" in page
    assert "/pay/donation" in page
    assert "data-member-code" not in page


def test_somebody_without_application(phone: Callable[..., Any]) -> None:
    create_person({"name": "钱七", "phone": "13500135000"})

    mine = phone(number="13500135000")

    assert "You are not a member yet" in mine.text("/")
    for path in ("/points", "/statement", "/receipts", "/profile"):
        mine.get(path)
    mine.get("/benefits", 303)


def test_looking_changes_nothing(shop: Any, phone: Callable[..., Any], member: str) -> None:
    mine = phone(number=PHONE)
    before = shop.count(t.decision), shop.count(t.audit)
    for path in ("/", "/points", "/statement", "/receipts", "/profile", "/benefits", "/charter"):
        mine.get(path)

    assert (shop.count(t.decision), shop.count(t.audit)) == before


def test_the_phone_can_keep_the_portal(phone: Callable[..., Any]) -> None:
    mine = phone()
    answer = mine.get("/manifest.webmanifest")

    manifest = json.loads(answer.data)
    assert answer.mimetype == "application/manifest+json"
    assert manifest["start_url"] == manifest["scope"] == f"{mine.root}/"
    for icon in manifest["icons"]:
        drawn = mine.client.get(icon["src"])
        assert drawn.status_code == 200
        assert drawn.mimetype == "image/svg+xml"
