"""Forms of other sites, pages with foreign code, and links that lead elsewhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk.intake import submit
from charterhouse.desk.people import change_person
from charterhouse.tenancy.scope import tenant_scope

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

SENT = pytest.mark.routes(
    lambda route: route.method != "GET" and route.area not in ("api", "hooks")
)
READ = pytest.mark.routes(lambda route: route.method == "GET" and route.area in ("admin", "my", ""))
# What runs or styles without coming from our own files; data islands are no scripts.
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|<style\b|\sstyle=\"|\son[a-z]+=\""
    r"|\b(?:href|src|action|formaction)=\"\s*(?:javascript|vbscript|data:text)",
    re.IGNORECASE,
)
EVIL = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def visitor(world: Any, route: Any) -> Any:
    """Whoever the route is for, signed in."""
    if route.access.audience is None:
        return world.anybody(world.east)
    return world.staff(world.east) if route.area == "admin" else world.member(world.east)


@SENT
def test_a_form_without_its_token_does_nothing(shared: Any, route: Any) -> None:
    browser = visitor(shared, route)
    path = browser.path(route.path(shared.east.ids(route.rule)))
    tokens: list[dict[str, str]] = [
        {},
        {"csrf_token": "x.y.z"},
        {"csrf_token": shared.staff(shared.west).token()},
    ]
    with shared.untouched():
        for token in tokens:
            answer = browser.client.open(path, method=route.method, data=token)
            assert answer.status_code == 400, token
            assert "csrf" in answer.text
            htmx = {"HX-Request": "true", "X-CSRFToken": token.get("csrf_token", "")}
            assert browser.client.open(path, method=route.method, headers=htmx).status_code == 400


@SENT
def test_a_form_of_another_site_does_nothing_even_with_a_token(shared: Any, route: Any) -> None:
    browser = visitor(shared, route)
    path = route.path(shared.east.ids(route.rule))
    with shared.untouched():
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
                        {"Origin": "https://evil.example"}, {"Origin": "null"}):  # fmt: skip
            answer = browser.post(path, headers=headers)
            assert answer.status_code == 403
            assert "cross_site" in answer.text


@READ
def test_reading_changes_nothing(shared: Any, route: Any) -> None:
    """Otherwise a picture on another site could do it. Reading files is noted in the audit."""
    if "export" in route.endpoint or route.endpoint in {"admin.files", "admin.file_content"}:
        return
    browser = visitor(shared, route)
    with shared.untouched():
        browser.get(route.path(shared.east.ids(route.rule)))


@READ
def test_every_page_holds_to_the_strict_policy(shared: Any, route: Any) -> None:
    answer = visitor(shared, route).get(route.path(shared.east.ids(route.rule)))
    policy = answer.headers["Content-Security-Policy"]

    if route.endpoint in {"admin.file_content", "admin.file_thumbnail"}:
        # What others sent acts nowhere, not even opened by itself.
        assert policy == "sandbox; default-src 'none'"
    else:
        assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    if answer.mimetype == "text/html":
        assert not INLINE.search(answer.text), INLINE.search(answer.text)
        assert answer.headers["Cache-Control"] == "no-store"


def furnish_with_evil(world: Any) -> None:
    """Put markup into everything that people type and pages show."""
    house = world.east
    with tenant_scope(house.tenant):
        change_person(house.member, {"name": EVIL[:60], "address": EVIL, "more": {"x": EVIL}})
        change_person(house.applicant, {"name": EVIL[:60], "address": EVIL})
        for raw in (
            {"id": "B260302-5555555", "lines": [{"item": "x", "price": "3.00"}], "note": EVIL},
            {"id": "B260302-6666666", "lines": [{"item": "y", "price": "3.00"}], "note": EVIL},
        ):
            assert submit("spend", {"member": house.member, **raw}, actor="test").accepted
        submit("report_loss", {"member": house.member, "shown": ["id"], "note": EVIL}, actor="test")
        submit("reject", {"member": house.applicant, "reason": EVIL}, actor="test")
    owner = world.staff(house)
    csv = f"item,zh,en,price\nevil,{EVIL},{EVIL},1.00\n".replace('"', "'")
    assert owner.post("/admin/prices/import", {"csv": csv}).status_code == 303
    login = owner.post("/admin/staff/new", {"login": "evil", "name": EVIL[:80], "role": "cashier"})
    assert login.status_code == 200
    key = {"name": EVIL, "permissions": "members.read"}
    assert owner.post("/admin/keys/new", key).status_code == 200


def test_markup_in_names_and_notes_stays_text(world: Any) -> None:
    furnish_with_evil(world)
    owner, member = world.staff(world.east), world.member(world.east)
    rules = [rule for rule in world.app.url_map.iter_rules()
             if "GET" in (rule.methods or ()) and not rule.endpoint.startswith(("test.", "api"))]  # fmt: skip
    shown = 0
    for rule in rules:
        ids = {**world.east.ids(rule.rule), "bill": "B260302-5555555", "part": "1"}
        if any(name not in ids for name in rule.arguments):
            continue
        path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(ids[found[1]]), rule.rule)  # noqa: B023 - used at once
        browser = member if rule.rule.startswith("/my") else owner
        for query in ("", f"?q={EVIL}&person={world.east.member}&view={EVIL}&kind={EVIL}"):
            answer = browser.get(path + query)
            assert answer.status_code < 500, path
            if answer.mimetype in ("text/html", "image/svg+xml"):
                assert "<img src=x" not in answer.text, path
                assert "<script>alert" not in answer.text, path
                shown += "&lt;img src=x" in answer.text or "&lt;script" in answer.text

    assert shown > 15, "the texts of this test are shown nowhere: it proves nothing"


@pytest.mark.parametrize("target", [
    "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/t/west/admin/",
    "/t/east/../west/my/", "/t/east/%2e%2e/west/", "/t/east/\tx", "javascript:alert(1)",
    "/t/east/\r\nSet-Cookie: a=b", "/t/eastern/", "http:/t/east/", "x" * 5000, "/t/east/" + "x" * 5000,
])  # fmt: skip
def test_signing_in_leads_nowhere_else(shared: Any, target: str) -> None:
    browser = shared.staff(shared.east)
    answer = browser.get("/admin/sign-in", query_string={"next": target})
    assert (answer.status_code, answer.location) == (303, "/t/east/admin/")
    fresh = shared.anybody(shared.east)
    fresh.get("/my/sign-in", query_string={"next": target})
    page = fresh.get("/admin/sign-in", query_string={"next": target})
    assert 'name="next" value="/t/east/admin/"' in page.text


def test_names_that_addresses_understand_are_no_way_into_links(shared: Any) -> None:
    page = shared.staff(shared.east).get(
        "/admin/registers/bills?_scheme=javascript&_external=1&_anchor=x&format=evil&code=evil"
    )
    assert page.status_code == 200
    assert "javascript:" not in page.text


def header_of(answer: TestResponse, name: str) -> str:
    return answer.headers.get(name, "")


def test_nothing_typed_reaches_the_headers(world: Any) -> None:
    owner = world.staff(world.east)
    for query in ("format=csv%0d%0aX-Evil:1", "from=2026-01-01%0d%0aX-Evil:1", "value=%0d%0aX-Evil:1",
                  "lang=en%0d%0aX-Evil:1", "theme=dark%0d%0aX-Evil:1"):  # fmt: skip
        answer = owner.get(f"/admin/registers/bills/export?{query}")
        assert "X-Evil" not in answer.headers
        assert "Evil" not in header_of(answer, "Content-Disposition")
        assert "Evil" not in header_of(answer, "Set-Cookie")
