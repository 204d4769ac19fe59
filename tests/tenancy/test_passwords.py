"""The logins of a server that asks for passwords, and what becomes of them with the master key."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import text

from charterhouse.databases import Databases
from charterhouse.desk.life.keys import rewrap_keys
from charterhouse.tenancy import errors
from charterhouse.tenancy.engines.postgres_cell import Cell
from charterhouse.tenancy.engines.postgres_roles import catalogue_login, pool_login, tenant_name
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from charterhouse.config import Config
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres

MAKE: dict[str, Any] = {"name_zh": "示例", "name_en": "Sample", "charter": "sample.plain"}
NEW = b"x" * 32


@pytest.fixture(name="strict", scope="module")
def _strict(postgres: ScratchPostgres) -> Databases:
    """A database with a catalogue and one without, which ask everybody but their owner."""
    urls = [postgres.database() for _ in range(2)]
    names = ",".join(_database(url) for url in urls)
    rules = postgres.folder / "data" / "pg_hba.conf"
    asking = f"local {names} postgres,warden trust\nlocal {names} all scram-sha-256\n"
    rules.write_text(asking + rules.read_text("utf-8"), "utf-8")
    with psycopg.connect(urls[0], autocommit=True) as owner:
        owner.execute("CREATE ROLE passer_by LOGIN")
        owner.execute("CREATE ROLE warden LOGIN CREATEROLE")
        for url in urls:
            owner.execute(f"ALTER DATABASE {_database(url)} OWNER TO warden")
        owner.execute("SELECT pg_reload_conf()")
    end = time.monotonic() + 20
    while _enters(postgres, urls[0], "passer_by"):
        assert time.monotonic() < end, "the server does not read its rules"
        time.sleep(0.02)
    main, east = urls
    return Databases({"main": main, "east": east}, catalogue_url=main, catalogue_serving_url=main)


def _database(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def _enters(postgres: ScratchPostgres, url: str, login: str, password: str = "") -> bool:
    try:
        psycopg.connect(postgres.url(_database(url), login), password=password or None).close()
    except psycopg.OperationalError:
        return False
    return True


def _writes(catalogue: Catalogue, number: int) -> None:
    """Write and read in every tenant, over connections made now."""
    catalogue.close()
    catalogue._next_poll = 0.0
    for tenant in catalogue.list("active"):
        with tenant_scope(tenant), unit(write=True) as opened:
            row = {"id": number, "text": f"note {number}"}
            opened.connection.execute(text("INSERT INTO note VALUES (:id, :text)"), row)
            assert opened.connection.execute(text("SELECT count(*) FROM note")).scalar_one()


def test_all_logins_get_new_passwords_with_the_master_key(
    config: Config, strict: Databases, postgres: ScratchPostgres
) -> None:
    # A superuser makes the databases ready once, and is not needed any more.
    open_catalogue(replace(config, databases=strict)).close()
    owned = {name: url.replace("postgres@", "warden@") for name, url in strict.urls.items()}
    strict = Databases(owned, catalogue_url=owned["main"], catalogue_serving_url=owned["main"])
    old = replace(config, databases=strict)
    places = {name: url.replace("warden@", "") for name, url in strict.urls.items()}
    serving = Databases({}, places, catalogue_serving_url=places["main"])
    both = replace(old, master_key=NEW, master_key_old=old.master_key)
    with closing(open_catalogue(old)) as before:
        for slug, cell, isolation in (
            ("pooled", "main", "pooled"),
            ("alone", "main", "dedicated"),
            ("east", "east", "pooled"),
            ("far", "east", "dedicated"),
        ):
            create_tenant(before, slug=slug, cell=cell, isolation=isolation, **MAKE)

        # Each start of the way there leaves the passwords as they are: the others go on.
        waiting = open_catalogue(replace(old, master_key_old=NEW))
        ahead = open_catalogue(both)
        served = open_catalogue(replace(both, databases=serving))
        running = (before, waiting, ahead, served)
        for number, each in enumerate(running):
            _writes(each, number)
        create_tenant(ahead, slug="late", cell="main", isolation="dedicated", **MAKE)
        for number, each in enumerate(running[1:], 10):
            _writes(each, number)

        # Who may only serve, or lacks a cell's address, cannot do it, and nothing is taken.
        with pytest.raises(errors.StoreUnavailableError, match="owner's address"):
            rewrap_keys(served)
        lacking = replace(strict, urls={"main": strict.urls["main"]})
        with (
            closing(open_catalogue(replace(both, databases=lacking))) as half,
            pytest.raises(errors.StoreMissingError, match="east"),
        ):
            rewrap_keys(half)
        open_catalogue(replace(old, master_key_old=NEW)).close()
        rewrap_keys(ahead)
        for number, each in enumerate(running[1:], 20):
            _writes(each, number)

        # One that knows the old key only keeps what it has in mind and says why it has no more.
        before.close()
        before._next_poll = 0.0
        pooled = before.list("active")[-1]
        with (
            tenant_scope(pooled),
            pytest.raises(errors.StoreUnavailableError, match="password"),
            unit(),
        ):
            pass
        with pytest.raises(errors.MasterKeyError):
            open_catalogue(old)
        with pytest.raises(errors.MasterKeyError):
            open_catalogue(replace(old, databases=serving))

        for databases in (strict, serving):
            with closing(
                open_catalogue(replace(both, master_key_old=b"", databases=databases))
            ) as after:
                _writes(after, 30 + len(databases.urls))
                tenants = after.list()
        for one in (waiting, ahead, served):
            one.close()

    logins = {
        (strict.urls["main"], catalogue_login(_database(strict.urls["main"]))),
        *((url, pool_login(_database(url))) for url in strict.urls.values()),
        *((strict.urls[t.cell], tenant_name(t.id)) for t in tenants if t.isolation == "dedicated"),
    }
    assert len(logins) == 6
    for url, login in logins:
        (new,) = Cell("any", url, both.derivations)._logins.passwords(login)[:1]
        (gone,) = Cell("any", url, old.derivations)._logins.passwords(login)
        assert _enters(postgres, url, login, new)
        assert not _enters(postgres, url, login, gone)
