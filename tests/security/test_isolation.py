"""An institution finds nothing of another, whatever it asks for and however it asks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import member_code, reports
from charterhouse.desk.intake import submit
from charterhouse.desk.people import create_person
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.vault import blind_index

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

BOTH_ENGINES = True

PAPERS = {"application-form": 1, "id-copy": 1}
ADMIN_CALLS = pytest.mark.routes(lambda route: route.area == "admin" and route.names_a_thing)


def told(answer: TestResponse) -> str:
    head = "".join(f"{name}: {value}\n" for name, value in answer.headers.items())
    return head + answer.get_data().decode("utf-8", "replace")


def leaks(answer: TestResponse, house: Any, asked: str) -> list[str]:
    """What of an institution's secrets an answer holds, beside what was asked with."""
    return [secret for secret in house.secrets if secret not in asked and secret in told(answer)]


@pytest.mark.routes(lambda route: route.area == "admin" and route.method == "GET"
                    and set(route.names) == {"ref"})  # fmt: skip
def test_the_ids_of_these_tests_are_good_at_home(shared: Any, route: Any) -> None:
    """Otherwise a "not found" elsewhere would prove nothing."""
    path = route.path(shared.east.ids(route.rule))
    answer = shared.staff(shared.east).get(path)

    assert answer.status_code in (200, 302, 303), path


@pytest.mark.parametrize("path", ["/admin/events/{event}", "/admin/decisions/{decision}",
                                  "/admin/counter/bills/{bill}", "/admin/staff/{staff}"])  # fmt: skip
def test_the_other_ids_too(shared: Any, path: str) -> None:
    house = shared.east
    found = path.format(event=house.event, decision=house.decision, bill=house.bill,
                        staff=house.staff["cashier"])  # fmt: skip

    assert shared.staff(house).get(found).status_code in (200, 302)


@ADMIN_CALLS
def test_staff_find_nothing_of_another_institution(shared: Any, route: Any) -> None:
    path = route.path(shared.east.ids(route.rule))
    owner = shared.staff(shared.west)
    with shared.untouched():
        if route.method == "GET":
            answer = owner.get(path, follow_redirects=True)
        else:
            form = {"step": "confirm", "points": "1", "shown": ["card", "id"], "outcome": "approve",
                    "for": "donation", "method": "cash", "name": "x", "role": "owner", "reason": "x"}  # fmt: skip
            answer = owner.post(path, form)

    assert answer.status_code in (404, 422), told(answer)[:600]
    assert not leaks(answer, shared.east, path)


@pytest.mark.routes(lambda route: route.area == "api" and bool(route.access.permissions))
def test_a_key_opens_one_institution_only(shared: Any, route: Any) -> None:
    path = route.path(shared.east.ids(route.rule))
    where = shared.anybody(shared.west)
    for token, status in ((shared.east.token, 401), (shared.west.token, 404)):
        if status == 404 and not route.names_a_thing:
            continue
        with shared.untouched():
            answer = where.client.open(
                where.path(path), method=route.method, headers={"Authorization": f"Bearer {token}"}
            )
        assert answer.status_code == status
        assert answer.json["code"]
        assert not leaks(answer, shared.east, path)


@pytest.mark.parametrize("path", ["/my/payments/{attempt}", "/my/receipts/{redemption}",
                                  "/my/receipts/{bill}", "/my/receipts/online-{attempt}"])  # fmt: skip
def test_members_find_nothing_of_others(shared: Any, path: str) -> None:
    house = shared.east
    asked = path.format(attempt=house.attempt, redemption=house.redemption, bill=house.bill)
    for browser in (shared.member(shared.west), shared.member(house)):
        answer = browser.get(asked)
        assert answer.status_code == 404
        assert not leaks(answer, house, asked) or browser.at is house


