"""Whatever is typed or sent, the answer is no error of ours, and nothing half-read is kept."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from charterhouse.desk import items, sheets
from charterhouse.desk.errors import DeskError
from charterhouse.desk.intake import submit
from charterhouse.desk.people import change_person, create_person, get_person
from charterhouse.tenancy.scope import tenant_scope

HUGE = "9" * 5000
NASTY = (
    "-1",
    "NaN",
    "9" * 20,
    HUGE,
    "a\x00b",
    "\u202e",
    "٣",
    "0001-01-01",
    "9999-12-31",
    "9999-12",
)
QUERY = ("q", "page", "size", "sort", "view", "joined", "from", "to", "value", "member", "format",
         "period", "version", "old", "new", "month", "person", "then", "doc", "path", "channel")  # fmt: skip
IDS = ("0", "-1", "9" * 19, HUGE, "a%00b", "%E2%80%AE", "%2e%2e%2f", "'", "1 OR 1=1")
TEXTS = {
    "control": "a\x07b",
    "null": "a\x00b",
    "escape": "a\x1b[2Jb",
    "turned": "a\u202egnp.exe",
    "isolated": "a\u2066b\u2069",
    "next line": "a\x9fb",
}


@pytest.mark.routes(lambda route: route.method == "GET" and route.area in ("admin", "my"))
def test_senseless_addresses(shared: Any, route: Any) -> None:
    browser = shared.staff(shared.east) if route.area == "admin" else shared.member(shared.east)
    ids = shared.east.ids(route.rule)
    asked = [route.path({**ids, name: bad}) for name in route.names for bad in IDS]
    # All at once: each parameter is read on its own, and a page reads but some of them.
    asked += [f"{route.path(ids)}?{'&'.join(f'{name}={bad}' for name in QUERY)}" for bad in NASTY]
    for path in asked:
        answer = browser.get(path.replace("\x00", "%00"))
        assert answer.status_code < 500, path[:200]
        assert "Traceback" not in answer.get_data().decode("utf-8", "replace")


FORMS: dict[str, dict[str, str]] = {
    "/admin/counter/bill": {
        "payer": "{member}", "do": "charge", "expected": "100", "lines-0-item": "x",
        "lines-0-price": "1", "lines-0-quantity": "1", "branch": "n", "referrer_card": "1",
        "third_party": "1", "visit": "outpatient", "remark": "x", "bill": "B260302-2222222",
    },
    "/admin/admission": {"name": "甲", "phone": "13812341234", "id_number": "", "born": "1980-01-01",
                         "sex": "female", "address": "x", "email": "a@b.cd"},
    "/admin/members/{member}/do/redeem": {"step": "confirm", "points": "1", "quantity": "1", "item": ""},
    "/admin/members/{member}/do/refund": {"step": "confirm", "of": "{bill}", "amount": "1", "reason": "x"},
    "/admin/members/{member}/do/report-loss": {"step": "confirm", "occurred_at": "2026-03-01T10:00"},
    "/admin/members/{applicant}/pay": {"for": "donation", "method": "cash", "slip": "x", "approver": "x"},
    "/admin/admission/{applicant}/review": {"tier": "ordinary", "path": "ordinary", "channel": "counter",
                                            "doc": "id-copy:1", "grant": "x", "consent": "1"},
    "/admin/admission/{applicant}/decide": {"outcome": "reject", "reason": "x"},
    "/admin/charter/figures": {"do": "preview"},
    "/admin/charter/figures/save": {"changes": '{{"gifts": {{"umbrella": 11}}}}', "effective": "2026-09-01",
                                    "note": "x"},
    "/admin/charter/figures/replay": {"changes": '{{"gifts": {{"umbrella": 11}}}}', "key": "x"},
    "/admin/prices": {"prices-0-item": "x", "prices-0-zh": "x", "prices-0-price": "1", "do": "save"},
    "/admin/prices/import": {"csv": "item,price\nx,1"},
    "/admin/members/export": {"format": "csv", "selected": "{member}"},
    "/admin/staff/new": {"login": "new-1", "name": "x", "role": "cashier", "branch": "n"},
    "/admin/keys/new": {"name": "x", "permissions": "members.read"},
    "/admin/account": {"old": "x", "password": "x" * 12, "again": "x" * 12},
    "/my/switch": {"ref": "{member}"},
}  # fmt: skip


@pytest.mark.parametrize("path", FORMS)
def test_senseless_forms(world: Any, path: str) -> None:
    house = world.east
    ids = {"member": house.member, "applicant": house.applicant, "bill": house.bill}
    form = {name: value.format(**ids) for name, value in FORMS[path].items()}
    browser = world.member(house) if path.startswith("/my") else world.staff(house)
    token = browser.token()
    for name in form:
        for bad in ("", "-1", "1.001", "1e999999999", HUGE, "a\x00b", "\u202e", "[" * 3000, "NaN",
                    "9999-12-31T23:59", f"remove:{HUGE}", "\ud800", '{"a": NaN}'):  # fmt: skip
            sent = {**form, name: bad.encode("utf-8", "surrogatepass"), "csrf_token": token}
            # To its end: a page that is made while it is sent holds the tenant's slot till then.
            with browser.client.post(browser.path(path.format(**ids)), data=sent) as answer:
                assert "Traceback" not in answer.get_data().decode("utf-8", "replace")
            assert answer.status_code < 500, (name, bad[:40])
            assert answer.status_code not in (400, 401), (name, bad[:40])


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_that_hide_something_are_refused_everywhere(shared: Any, text: str) -> None:
    house, owner = shared.east, shared.staff(shared.east)
    act = f"/admin/members/{house.member}/do/"
    forms: list[tuple[str, dict[str, Any]]] = [
        ("/admin/admission", {"name": text}),
        ("/admin/admission", {"name": "甲", "address": text}),
        ("/admin/counter/people", {"name": text}),
        ("/admin/staff/new", {"login": "new-1", "name": text, "role": "cashier"}),
        ("/admin/keys/new", {"name": text, "permissions": "members.read"}),
        ("/admin/prices/import", {"csv": f"item,zh,price\nx,{text},1"}),
        (f"{act}change-details", {"changes.name": text, "shown": "id", "step": "confirm"}),
        (f"{act}dispute", {"of": house.redemption, "reason": text, "step": "confirm"}),
        (f"{act}incident", {"kind": "lent", "note": text, "step": "confirm"}),
    ]
    with shared.untouched():
        for path, form in forms:
            answer = owner.post(path, form)
            assert answer.status_code == 422, (path, form)
        with tenant_scope(house.tenant):
            for raw in ({"id": f"x{text.replace(' ', '')}"}, {"note": text}, {"details": {"a": text}},
                        {"details": {text: "a"}}):  # fmt: skip
                with pytest.raises(DeskError) as refused:
                    submit("spend", {"member": house.member, "amount": "1", **raw}, actor="test")
                assert refused.value.code == "invalid_event"
            with pytest.raises(DeskError):
                change_person(house.member, {"more": {"hobby": text}})


def test_what_nobody_sees_makes_no_second_person(world: Any) -> None:
    with tenant_scope(world.east.tenant):
        made = create_person({"name": "\ufeff王\u200b秀\u200d英\u00ad "})
        assert get_person(made.ref).name == "王秀英"
        with pytest.raises(DeskError):
            create_person({"name": "\u200b\ufeff"})
        with pytest.raises(DeskError) as refused:
            create_person({"name": "名" * 61})
    assert refused.value.field == "person.name"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "＝1", "＠x",
                                  "　＝1", '=HYPERLINK("http://evil.example")', "9" * 16])  # fmt: skip
def test_no_cell_is_a_formula(text: str) -> None:
    raw = sheets.write_sheet("csv", ["a"], [[text]]).read().decode("utf-8-sig")
    cell = raw.split("\r\n", 1)[1].strip('"\r\n')
    assert cell.startswith("'")
    book = sheets.write_sheet("xlsx", ["a"], [[text]]).read()
    assert b"<f>" not in book


def test_exports_of_members_keep_formulas_texts(world: Any) -> None:
    with tenant_scope(world.east.tenant):
        change_person(world.east.member, {"name": "=cmd|' /C calc'!A0"})
    answer = world.staff(world.east).post("/admin/members/export", {"format": "csv"})
    cells = re.findall(r'(?m)(?:^|,)"?([=+@][^,]*)', answer.text)
    assert not cells
    assert "'=cmd" in answer.text


def test_a_table_that_is_none_is_refused_with_a_code() -> None:
    for text, code in (
        ("x" * 200_000, "csv_unreadable"),
        ("a,b\n1,2", "head_missing"),
        ("", "head_missing"),
    ):
        with pytest.raises(DeskError) as refused:
            items.read_csv(text)
        assert refused.value.code == code


def test_strangers_send_little(shared: Any) -> None:
    stranger = shared.anybody(shared.east)
    for path, size, status in (("/admin/sign-in", 70_000, 413), ("/my/sign-in", 70_000, 413),
                               ("/admin/prices/import", 70_000, 413), ("/my/sign-in", 1_000, 422)):  # fmt: skip
        answer = stranger.post(path, {"phone": "x" * size})
        assert answer.status_code == status, path
    assert (
        shared.staff(shared.east).post("/admin/prices/import", {"csv": "x" * 70_000}).status_code
        == 422
    )


@pytest.mark.parametrize("name", ["../../../etc/passwd", "..%2f..%2fetc/passwd", "....//etc/passwd",
                                  "/etc/passwd", "dist/../../app.py", "dist/%2e%2e/%2e%2e/app.py",
                                  "dist/%00", "dist\\..\\..\\app.py"])  # fmt: skip
def test_files_are_served_from_one_folder_only(shared: Any, name: str) -> None:
    for prefix in ("/static/", "/t/east/static/", "/t/"):
        answer = shared.app.test_client().get(prefix + name)
        assert answer.status_code in (404, 308)
        assert "root:" not in answer.text
        assert "create_app" not in answer.text


@pytest.mark.parametrize("slug", ["..", "%2e%2e", "EAST", "east%00", "e" * 200, "*"])
def test_a_slug_is_no_path(shared: Any, slug: str) -> None:
    answer = shared.app.test_client().get(f"/t/{slug}/my/charter")
    assert answer.status_code in (404, 308)
    assert "east医院" not in answer.text


def test_a_field_sent_twice_is_read_once(shared: Any) -> None:
    """A check of one value and the use of another would be a way around the check."""
    house, cashier = shared.east, shared.staff(shared.east, "north")
    form = MultiDict([("csrf_token", cashier.token()), ("payer", house.member), ("branch", "n"),
                      ("branch", "s"), ("lines-0-item", "x"), ("lines-0-price", "1"), ("method", "cash"),
                      ("do", "quote"), ("card_shown", "1"), ("id_shown", "1")])  # fmt: skip
    answer = cashier.client.post(cashier.path("/admin/counter/bill"), data=form)
    assert answer.status_code == 200


def test_every_refusal_for_programs_has_a_code(shared: Any) -> None:
    client = shared.app.test_client()
    head = {"Authorization": f"Bearer {shared.east.token}"}
    for method, path, more in (
        ("POST", "/events", {"data": b"{", "content_type": "application/json"}),
        ("POST", "/events", {"data": b"x" * 2_000_000, "content_type": "application/json"}),
        ("POST", "/events", {"json": {"spend": {"member": shared.west.member, "amount": "1"}}}),
        ("PUT", "/events", {}),
        ("GET", "/nothing", {}),
        ("GET", "/members?page=0", {}),
    ):
        with shared.untouched():
            answer = client.open(f"/t/east/api/v1{path}", method=method, headers=head, **more)
        told = json.loads(answer.text)
        assert 400 <= answer.status_code < 500
        assert re.fullmatch(r"[a-z_]+", told["code"])
        assert told["reference"] == answer.headers["X-Request-ID"]
