"""A tenant with a store and an adopted charter, its scope open, at a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.records.books import adopt
from charterhouse.tenancy.provision import create_tenant, open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from charterhouse.databases import Databases
    from charterhouse.tenancy.catalogue import Catalogue
    from charterhouse.tenancy.tenant import Tenant


@pytest.fixture(name="catalogue")
def _catalogue(
    tmp_path: Path, databases: Databases, furnish: Callable[[Path], Path]
) -> Iterator[Catalogue]:
    opened = open_catalogue(
        Config(data_dir=furnish(tmp_path), master_key=bytes(range(32)), databases=databases)
    )
    yield opened
    opened.installation.stores.close()


@pytest.fixture(name="house")
def _house(catalogue: Catalogue, moment: FixedClock) -> Iterator[Tenant]:
    made = create_tenant(
        catalogue,
        slug="east",
        name_zh="东城医院",
        name_en="East Hospital",
        charter="gynecology.vip-card",
    )
    with tenant_scope(made):
        with unit(write=True) as opened:
            adopt(opened, made.charter, {}, actor="test")
        yield made


@pytest.fixture(name="moment")
def _moment() -> Iterator[FixedClock]:
    fixed = FixedClock(datetime(2026, 3, 1, 2, tzinfo=UTC))
    with use_clock(fixed):
        yield fixed
