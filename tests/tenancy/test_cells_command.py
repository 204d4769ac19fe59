"""`charterhouse cells` with a database, without its address, and when it is away."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from charterhouse.cli import main

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.databases import Databases
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture
def databases(cell: Databases) -> Databases:
    return cell


def test_cells_are_listed_with_what_is_in_them(
    config: Config, north: Tenant, cell: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("CHARTERHOUSE_MIGRATIONS_DIR", str(config.migrations_dir))
    key = base64.urlsafe_b64encode(config.master_key).decode()
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", key)

    unknown = CliRunner().invoke(main, ["cells", "--json"])
    monkeypatch.setenv("DATABASE_URL", cell.urls["main"])
    found = CliRunner().invoke(main, ["cells"])
    monkeypatch.setenv("CHARTERHOUSE_DATABASE_URL_EAST", "postgresql:///none?host=/nowhere")
    away = CliRunner().invoke(main, ["cells", "--json"])

    assert north.cell == "main"
    assert {row["name"]: row["state"] for row in json.loads(unknown.stdout)} == {
        "local": "ready",
        "main": "unknown",
    }
    assert "main\tpostgresql\t1 of 500 tenants\tready" in found.stdout.splitlines()
    assert (unknown.exit_code, found.exit_code, away.exit_code) == (0, 0, 1)
    assert {row["name"]: row["state"] for row in json.loads(away.stdout)}["east"] == "away"


def test_another_kind_of_database_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://somewhere/else")

    result = CliRunner().invoke(main, ["cells"])

    assert result.exit_code == 1
    assert "must begin with postgresql://" in result.stderr
