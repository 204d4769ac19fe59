"""A migration waits for nobody for long, works for so long at most, and holds up no reader."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text

from charterhouse.bounds import Bounds
from charterhouse.config import Config, ConfigError
from charterhouse.tenancy.engines.sqlite import SqliteStores
from charterhouse.tenancy.migrate import migrate_tenant, migration_states
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant

BOTH_ENGINES = True

COLOUR = 'op.add_column("note", sa.Column("colour", sa.Text()))'
_COUNTING = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
ENDLESS = f'{COLOUR}\n    op.execute("{_COUNTING}")'


@pytest.fixture(name="hasty")
def _hasty(config: Config) -> Callable[[], Catalogue]:
    """Opens the installation of an operator who has little patience."""
    bounds = Bounds(migration_seconds=0.5, migration_lock_seconds=0.3)
    return lambda: open_catalogue(replace(config, bounds=bounds))


@pytest.fixture(name="tenant")
def _tenant(catalogue: Catalogue) -> Tenant:
    made = create_tenant(catalogue, slug="a", name_zh="示例", name_en="A", charter="sample.plain")
    with tenant_scope(made), unit(write=True) as opened:
        opened.connection.execute(text("INSERT INTO note VALUES (1, 'x')"))
    return made


@contextmanager
def _held(tenant: Tenant, mode: str) -> Iterator[None]:
    """Somebody keeps the table, as a long backup or another migration does."""
    stores = tenant.installation.stores
    if isinstance(stores, SqliteStores):
        with closing(sqlite3.connect(stores.path(tenant.store_id))) as driver:
            driver.execute("BEGIN IMMEDIATE")
            yield
        return
    url = tenant.installation.config.databases.urls[tenant.cell]
    with psycopg.connect(url) as other:
        other.execute(f"LOCK TABLE t_{tenant.store_id}.note IN {mode} MODE")
        yield
        other.rollback()


def _count(tenant: Tenant) -> int:
    with tenant_scope(tenant), unit() as opened:
        return int(opened.connection.execute(text("SELECT count(*) FROM note")).scalar_one())


@pytest.mark.parametrize("mode", ["ACCESS SHARE", "ACCESS EXCLUSIVE"])
def test_a_table_in_use_is_left_alone_and_its_readers_go_on(
    hasty: Callable[[], Catalogue],
    tenant: Tenant,
    add_migration: Callable[[int, str], None],
    mode: str,
) -> None:
    add_migration(2, COLOUR)
    with closing(hasty()) as catalogue:
        mine = catalogue.get(tenant.id)
        seen: list[int] = []
        ended = threading.Event()

        def read() -> None:
            while not ended.is_set() or not seen:
                seen.append(_count(tenant))

        reader = threading.Thread(target=read)
        with _held(tenant, mode):
            if mode == "ACCESS SHARE":
                reader.start()
            outcome = migrate_tenant(catalogue, mine)
        ended.set()
        if mode == "ACCESS SHARE":
            reader.join()
            assert set(seen) == {1}

        assert outcome.state == "busy"
        assert outcome.error is not None
        assert outcome.error.startswith("StoreBusyError")
        assert catalogue.installation.stores.revisions(mine.store_id) == ("0001",)
        known = migration_states(catalogue)[tenant.id]
        assert (known.state, known.error) == ("failed", outcome.error)
        assert catalogue.get(tenant.id).open, "it is only not yet migrated"
        assert _count(tenant) == 1
        assert migrate_tenant(catalogue, mine).state == "done"


@pytest.mark.parametrize("seconds", ["0", "nan", "-1", "86401"])
def test_a_limit_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, seconds: str
) -> None:
    monkeypatch.setenv("CHARTERHOUSE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("CHARTERHOUSE_MIGRATION_LOCK_SECONDS", seconds)
    with pytest.raises(ConfigError, match=r"above 0|[Nn]umeric"):
        Config.from_env()


def test_a_migration_without_end_is_ended(
    hasty: Callable[[], Catalogue], tenant: Tenant, add_migration: Callable[[int, str], None]
) -> None:
    add_migration(2, ENDLESS)
    with closing(hasty()) as catalogue:
        mine = catalogue.get(tenant.id)

        outcome = migrate_tenant(catalogue, mine)

        assert outcome.state == "failed"
        assert outcome.error is not None
        assert outcome.error.startswith("StoreTimeoutError")
        assert catalogue.installation.stores.revisions(mine.store_id) == ("0001",)
        assert catalogue.get(tenant.id).closed
        assert _count(tenant) == 1
