"""What operators look at: probes, figures for Prometheus, the log of requests."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from gunicorn.config import Config as Settings

from charterhouse import metrics
from charterhouse.config import Config, ConfigError
from charterhouse.desk import access
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.web import gunicorn, observing
from charterhouse.web.app import create_app
from charterhouse.web.logs import configure_logging, redact
from charterhouse.web.permissions import access_of, with_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

TOKEN = "a token of operators"
SHOWN = {"Authorization": f"Bearer {TOKEN}"}
HIDDEN = {
    "phone": "13912345678",
    "id_number": "110105199003078515",
    "card": "6222 0212 3456 7890 128",
    "visa": "4111111111111111",
    "gateway": "sk_live_51Hq8zLkdIwHu7ix",
    "secret": "a very secret password",
    "name": "王秀英",
}


@pytest.fixture
def observed(settings: Config, catalogue: Catalogue) -> Callable[..., Flask]:
    """An application with all areas, and with a token."""

    def make(**more: Any) -> Flask:
        app = create_app(replace(settings, metrics_token=TOKEN, **more), directory=catalogue)
        app.testing = True
        return app

    return make


def test_it_says_that_it_lives_and_may_serve(
    observed: Callable[..., Flask], make_clinic: Callable[..., Any]
) -> None:
    make_clinic("gynecology.vip-card", {})
    client = observed().test_client()
    assert client.get("/healthz").json == {"status": "alive"}
    names = ("serving", "catalogue", "migrations", "store", "data_folder")
    for address in ("http://localhost/readyz", "http://10.0.0.7/readyz"):
        ready = client.get(address)
        assert ready.status_code == 200
        assert ready.json == {"status": "ready", "checks": dict.fromkeys(names, "ok")}


def test_it_is_not_ready_while_it_ends(
    observed: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "_ending", threading.Event())
    client = observed().test_client()
    observing.shut_down()
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["serving"] == "failed"
    assert client.get("/healthz").status_code == 200


def test_a_worker_that_is_told_to_end_says_so_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(observing, "_ending", threading.Event())
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    try:
        gunicorn.post_worker_init(SimpleNamespace(cfg=Settings()))
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == [signal.SIGTERM], "what the server does itself is done too"
        assert observing._ending.is_set()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_worker_that_is_told_twice_does_not_wait_for_the_balancer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observing, "_ending", threading.Event())
    monkeypatch.setenv("CHARTERHOUSE_DRAIN_SECONDS", "600")
    told: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _frame: told.append(number))
    try:
        gunicorn.post_worker_init(SimpleNamespace(cfg=Settings()))
        os.kill(os.getpid(), signal.SIGTERM)
        assert observing._ending.is_set()
        assert not told, "requests are still taken"
        os.kill(os.getpid(), signal.SIGTERM)
        assert told == [signal.SIGTERM]
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, before)


def test_it_is_not_ready_when_no_store_opens(
    observed: Callable[..., Flask], make_tenant: Callable[[str], Tenant]
) -> None:
    make_tenant("without-a-store")
    answer = observed().test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["store"] == "failed"
    assert "without-a-store" not in answer.text


def test_it_is_not_ready_without_its_folder(
    observed: Callable[..., Flask], settings: Config, catalogue: Catalogue
) -> None:
    app = observed()
    catalogue.installation.stores.close()
    shutil.rmtree(settings.data_dir)
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["checks"]["data_folder"] == "failed"


def test_figures_are_for_operators_alone(
    observed: Callable[..., Flask], settings: Config, catalogue: Catalogue
) -> None:
    client = observed().test_client()
    assert client.get("/metrics", headers=SHOWN).status_code == 200
    wrong = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}x"})
    none = client.get("/metrics")
    for answer in (wrong, none, client.get("/metrics", headers={"Authorization": TOKEN})):
        assert answer.status_code == 401
        assert "charterhouse_" not in answer.text
    assert wrong.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get("http://10.0.0.7/metrics", headers=SHOWN).status_code == 200
    off = create_app(settings, directory=catalogue).test_client()
    assert off.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    marked = access_of(observing.figures)
    assert marked is not None
    assert marked.token == "metrics_token"
    with pytest.raises(KeyError):
        with_token("no_such_setting")
    with pytest.raises(ConfigError, match="16"):
        replace(settings, metrics_token="short")


def _figure(text: str, name: str, **labels: str) -> float:
    """The sum of all samples of a name that have these labels."""
    found = 0.0
    for line in text.splitlines():
        match = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if match and all(f'{key}="{value}"' in (match[1] or "") for key, value in labels.items()):
            found += float(match[2])
    return found


def test_figures_tell_of_requests_transactions_and_decisions(
    observed: Callable[..., Flask], make_clinic: Callable[..., Any]
) -> None:
    clinic = make_clinic("gynecology.vip-card", {})
    client = observed().test_client()

    def read() -> str:
        return client.get("/metrics", headers=SHOWN).text

    before = read()
    ref = clinic.enter("王秀英", born="1990-07-08")
    clinic.tell("join", member=ref, path="ordinary")
    clinic.tell("redeem", member=ref, points=10, refused="insufficient")
    client.get("/t/clinic/my/")
    client.get("/t/clinic/nobody/knows/this")
    client.open("/t/clinic/my/", method="BREW")
    after = read()

    def more(name: str, **labels: str) -> float:
        return _figure(after, name, **labels) - _figure(before, name, **labels)

    assert more("charterhouse_decisions_total", verb="join", outcome="accepted") == 1
    assert more("charterhouse_decisions_total", verb="redeem", outcome="refused") == 1
    assert more("charterhouse_refusals_total", code="insufficient") == 1
    assert more("charterhouse_request_seconds_count", route="/my/", method="GET") == 1
    assert more("charterhouse_request_seconds_count", route="unmatched") >= 1
    assert more("charterhouse_request_seconds_count", method="OTHER") == 1
    written = {"engine": "sqlite", "mode": "write", "end": "commit"}
    assert more("charterhouse_transaction_seconds_count", **written) >= 3
    assert "nobody/knows" not in after
    assert ref not in after
    assert 'tenant="clinic"' not in after


def test_tenants_are_counted_only_where_that_was_asked_for(
    observed: Callable[..., Flask], make_clinic: Callable[..., Any]
) -> None:
    make_clinic("gynecology.vip-card", {})
    client = observed(metrics_tenants=True).test_client()
    client.get("/t/clinic/my/")
    text = client.get("/metrics", headers=SHOWN).text
    assert _figure(text, "charterhouse_tenant_requests_total", tenant="clinic") >= 1
    metrics._tenant_requests.clear()
    metrics._tenant_seconds.clear()


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_of_the_log_says_who_asked_what(
    make_clinic: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    clinic = make_clinic("gynecology.vip-card", {})
    configure_logging(console=False)
    browser = clinic.browser("owner")
    answer = browser.get(
        "/t/clinic/admin/members?q=13912345678", headers={"X-Request-ID": "proxy-4711.a"}
    )
    line = _lines(capsys)[-1]
    assert answer.headers["X-Request-ID"] == line["request_id"] == "proxy-4711.a"
    assert (line["event"], line["tenant"], line["status"]) == ("request", "clinic", 200)
    assert re.fullmatch(r"staff:\d+", line["actor"])
    assert line["route"].startswith("/admin/members")
    assert line["ms"] > 0


@pytest.mark.parametrize(
    "given", ["short", "13912345678", "a\nforged line", "x" * 65, "name with blanks", "<script>ab"]
)
def test_an_improper_name_of_a_request_is_not_taken(
    observed: Callable[..., Flask], given: str
) -> None:
    environ = {"HTTP_X_REQUEST_ID": given}
    answer = observed().test_client().get("/healthz", environ_overrides=environ)
    assert re.fullmatch(r"[0-9A-Z]{5}-[0-9A-Z]{5}", answer.headers["X-Request-ID"])


def test_nothing_personal_reaches_the_log(
    observed: Callable[..., Flask],
    make_clinic: Callable[..., Any],
    capsys: pytest.CaptureFixture[str],
) -> None:
    clinic = make_clinic("gynecology.vip-card", {})
    with tenant_scope(clinic.tenant):
        key = access.create_key("HIS", ("events.write", "events.read"), actor="test").token
    configure_logging(console=False)
    client = observed().test_client()
    told = {"headers": {"Authorization": f"Bearer {key}"}, "query_string": HIDDEN}
    statuses = {
        client.post(
            "/t/clinic/api/v1/events", json={"verb": "join", "join": HIDDEN}, **told
        ).status_code,
        client.post("/t/clinic/api/v1/events", json=HIDDEN, **told).status_code,
        client.post(f"/t/clinic/api/v1/{HIDDEN['phone']}", data=HIDDEN, **told).status_code,
        client.get(f"/t/clinic/my/{HIDDEN['id_number']}", query_string=HIDDEN).status_code,
        client.post(
            "/t/clinic/admin/sign-in", data={**HIDDEN, "password": HIDDEN["secret"]}
        ).status_code,
        client.post("/hooks/stripe/" + clinic.tenant.key, data=json.dumps(HIDDEN)).status_code,
    }
    assert statuses >= {400, 404, 409}, statuses
    text = capsys.readouterr().err
    assert text.count('"event": "request"') == 6
    for value in (*HIDDEN.values(), HIDDEN["card"].replace(" ", ""), key, key[-12:]):
        assert value not in text
        assert json.dumps(value) not in text


def test_texts_in_the_log_are_cleaned() -> None:
    event = {
        "event": f"{HIDDEN['visa']} or {HIDDEN['card']} of ch_{'k' * 30}",
        "order": "384164211414726928",
        "actor": "staff:384119900307851528",
    }
    kept = redact(None, "info", dict(event))
    assert kept["event"] == "[redacted] or [redacted] of [redacted]"
    assert kept["order"] == event["order"], "ids of ours are no cards"
    assert kept["actor"] == event["actor"]
