"""Signing in on the pages, sessions that end, and who may manage accounts and keys."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyotp
import pytest
from sqlalchemy import select

from charterhouse import clock
from charterhouse.clock import FixedClock, use_clock
from charterhouse.desk import access
from charterhouse.records.books import adopt
from charterhouse.records.tables import audit
from charterhouse.tenancy.provision import create_tenant
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web import api
from charterhouse.web.admin import signin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

PASSWORD = "a long password"
BASE = "/t/east/admin"


@pytest.fixture(name="moment")
def _moment() -> Iterator[FixedClock]:
    with use_clock(FixedClock(datetime(2026, 3, 1, 2, tzinfo=UTC))) as fixed:
        assert isinstance(fixed, FixedClock)
        yield fixed


@pytest.fixture(name="house")
def _house(catalogue: Catalogue, moment: FixedClock) -> Iterator[Tenant]:
    made = create_tenant(
        catalogue, slug="east", name_zh="东城医院", name_en="East", charter="gynecology.vip-card"
    )
    with tenant_scope(made), unit(write=True) as opened:
        adopt(opened, made.charter, {}, actor="test")
    yield made
    catalogue.installation.stores.close()


@pytest.fixture(name="app")
def _app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(api.register, signin.register)


def account(house: Tenant, login: str, role: str) -> access.Enrolment:
    with tenant_scope(house):
        return access.create_staff(login, login.title(), PASSWORD, role, enrolled=True)


def post(client: FlaskClient, path: str, **fields: Any) -> TestResponse:
    """Send a form as a browser does: with the token of the page."""
    page = client.get(path if "sign-in" in path else f"{BASE}/account").get_data(as_text=True)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    token = found[1] if found else ""
    return client.post(path, data={"csrf_token": token, **fields})


def sign_in(app: Flask, enrolment: access.Enrolment, *, following: str = "") -> FlaskClient:
    client = app.test_client()
    given = {"login": enrolment.staff.login, "password": PASSWORD, "next": following}
    first = post(client, f"{BASE}/sign-in", **given)
    assert first.status_code == 303, first.get_data(as_text=True)[-2000:]
    code = pyotp.TOTP(enrolment.secret).at(clock.now())
    second = post(client, f"{BASE}/sign-in/code", code=code)
    assert second.status_code == 303
    assert second.location == (following or f"{BASE}/account")
    return client


@pytest.fixture(name="ann")
def _ann(house: Tenant) -> access.Enrolment:
    return account(house, "ann", "owner")


def test_nobody_sees_a_page_before_both_steps(app: Flask, ann: access.Enrolment) -> None:
    client = app.test_client()
    asked = client.get(f"{BASE}/staff")
    assert asked.status_code == 303
    assert asked.location == f"{BASE}/sign-in?next=/t/east/admin/staff"
    post(client, f"{BASE}/sign-in", login="ann", password=PASSWORD)
    assert client.get(f"{BASE}/staff").status_code == 303
    assert client.get(f"{BASE}/account").status_code == 303


def test_after_signing_in_one_is_where_one_wanted_to_go(app: Flask, ann: access.Enrolment) -> None:
    client = sign_in(app, ann, following=f"{BASE}/keys")
    assert client.get(f"{BASE}/keys").status_code == 200
    assert client.get(f"{BASE}/sign-in").status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/t/west/admin/"])
def test_no_foreign_address_is_followed(app: Flask, ann: access.Enrolment, target: str) -> None:
    client = app.test_client()
    post(client, f"{BASE}/sign-in", login="ann", password=PASSWORD, next=target)
    code = pyotp.TOTP(ann.secret).at(clock.now())
    assert post(client, f"{BASE}/sign-in/code", code=code).location == f"{BASE}/account"


def test_wrong_passwords_and_codes_are_told_and_keep_the_login(
    app: Flask, ann: access.Enrolment
) -> None:
    client = app.test_client()
    told = post(client, f"{BASE}/sign-in", login="ann", password="wrong")
    page = told.get_data(as_text=True)
    assert told.status_code == 401
    assert 'value="ann"' in page
    assert "wrong" not in page
    post(client, f"{BASE}/sign-in", login="ann", password=PASSWORD)
    told = post(client, f"{BASE}/sign-in/code", code="000000")
    assert told.status_code == 401
    assert "不正确" in told.get_data(as_text=True)


def test_the_second_step_waits_five_minutes(
    app: Flask, ann: access.Enrolment, moment: FixedClock
) -> None:
    client = app.test_client()
    post(client, f"{BASE}/sign-in", login="ann", password=PASSWORD)
    moment.advance(timedelta(minutes=5, seconds=1))
    code = pyotp.TOTP(ann.secret).at(clock.now())
    told = client.get(f"{BASE}/sign-in/code")
    assert (told.status_code, told.location) == (303, f"{BASE}/sign-in")
    told = post(client, f"{BASE}/sign-in/code", code=code)
    assert client.get(f"{BASE}/account").status_code == 303


def test_a_sign_in_expires_without_use_and_in_any_case(
    app: Flask, ann: access.Enrolment, moment: FixedClock
) -> None:
    client = sign_in(app, ann)
    moment.advance(timedelta(minutes=59))
    assert client.get(f"{BASE}/account").status_code == 200
    moment.advance(timedelta(minutes=61))
    expired = client.get(f"{BASE}/account")
    assert expired.status_code == 303
    assert "expired=1" in expired.location

    client = sign_in(app, ann)
    for _ in range(13):
        moment.advance(timedelta(minutes=56))
        last = client.get(f"{BASE}/account").status_code
    assert last == 303


def test_an_expired_form_changes_nothing(
    app: Flask, ann: access.Enrolment, house: Tenant, moment: FixedClock
) -> None:
    client = sign_in(app, ann)
    page = client.get(f"{BASE}/keys/new").get_data(as_text=True)
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]
    moment.advance(timedelta(hours=2))
    told = client.post(
        f"{BASE}/keys/new",
        data={"csrf_token": token, "name": "HIS", "permissions": "events.write"},
    )
    assert told.status_code in (400, 401)
    with tenant_scope(house):
        assert access.list_keys() == []


def test_signing_out_ends_the_session(app: Flask, ann: access.Enrolment) -> None:
    client = sign_in(app, ann)
    assert post(client, f"{BASE}/sign-out").location == f"{BASE}/sign-in"
    assert client.get(f"{BASE}/account").status_code == 303


def test_a_new_password_keeps_this_device_and_ends_the_others(
    app: Flask, ann: access.Enrolment, moment: FixedClock
) -> None:
    here = sign_in(app, ann)
    moment.advance(timedelta(minutes=1))
    there = sign_in(app, ann)
    told = post(here, f"{BASE}/account", old=PASSWORD, password="another long one", again="other")
    assert told.status_code == 422
    told = post(here, f"{BASE}/account", old=PASSWORD, password="another long one",
                again="another long one")  # fmt: skip
    assert told.status_code == 303
    assert here.get(f"{BASE}/account").status_code == 200
    assert there.get(f"{BASE}/account").status_code == 303


def test_a_closed_account_is_out_at_once(app: Flask, ann: access.Enrolment, house: Tenant) -> None:
    bob = account(house, "bob", "cashier")
    theirs = sign_in(app, bob)
    owner = sign_in(app, ann)
    assert post(owner, f"{BASE}/staff/{bob.staff.id}/close").status_code == 303
    assert theirs.get(f"{BASE}/account").status_code == 303


@pytest.mark.parametrize("role", ["manager", "reviewer", "cashier", "service-desk", "auditor"])
def test_only_owners_manage_accounts_and_keys(app: Flask, house: Tenant, role: str) -> None:
    client = sign_in(app, account(house, "bob", role))
    for path in ("staff", "staff/new", "staff/1", "keys", "keys/new"):
        assert client.get(f"{BASE}/{path}").status_code == 403, path
    for path in ("staff/new", "staff/1", "staff/1/password", "keys/new", "keys/1/end"):
        assert post(client, f"{BASE}/{path}").status_code == 403, path
    assert client.get(f"{BASE}/account").status_code == 200


def test_an_owner_opens_an_account_whose_password_works_once_shown(
    app: Flask, ann: access.Enrolment, house: Tenant
) -> None:
    client = sign_in(app, ann)
    told = post(client, f"{BASE}/staff/new", login="eve", name="伊芙", role="cashier", branch="")
    page = told.get_data(as_text=True)
    passwords = re.findall(r"<code>([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>", page)
    assert len(passwords) == 1
    with tenant_scope(house):
        found = access.check_password("eve", passwords[0])
    assert (found.name, found.role, found.enrolled) == ("伊芙", "cashier", False)

    for wrong in ({"login": "eve"}, {"role": "king"}, {"branch": "moon"}, {"name": ""}):
        fields = {"login": "eve2", "name": "E", "role": "cashier", "branch": "", **wrong}
        assert post(client, f"{BASE}/staff/new", **fields).status_code == 422, wrong
    with tenant_scope(house):
        assert len(access.list_staff()) == 2


def test_an_account_of_nobody_is_not_found(app: Flask, ann: access.Enrolment) -> None:
    client = sign_in(app, ann)
    for number in ("1", "9223372036854775807", "9223372036854775808", "9" * 40):
        assert client.get(f"{BASE}/staff/{number}").status_code == 404, number
        assert post(client, f"{BASE}/keys/{number}/end", confirm="x").status_code == 404, number
    assert post(client, f"{BASE}/staff/{ann.staff.id}/fire").status_code == 404


def test_a_key_is_made_with_rights_of_the_api_only(
    app: Flask, ann: access.Enrolment, house: Tenant
) -> None:
    client = sign_in(app, ann)
    told = post(client, f"{BASE}/keys/new", name="HIS",
                permissions=["events.write", "staff.manage", "keys.manage"])  # fmt: skip
    token = re.findall(r"<code>(ch_[\w-]+)</code>", told.get_data(as_text=True))[0]
    with tenant_scope(house):
        found = access.verify_key(token)
    assert found is not None
    assert found.permissions == {"events.write"}
    assert token not in client.get(f"{BASE}/keys").get_data(as_text=True)
    assert post(client, f"{BASE}/keys/{found.id}/end", confirm="wrong").status_code == 303
    with tenant_scope(house):
        assert access.verify_key(token) is not None
    post(client, f"{BASE}/keys/{found.id}/end", confirm="HIS")
    with tenant_scope(house):
        assert access.verify_key(token) is None
    nothing = post(client, f"{BASE}/keys/new", name="HIS", permissions=["staff.manage"])
    assert nothing.status_code == 422


def test_a_session_of_one_institution_is_nothing_in_another(
    app: Flask, ann: access.Enrolment, catalogue: Catalogue
) -> None:
    create_tenant(
        catalogue, slug="west", name_zh="西", name_en="West", charter="gynecology.vip-card"
    )
    client = sign_in(app, ann)
    cookie = client.get_cookie("charterhouse_session", path="/t/east/")
    assert cookie is not None
    stranger = app.test_client()
    stranger.set_cookie("charterhouse_session", cookie.value, path="/t/west/")
    assert stranger.get("/t/west/admin/account").status_code == 303


def test_everything_is_in_the_audit_without_names(
    app: Flask, ann: access.Enrolment, house: Tenant
) -> None:
    client = sign_in(app, ann)
    post(client, f"{BASE}/keys/new", name="HIS", permissions=["events.write"])
    post(app.test_client(), f"{BASE}/sign-in", login="ann", password="wrong")
    with tenant_scope(house), unit() as opened:
        rows = opened.connection.execute(select(audit).order_by(audit.c.seq)).all()
    assert [row.action for row in rows][-4:] == [
        "staff.create",
        "staff.sign_in",
        "key.create",
        "staff.sign_in_failed",
    ]
    assert rows[-2].actor == f"staff:{ann.staff.id}"
    assert "ann" not in str([tuple(row) for row in rows]).lower().replace("channel", "")
