"""The outboxes as the worker tells of them, and figures that several processes share."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from charterhouse import clock, metric_files, metrics
from charterhouse.config import Config
from charterhouse.desk.undelivered import DEAD
from charterhouse.jobs.gauges import OutboxGauge
from charterhouse.records.sealing import OUTBOX
from charterhouse.records.tables import outbox
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit


def _put(number: int, *, state: str = "waiting", ago: float = 0.0) -> None:
    with unit(write=True) as opened:
        row: dict[str, Any] = {
            "id": number, "topic": "notice", "subject": "1", "tries": 0, "error": "",
            "sealed": OUTBOX.seal(number, {}), "state": state,
            "due_at": clock.now() - timedelta(seconds=ago),
        }  # fmt: skip
        opened.connection.execute(outbox.insert().values(row))


def _gauge(name: str) -> float:
    found = metrics.REGISTRY.get_sample_value(name)
    assert found is not None
    return found


def test_the_outboxes_of_all_tenants_are_told_together(house: Any) -> None:
    gauge = OutboxGauge()
    with tenant_scope(house.north):
        _put(1, ago=90)
        _put(2)
        _put(3, state=DEAD, ago=500)
    assert gauge.look(house.north) is False
    assert _gauge("charterhouse_outbox_waiting") == 2
    assert 90 <= _gauge("charterhouse_outbox_late_seconds") < 120
    assert _gauge("charterhouse_outbox_dead") == 1
    with tenant_scope(house.north), unit(write=True) as opened:
        opened.connection.execute(outbox.delete())
    gauge.look(house.north)
    assert _gauge("charterhouse_outbox_waiting") == 0
    assert _gauge("charterhouse_outbox_late_seconds") == 0


_COUNTED = """
from charterhouse import metrics
metrics.decided("award", "")
metrics.outbox(7, 1.5, 0)
"""


def test_processes_share_their_figures(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    config = Config(data_dir=tmp_path, master_key=bytes(32), metrics_token="t" * 16)
    metric_files.share(Config(data_dir=tmp_path, master_key=bytes(32)))
    assert "PROMETHEUS_MULTIPROC_DIR" not in os.environ, "nobody may read them"
    metric_files.share(config)
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", os.environ["PROMETHEUS_MULTIPROC_DIR"])
    for _ in range(2):
        subprocess.run([sys.executable, "-c", _COUNTED], check=True)
    text = metrics.exposition().decode()
    assert 'charterhouse_decisions_total{outcome="accepted",verb="award"} 2.0' in text
    assert "charterhouse_outbox_waiting 7.0" in text
    folder = tmp_path / "metrics"
    assert list(folder.glob("*.db"))

    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    (folder / f"counter_{os.getpid()}.db").write_bytes(b"")
    metric_files.share(config)
    assert len(list(folder.glob("*.db"))) > 1, "this process still lives"
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
    (folder / f"counter_{os.getpid()}.db").unlink()
    metric_files.share(config)
    assert not list(folder.glob("*.db")), "of processes that have all ended"
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR")
