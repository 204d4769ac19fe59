"""The volume of PostgreSQL is full: refused whole, nothing lost, and on when there is room again.

A file system of a size of one's own takes root to mount, so `make soak` runs this where it may.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from faults_house import House, wait_for
from faults_site import Site

from charterhouse.databases import Databases
from charterhouse.desk.verifying import verify_tenant
from charterhouse.records.tables import event
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

MIB = 1 << 20
ROUNDS = 4
PASSING = {"store_full", "store_unavailable", "store_busy"}


@pytest.fixture(name="volume")
def _volume() -> Iterator[Path]:
    # The server runs as somebody else, whom folders of tests do not let in.
    with tempfile.TemporaryDirectory(prefix="charterhouse-volume-") as folder:
        Path(folder).chmod(0o755)
        mount = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", folder]
        subprocess.run(mount, check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture(name="server")
def _server(volume: Path) -> Iterator[ScratchPostgres]:
    with closing(ScratchPostgres(durable=True, place=volume)) as server:
        yield server


def _fill(volume: Path) -> Path:
    """Take all the room there is."""
    ballast = volume / "ballast"
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(MIB))
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return ballast


def _want_more_journal(server: ScratchPostgres) -> None:
    """Have the server begin new segments of its journal until there is none left to begin."""
    with suppress(psycopg.Error), psycopg.connect(server.url("postgres"), autocommit=True) as one:
        for _ in range(20):
            one.execute("SELECT pg_logical_emit_message(false, '', 'more')")
            one.execute("SELECT pg_switch_wal()")


def _keys(house: House) -> set[str]:
    with tenant_scope(house.tenant), unit() as opened:
        rows = opened.connection.execute(event.select().where(event.c.key.is_not(None)))
        return {row.key.removeprefix("api:") for row in rows}


def test_a_full_volume_refuses_until_there_is_room(
    house_in: Callable[..., House], server: ScratchPostgres, volume: Path
) -> None:
    house = house_in(Databases({"main": server.database()}))
    site, told = Site(house), dict[str, tuple[int, str]]()
    client: Any = site.app.test_client()
    crashes = 0

    def tell() -> tuple[int, str]:
        key = f"key-{len(told)}"
        told[key] = site.tell(client, house.refs[0], key)
        return told[key]

    def goes_on() -> bool:
        nonlocal crashes
        if not server.alive:
            # Without room for its journal it ends: an operator starts it again.
            crashes += 1
            server.start()
        return tell() == (201, "")

    for number in range(ROUNDS):
        assert tell() == (201, "")
        ballast = _fill(volume)
        if number % 2:
            _want_more_journal(server)
        # Pages that are there already are used up first.
        wait_for(lambda: tell()[0] == 503)
        for _ in range(20):
            assert tell()[0] in (201, 503)
        ballast.unlink()
        wait_for(goes_on)

    sys.stdout.write(f"{Counter(told.values())}, the server ended {crashes} times\n")
    assert {code for status, code in told.values() if status != 201} <= PASSING
    accepted = {key for key, answer in told.items() if answer == (201, "")}
    assert accepted <= _keys(house) <= told.keys()
    assert verify_tenant(house.tenant).differences == []
