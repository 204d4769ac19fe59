"""The catalogue beside two releases: the next one migrates it while this one serves."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from charterhouse.databases import Databases
from charterhouse.tenancy import errors
from charterhouse.tenancy.engines import postgres_catalogue
from charterhouse.tenancy.engines.postgres_marks import EDITION
from charterhouse.tenancy.engines.postgres_roles import CATALOGUE, prepare_cell
from charterhouse.tenancy.logins import renew_logins
from charterhouse.tenancy.migrate import migrate_tenant
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable

    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
    from charterhouse.tenancy.tenant import Tenant

    Next = Callable[[Config, str, str], Config]

MAKE: dict[str, Any] = {"name_zh": "示例", "name_en": "Sample", "charter": "sample.plain"}
COLUMN = 'op.add_column("tenant", sa.Column("novelty_{0}", sa.Text()))'
TABLE = 'op.create_table("novelties", sa.Column("id", sa.BigInteger(), primary_key=True))'


@pytest.fixture(name="old", params=["file", "database"])
def _old(request: pytest.FixtureRequest, config: Config, postgres: ScratchPostgres) -> Config:
    if request.param == "file":
        return config
    url = postgres.database()
    places = Databases({"main": url}, catalogue_url=url, catalogue_serving_url=url)
    return replace(config, databases=places)


def test_this_release_goes_on_and_starts_anew_on_the_catalogue_of_the_next(
    old: Config, next_release: Next
) -> None:
    new = next_release(old, "catalogue", f"{COLUMN.format(1)}\n    {TABLE}")
    with closing(open_catalogue(old)) as running:
        north = create_tenant(running, slug="north", **MAKE)
        with closing(open_catalogue(new)) as beside:
            running.suspend(north.id, reason="unpaid")
            with closing(open_catalogue(old)) as fresh:
                south = create_tenant(fresh, slug="south", **MAKE)
                assert fresh.get(north.id).status == "suspended"
                with tenant_scope(south), unit(write=True):
                    pass
            beside._next_poll = 0.0
            assert {one.slug for one in beside.list()} == {"north", "south"}
            assert beside.activate(north.id).open
        with closing(open_catalogue(new)) as again, again.database.transaction(write=False) as read:
            assert read.exec_driver_sql("SELECT novelty_1 FROM tenant").all()
    if old.databases.names:
        serving = Databases(
            {},
            {name: url.replace("postgres@", "") for name, url in old.databases.urls.items()},
            catalogue_serving_url=old.databases.catalogue_url.replace("postgres@", ""),
        )
        with closing(open_catalogue(replace(old, databases=serving))) as served:
            assert served.suspend(south.id, reason="unpaid").status == "suspended"


def test_two_releases_ahead_is_refused_and_one_behind_is_brought_up(
    old: Config, next_release: Next
) -> None:
    new = next_release(old, "catalogue", COLUMN.format(1))
    new = next_release(new, "catalogue", COLUMN.format(2))
    with closing(open_catalogue(old)):
        pass
    with closing(open_catalogue(new)) as newest:
        create_tenant(newest, slug="north", **MAKE)
    with pytest.raises(errors.MigrationError, match="update first"):
        open_catalogue(old)


def test_the_older_release_neither_migrates_nor_closes_what_is_ahead_of_it(
    old: Config, next_release: Next
) -> None:
    colour = 'op.add_column("note", sa.Column("colour", sa.Text()))'
    new = next_release(old, "tenant", colour)
    size = 'op.add_column("note", sa.Column("size", sa.Text()))'
    newest = next_release(new, "tenant", size)
    with closing(open_catalogue(old)) as before:
        tenant = create_tenant(before, slug="north", **MAKE)
        for ahead, state in ((new, "current"), (newest, "failed")):
            with closing(open_catalogue(ahead)) as beside:
                assert migrate_tenant(beside, tenant_of(beside)).state == "done"
            assert migrate_tenant(before, tenant, settled=True).state == state
            before._next_poll = 0.0
            assert before.get(tenant.id).open
        with closing(open_catalogue(newest)) as beside:
            assert migrate_tenant(beside, tenant_of(beside)).state == "done", "it is settled"


MARKS = {1: "b5c97781d90fbff7"}
"""What each edition of the preparations begins with: raise `EDITION` for others, and add theirs."""


def test_other_preparations_are_another_edition() -> None:
    script = f"{prepare_cell('a', 'b').as_string(None)}{postgres_catalogue._PREPARE}"

    assert hashlib.sha256(script.encode()).hexdigest()[:16] == MARKS[EDITION]


def test_what_the_next_release_made_ready_is_left_so(
    config: Config, postgres: ScratchPostgres
) -> None:
    url = postgres.database()
    places = Databases({"main": url}, catalogue_url=url, catalogue_serving_url=url)
    config = replace(config, databases=places)
    open_catalogue(config).close()
    with psycopg.connect(url, autocommit=True) as owner:
        for schema in ("charterhouse", CATALOGUE):
            owner.execute(f"COMMENT ON SCHEMA {schema} IS '{EDITION + 1}:made by the next one'")

        with closing(open_catalogue(config)) as catalogue:
            with tenant_scope(create_tenant(catalogue, slug="north", **MAKE)), unit(write=True):
                pass
            with pytest.raises(errors.UnsafeStoreError, match="with that one"):
                renew_logins(catalogue)

        query = "SELECT obj_description(to_regnamespace(%s), 'pg_namespace')"
        for schema in ("charterhouse", CATALOGUE):
            (mark,) = owner.execute(query, [schema]).fetchone() or (None,)
            assert mark == f"{EDITION + 1}:made by the next one"


def tenant_of(catalogue: Catalogue) -> Tenant:
    """Return the one tenant."""
    (found,) = catalogue.list()
    return found
