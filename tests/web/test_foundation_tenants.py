"""Which tenant a request reaches, and that nothing else decides it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Blueprint

from charterhouse.tenancy.scope import find_tenant
from charterhouse.web.permissions import public

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

where = Blueprint("where", __name__)


@where.route("/where", methods=["GET", "POST"])
@public(reason="Says where it is.")
def tell() -> str:
    tenant = find_tenant()
    return tenant.slug if tenant else "platform"


def _area(app: Flask) -> None:
    app.register_blueprint(where)
    app.config["WTF_CSRF_ENABLED"] = False


@pytest.fixture(name="client")
def _client(make_app: Callable[..., Flask], make_tenant: Callable[[str], Tenant]) -> FlaskClient:
    make_tenant("east")
    make_tenant("west")
    return make_app(_area).test_client()


def test_the_path_chooses_and_moves_into_the_script_name(client: FlaskClient) -> None:
    answer = client.get("/t/east/where")

    assert answer.text == "east"
    assert client.get("/t/west/where").text == "west"
    assert client.get("/where").text == "platform"


def test_the_tenants_address_without_a_slash_leads_to_the_one_with(client: FlaskClient) -> None:
    answer = client.get("/t/east")

    assert (answer.status_code, answer.headers["Location"]) == (308, "/t/east/")


def test_a_host_of_its_own_and_a_host_below_the_platform_choose(
    client: FlaskClient, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    tenant = make_tenant("north")
    catalogue.add_host(tenant.id, "club.example.org")

    assert client.get("/where", base_url="http://club.example.org").text == "north"
    assert client.get("/where", base_url="http://north.localhost:8000").text == "north"


def test_on_a_tenants_host_no_path_reaches_another_tenant(client: FlaskClient) -> None:
    answer = client.get("/t/west/where", base_url="http://east.localhost")

    assert answer.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "west.localhost"},
        {"X-Tenant": "west"},
        {"X-Script-Name": "/t/west"},
        {"X-Forwarded-Prefix": "/t/west"},
        {"X-Original-URL": "/t/west/where"},
        {"Forwarded": "host=west.localhost"},
    ],
)
def test_no_header_chooses(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/where", headers=headers).text == "platform"
    assert client.get("/t/east/where", headers=headers).text == "east"


@pytest.mark.parametrize("address", ["/t/nobody/where", "/t/", "/t/%2e%2e/where", "/t/EAST/where"])
def test_an_unknown_slug_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_program_is_told_in_its_own_form_that_a_slug_is_unknown(client: FlaskClient) -> None:
    answer = client.get("/t/nobody/api/v1/members")

    assert (answer.status_code, answer.json and answer.json["code"]) == (404, "tenant_unknown")


def test_a_foreign_host_is_not_found_and_a_broken_one_is_refused(client: FlaskClient) -> None:
    foreign = client.get("/where", base_url="http://somewhere.example")
    broken = client.get("/where", headers={"Host": "a/b"})

    assert foreign.status_code == 404
    assert "tenant_unknown" in foreign.text
    assert broken.status_code == 400


def test_a_suspended_tenant_is_refused_and_a_deleted_one_not_found(
    client: FlaskClient, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    tenant = make_tenant("south")
    catalogue.set_status(tenant.id, "suspended")
    suspended = client.get("/t/south/where")
    staff = client.get("/t/south/admin/", headers={"Accept-Language": "en"})
    catalogue.set_status(tenant.id, "deleting")

    assert suspended.status_code == 403
    assert "tenant_suspended" in suspended.text
    assert "<h1>Suspended</h1>" in re.sub(r"<h1[^>]*>\s*(.*?)\s*</h1>", r"<h1>\1</h1>", staff.text)
    assert "Ask whoever runs this platform" in staff.text
    assert 'href="/t/south/"' not in suspended.text, "it would only say the same again"
    assert client.get("/t/south/where").status_code == 404


def test_while_a_tenant_moves_it_can_be_read_but_not_changed(
    client: FlaskClient, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    catalogue.set_status(make_tenant("south").id, "moving")

    assert client.get("/t/south/where").text == "south"
    refused = client.post("/t/south/where")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"


def test_the_scope_ends_with_the_request(client: FlaskClient) -> None:
    client.get("/t/east/where")

    assert find_tenant() is None
