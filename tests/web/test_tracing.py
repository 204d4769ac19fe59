"""Spans of requests and transactions, in a process of their own: OpenTelemetry is one for all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from charterhouse import tracing
from charterhouse.config import Config, ConfigError

_TRACED = """
import json, sys
from pathlib import Path
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from charterhouse import tracing
from charterhouse.config import Config
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.records.books import adopt
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.web.app import create_app

kept = InMemorySpanExporter()
config = Config(data_dir=Path(sys.argv[1]), master_key=bytes(32), traces=True)
assert tracing.start(config, kept)
catalogue = open_catalogue(config)
tenant = create_tenant(catalogue, slug="east", name_zh="a", name_en="a", charter="gynecology.vip-card")
with tenant_scope(tenant), unit(write=True) as opened:
    adopt(opened, tenant.charter, {}, actor="test")
client = create_app(config, directory=catalogue).test_client()
kept.clear()
parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
client.get("/t/east/my/charter?phone=13912345678", headers={"traceparent": parent})
client.get("/t/east/my/13912345678")
client.get("/readyz")
try:
    with tenant_scope(tenant), unit(write=True):
        raise ValueError("what somebody typed: 13912345678")
except ValueError:
    pass
print(json.dumps([
    [s.name, format(s.context.trace_id, "032x"), dict(s.attributes), s.status.description,
     [dict(each.attributes) for each in s.events], s.parent and s.parent.span_id, s.context.span_id]
    for s in kept.get_finished_spans()
]))
catalogue.installation.stores.close()
"""


def test_a_request_is_a_span_with_what_it_did_in_it(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", _TRACED, str(tmp_path)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    spans = json.loads(done.stdout)
    names = [each[0] for each in spans]
    page = next(each for each in spans if each[0] == "GET /my/charter")
    assert page[1] == "0af7651916cd43dd8448eb211c80319c", "it continues the caller's trace"
    assert page[2]["http.response.status_code"] in (200, 302, 303)
    inner = [each for each in spans if each[1] == page[1] and each[0] == "transaction"]
    assert inner, names
    assert inner[0][2] == {"engine": "sqlite", "mode": "read"}
    within = {each[6] for each in inner}
    asked = [each for each in spans if each[1] == page[1] and each[0] == "SELECT"]
    assert asked, "statements that go past SQLAlchemy are told too"
    assert all(each[2] == {"db.system.name": "sqlite"} for each in asked)
    assert any(each[5] in within for each in asked)
    assert "GET unmatched" in names
    ready = next(each for each in spans if each[0] == "GET /readyz")
    statements = [each for each in spans if each[1] == ready[1] and each[0] == "SELECT"]
    assert statements, names
    assert statements[0][2] == {"db.system.name": "sqlite"}
    assert "13912345678" not in done.stdout


@pytest.mark.parametrize(
    "missing",
    ["opentelemetry.sdk.trace", "opentelemetry.exporter.otlp.proto.http.trace_exporter"],
)
def test_traces_are_off_unless_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    assert not tracing.start(Config(data_dir=tmp_path, master_key=bytes(32)))
    with tracing.span("transaction", engine="sqlite"):
        pass
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ConfigError, match=r"charterhouse\[otel\]"):
        tracing.start(Config(data_dir=tmp_path, master_key=bytes(32), traces=True))
