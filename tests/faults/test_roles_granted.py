"""Tenants are made while others are served: whose role is granted may be taken at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from faults_house import KEY

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_roles as roles
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.engines.postgres_pool import Pools
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

FIRST = 5_000_000
BEFORE = 300
SECONDS = 1.5
CLIENTS = 3


class Landlord:
    """Whose roles are made and granted, quickly and without anything else of a tenant."""

    def __init__(self, url: str, cell: Cell) -> None:
        self.connection = psycopg.connect(url, autocommit=True)
        self.pool = roles.pool_login(cell.database)
        self.newest = FIRST
        self.grant(BEFORE)

    def grant(self, number: int) -> None:
        """Make so many in one transaction."""
        names = [roles.tenant_name(self.newest + each) for each in range(1, number + 1)]
        script = "".join(
            f"CREATE ROLE {one} NOINHERIT; GRANT {one} TO {self.pool};" for one in names
        )
        self.connection.execute(script.encode())
        self.newest += number

    def close(self) -> None:
        """Remove all."""
        names = [roles.tenant_name(each) for each in range(FIRST + 1, self.newest + 1)]
        self.connection.execute("".join(f"DROP ROLE {one};" for one in names).encode())
        self.connection.close()


@pytest.fixture(name="cell")
def _cell(postgres: ScratchPostgres, tmp_path: Path) -> Cell:
    url = postgres.database()
    config = Config(data_dir=tmp_path, master_key=KEY, databases=Databases({"main": url}))
    cell = Cell("main", url, config.derivations)
    cell.ready()
    return cell


@pytest.fixture(name="landlord")
def _landlord(cell: Cell, postgres: ScratchPostgres) -> Iterator[Landlord]:
    with closing(Landlord(postgres.url(cell.database), cell)) as landlord:
        yield landlord


@pytest.fixture(name="pools")
def _pools(cell: Cell) -> Iterator[Pools]:
    with closing(Pools(cell, CLIENTS, dedicated=0)) as pools:
        yield pools


def test_a_role_may_be_taken_as_soon_as_it_is_granted(landlord: Landlord, pools: Pools) -> None:
    refused: list[BaseException] = []
    over = threading.Event()

    def serve(*, write: bool) -> None:
        while not over.is_set():
            try:
                with pools.unit(landlord.newest, own=False, write=write, seconds=5.0):
                    pass
            except (psycopg.Error, errors.TenancyError) as error:
                refused.append(error)

    clients = [
        threading.Thread(target=serve, kwargs={"write": number == 0}) for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            landlord.grant(1)
            time.sleep(0.002)
    finally:
        over.set()
        for client in clients:
            client.join(30)
    assert landlord.newest > FIRST + BEFORE + 50
    assert refused == []


def test_a_role_that_is_not_granted_stays_refused(landlord: Landlord, pools: Pools) -> None:
    name = roles.tenant_name(landlord.newest)
    landlord.connection.execute(f"REVOKE {name} FROM {landlord.pool}")
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        pools.unit(landlord.newest, own=False, write=True, seconds=5.0),
    ):
        pass
    with pools.unit(landlord.newest - 1, own=False, write=True, seconds=5.0):
        pass
