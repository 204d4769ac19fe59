"""The catalogue is locked for long, or away: who is known is served, and changes are refused."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from faults_house import House
from faults_site import Site

from charterhouse.databases import Databases
from charterhouse.tenancy import errors
from charterhouse.tenancy.catalogue_book import _POLL_SECONDS
from charterhouse.tenancy.engines import sqlite_file
from charterhouse.tenancy.engines.postgres_scratch import ScratchPostgres
from charterhouse.tenancy.provision import create_tenant


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[ScratchPostgres]:
    """A server of this file alone, because it is to go away."""
    with closing(ScratchPostgres()) as server:
        yield server


@contextmanager
def _locked(house: House) -> Iterator[None]:
    file = house.folder / "catalogue.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield


@contextmanager
def _stopped(server: ScratchPostgres) -> Iterator[None]:
    server.stop()
    try:
        yield
    finally:
        server.start()


def _served(site: Site, first: int) -> None:
    """Tell for longer than the catalogue is known without looking whether something changed."""
    client, ref = site.app.test_client(), site.house.refs[0]
    over, number = time.monotonic() + 1.2 * _POLL_SECONDS, first
    while time.monotonic() < over:
        assert site.tell(client, ref, f"key-{number}") == (201, "")
        number += 1
        time.sleep(0.1)
    assert client.get("/t/nobody/").status_code == 404


def _refuses(house: House, kind: type[errors.TenancyError]) -> None:
    catalogue = house.catalogue
    with pytest.raises(kind):
        catalogue.suspend(house.tenant.id, reason="unpaid")
    with pytest.raises(kind):
        create_tenant(
            catalogue, slug="west", name_zh="西", name_en="West", charter="gynecology.vip-card"
        )
    assert catalogue.get(house.tenant.id).status == "active"
    assert catalogue.by_slug("west") is None


def _goes_on(site: Site) -> None:
    house = site.house
    house.catalogue.suspend(house.tenant.id, reason="unpaid")
    assert site.tell(site.app.test_client(), house.refs[0], "unpaid")[0] == 403
    house.catalogue.set_status(house.tenant.id, "active")
    assert site.tell(site.app.test_client(), house.refs[0], "paid")[0] == 201


def test_a_file_that_another_process_keeps_locked(
    house_in: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.5)
    site = Site(house_in())
    with _locked(site.house):
        _served(site, 0)
        _refuses(site.house, errors.StoreBusyError)
        assert site.app.test_client().get("/readyz").status_code == 200
    _goes_on(site)


def test_a_database_that_is_away(
    house_in: Callable[..., House], server: ScratchPostgres, postgres: ScratchPostgres
) -> None:
    url = server.database()
    there = Databases({"main": postgres.database()}, catalogue_url=url, catalogue_serving_url=url)
    site = Site(house_in(there))
    with _stopped(server):
        _served(site, 0)
        _refuses(site.house, errors.CatalogueUnavailableError)
        ready: Any = site.app.test_client().get("/readyz").json
        assert ready["status"] == "ready"
        assert ready["checks"]["catalogue"] == "from memory"
    _goes_on(site)
