"""Headers, forged requests, limits, errors: what every answer keeps to."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from flask import Blueprint, abort, request, session

from charterhouse.web.app import create_app
from charterhouse.web.errors import WebError, map_error
from charterhouse.web.logs import configure_logging, redact
from charterhouse.web.middleware import new_reference
from charterhouse.web.permissions import public
from charterhouse.web.security import limiter

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

area = Blueprint("area", __name__)


class ShopError(Exception):
    """A refusal of a lower floor."""

    code = "shop_closed"
    field = "hour"
    clause = "3.2"


@area.get("/page")
@public(reason="A page.")
def page() -> str:
    session["seen"] = 1
    return "page"


@area.post("/save")
@public(reason="A form.")
def save() -> str:
    return f"saved {len(request.form)}"


@area.post("/api/v1/save")
@public(reason="For programs.")
def api_save() -> str:
    return "saved"


@area.get("/raise/<kind>")
@public(reason="Fails.")
def fail(kind: str) -> str:
    if kind == "unforeseen":
        raise RuntimeError("phone 13812345678 of the house")
    if kind == "web":
        raise WebError("Give an amount.", code="amount_missing", status=422, field="amount")
    if kind == "shop":
        raise ShopError("The shop is closed.")
    abort(int(kind))


@area.get("/api/v1/raise/<kind>")
@public(reason="Fails for programs.")
def api_fail(kind: str) -> str:
    return fail(kind)


@area.get("/often")
@limiter.limit("2 per minute")
@public(reason="Limited.")
def often() -> str:
    return "again"


def _area(app: Flask) -> None:
    app.register_blueprint(area)
    map_error(app, ShopError, 409)


@pytest.fixture(name="app")
def _app(make_app: Callable[..., Flask], make_tenant: Callable[[str], Tenant]) -> Flask:
    make_tenant("east")
    make_tenant("west")
    app = make_app(_area)
    limiter.reset()
    return app


@pytest.fixture(name="client")
def _client(app: Flask) -> FlaskClient:
    return app.test_client()


def _token(client: FlaskClient) -> str:
    found = re.search(r'X-CSRFToken": "([^"]+)"', client.get("/t/east/nothing").text)
    assert found is not None
    return found[1]


def test_the_policy_allows_nothing_inline_and_nothing_foreign(client: FlaskClient) -> None:
    headers = client.get("/page").headers
    policy = headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "img-src 'self' data:" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


def test_paying_may_lead_to_the_hosted_page_and_https_is_kept(
    settings: Config, catalogue: Catalogue
) -> None:
    paying = replace(settings, stripe_key="sk_test_x", public_url="https://club.example.org")
    local = replace(paying, stripe_hosted_base="http://localhost:9999/pay")
    real, sandbox = (
        create_app(each, directory=catalogue, areas=()).test_client().get("/").headers
        for each in (paying, local)
    )

    assert "form-action 'self' https://checkout.stripe.com" in real["Content-Security-Policy"]
    assert "form-action 'self' http://localhost:9999" in sandbox["Content-Security-Policy"]
    assert real["Strict-Transport-Security"].startswith("max-age=31536000")


def test_every_answer_has_a_reference_that_the_error_page_shows(client: FlaskClient) -> None:
    answer = client.get("/nothing")
    reference = answer.headers["X-Request-ID"]

    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", reference)
    assert reference in answer.text
    assert client.get("/static/dist/none.css").headers["X-Request-ID"] != reference
    assert new_reference() != new_reference()


def test_a_form_needs_its_token(client: FlaskClient) -> None:
    refused = client.post("/t/east/save")
    taken = client.post("/t/east/save", data={"csrf_token": _token(client)})
    by_header = client.post("/t/east/save", headers={"X-CSRFToken": _token(client)})

    assert refused.status_code == 400
    assert "csrf" in refused.text
    assert taken.text == "saved 1"
    assert by_header.text == "saved 0"


def test_a_token_of_one_tenant_is_none_of_another(client: FlaskClient) -> None:
    token = _token(client)
    client.get("/t/west/page")

    assert client.post("/t/west/save", data={"csrf_token": token}).status_code == 400


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    client: FlaskClient, headers: dict[str, str], *, passes: bool
) -> None:
    answer = client.post("/t/east/save", data={"csrf_token": _token(client)}, headers=headers)

    assert answer.status_code == (200 if passes else 403)


def test_addresses_for_programs_need_no_token(client: FlaskClient) -> None:
    answer = client.post("/t/east/api/v1/save", headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.text == "saved"


def test_too_large_a_body_is_a_clear_error(
    settings: Config, catalogue: Catalogue, make_tenant: Callable[[str], Tenant]
) -> None:
    make_tenant("east")
    small = replace(settings, max_body_bytes=100)
    app = create_app(small, directory=catalogue, areas=(_area,))
    answer = app.test_client().post("/t/east/save", data={"file": "x" * 200})

    assert answer.status_code == 413
    assert "内容过大" in answer.text
    assert "body_too_large" in answer.text


def test_limits_count_by_tenant_and_address(client: FlaskClient) -> None:
    for _ in range(2):
        assert client.get("/t/east/often").status_code == 200
    refused = client.get("/t/east/often")
    elsewhere = client.get("/t/east/often", environ_overrides={"REMOTE_ADDR": "10.1.1.1"})

    assert refused.status_code == 429
    assert "操作过于频繁" in refused.text
    assert client.get("/t/west/often").status_code == 200
    assert elsewhere.status_code == 200


def test_only_who_is_refused_is_asked_to_come_again(client: FlaskClient) -> None:
    assert "Retry-After" not in client.get("/t/east/page").headers
    assert "Retry-After" not in client.get("/t/east/raise/404").headers
    answers = [client.get("/t/east/often") for _ in range(3)]
    assert ["Retry-After" in answer.headers for answer in answers] == [False, False, True]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503])
def test_every_error_has_a_page_in_both_languages(
    client: FlaskClient, status: int, language: str
) -> None:
    answer = client.get(f"/t/east/raise/{status}?lang={language}")
    chinese = re.search(r"<h1>\s*[一-鿿]", answer.text) is not None

    assert answer.status_code == status
    assert chinese is (language == "zh")
    assert answer.headers["X-Request-ID"] in answer.text


def test_an_unforeseen_error_tells_nothing_but_its_reference(
    client: FlaskClient, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(console=False)
    app.testing = False
    page_, data = (client.get(f"/t/east{path}/raise/unforeseen") for path in ("", "/api/v1"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    logged = [line for line in lines if line["event"] == "unforeseen_error"]

    for answer in (page_, data):
        assert answer.status_code == 500
        assert "house" not in answer.text
        assert "Traceback" not in answer.text
    assert [line["request_id"] for line in logged] == [
        page_.headers["X-Request-ID"],
        data.headers["X-Request-ID"],
    ]
    assert logged[0]["tenant"] == "east"
    assert "138****5678" in logged[0]["exception"]
    assert "13812345678" not in json.dumps(lines)


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("404", 404, {"code": "not_found", "field": None, "clause": None}),
        ("web", 422, {"code": "amount_missing", "field": "amount", "clause": None}),
        ("shop", 409, {"code": "shop_closed", "field": "hour", "clause": "3.2"}),
        ("unforeseen", 500, {"code": "internal_error", "field": None, "clause": None}),
    ],
)
def test_errors_for_programs_have_one_shape(
    client: FlaskClient, kind: str, status: int, expected: dict[str, Any]
) -> None:
    answer = client.get(f"/t/east/api/v1/raise/{kind}")

    assert answer.status_code == status
    assert answer.json is not None
    assert set(answer.json) == {"code", "message", "field", "clause", "reference"}
    assert {name: answer.json[name] for name in expected} == expected
    assert answer.json["reference"] == answer.headers["X-Request-ID"]


def test_a_wrong_method_says_which_are_right(client: FlaskClient) -> None:
    answer = client.post("/t/east/api/v1/raise/404")

    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_htmx_gets_a_notice_beside_the_page(client: FlaskClient) -> None:
    answer = client.get("/t/east/raise/web", headers={"HX-Request": "true"})

    assert answer.headers["HX-Retarget"] == "#toasts"
    assert "<html" not in answer.text
    assert "Give an amount." in answer.text


def test_the_log_hides_secrets_and_people() -> None:
    event = redact(
        None,
        "info",
        {
            "event": "call 13812345678 about 110105199003078515",
            "password": "x",
            "detail": {"stripe_key": "sk_live_abc123", "api_key": "k", "rows": ["whsec_abc", 4]},
            "amount": 13812345678,
        },
    )

    assert event["event"] == "call 138****5678 about 110105********8515"
    assert event["password"] == "[redacted]"
    assert event["detail"]["api_key"] == "[redacted]"
    assert event["detail"]["stripe_key"] == "[redacted]"
    assert event["detail"]["rows"] == ["[redacted]", 4]
    assert event["amount"] == 13812345678
