"""The tenant of the records' tests, with a member who can be reached by phone."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from charterhouse.clock import FixedClock, use_clock
from charterhouse.config import Config
from charterhouse.desk.people import create_person
from charterhouse.records.tables import outbox
from charterhouse.tenancy.catalogue import Catalogue
from charterhouse.tenancy.provision import open_catalogue
from charterhouse.tenancy.scope import tenant_scope
from charterhouse.tenancy.store import unit
from charterhouse.tenancy.tenant import Tenant

sys.path.insert(0, str(Path(__file__).parents[1] / "records"))
from records_story import KEY, STORY, ZONE, found, tell

PHONE = "+8615400000000"


@dataclass(frozen=True)
class House:
    """An installation with the tenant `north`, in which somebody was born on 8 July 1990."""

    catalogue: Catalogue
    north: Tenant
    somebody: str

    @property
    def folder(self) -> Path:
        return self.catalogue.installation.config.data_dir

    def at(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=ZONE)

    def tell(self, at: str, verb: str, raw: dict[str, Any]) -> None:
        with tenant_scope(self.north):
            assert tell(at, verb, raw).outcome["refusal"] is None

    def waiting(self) -> list[Any]:
        with tenant_scope(self.north), unit() as opened:
            rows = opened.connection.execute(select(outbox).order_by(outbox.c.id))
            return list(rows)

    def messages(self) -> list[list[str]]:
        path = self.folder / "outbox-messages.log"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return [line.split("\t") for line in lines]


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("jobs")
    catalogue = open_catalogue(Config(data_dir=folder, master_key=KEY))
    with tenant_scope(found(catalogue)):
        for at, verb, raw in STORY:
            if at < "2025-03-07":
                tell(at, verb, raw)
        with use_clock(FixedClock(datetime.fromisoformat("2025-03-08T09:00").replace(tzinfo=ZONE))):
            born = {"name": "梅一", "phone": "15400000000", "born": "1990-07-08"}
            somebody = create_person(born).ref
        tell("2025-03-08 09:00", "join", {"member": somebody}, born={somebody: "1990-07-08"})
    catalogue.installation.stores.close()
    return folder, somebody


@pytest.fixture
def house(furnished: tuple[Path, str], tmp_path: Path) -> Iterator[House]:
    folder, somebody = furnished
    shutil.copytree(folder, tmp_path / "copy")
    catalogue = open_catalogue(Config(data_dir=tmp_path / "copy", master_key=KEY))
    north = catalogue.by_slug("north")
    assert north is not None
    yield House(catalogue, north, somebody)
    catalogue.installation.stores.close()
