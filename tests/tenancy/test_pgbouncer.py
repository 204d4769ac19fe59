"""Units through a real PgBouncer in transaction mode, whose server connections tenants share."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text

from charterhouse.databases import Databases
from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_roles import pool_login
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import prepared, unit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from charterhouse.tenancy.tenant import Tenant

SETTINGS = """
[databases]
* = host={server}

[pgbouncer]
pool_mode = transaction
default_pool_size = 2
unix_socket_dir = {folder}
listen_addr =
listen_port = 6432
auth_type = trust
auth_file = {folder}/users
logfile = {folder}/log
pidfile = {folder}/pid
"""


@pytest.fixture(scope="module")
def bouncer(postgres: ScratchPostgres) -> Iterator[Databases]:
    """A cell whose units go through the pooler, while its owner connects directly."""
    url = postgres.database()
    database = url.partition("@/")[2].partition("?")[0]
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program is not None, "run scripts/find-postgres.sh"
    folder = Path(tempfile.mkdtemp(prefix="charterhouse-pgbouncer-"))
    settings = SETTINGS.format(folder=folder, server=postgres.folder)
    (folder / "settings").write_text(settings, encoding="utf-8")
    (folder / "users").write_text(f'"{pool_login(database)}" ""\n', encoding="utf-8")
    user = "postgres" if os.getuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    process = subprocess.Popen([program, "-q", folder / "settings"], user=user)
    try:
        end = time.monotonic() + 20
        while not (folder / ".s.PGSQL.6432").exists():
            assert time.monotonic() < end
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield Databases(
            {"main": url}, {"main": f"postgresql:///{database}?host={folder}&port=6432"}
        )
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


@pytest.fixture
def databases(bouncer: Databases) -> Databases:
    return bouncer


WHO = text("SELECT current_user, (SELECT count(*) FROM note), pg_backend_pid()")


def test_tenants_share_server_connections_and_nothing_else(north: Tenant, south: Tenant) -> None:
    """Sixteen clients of two tenants on two connections of the server."""
    seen: list[tuple[int, str, int, int]] = []
    wrong: list[BaseException] = []

    def work(tenant: Tenant, number: int) -> None:
        try:
            with tenant_scope(tenant):
                for step in range(8):
                    with unit(write=step % 2 == 0) as mine:
                        who, kept, backend = mine.connection.execute(WHO).one()
                        seen.append((tenant.id, who, kept, backend))
                        if mine.write:
                            row = {"id": number * 100 + step, "text": f"{number}/{step}"}
                            mine.connection.execute(
                                text("INSERT INTO note VALUES (:id, :text)"), row
                            )
        except errors.TenancyError as error:
            wrong.append(error)

    threads = [
        threading.Thread(target=work, args=(tenant, number))
        for number in range(8)
        for tenant in (north, south)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert {(tenant, who) for tenant, who, _, _ in seen} == {
        (one.id, f"t_{one.id}") for one in (north, south)
    }
    backends = {
        one.id: {backend for tenant, _, _, backend in seen if tenant == one.id}
        for one in (north, south)
    }
    assert backends[north.id] & backends[south.id], "no connection was shared, so nothing is shown"
    for tenant in (north, south):
        with tenant_scope(tenant), unit() as mine:
            assert mine.connection.execute(WHO).one()[1] == 32


def test_nothing_stays_on_a_connection_after_its_unit(
    north: Tenant, south: Tenant, bouncer: Databases
) -> None:
    state = (
        "SELECT current_user, current_setting('statement_timeout'), current_schemas(false)::text, "
        "(SELECT count(*) FROM pg_prepared_statements)"
    )
    pool = bouncer.pool_urls["main"]
    database = pool.partition("///")[2].partition("?")[0]
    for _ in range(6):
        for tenant in (north, south):
            with tenant_scope(tenant), unit(write=True) as mine:
                mine.execute(prepared(text("SELECT count(*) AS n FROM note")))
            with pytest.raises(KeyError), tenant_scope(tenant), unit(write=True):
                raise KeyError
        with psycopg.connect(pool, user=pool_login(database), prepare_threshold=None) as other:
            assert other.execute(state).fetchone() == (pool_login(database), "0", "{}", 0)


def test_a_unit_works_as_without_a_pooler(north: Tenant, south: Tenant) -> None:
    add = prepared(text("INSERT INTO note VALUES (:id, :text)"))
    with tenant_scope(north):
        with unit(write=True) as work:
            rows: list[dict[str, Any]] = [{"id": str(n), "text": str(n)} for n in range(30)]
            work.execute_many(add, rows)
            with pytest.raises(errors.ConstraintError), work.savepoint():
                work.execute(add, rows[0])
            with pytest.raises(errors.ConstraintError), work.savepoint():  # noqa: PT012 - the savepoint sends
                work.execute_later(add, {"id": "30", "text": "30"})
                work.execute_later(add, rows[0])
        with unit() as work:
            streamed = work.connection.execution_options(yield_per=7).execute(
                text("SELECT id FROM note ORDER BY id")
            )
            assert list(streamed.scalars()) == list(range(30))
        with pytest.raises(errors.StoreRefusedError), unit(write=True) as work:
            work.execute(prepared(text(f"SELECT * FROM t_{south.id}.note")))  # noqa: S608 - the attack
        with pytest.raises(errors.ReadOnlyUnitError), unit() as work:
            work.execute(add, {"id": "99", "text": "x"})
