"""What all tests share: passwords that cost little to hash, templates, a PostgreSQL and a Redis.

A module that says `BOTH_ENGINES = True` runs once with stores in files and once in a database.
"""

from __future__ import annotations

import gc
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import FileSystemBytecodeCache

from charterhouse.config import Config
from charterhouse.databases import Databases
from charterhouse.desk import passwords
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import open_catalogue, template_store


def pytest_configure() -> None:
    """Tests and the programs that they start use no database but their own."""
    for name in [name for name in os.environ if _names_a_database(name)]:
        del os.environ[name]


def pytest_collection_finish() -> None:
    """Look less often for garbage, and never among what was imported: it was a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def _names_a_database(variable: str) -> bool:
    return "DATABASE_" in variable or variable == "CHARTERHOUSE_CATALOGUE"


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


@pytest.fixture(name="compiled", scope="session", autouse=True)
def _compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Compile each template once in a run: most of a page's first time, and each test has its own app."""
    folder = tmp_path_factory.getbasetemp()
    folder = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "templates"
    folder.mkdir(exist_ok=True)
    before = Flask.jinja_options
    Flask.jinja_options = {**before, "bytecode_cache": FileSystemBytecodeCache(str(folder))}
    yield
    Flask.jinja_options = before


@pytest.fixture(name="migrated", scope="session")
def _migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without tenants, made by the migrations once in a process."""
    folder = tmp_path_factory.mktemp("migrated")
    catalogue = open_catalogue(Config(data_dir=folder, master_key=bytes(range(32))))
    template_store(catalogue.installation)
    catalogue.installation.stores.close()
    return folder


@pytest.fixture(name="furnish")
def _furnish(migrated: Path) -> Callable[[Path], Path]:
    """Copy that folder to where a test has its own; the migrations take a fifth of a second."""

    def furnish(folder: Path) -> Path:
        shutil.copytree(migrated, folder, dirs_exist_ok=True)
        return folder

    return furnish


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


@pytest.fixture(name="redis_url", scope="session")
def _redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of our own on a free port, without the number of a database at its end."""
    program = shutil.which("redis-server")
    assert program, "run scripts/find-redis.sh"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _wait_for(port)
        yield f"redis://127.0.0.1:{port}"
        process.terminate()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(port)


@pytest.fixture(name="chain_url", scope="session")
def _chain_url(postgres: ScratchPostgres) -> str:
    """A database for the catalogue and tenants, as a chain has it."""
    return postgres.database()


@pytest.fixture(name="chain")
def _chain(chain_url: str) -> Databases:
    """An empty catalogue in a database, which is a cell as well."""
    with psycopg.connect(chain_url) as driver:
        if driver.execute(f"SELECT to_regnamespace('{CATALOGUE}')").fetchone() != (None,):
            driver.execute(f"SET search_path = {CATALOGUE}")
            driver.execute("TRUNCATE tenant, audit, tenant_lock CASCADE")
            driver.execute("UPDATE catalogue_state SET key_check = NULL, documents = NULL")
    return Databases({"main": chain_url}, catalogue_url=chain_url, catalogue_serving_url=chain_url)


@pytest.fixture(name="databases")
def _databases(request: pytest.FixtureRequest) -> Databases:
    """Where the stores are: in files, in a database, or in one that has the catalogue too."""
    place = getattr(request, "param", "sqlite")
    if place == "sqlite":
        return Databases()
    found: Databases = request.getfixturevalue({"postgresql": "cell", "chain": "chain"}[place])
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run modules of both engines twice."""
    if getattr(metafunc.module, "BOTH_ENGINES", False) and "databases" in metafunc.fixturenames:
        metafunc.parametrize("databases", ["sqlite", "postgresql"], indirect=True)