def test_nobody_becomes_somebody_of_another_household_or_institution(shared: Any) -> None:
    browser = shared.member(shared.east)
    for ref in (shared.east.applicant, shared.west.member, "", "0", "x" * 5000, "9" * 5000):
        answer = browser.post("/my/switch", {"ref": ref})
        assert answer.status_code == 404
    assert "东方泄漏甲" in told(browser.get("/my/profile"))


@pytest.mark.parametrize("kind", ["staff", "member"])
def test_a_session_is_none_elsewhere(shared: Any, kind: str) -> None:
    own = shared.staff(shared.west) if kind == "staff" else shared.member(shared.west)
    value = own.client.get_cookie("charterhouse_session", path="/t/west/").value
    thief = shared.anybody(shared.east)
    for path in ("/", "/t/east/"):
        thief.client.set_cookie("charterhouse_session", value, path=path)
        thief.client.set_cookie("charterhouse_platform", value, path=path)
    asked = "/admin/members" if kind == "staff" else "/my/"
    answer = thief.get(asked)

    assert own.get(asked).status_code == 200
    assert answer.status_code == 303
    assert "sign-in" in answer.location
    assert not leaks(answer, shared.east, "")


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/admin/members/export", {"format": "csv", "selected": ["{member}", "{applicant}"]}),
        ("/admin/counter/bill", {"payer": "{member}", "do": "charge", "expected": "100",
                                 "lines-0-item": "x", "lines-0-price": "1"}),
        ("/admin/counter/quote", {"payer": "{member}", "lines-0-item": "x", "lines-0-price": "1"}),
        ("/admin/members/{own}/do/transfer-card",
         {"to": "{member}", "step": "preview", "documents.id-copy": "1"}),
        ("/admin/members/{own}/do/refund",
         {"of": "{bill}", "step": "confirm", "confirm": "西方泄漏甲"}),
        ("/admin/members/{own}/do/give-back",
         {"of": "{redemption}", "step": "confirm", "reason": "not-enjoyed"}),
        ("/admin/members/{own}/do/dispute", {"of": "{redemption}", "step": "confirm"}),
        ("/admin/counter/provisional/{bill}/settle", {}),
    ],
)  # fmt: skip
def test_a_form_with_foreign_ids_does_nothing(world: Any, path: str, form: dict[str, Any]) -> None:
    house = world.east
    ids = {"member": house.member, "applicant": house.applicant, "bill": house.bill,
           "redemption": house.redemption, "own": world.west.member}  # fmt: skip

    def fill(value: Any) -> Any:
        if isinstance(value, list):
            return [fill(each) for each in value]
        return value.format(**ids)

    asked = fill(path)
    data = {name: fill(value) for name, value in form.items()}
    owner = world.staff(world.west)
    before = world.state(world.west)
    with world.untouched(house):
        answer = owner.post(asked, data)

    assert answer.status_code in (200, 404, 422)
    assert not leaks(answer, house, asked + str(data))
    changed = {name for name, digest in world.state(world.west).items() if digest != before[name]}
    assert changed <= {"audit"}, changed


@pytest.mark.parametrize("query", ["/admin/members?q={}", "/admin/search?q={}", "/admin/palette?q={}",
                                   "/admin/counter?q={}", "/admin/admission?q={}",
                                   "/admin/registers/decisions?member={}&from=2020-01-01",
                                   "/admin/audit?q={}"])  # fmt: skip
def test_searching_with_what_is_known_of_others_finds_nobody(shared: Any, query: str) -> None:
    house = shared.east
    owner = shared.staff(shared.west)
    with tenant_scope(house.tenant):
        code = member_code.make(house.member).text
    for text in (*house.secrets, house.member, code):
        answer = owner.get(query.format(text), follow_redirects=True)
        assert answer.status_code in (200, 404)
        assert not leaks(answer, house, text)
        assert f"/admin/members/{house.member}" not in told(answer)


