"""`charterhouse verify` as people and machines run it: many tenants at once, exit codes, JSON."""

from __future__ import annotations

import base64
import json
import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from records_story import KEY, found, tell

from charterhouse.cli import main
from charterhouse.commands import proving
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.tenant import Tenant

Verify = Callable[..., Result]


@pytest.fixture
def verify(catalogue: Catalogue, north: Tenant, monkeypatch: pytest.MonkeyPatch) -> Verify:
    """The command on an installation of three tenants."""
    for slug in ("east", "west"):
        with tenant_scope(found(catalogue, slug)):
            tell("2025-03-01 10:00", "join", {"member": "li", "path": "ordinary"})
    folder = north.installation.config.data_dir
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(folder))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", base64.urlsafe_b64encode(KEY).decode())
    return lambda *arguments: CliRunner().invoke(main, ["verify", *arguments])


def _alter(tenant: Tenant, statement: str) -> None:
    path = tenant.installation.stores.path(tenant.id)  # type: ignore[attr-defined]  # the embedded engine
    with closing(sqlite3.connect(path)) as driver:
        assert driver.execute(statement).rowcount == 1
        driver.commit()


def test_all_tenants_are_proved_at_once(verify: Verify) -> None:
    result = verify("--jobs", "2")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["east", "north", "west"]
    assert all(": 0 differences in " in line for line in lines)
    assert "14 events" in lines[1]
    assert "north: 0 differences in " in result.stderr, "each is told when it is done"


def test_with_nothing_to_prove_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(tmp_path / "empty"))
    result = CliRunner().invoke(main, ["verify", "--jobs", "2"])
    assert result.exit_code == 0, result.output
    assert "There is no active tenant here" in result.stderr


def test_a_difference_names_its_tenant(verify: Verify, north: Tenant) -> None:
    _alter(north, "UPDATE standing SET points = 31 WHERE ref = 'wu'")
    result = verify("--jobs", "1")
    assert result.exit_code == 1
    assert "  north: standing wu: its column points is 31, rebuilt 30" in result.stdout.splitlines()
    assert verify("--tenant", "east").exit_code == 0
    rows = json.loads(verify("--json", "--jobs", "1").stdout)
    assert [row["clean"] for row in rows] == [True, False, True]
    assert rows[1]["total"] == 1
    assert rows[1]["differences"] == [
        {
            "code": "standing",
            "subject": "wu",
            "event": None,
            "text": "standing wu: its column points is 31, rebuilt 30",
        }
    ]


def test_one_that_cannot_be_proved_does_not_stop_the_others(
    verify: Verify, north: Tenant, catalogue: Catalogue
) -> None:
    path = north.installation.stores.path(north.id)  # type: ignore[attr-defined]  # the embedded engine
    catalogue.installation.stores.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    result = verify("--json", "--jobs", "2")
    assert result.exit_code == 2
    rows = {row["tenant"]: row for row in json.loads(result.stdout)}
    assert rows["east"]["clean"]
    assert rows["north"]["error"].endswith("Restore it from a backup.")
    assert rows["north"]["head"] is None


def _damage(catalogue: Catalogue, tenant: Tenant) -> None:
    path = tenant.installation.stores.path(tenant.id)  # type: ignore[attr-defined]  # the embedded engine
    catalogue.installation.stores.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 4096 // 2 * 4096)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_store_whose_file_is_damaged_does_not_stop_the_others(
    verify: Verify, north: Tenant, catalogue: Catalogue, jobs: str
) -> None:
    _damage(catalogue, north)
    result = verify("--json", "--jobs", jobs)
    assert result.exit_code == 2, result.output
    rows = {row["tenant"]: row for row in json.loads(result.stdout)}
    assert rows["east"]["clean"]
    assert rows["west"]["clean"]
    assert "damaged" in rows["north"]["error"]
    assert rows["north"]["error"].endswith("Restore it from a backup.")


def test_a_process_that_was_killed_leaves_its_tenants_unproved(
    verify: Verify, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proving, "_apart", _killed)
    result = verify("--json", "--jobs", "2")
    assert result.exit_code == 2, result.output
    rows = json.loads(result.stdout)
    assert [row["tenant"] for row in rows] == ["east", "north", "west"]
    assert all("was killed" in row["error"] for row in rows)


def _killed(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_cannot_even_begin_is_no_difference(verify: Verify) -> None:
    result = verify("--tenant", "nobody")
    assert result.exit_code == 2, "1 would be taken for records that were altered"
    assert "There is no tenant 'nobody'" in result.stderr


def test_an_earlier_proof_is_held_against(verify: Verify, north: Tenant, tmp_path: Path) -> None:
    before = tmp_path / "before.json"
    before.write_text(verify("--json", "--jobs", "1").stdout, "utf-8")
    assert verify("--jobs", "1", "--against", str(before)).exit_code == 0
    rows = json.loads(before.read_text("utf-8"))
    rows[1]["head"]["seq"] += 5
    before.write_text(json.dumps(rows), "utf-8")
    result = verify("--jobs", "1", "--against", str(before))
    assert result.exit_code == 1
    assert f"  {north.slug}: the audit ends at entry" in result.stdout
    before.write_text("[{}]", "utf-8")
    result = verify("--jobs", "1", "--against", str(before))
    assert result.exit_code == 2
    assert "is not what `charterhouse verify --json` writes" in result.stderr
