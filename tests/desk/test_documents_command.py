"""`charterhouse documents sweep`: what it removes, what it only tells, and how it ends."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.desk.test_files import scan

from charterhouse import clock
from charterhouse.cli import main
from charterhouse.desk import files
from charterhouse.desk.people import create_person
from charterhouse.records.models import File, db
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result

    from charterhouse.clock import FixedClock
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="ref")
def _ref(house: Tenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Somebody with a file, in an installation that the command finds, beside a stray content."""
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHARTERHOUSE_MASTER_KEY", urlsafe_b64encode(bytes(range(32))).decode())
    ref = create_person({"name": "王秀英"}).ref
    files.add(ref, "id-copy", scan(), actor="test")
    house.installation.blobs.put(b"stray")
    return ref


def _run(*args: str) -> Result:
    return CliRunner().invoke(main, ["documents", "sweep", *args])


def _there(house: Tenant) -> int:
    with tenant_scope(house):
        return len(list(house.installation.blobs.names()))


def _later(moment: FixedClock, hours: int) -> None:
    moment.set(clock.SystemClock().now() + timedelta(hours=hours))


def test_it_is_tried_first_and_then_done(house: Tenant, ref: str, moment: FixedClock) -> None:
    _later(moment, 2)
    tried = _run("--dry-run")
    assert tried.exit_code == 0, tried.output
    assert tried.stdout == "east: 1 files, 3 contents; 1 would be removed, 0 too young, 0 missing\n"
    assert _there(house) == 3

    done = _run("--tenant", "east")
    assert done.stdout == "east: 1 files, 3 contents; 1 removed, 0 too young, 0 missing\n"
    assert _there(house) == 2


def test_the_age_is_kept_to(house: Tenant, ref: str, moment: FixedClock) -> None:
    _later(moment, 20)
    told = json.loads(_run("--older-than", "24", "--json").stdout)
    assert told == [
        {
            "tenant": "east",
            "removed": True,
            "files": 1,
            "blobs": 3,
            "unnamed": 0,
            "young": 1,
            "lost": [],
        }
    ]
    assert _run("--older-than", "0").exit_code == 2
    assert _there(house) == 3


def test_what_is_missing_is_named_and_fails(house: Tenant, ref: str) -> None:
    with unit():
        (row,) = db.session.query(File).all()
        content, number = row.content, row.id
    house.installation.blobs.remove(content)
    told = _run()
    assert told.exit_code == 1
    assert f"  file {number} (id-copy) of {ref}: its content is missing" in told.stdout
    (listed,) = json.loads(_run("--json").stdout)
    assert [each["what"] for each in listed["lost"]] == ["content"]


def test_of_an_unknown_tenant_it_says_which_there_are(house: Tenant, ref: str) -> None:
    told = _run("--tenant", "west")
    assert told.exit_code == 1
    assert "there are: east" in told.stderr
