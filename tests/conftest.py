"""What all tests share: passwords that cost little to hash, and a PostgreSQL.

A module that says `BOTH_ENGINES = True` runs once with stores in files and once in a database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from charterhouse.databases import Databases
from charterhouse.desk import passwords
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres


def pytest_configure() -> None:
    """Tests and the programs that they start use no database but their own."""
    for name in [name for name in os.environ if "DATABASE_" in name]:
        del os.environ[name]


@pytest.fixture(name="real_hasher", scope="session", autouse=True)
def _quick_passwords() -> Iterator[PasswordHasher]:
    """Argon2 at its real cost takes a fifth of a second, and hundreds of tests sign somebody in.

    The value is the hasher of the house, whose cost a test of its own looks at.
    """
    real, nobody = passwords._hasher, passwords._NOBODY
    quick = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
    passwords._hasher, passwords._NOBODY = quick, quick.hash("nobody has this password")
    yield real
    passwords._hasher, passwords._NOBODY = real, nobody


@pytest.fixture(name="postgres", scope="session")
def _postgres() -> Iterator[ScratchPostgres]:
    """A PostgreSQL of this test process, started when first asked for."""
    server = ScratchPostgres()
    yield server
    server.close()


@pytest.fixture(name="cell", scope="session")
def _cell(postgres: ScratchPostgres) -> Databases:
    """One cell for all tests that want one: their tenants never meet."""
    return Databases({"main": postgres.database()})


@pytest.fixture(name="databases")
def _databases(request: pytest.FixtureRequest) -> Databases:
    """Where the stores are: in files, and for modules of both engines then in a database."""
    if getattr(request, "param", "sqlite") == "sqlite":
        return Databases()
    found: Databases = request.getfixturevalue("cell")
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run modules of both engines twice."""
    if getattr(metafunc.module, "BOTH_ENGINES", False) and "databases" in metafunc.fixturenames:
        metafunc.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
