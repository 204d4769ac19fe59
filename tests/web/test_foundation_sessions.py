"""Sessions: one for each tenant, with an end, and of no use anywhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint, session

from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk.passwords import hash_password, verify_password
from charterhouse.web.auth.session import (
    POLICIES,
    Principal,
    current_principal,
    is_fresh,
    register_loader,
    register_sign_in,
    safe_next,
    sign_in,
    sign_out,
)
from charterhouse.web.permissions import public, signed_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient

    from charterhouse.tenancy.tenant import Tenant

area = Blueprint("area", __name__)
PEOPLE = {1: Principal("staff", 1, "Chen", stamp="a")}


@area.get("/enter")
@public(reason="Signs in.")
def enter() -> str:
    sign_in(PEOPLE[1])
    return "in"


@area.get("/leave")
@public(reason="Signs out.")
def leave() -> str:
    sign_out()
    return "out"


@area.get("/me")
@signed_in("staff")
def me() -> str:
    principal = current_principal()
    assert principal is not None
    return principal.name + (" fresh" if is_fresh() else "")


@area.get("/card")
@signed_in("member")
def card() -> str:
    return "card"


@area.post("/save")
@signed_in("staff")
def save() -> str:
    return "saved"


@area.get("/sign-in")
@public(reason="Where one signs in.")
def door() -> str:
    return "door"


@area.get("/api/v1/me")
@signed_in("staff")
def api_me() -> str:
    session["touched"] = 1
    return "me"


def _area(app: Flask) -> None:
    app.register_blueprint(area)
    app.config["WTF_CSRF_ENABLED"] = False
    register_loader(app, "staff", PEOPLE.get)
    register_sign_in(app, "staff", "area.door")


@pytest.fixture(name="app")
def _app(make_app: Callable[..., Flask], make_tenant: Callable[[str], Tenant]) -> Flask:
    make_tenant("east")
    make_tenant("west")
    return make_app(_area)


@pytest.fixture(name="client")
def _client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(name="clock")
def _clock() -> Iterator[FixedClock]:
    with use_clock(FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))) as clock:
        assert isinstance(clock, FixedClock)
        yield clock


@pytest.fixture(autouse=True)
def _people() -> Iterator[None]:
    yield
    PEOPLE[1] = Principal("staff", 1, "Chen", stamp="a")


def _cookie(client: FlaskClient, path: str = "/t/east/") -> str:
    cookie = client.get_cookie("charterhouse_session", path=path)
    assert cookie is not None
    return cookie.value


def test_the_cookie_is_of_this_host_and_path_alone(client: FlaskClient) -> None:
    header = client.get("/t/east/enter").headers["Set-Cookie"]

    assert "Path=/t/east/;" in header
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Domain" not in header


def test_the_cookie_is_secure_where_the_site_is(app: Flask) -> None:
    answer = app.test_client().get("/t/east/enter", base_url="https://localhost")

    assert "Secure" in answer.headers["Set-Cookie"]


def test_who_signed_in_stays_signed_in(client: FlaskClient) -> None:
    client.get("/t/east/enter")

    assert client.get("/t/east/me").text == "Chen fresh"


def test_a_cookie_carried_to_another_tenant_is_nobody(app: Flask, client: FlaskClient) -> None:
    client.get("/t/east/enter")
    thief = app.test_client()
    thief.set_cookie("charterhouse_session", _cookie(client), path="/t/west/")

    assert thief.get("/t/west/me").status_code == 303
    thief.set_cookie("charterhouse_session", _cookie(client), path="/t/east/")
    assert thief.get("/t/east/me").text.startswith("Chen")


def test_a_cookie_signed_rightly_but_naming_another_tenant_is_nobody(
    app: Flask, client: FlaskClient
) -> None:
    client.get("/t/east/enter")
    sessions = app.session_interface
    catalogue = app.extensions["charterhouse.catalogue"]
    east, west = (str(catalogue.by_slug(slug).id) for slug in ("east", "west"))
    content = sessions._serializer(east).loads(_cookie(client))  # type: ignore[attr-defined]  # the tested interface
    forged = sessions._serializer(west).dumps(content)  # type: ignore[attr-defined]  # the tested interface
    client.set_cookie("charterhouse_session", forged, path="/t/west/")

    assert content["_t"] == east
    assert client.get("/t/west/me").status_code == 303


def test_a_changed_cookie_is_nobody(client: FlaskClient) -> None:
    client.get("/t/east/enter")
    client.set_cookie("charterhouse_session", _cookie(client)[:-2] + "xx", path="/t/east/")

    assert client.get("/t/east/me").status_code == 303


def test_no_cookie_opens_an_address_for_programs(client: FlaskClient) -> None:
    client.get("/t/east/enter")
    answer = client.get("/t/east/api/v1/me")

    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["code"] == "sign_in_required"
    assert "Set-Cookie" not in answer.headers


def test_idle_time_ends_a_session_and_says_so(client: FlaskClient, clock: FixedClock) -> None:
    client.get("/t/east/enter")
    clock.advance(timedelta(seconds=POLICIES["staff"].idle))
    assert client.get("/t/east/me").status_code == 200
    clock.advance(timedelta(seconds=POLICIES["staff"].idle + 1))
    answer = client.get("/t/east/me?page=2")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/t/east/sign-in?next=/t/east/me?page%3D2&expired=1"


def test_a_busy_session_ends_as_well(client: FlaskClient, clock: FixedClock) -> None:
    client.get("/t/east/enter")
    begun = clock.now()
    while clock.advance(timedelta(minutes=50)) - begun <= timedelta(hours=12):
        assert client.get("/t/east/me").status_code == 200

    assert "expired=1" in client.get("/t/east/me").headers["Location"]


def test_freshness_passes_before_the_session_does(client: FlaskClient, clock: FixedClock) -> None:
    client.get("/t/east/enter")
    clock.advance(timedelta(minutes=16))

    assert client.get("/t/east/me").text == "Chen"


def test_a_new_stamp_ends_all_sessions_of_an_account(client: FlaskClient) -> None:
    client.get("/t/east/enter")
    PEOPLE[1] = Principal("staff", 1, "Chen", stamp="b")

    assert client.get("/t/east/me").status_code == 303


def test_an_account_that_is_gone_is_signed_out(client: FlaskClient) -> None:
    client.get("/t/east/enter")
    held = PEOPLE.pop(1)
    answer = client.get("/t/east/me")
    PEOPLE[1] = held

    assert answer.status_code == 303


def test_signing_out_empties_the_cookie(client: FlaskClient) -> None:
    client.get("/t/east/enter")
    client.get("/t/east/leave")

    assert client.get_cookie("charterhouse_session", path="/t/east/") is None
    assert client.get("/t/east/me").status_code == 303


def test_staff_are_no_members(client: FlaskClient) -> None:
    client.get("/t/east/enter")

    assert client.get("/t/east/card").status_code == 401


def test_a_form_sent_too_late_leads_back_to_its_page(client: FlaskClient) -> None:
    answer = client.post("/t/east/save", headers={"Referer": "http://localhost/t/east/form?step=2"})

    assert answer.status_code == 401
    assert 'href="/t/east/sign-in?next=/t/east/form?step%3D2"' in answer.text


def test_htmx_is_told_to_go_to_the_door(client: FlaskClient) -> None:
    answer = client.get("/t/east/me", headers={"HX-Request": "true"})

    assert answer.headers["HX-Redirect"].startswith("/t/east/sign-in")


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/t/east/members?page=2", True),
        ("/t/west/members", False),
        ("/t/eastern/members", False),
        ("//evil.example/t/east/", False),
        ("/\\evil.example", False),
        ("https://evil.example/t/east/", False),
        ("javascript:alert(1)", False),
        ("/t/east/a\\b", False),
        ("/t/east/\r\nSet-Cookie: a=b", False),
        ("", False),
        (None, False),
    ],
)
def test_only_paths_of_this_tenant_are_ways_back(
    app: Flask, target: str | None, *, kept: bool
) -> None:
    with app.test_request_context("/x", environ_overrides={"SCRIPT_NAME": "/t/east"}):
        assert (safe_next(target, "/home") == target) is kept


def test_passwords_are_verified_and_never_for_nobody() -> None:
    stored = hash_password("a long password")

    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "a long password")
    assert not verify_password(stored, "another password")
    assert not verify_password(None, "nobody has this password")
    with pytest.raises(ValueError, match="at least 10"):
        hash_password("short")