def test_a_member_code_of_another_institution_is_no_code(shared: Any) -> None:
    with tenant_scope(shared.east.tenant):
        made = member_code.make(shared.east.member).text
        assert member_code.resolve(made) == shared.east.member
    parts = made.split("-")
    forged = "-".join([*parts[:3], "A" * 20])
    with tenant_scope(shared.west.tenant):
        for text in (
            made,
            forged,
            "M1-0-0-" + "A" * 20,
            "M1-" + "Z" * 13 + "-" + "Z" * 8 + "-" + "A" * 20,
        ):
            with pytest.raises(member_code.MemberCodeError):
                member_code.resolve(text)


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("localhost", {"X-Forwarded-Host": "east.localhost"}),
        ("localhost", {"Forwarded": "host=east.localhost"}),
        ("localhost", {"X-Forwarded-Prefix": "/t/east", "X-Script-Name": "/t/east"}),
        ("localhost", {"X-Original-URL": "/t/east/my/charter"}),
        ("west.localhost", {"X-Forwarded-Host": "east.localhost"}),
        ("east.localhost.evil.example", {}),
        ("east", {}),
        ("evil.example", {}),
        ("east.localhost:x", {}),
        ("east..localhost", {}),
        ("east.localhost..", {}),
        (".east.localhost", {}),
        ("e" * 64 + ".localhost", {}),
        ("e." * 200 + "localhost", {}),
        ("east.localhost\\@evil", {}),
    ],
)  # fmt: skip
def test_no_header_but_the_host_leads_to_an_institution(
    shared: Any, host: str, headers: dict[str, str]
) -> None:
    client = shared.app.test_client()
    answer = client.get("/my/charter", headers={"Host": host, **headers})

    assert "east hospital" not in told(answer)
    assert "east医院" not in told(answer)
    assert answer.status_code == (200 if host == "west.localhost" else answer.status_code)
    assert answer.status_code < 500
    home = client.get("/my/charter?lang=en", headers={"Host": "east.localhost"})
    assert "east hospital" in told(home)


@pytest.mark.routes(lambda route: route.area in ("admin", "my"))
def test_without_an_institution_its_sites_are_not_there(shared: Any, route: Any) -> None:
    client = shared.app.test_client()
    answer = client.open(route.path(shared.east.ids(route.rule)), method=route.method)

    assert answer.status_code == 404
    assert "not_found" in told(answer)


def test_equal_things_leave_unequal_traces(shared: Any) -> None:
    found = []
    for house in (shared.east, shared.west):
        with tenant_scope(house.tenant):
            found.append(blind_index("phone", "+8613800138000"))

    assert found[0] != found[1]


def test_one_key_is_two_keys_in_two_institutions(world: Any) -> None:
    answers = []
    for house in (world.east, world.west):
        with tenant_scope(house.tenant):
            raw = {"member": house.member, "lines": [{"item": "x", "price": "3.00"}]}
            answers.append(submit("spend", raw, actor="test", key="the-same"))

    assert not any(answer.repeated for answer in answers)
    assert answers[0].event_id != answers[1].event_id


def test_what_is_kept_in_memory_is_kept_by_institution(world: Any) -> None:
    """The same report of the same past month, first of one and then of the other."""
    with tenant_scope(world.east.tenant):
        person = create_person({"name": "甲乙", "born": "1980-01-01"}).ref
        assert submit("join", {"member": person, "documents": PAPERS}, actor="test").accepted
    world.time.set(world.time.now().replace(month=4))
    rows = {}
    for house in (world.east, world.west):
        with tenant_scope(house.tenant):
            report = reports.reports()[0]
            rows[house.slug] = reports.fold(report, reports.read_period(report.period, "2026-03"))
    pages = [told(world.staff(house).get("/my/charter?lang=en"))
             for house in (world.east, world.west)]  # fmt: skip

    assert rows["east"] != rows["west"]
    assert re.search("east hospital", pages[0])
    assert not re.search("east hospital", pages[1])
