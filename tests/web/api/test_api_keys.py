"""Who may call: keys of this institution only, each within its rights and its measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from charterhouse.desk import access
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web.api.views import RIGHTS, VERB_PERMISSIONS
from charterhouse.web.permissions import access_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

ROUTES = [
    ("POST", "/events", "events.write"),
    ("POST", "/quotes", "events.read"),
    ("GET", "/events/1", "events.read"),
    ("GET", "/members", "members.read"),
    ("POST", "/members", "members.write"),
    ("GET", "/members/1", "members.read"),
    ("GET", "/members/1/standing", "members.read"),
    ("GET", "/members/1/statement", "ledger.read"),
    ("GET", "/charter", "charter.read"),
]
BODY = {"spend": {"person": "1", "amount": "1"}}


def test_every_operation_is_in_the_table(app: Flask) -> None:
    known = {(method, path.replace("/1", "/x")) for method, path, _ in ROUTES}
    found = {
        (method, rule.rule.removeprefix("/api/v1").replace("<ref>", "x").replace("<event_id>", "x"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert found == known
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            assert access_of(app.view_functions[rule.endpoint]) is not None, rule


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Basic abc", "ch_x", "Bearer ch_x_y"])
def test_without_a_key_nothing_answers(
    call: Any, stored: Callable[[], dict[str, int]], given: str
) -> None:
    before = stored()
    for method, path, _ in ROUTES:
        body = BODY if method == "POST" else None
        told = call(method, path, body, token="", **({"Authorization": given} if given else {}))
        assert (told.status_code, told.json["code"]) == (401, "key_invalid"), path
        assert told.headers["WWW-Authenticate"].startswith("Bearer")
    assert stored() == before


def test_each_operation_needs_its_right(
    call: Any, make_key: Callable[..., str], stored: Callable[[], dict[str, int]]
) -> None:
    keys = {right: make_key(*(set(RIGHTS) - {right})) for _, _, right in ROUTES}
    before = {**stored(), "api_key": 0}
    for method, path, right in ROUTES:
        body = {"name": "Li"} if path == "/members" else BODY
        told = call(method, path, body if method == "POST" else None, token=keys[right])
        assert (told.status_code, told.json["code"]) == (403, "permission_missing"), path
    assert {**stored(), "api_key": 0} == before


@pytest.mark.parametrize(("verb", "right"), VERB_PERMISSIONS.items())
def test_verbs_by_which_somebody_decides_need_more(
    call: Any, make_key: Callable[..., str], stored: Callable[[], dict[str, int]], verb: str,
    right: str,
) -> None:  # fmt: skip
    key = make_key(*(set(RIGHTS) - {right}))
    before = stored()
    told = call("POST", "/events", {verb: {}}, token=key)
    assert (told.status_code, told.json["code"]) == (403, "permission_missing")
    assert told.json["field"] == verb
    assert stored() == before


def test_a_key_opens_only_its_own_institution(
    call: Any, make_house: Callable[[str], Tenant], app: Flask
) -> None:
    west = make_house("west")
    for method, path, _ in ROUTES:
        told = app.test_client().open(
            f"/t/{west.slug}/api/v1{path}",
            method=method,
            json=BODY if method == "POST" else None,
            headers={"Authorization": f"Bearer {call.token}"},
        )
        assert told.status_code == 401
        assert told.json is not None
        assert told.json["code"] == "key_invalid"


def test_an_institution_is_found_by_its_host_too(
    call: Any, app: Flask, catalogue: Catalogue, house: Tenant
) -> None:
    catalogue.add_host(house.id, "members.east.example")
    for host in ("members.east.example", "east.localhost"):
        told = app.test_client().get(
            "/api/v1/charter",
            headers={"Authorization": f"Bearer {call.token}"},
            base_url=f"http://{host}",
        )
        assert told.status_code == 200, host
    told = app.test_client().get(
        "/api/v1/charter", headers={"Authorization": f"Bearer {call.token}"}
    )
    assert told.status_code == 404


def test_a_revoked_key_ends_at_once(call: Any, house: Tenant) -> None:
    assert call("GET", "/charter").status_code == 200
    with tenant_scope(house):
        access.revoke_key(access.list_keys()[0].id, actor="test")
    assert call("GET", "/charter").status_code == 401


def test_a_key_has_its_measure(call: Any, app: Flask, make_key: Callable[..., str]) -> None:
    app.config["CHARTERHOUSE_API_LIMIT"] = "3 per minute"
    other = make_key("charter.read")
    answers = [call("GET", "/charter").status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]
    told = call("GET", "/charter")
    assert told.json["code"] == "too_many_requests"
    assert int(told.headers["Retry-After"]) > 0
    assert call("GET", "/charter", token=other).status_code == 200


def test_a_session_of_the_pages_is_no_key(call: Any, app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("charterhouse_session", "anything", path="/t/east/")
    told = client.get("/t/east/api/v1/members")
    assert told.status_code == 401
    assert "Set-Cookie" not in told.headers
    assert "Set-Cookie" not in call("GET", "/charter").headers


def test_the_description_is_open_to_all(app: Flask, house: Tenant) -> None:
    client = app.test_client()
    for path in ("/api/v1/openapi.json", "/t/east/api/v1/openapi.json", "/t/east/api/docs"):
        assert client.get(path).status_code == 200
    assert client.get("/t/east/api/v1/openapi.json").get_json()["servers"] == [{"url": "/t/east"}]
