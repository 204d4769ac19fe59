"""Nobody does what their role, key or sign-in does not allow, on any route or button."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import access
from charterhouse.desk.intake import submit
from charterhouse.kernel.vocabulary import VERBS
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.admin.action_specs import ACTIONS
from charterhouse.web.api.views import VERB_PERMISSIONS
from charterhouse.web.permissions import ROLES, permissions_of

if TYPE_CHECKING:
    from werkzeug.test import TestResponse


def call(browser: Any, route: Any, **more: Any) -> TestResponse:
    """Call a route with ids that are good, and a token that is good."""
    path = browser.path(route.path(browser.at.ids(route.rule)))
    if route.method != "GET":
        more.setdefault("data", {"csrf_token": browser.token()})
    answer: TestResponse = browser.client.open(path, method=route.method, **more)
    return answer


@pytest.fixture(name="browsers", scope="module")
def _browsers(shared: Any) -> dict[str, Any]:
    return {role: shared.staff(shared.east, role) for role in ROLES}


@pytest.mark.routes(lambda route: route.area == "admin" and bool(route.access.permissions))
def test_a_role_without_the_right_is_refused(
    shared: Any, browsers: dict[str, Any], route: Any
) -> None:
    lacking = [role for role in ROLES
               if not set(route.access.permissions) <= permissions_of(frozenset({role}))]  # fmt: skip
    with shared.untouched():
        for role in lacking:
            answer = call(browsers[role], route)
            assert answer.status_code == 403, role
            assert "permission_missing" in answer.text
            assert not [secret for secret in shared.east.secrets if secret in answer.text]


@pytest.mark.routes(lambda route: route.area == "admin" and route.method == "POST")
def test_auditors_only_read(shared: Any, browsers: dict[str, Any], route: Any) -> None:
    if not route.access.permissions:
        return  # The own password, signing in and out.
    if route.endpoint == "admin.member_act":
        return  # Each action has a right of its own, see below.
    form = {"csrf_token": browsers["auditor"].token()}
    if route.access.own:
        form["shared"] = "1"  # What is everybody's; of what is one's own, see below.
    with shared.untouched():
        assert call(browsers["auditor"], route, data=form).status_code == 403


OWN = {"admin.view_keep", "admin.view_change", "admin.view_rename", "admin.view_delete"}


@pytest.mark.routes(lambda route: bool(route.access.permissions) and route.method != "GET")
def test_what_reading_allows_to_write_is_listed(route: Any) -> None:
    """Otherwise the exception above would widen by itself."""
    reading = all(name.endswith(".read") for name in route.access.permissions)
    assert bool(route.access.own) == (route.endpoint in OWN)
    if route.area == "admin" and reading and route.endpoint != "admin.member_act":
        assert route.access.own


def test_auditors_write_nothing_but_views_of_their_own(world: Any) -> None:
    auditor, other = world.staff(world.east, "auditor"), world.staff(world.east, "reviewer")
    before = world.state(world.east)
    kept = auditor.post("/admin/views/members", {"name": "mine", "query": "status=active"})
    number = re.search(r"saved=(\d+)", kept.location)
    assert number is not None
    with world.untouched():
        for what in ("change", "rename", "delete"):
            answer = other.post(f"/admin/views/{number[1]}/{what}", {"name": "x"})
            assert answer.status_code == 404
    for what in ("change", "rename", "delete"):
        answer = auditor.post(f"/admin/views/{number[1]}/{what}", {"name": "x"})
        assert answer.status_code == 303
        after = world.state(world.east)
        assert {name for name in after if after[name] != before[name]} <= {"saved_view", "audit"}


@pytest.mark.parametrize("slug", ACTIONS)
def test_each_button_has_its_right(shared: Any, browsers: dict[str, Any], slug: str) -> None:
    right = ACTIONS[slug].permission
    assert not right.endswith(".read"), "an action changes something"
    path = f"/admin/members/{shared.east.member}/do/{slug}"
    for role, browser in browsers.items():
        if right in permissions_of(frozenset({role})):
            assert browser.get(path).status_code == 200
            continue
        with shared.untouched():
            for step in ("", "preview", "confirm"):
                answer = browser.post(path, {"step": step, "confirm": "东方泄漏甲"})
                assert answer.status_code == 403, role
        assert f"/do/{slug}" not in browser.get(f"/admin/members/{shared.east.member}").text


@pytest.mark.routes(lambda route: route.access.audience is not None and route.area != "api")
def test_strangers_are_led_to_the_sign_in(shared: Any, route: Any) -> None:
    with shared.untouched():
        answer = call(shared.anybody(shared.east), route)

    assert answer.status_code == (303 if route.method == "GET" else 401)
    if route.method == "GET":
        assert "/sign-in?next=" in answer.location
    asked = route.path(shared.east.ids(route.rule))
    assert not [s for s in shared.east.secrets if s not in asked and s in answer.text]


@pytest.mark.routes(lambda route: route.access.audience is not None and route.area != "api")
def test_members_are_no_staff_and_staff_are_no_members(shared: Any, route: Any) -> None:
    wrong = shared.member(shared.east) if route.area == "admin" else shared.staff(shared.east)
    with shared.untouched():
        answer = call(wrong, route)

    assert answer.status_code == (303 if route.method == "GET" else 401)


@pytest.mark.routes(lambda route: route.area == "api" and bool(route.access.permissions))
def test_a_key_does_only_what_it_is_allowed(shared: Any, route: Any) -> None:
    others = {"members.unmask", "approvals.decide", "events.write", "events.read", "members.read",
              "members.write", "ledger.read", "charter.read"}  # fmt: skip
    allowed = sorted(others - set(route.access.permissions))
    with tenant_scope(shared.east.tenant):
        token = access.create_key("narrow", allowed, actor="test").token
    where = shared.anybody(shared.east)
    for given, status in (("", 401), ("Bearer", 401), (f"Basic {token}", 401), (f"Bearer {token}x", 401),
                          ("Bearer ch_", 401), (f"Bearer {token}", 403)):  # fmt: skip
        path = where.path(route.path(shared.east.ids(route.rule)))
        answer = where.client.open(path, method=route.method, headers={"Authorization": given})
        assert answer.status_code == status, given
        assert answer.json["code"] == {401: "key_invalid", 403: "permission_missing"}[status]


def test_verbs_by_which_somebody_decides_need_a_right_of_their_own(shared: Any) -> None:
    with tenant_scope(shared.east.tenant):
        token = access.create_key("till", ["events.write"], actor="test").token
    where = shared.anybody(shared.east)
    assert set(VERB_PERMISSIONS) < set(VERBS)
    with shared.untouched():
        for verb, right in VERB_PERMISSIONS.items():
            answer = where.client.post(
                where.path("/api/v1/events"), json={verb: {"member": shared.east.member}},
                headers={"Authorization": f"Bearer {token}"},
            )  # fmt: skip
            assert (answer.status_code, answer.json["code"]) == (403, "permission_missing"), right


def test_a_key_sees_full_numbers_only_where_it_may(world: Any) -> None:
    house = world.east
    with tenant_scope(house.tenant):
        narrow = access.create_key("a", ["members.read"], actor="test").token
        wide = access.create_key("b", ["members.read", "members.unmask"], actor="test").token
    where = world.anybody(house)
    path = where.path(f"/api/v1/members/{house.member}")

    def ask(token: str, query: str) -> Any:
        return where.client.get(path + query, headers={"Authorization": f"Bearer {token}"})

    assert "11010519491231002X" not in ask(narrow, "").text
    assert ask(narrow, "?full=true").status_code == 403
    assert "11010519491231002X" not in ask(wide, "").text
    before = world.state(house)["audit"]
    assert ask(wide, "?full=true").json["id_number"] == "11010519491231002X"
    assert world.state(house)["audit"] != before


@pytest.mark.routes(lambda route: route.area == "admin" and route.method == "GET")
def test_identity_numbers_are_masked_on_every_page(
    shared: Any, browsers: dict[str, Any], route: Any
) -> None:
    for role in ("owner", "cashier"):
        answer = call(browsers[role], route)
        told = answer.get_data().decode("utf-8", "replace")
        assert "11010519491231002X" not in told
        if "export" not in route.endpoint and role == "cashier":
            assert "13800138000" not in told


def test_showing_an_identity_number_is_on_record(world: Any) -> None:
    path = f"/admin/members/{world.east.member}/unmask"
    before = world.state(world.east)
    shown = world.staff(world.east).post(path)
    after = world.state(world.east)

    assert "11010519491231002X" in shown.text
    assert {name for name in after if after[name] != before[name]} == {"audit"}
    with world.untouched():
        assert world.staff(world.east, "cashier").post(path).status_code == 403


def charge(browser: Any, **more: str) -> TestResponse:
    """Ask for a quote of a bill of 1 yuan, and confirm what it says."""
    form = {"payer": browser.at.member, "method": "cash", "card_shown": "1", "id_shown": "1",
            "lines-0-item": "x", "lines-0-price": "1.00", "lines-0-quantity": "1",
            "bill": "B260302-2345678", **more}  # fmt: skip
    page = browser.post("/admin/counter/bill", {**form, "do": "quote"})
    expected = re.search(r'name="expected" value="(\d+)"', page.text)
    if expected is None:
        return page
    done: TestResponse = browser.post(
        "/admin/counter/bill", {**form, "do": "charge", "expected": expected[1]}
    )
    return done


def test_a_cashier_of_one_branch_charges_for_no_other(world: Any) -> None:
    cashier = world.staff(world.east, "north")
    with world.untouched():
        refused = charge(cashier, branch="s")
    assert refused.status_code == 403
    assert "branch_not_yours" in refused.text
    assert charge(cashier).status_code == 303
    receipt = world.staff(world.east).get("/admin/counter/bills/B260302-2345678?lang=en")
    assert "North" in receipt.text


def test_a_bill_cannot_take_the_number_of_something_else(world: Any) -> None:
    cashier = world.staff(world.east, "cashier")
    for number in ("online-1", "r-east", "B260302-EAST2345", "x", "../../x"):
        done = charge(cashier, bill=number)
        assert done.status_code == 303
        assert number not in done.location


def test_a_form_cannot_take_the_key_of_a_payment(world: Any) -> None:
    house = world.east
    taken = "stripe::pi_1:settled"
    cashier = world.staff(house, "cashier")
    form = {"step": "confirm", "points": "1", "shown": ["card", "id"], "key": taken}
    assert cashier.post(f"/admin/members/{house.member}/do/redeem", form).status_code == 303
    with tenant_scope(house.tenant):
        raw = {"member": house.applicant, "for": "donation", "amount": "10.00", "method": "online"}
        settled = submit("pay", raw, actor="system:payments", key=taken)
    assert settled.accepted
    assert not settled.repeated


@pytest.mark.parametrize(
    ("method", "path"),
    [("post", "/admin/members/export"), ("get", "/admin/registers/cards/export?format=csv")],
)
def test_a_file_with_full_numbers_is_on_record_and_others_have_none(
    world: Any, method: str, path: str
) -> None:
    number = "11010519491231002X"

    def ask(role: str) -> str:
        send = getattr(world.staff(world.east, role), method)
        answer = send(path, {"format": "csv"}) if method == "post" else send(path)
        return str(answer.get_data().decode("utf-8", "replace"))

    before = world.state(world.east)
    assert number in ask("owner")
    after = world.state(world.east)
    assert {name for name in after if after[name] != before[name]} == {"audit"}
    assert number not in ask("auditor")
    assert number not in ask("cashier")
